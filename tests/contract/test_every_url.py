"""Every URL that the resolver knows, asked by a stranger and by the neighbour county's user.

The neighbour's test is one of non-interference: an answer must be the same, byte by byte, whether the features of the
other county exist or not. So neither text nor count, extent, order, version or error message can tell of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client

from accounts.models import User
from layers.registry import get_view
from tests.contract.reading import steady
from tests.contract.surfaces import BEARING, CLASSES, Class, Url, address, all_urls, fillings
from tests.contract.world import NEIGHBOUR, OWN, SCOPED, County, mark, neighbours
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
URLS = all_urls()
BEARING_GROUPS = sorted({url.group for url in URLS if url.classed in BEARING})
LEAVING = {"logout", "admin:logout"}
"""They end the session that the next question needs."""


def test_somebody_classified_every_url() -> None:
    unknown = [
        f"Nobody said who may ask /{url.route} ({url.name}) and whether it shows features: put it into "
        f"{'ADMIN_MODELS' if url.model else 'CLASSES'} of tests/contract/surfaces.py."
        for url in URLS
        if url.classed is None
    ]
    assert not unknown, "\n".join(unknown)


def test_nothing_is_classified_that_is_not_there() -> None:
    assert set(CLASSES) <= {url.name for url in URLS}


@pytest.fixture
def counties() -> tuple[County, County]:
    """Return the county 451221, whose features come and go, and the neighbour's 451222 with its own."""
    return neighbours()


def client_of(user: User | None) -> Client:
    """Return a client that raises no exception of the server: a 500 is an answer to look at."""
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user)
    return client


def addresses(url: Url, county: County) -> list[str]:
    """Return every address of `url` about a feature of `county`, without questions."""
    return [address(url, filled) for filled in fillings(url, county)]


def questions(url: Url, county: County) -> Iterator[str]:
    """Yield query strings that narrow, search and zoom to what belongs to `county`; forms take none."""
    yield ""
    if (
        not {"code", "object_id", "z", "run_id", "job_id", "upload_id", "batch_id"} & set(url.arguments)
        and url.name != "layers:create"
    ):
        yield f"?region={county.division}"
        yield f"?q={mark('', county.division)}"
        yield "?bbox=107.0,24.5,107.5,25.0"
        yield f"?site={county.features['sites'].code}&rows=yes"


@contextmanager
def undone() -> Iterator[None]:
    """Undo whatever a request wrote."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    cache.clear()


def answers(client: Client, asked: list[str], posted: list[tuple[str, dict[str, Any]]]) -> dict[str, str]:
    """Return what each question and each posted form is answered, ready to be compared."""
    found = {}
    for one in asked:
        found[one] = answered(client, one)
    for number, (one, form) in enumerate(posted):
        found[f"{one} (posted {number})"] = answered(client, one, form)
    return found


def answered(client: Client, asked: str, form: dict[str, Any] | None = None) -> str:
    """Return what one question is answered, as if it were the first one."""
    # A message waits for the next page, wherever that is.
    client.cookies.pop("messages", None)
    with undone():
        return told_by(client.get(asked) if form is None else client.post(asked, form), asked)


def told_by(answer: HttpResponseBase, asked: str) -> str:
    """Return what an answer tells beyond the address that was asked; a failure of the server tells too much."""
    assert answer.status_code != 500, f"{asked} answers {answer.status_code}"
    return without(steady(answer), asked)


def without(told: str, asked: str) -> str:
    """Return a text without the address that a page repeats, in links to itself and forms that come back to it."""
    for form in {asked, quote(asked), quote(asked, safe=""), asked.replace("&", "&amp;"), unquote(asked)}:
        told = told.replace(form, "<asked>")
    return told


def compare(there: dict[str, str], gone: dict[str, str]) -> None:
    """Fail with the first address whose answer betrays that the other county's features are there."""
    for one, told in there.items():
        if told != gone[one]:
            line, other = next(
                (a, b) for a, b in zip([*told.split("\n"), ""], [*gone[one].split("\n"), ""], strict=False) if a != b
            )
            pytest.fail(f"{one} tells of a row of {OWN}:\n with it: {excerpt(line, other)}")


