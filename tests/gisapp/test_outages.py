"""What people see while the database is away, crowded, slow or full, on the database of this very test."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import psycopg2
import pytest
from django.db import Error, connection, transaction
from django.test import Client, RequestFactory
from pytest_django import DjangoDbBlocker

from accounts.outages import AWAY, FULL, SLOW, outage_of
from accounts.roles import Role
from gisapp import error_views
from layers.models import Site
from tests.databases import no_connection_left
from tests.factories import SiteFactory, user_with
from tests.layers.form_pages import as_sent

HTML = "text/html,application/xhtml+xml,*/*;q=0.8"
SESSION = "0123456789abcdefghijklmnopqrstuv"


def browser(language: str = "en") -> Client:
    """Return a client that asks as a signed-in browser does, and is given the page of an error."""
    client = Client(raise_request_exception=False, headers={"accept": HTML, "accept-language": language})
    client.cookies["sessionid"] = SESSION
    return client


@pytest.fixture
def no_database(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Point the settings at a socket that is not there."""
    address = connection.settings_dict
    kept = dict(address)
    with django_db_blocker.unblock():
        connection.close()
        address["HOST"] = "/nowhere"
        yield
        connection.close()
    address.update(kept)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "The database does not answer at the moment"), ("zh-hans", "数据库暂时没有响应")],
)
def test_a_page_says_so_and_comes_back_by_itself(no_database: None, language: str, sentence: str) -> None:
    answer = browser(language).get("/layers/sites/")
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "15")
    assert "no-store" in answer["Cache-Control"]
    assert f"<h1>{sentence}</h1>" in page
    assert '<meta http-equiv="refresh" content="15">' in page


@pytest.mark.django_db(transaction=True)
def test_what_was_typed_is_kept_and_saved_once_there_are_connections_again() -> None:
    site = SiteFactory(name="old")
    path = f"/layers/sites/{site.code}/edit/"
    client = browser()
    client.force_login(user_with(Role.STEWARD, "451221"))
    typed = {**as_sent(client.get(path).context["form"]), "name": '新 "名" <b>', "change_reason": "two\nlines"}

    with no_connection_left():
        refused = client.post(path, typed)
    assert refused.status_code == 503
    kept = hidden_fields(refused.content.decode())
    assert kept == {name: str(value) for name, value in typed.items()}

    assert client.post(path, kept).status_code == 302
    saved = Site.objects.get()
    assert (saved.name, saved.version) == ('新 "名" <b>', 2)


def hidden_fields(page: str) -> dict[str, str]:
    """Return the fields of the form that sends once more, as a browser reads them."""
    form = page[page.index('<form method="post"') : page.index("</form>")]
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form)
    return {unescape(name): unescape(value) for name, value in found}


@pytest.mark.parametrize("file", [False, True])
def test_neither_passwords_nor_files_are_put_into_the_page(no_database: None, tmp_path: Path, file: bool) -> None:
    upload = tmp_path / "sites.csv"
    upload.write_text("a,b")
    with upload.open() as content:
        sent = {"file": content, "note": "x"} if file else {"username": "planner", "password": "secret-1234"}
        page = browser().post("/layers/sites/new/", sent).content.decode()
    assert "secret-1234" not in page
    assert "<form" not in page
    assert "reload it in a minute" in page


def test_a_program_is_told_in_its_own_way(no_database: None) -> None:
    client = Client(raise_request_exception=False, headers={"accept": "*/*"})
    client.cookies["sessionid"] = SESSION
    answer = client.get("/tiles/sites/8/204/109.mvt")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert answer.json()["status"] == 503
    assert answer["Retry-After"] == "15"


def test_the_log_has_one_line_without_a_traceback(no_database: None, caplog: pytest.LogCaptureFixture) -> None:
    browser().get("/layers/sites/")
    (record,) = [one for one in caplog.records if one.name == "django.request"]
    assert "No such file or directory" in record.getMessage()
    assert record.exc_info is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "outage"),
    [
        ("53100", FULL),
        ("53300", AWAY),
        ("57P01", AWAY),
        ("57014", SLOW),
        ("40P01", SLOW),
        ("55P03", SLOW),
        ("22012", None),
        ("42P01", None),
    ],
)
def test_what_the_server_says_is_told_apart_by_its_code(state: str, outage: object) -> None:
    with pytest.raises(Error) as raised, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$")
    assert outage_of(raised.value) is outage
    assert outage_of(raised.value.__cause__) is outage


@pytest.mark.django_db
def test_a_connection_that_is_gone_is_an_outage_at_each_later_use() -> None:
    lost = psycopg2.connect(**connection.get_connection_params())
    with lost.cursor() as cursor:
        for _ in range(2):
            with pytest.raises(psycopg2.Error) as raised:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            assert outage_of(raised.value) is AWAY
    with pytest.raises(psycopg2.Error) as raised:
        lost.commit()
    assert outage_of(raised.value) is AWAY


def test_a_full_disk_here_is_an_outage_and_a_mistake_is_none() -> None:
    assert outage_of(OSError(errno.ENOSPC, "No space left on device")) is FULL
    assert outage_of(FileNotFoundError(errno.ENOENT, "nowhere")) is None
    assert outage_of(ZeroDivisionError()) is None
    assert outage_of(None) is None


def test_a_full_disk_lets_pages_be_read_and_says_who_must_help() -> None:
    request = RequestFactory(headers={"accept": HTML, "accept-language": "en"}).post("/x/", {"name": "typed"})
    try:
        Path("/dev/full").write_bytes(b"x")
    except OSError:
        answer = error_views.server_error(request)
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "Tell your administrator" in page
    assert hidden_fields(page) == {"name": "typed"}
