"""The list of a layer: what is shown to whom, what is asked, and what is refused in words."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.roles import Role
from layers.extensions import ListAction, list_actions, register_list_action
from layers.registry import all_layers, get_layer
from tests.factories import (
    FacilityFactory,
    HouseholdFactory,
    PlotFactory,
    RegionFactory,
    SiteFactory,
    UserFactory,
    feature,
    grant,
    regions,
    user_with,
)

pytestmark = pytest.mark.django_db
every_layer = pytest.mark.parametrize("key", [layer.key for layer in all_layers()])


def ask(user: User | None, key: str, question: str = "") -> HttpResponse:
    client = Client(headers={"accept-language": "en"})
    if user:
        client.force_login(user)
    return client.get(f"/layers/{key}/{question}")


def codes(answer: HttpResponse) -> list[str]:
    return [row.code for row in answer.context["rows"]]


def planner(division: str = "451221") -> User:
    return user_with(Role.PLANNER, division)


@every_layer
@pytest.mark.parametrize(
    "question",
    [
        "?region=9x",
        "?region=451200451",
        "?region=%00",
        "?q=%00",
        "?sort=no_such_column",
        "?sort=geom",
        "?sort=-",
        "?page=0",
        "?page=last",
        "?page=99999999999999999999",
        "?site=%00",
        "?q=" + "x" * 200,
    ],
)
def test_a_junk_answer_never_breaks_the_list(key: str, question: str) -> None:
    answer = ask(planner(), key, question)

    assert answer.status_code in {200, 400}
    if answer.status_code == 400:
        assert answer.context["problems"]


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("?region=9x", "is not a division code"),
        ("?stage=melted", "“melted” is none of the choices"),
        ("?stage=registered&stage=melted", "“melted” is none of the choices"),
        ("?sort=colour", "cannot be sorted by “colour”"),
        ("?page=two", "The page must be a number"),
        ("?page=7", "the last one is 1"),
        ("?verified_on_until=yesterday", "Enter a valid date"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(question: str, sentence: str) -> None:
    PlotFactory()

    answer = ask(planner(), "plots", question)

    assert answer.status_code == 400
    assert sentence in answer.content.decode()


def test_an_unknown_parameter_is_ignored_because_chat_programs_add_their_own() -> None:
    made = PlotFactory()

    assert codes(ask(planner(), "plots", "?from=singlemessage&isappinstalled=0")) == [made.code]


@pytest.mark.parametrize("key", ["nothing", "origins", "Sites"])
def test_an_unknown_layer_is_not_found(key: str) -> None:
    assert ask(planner(), key).status_code == 404


def test_without_an_account_one_is_sent_to_log_in() -> None:
    answer = ask(None, "sites", "?programme=poverty")

    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/layers/sites/%3Fprogramme%3Dpoverty"


def test_an_account_without_a_grant_is_refused() -> None:
    assert ask(UserFactory(), "sites").status_code == 403


def test_divisions_are_public_but_only_their_public_columns() -> None:
    regions()

    answer = ask(None, "regions")

    assert answer.status_code == 200
    assert [column.name for column in answer.context["columns"]] == ["code", "name", "level"]
    assert not answer.context["may_create"]


@every_layer
def test_a_row_of_the_neighbour_county_is_neither_shown_nor_counted(key: str) -> None:
    mine, theirs = feature(key, at="451221001001"), feature(key, at="451222001001")

    answer = ask(planner(), key, "?sort=-code")

    assert mine.code in codes(answer)
    if key != "regions":  # divisions are public
        assert theirs.code not in answer.content.decode()
        assert answer.context["page_obj"].paginator.count == 1


def test_a_household_that_moves_in_is_shown_to_both_counties() -> None:
    moved = HouseholdFactory(at="451222001001", to="451221001001")

    assert codes(ask(planner("451221"), "households")) == [moved.code]
    assert codes(ask(planner("451222"), "households")) == [moved.code]


def test_the_name_of_a_site_outside_the_area_is_not_told() -> None:
    site = SiteFactory(at="451222001001", name="邻县安置点")
    HouseholdFactory(at="451221001001", to="451222001001", resettlement="site", site=site)

    answer = ask(planner("451221"), "households")

    assert "邻县安置点" not in answer.content.decode()
    assert site.code in answer.content.decode()


def test_words_stand_for_codes_and_choices() -> None:
    PlotFactory(target_use="forest", declared_area_mu="1234.5000")

    page = ask(planner(), "plots").content.decode()

    assert "示例甲县 示例甲村" in page
    assert "registered" in page
    assert "1,234.50" in page
    assert "451221001001" not in page.split("<tbody>")[1]


def test_choices_may_be_several_as_the_one_map_asks() -> None:
    a, b, c = (FacilityFactory(kind=kind) for kind in ("primary", "clinic", "market"))

    answer = ask(planner(), "facilities", "?kind=primary&kind=clinic&sort=code")

    assert codes(answer) == sorted([a.code, b.code])
    assert c.code not in codes(answer)
    assert "Kind: primary school, clinic" in answer.content.decode()


@pytest.mark.parametrize("given", ["45", "4512", "451221", "451221000000", "451221001", "451221001001"])
def test_a_division_is_asked_by_any_of_its_lengths(given: str) -> None:
    mine, other = SiteFactory(at="451221001001"), SiteFactory(at="451222001001")

    found = codes(ask(planner("45"), "sites", f"?region={given}"))

    assert mine.code in found
    assert (other.code in found) == (given in {"45", "4512"})


def test_divisions_are_drilled_into_from_the_granted_one() -> None:
    regions()

    top = ask(planner("4512"), "sites").context["form"].fields["region"].widget.choices
    below = ask(planner("4512"), "sites", "?region=451221").context["form"].fields["region"].widget.choices

    assert [code for code, _name in top] == ["", "451221000000", "451222000000"]
    assert [code for code, _name in below] == [
        "",
        "450000000000",
        "451200000000",
        "451221000000",
        "451221001000",
    ]


def test_dates_are_asked_until_a_day_or_as_missing() -> None:
    early = HouseholdFactory(moved_in_on=dt.date(2019, 6, 1))
    late = HouseholdFactory(moved_in_on=dt.date(2020, 6, 1))
    never = HouseholdFactory(moved_in_on=None)

    assert codes(ask(planner(), "households", "?moved_in_on_until=2019-12-31")) == [early.code]
    assert codes(ask(planner(), "households", "?moved_in_on_missing=1")) == [never.code]
    assert late.code in codes(ask(planner(), "households", "?moved_in_on_until=2020-06-01"))


def test_a_link_from_a_dossier_narrows_to_one_feature() -> None:
    site = SiteFactory()
    inside = HouseholdFactory(resettlement="site", site=site)
    HouseholdFactory()

    answer = ask(planner(), "households", f"?site={site.code}")

    assert codes(answer) == [inside.code]
    assert f"Site: {site.code}" in answer.content.decode()


def test_the_search_needs_every_word_in_one_of_the_declared_fields() -> None:
    found = SiteFactory(name="鲤塘安置点", code="AZ-A-1")
    SiteFactory(name="鲤塘安置点", code="AZ-B-1")
    SiteFactory(name="东岭安置点", code="AZ-A-2")

    assert codes(ask(planner(), "sites", "?q=鲤塘 az-a")) == [found.code]
    assert codes(ask(planner(), "sites", "?q=%25")) == []


def test_sorting_puts_what_is_missing_last_both_ways() -> None:
    small, big, none = (FacilityFactory(capacity=n) for n in (10, 20, None))

    assert codes(ask(planner(), "facilities", "?sort=capacity")) == [small.code, big.code, none.code]
    assert codes(ask(planner(), "facilities", "?sort=-capacity")) == [big.code, small.code, none.code]


def test_pages_of_equal_rows_neither_repeat_nor_lose_one() -> None:
    made = {FacilityFactory(capacity=1).code for _ in range(53)}

    first, second = (codes(ask(planner(), "facilities", f"?sort=capacity&page={n}")) for n in (1, 2))

    assert (len(first), len(second)) == (50, 3)
    assert set(first) | set(second) == made


def test_the_empty_list_says_why_and_what_to_do_next() -> None:
    page = ask(planner(), "facilities").content.decode()
    filtered = ask(planner(), "facilities", "?kind=market").content.decode()

    assert "There is no row in your area yet" in page
    assert "Enter the first one" in page
    assert "No row in your area fits these filters" in filtered
    assert "Show the whole list" in filtered


@every_layer
def test_the_number_of_queries_does_not_grow_with_the_rows(key: str) -> None:
    def queries(user: User) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert ask(user, key).status_code == 200
        return len(seen)

    user = planner()
    regions()
    if key != "regions":
        feature(key)
    few = queries(user)
    if key == "regions":
        for number in range(2, 12):
            RegionFactory(
                code=f"451221{number:03d}000",
                name=f"示例{number}镇",
                level=4,
                parent=regions()["451221000000"],
                geom=None,
            )
    else:
        for _ in range(12):
            feature(key)

    assert queries(user) <= few


def test_only_those_who_may_change_are_offered_a_new_one() -> None:
    SiteFactory()

    assert "/layers/sites/new/" in ask(planner(), "sites").content.decode()
    assert "/layers/sites/new/" not in ask(user_with(Role.LEADER, "451221"), "sites").content.decode()


def test_the_export_link_keeps_the_filters() -> None:
    page = ask(planner(), "plots", "?stage=vacated&page=1").content.decode()

    assert "/export/plots/?stage=vacated" in page


@pytest.mark.parametrize("code", ["AZ/1", "安置点 1", "..", "new", "a~b", "100%", "a?b#c", "features.geojson", "\\x"])
def test_any_code_leads_to_its_dossier_and_back(code: str) -> None:
    site = SiteFactory(code=code)
    client = Client()
    client.force_login(planner())

    row = client.get("/layers/sites/").content.decode().split('<th scope="row"')[1]
    address = row.split('href="')[1].split('"')[0]

    assert client.get(address).context["feature"].pk == site.pk


def test_the_page_is_in_the_language_of_the_reader() -> None:
    user = planner()
    user.language = "en"
    user.save()
    grant(user, Role.PLANNER, "451222")

    assert 'lang="en"' in ask(user, "sites").content.decode()


def test_a_higher_app_adds_a_button_where_it_leads_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layers.extensions._actions", [])
    asked: list[Any] = []

    def url(layer: Any, user: Any) -> str | None:
        asked.append((layer.key, user))
        return "/import/sites/" if user.pk else None

    action = ListAction("sites", "Load a file", "file-import", url)
    register_list_action(action)
    register_list_action(action)
    user = planner()

    assert [one.url for one in list_actions(get_layer("sites"), user=user)] == ["/import/sites/"]
    assert list_actions(get_layer("plots"), user=user) == []
    assert asked == [("sites", user)]