def excerpt(line: str, other: str) -> str:
    """Return both lines from where they part."""
    at = next((i for i, (a, b) in enumerate(zip(line, other, strict=False)) if a != b), min(len(line), len(other)))
    start = max(0, at - 80)
    return f"…{line[start : at + 160]}…\n without: …{other[start : at + 160]}…"


def forms(own: County) -> list[dict[str, Any]]:
    """Return what a neighbour could post to find out about the rows of `own`."""
    return [
        {},
        {
            "code": "NEW-1",
            "name": "示例",
            "region": f"{NEIGHBOUR}001001",
            "site": own.features["sites"].code,
            "household": own.features["households"].code,
            "project": own.features["projects"].code,
            "resettlement": "site",
            "programme": "poverty",
            "persons": "3",
            "base_version": "1",
            "version": "1",
            "change_reason": "示例",
            "reason": "示例",
        },
    ]


@contextmanager
def settled(county: County) -> Iterator[None]:
    """Let the features of `county` exist for a while."""
    with undone():
        county.settle()
        yield


@pytest.mark.parametrize("group", BEARING_GROUPS)
def test_a_neighbour_learns_nothing(group: str, counties: tuple[County, County]) -> None:
    own, neighbour = counties
    client = client_of(neighbour.user)
    asked: list[str] = []
    posted: list[tuple[str, dict[str, Any]]] = []
    with settled(own):
        for url in (one for one in URLS if one.group == group):
            bare = addresses(url, own)
            asked += [one + question for one in bare for question in questions(url, own)]
            posted += [(one, form) for one in bare for form in forms(own)]
        there = answers(client, asked, posted)
    compare(there, answers(client, asked, posted))
    for one in asked:
        betrayed = [word for word in own.marks if word in there[one] and word not in one]
        assert not betrayed, f"{one} shows {betrayed} of {OWN}"


def test_a_stranger_is_sent_away(counties: tuple[County, County]) -> None:
    client = client_of(None)
    problems = []
    for url, one, public in every_address(counties[1]):
        with undone():
            answer = client.get(one)
            if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
                answer = client.post(one)
        told = told_by(answer, one)
        if not public and url.classed is not Class.PUBLIC and not sent_away(answer):
            problems.append(f"{one} answers {answer.status_code} to somebody without an account")
        problems += [f"{one} tells a stranger of {word}" for word in counties[1].marks if word in told]
    assert not problems, "\n".join(problems)


def test_somebody_without_a_grant_learns_nothing(counties: tuple[County, County]) -> None:
    client = client_of(UserFactory())
    problems = []
    for _url, one, _public in every_address(counties[1]):
        with undone():
            told = told_by(client.get(one), one)
        problems += [f"{one} tells of {word}" for word in counties[1].marks if word in told]
    assert not problems, "\n".join(problems)


def every_address(county: County) -> Iterator[tuple[Url, str, bool]]:
    """Yield each address of each URL, and whether it is about a layer that anybody may view."""
    for url in URLS:
        if url.name not in LEAVING:
            for filled in fillings(url, county):
                layer = filled.get("layer") or filled.get("view")
                yield url, address(url, filled), bool(layer) and get_view(layer)[0].access.public


def sent_away(answer: HttpResponseBase) -> bool:
    """Return whether an answer asks for an account, or refuses."""
    if answer.status_code == HTTPStatus.FOUND:
        return "/login/" in answer["Location"]
    return answer.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


def test_the_marks_are_there_to_be_found(counties: tuple[County, County]) -> None:
    """The check of the checks: what the neighbour must not see, the own county's user does."""
    own, _neighbour = counties
    own.settle()
    for layer in SCOPED:
        page = steady(client_of(own.user).get(f"/layers/{layer.key}/"))
        assert mark(layer.key, OWN) in page
        assert mark(layer.key, NEIGHBOUR) not in page


def test_the_admin_has_no_jump_to_pages_that_no_model_has(admin_client: Client) -> None:
    assert admin_client.get("/admin/r/1/1/").status_code == 404
