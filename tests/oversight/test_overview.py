"""The figures of the one map, worked by hand."""

import datetime as dt
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from accounts.roles import Role
from layers.selectors import features_for
from oversight.figures import key_figures
from oversight.panel import legend_rows, ranking_table
from oversight.scope import areas_of, look_at
from oversight.selectors import Overview, overview
from oversight.timeline import timeline
from tests.factories import HouseholdFactory, PlotFactory, SiteFactory, UserFactory, grant, regions, user_with
from tests.oversight.test_tally import demolish

pytestmark = pytest.mark.django_db
TODAY = dt.date(2020, 12, 9)
JUNE, JULY = dt.date(2019, 6, 15), dt.date(2019, 7, 2)


@pytest.fixture(autouse=True)
def country() -> None:
    """Make ten households: A 451221 (4, three in), B 451222 (5, all in), C 451027 (1, never reported)."""
    regions()
    site = SiteFactory(at="451221001001", name="示例甲安置点")
    HouseholdFactory.create_batch(2, at="451221001001", persons=4, moved_in_on=JUNE, resettlement="site", site=site)
    HouseholdFactory(at="451221001001", persons=2, moved_in_on=JULY)
    HouseholdFactory(at="451221001001", persons=5, moved_in_on=None)
    HouseholdFactory.create_batch(4, at="451222001001", persons=3, moved_in_on=JUNE)
    HouseholdFactory(at="451222001001", to="451221001001", persons=3, moved_in_on=JULY)
    HouseholdFactory(at="451027", persons=6, moved_on=None, moved_in_on=None)
    PlotFactory(at="451221001001")
    demolish(PlotFactory(at="451221001001").code, dt.date(2019, 7, 20))


def shown(user: User, *, region: str = "", month: str = "") -> Overview:
    looking = look_at(region, areas=areas_of(user))
    assert looking is not None
    return overview(user=user, looking=looking, asked_month=month, today=TODAY)


def test_the_province_adds_up():
    found = shown(user_with(Role.LEADER, "45"))
    # A 4 + B 5 + C 1 households; A 4+4+2+5, B 5 x 3, C 6 persons
    assert (found.totals.households, found.totals.persons) == (10, 36)
    # C has not reported: 8 of the 9 others moved in
    assert found.totals.moved_in == 8
    assert found.totals.rate == pytest.approx(100 * 8 / 9)
    assert (found.totals.counties, found.totals.silent_counties) == (3, 1)
    assert (found.sites, found.totals.plots, found.totals.demolished) == (1, 2, 1)


def test_an_earlier_month_shows_what_was_known_to_have_happened_by_then():
    found = shown(user_with(Role.LEADER, "45"), month="2019-06")
    assert found.totals.moved_in == 6
    assert found.totals.demolished == 0
    assert found.axis.until == dt.date(2019, 6, 30)


def test_the_month_before_is_taken_from_the_same_figures():
    found = shown(user_with(Role.LEADER, "45"), month="2019-07")
    earlier = shown(user_with(Role.LEADER, "45"), month="2019-06")
    assert found.before.moved_in == earlier.totals.moved_in
    assert found.before.demolished == earlier.totals.demolished


def test_the_ranking_is_by_rate_and_what_has_none_comes_last():
    found = shown(user_with(Role.LEADER, "45"))
    assert [(line.place, line.name, line.households) for line in found.ranking] == [
        (1, "示例市", 9),
        (None, "示例西市", 1),
    ]
    below = shown(user_with(Role.LEADER, "45"), region="4512")
    # B 5 of 5, A 3 of 4
    assert [(line.name, line.rate) for line in below.ranking] == [("示例乙县", 100.0), ("示例甲县", 75.0)]


def test_the_bars_begin_lower_where_a_rate_is_lower():
    assert ranking_table(shown(user_with(Role.LEADER, "45"), region="4512")).axis_start == 70


def test_a_county_lists_its_sites():
    found = shown(user_with(Role.LEADER, "45"), region="451221")
    assert [(line.name, line.households, line.rate) for line in found.ranking] == [("示例甲安置点", 2, 100.0)]


def test_the_legend_counts_counties_and_keeps_missing_apart():
    with translation.override("en"):
        rows = {row.key: row.counties for row in legend_rows(shown(user_with(Role.LEADER, "45")))}
    assert rows == {"rate-4": 1, "rate-3": 0, "rate-2": 0, "rate-1": 0, "rate-0": 1, "not-reported": 1}


def test_a_county_planner_sees_only_what_the_county_owns():
    found = shown(user_with(Role.PLANNER, "451221"))
    assert found.totals.households == 4
    assert {county.code for county in found.counties} == {"451221000000"}


def test_a_township_is_counted_from_its_rows():
    found = shown(user_with(Role.FIELD, "451221001"))
    rows = features_for("households", user=user_with(Role.FIELD, "451221001"))
    # four of the township's own, and the one that moves in from the neighbour
    assert rows.count() == 5
    assert found.totals.households == 4
    assert found.totals.moved_in == 3


def test_a_grant_to_one_site_shows_the_households_of_that_site():
    user = UserFactory()
    site = SiteFactory(at="451222001001")
    HouseholdFactory(at="451222001001", resettlement="site", site=site, persons=7)
    grant(user, Role.FIELD, site=site.code)
    found = shown(user)
    assert (found.totals.households, found.totals.persons) == (1, 7)


FIGURES = ("sites", "households", "rate", "demolished", "verified")


@pytest.mark.parametrize("region", ["", "4512", "451221"])
@pytest.mark.parametrize("month", ["", "2019-06"])
@pytest.mark.parametrize("key", FIGURES)
def test_every_figure_leads_to_exactly_its_rows(client: Client, region: str, month: str, key: str):
    leader = user_with(Role.LEADER, "45")
    found = shown(leader, region=region, month=month)
    figure = next(figure for figure in key_figures(found) if figure.key == key)
    counted: dict[str, Any] = {
        "sites": found.sites,
        "households": found.totals.households,
        "rate": found.totals.moved_in,
        "demolished": found.totals.demolished,
        "verified": found.totals.verified,
    }
    client.force_login(leader)
    response = client.get(figure.rows_url)
    assert response.status_code == 200
    assert response.context["page_obj"].paginator.count == counted[key]


def test_the_rows_of_a_figure_are_asked_for_by_division_and_day():
    found = shown(user_with(Role.LEADER, "45"), region="4512", month="2019-06")
    rate = next(figure for figure in key_figures(found) if figure.key == "rate")
    assert parse_qs(urlsplit(rate.rows_url).query) == {"region": ["4512"], "moved_in_on_until": ["2019-06-30"]}


def test_the_time_bar_has_a_bar_a_month_and_stands_on_the_chosen_one():
    found = timeline(shown(user_with(Role.LEADER, "45"), month="2019-06"))
    assert found is not None
    assert [(f"{bar.month:%Y-%m}", bar.n, bar.chosen) for bar in found.bars] == [
        ("2019-06", 6, True),
        ("2019-07", 2, False),
    ]
    assert (found.position, found.last, found.peak and found.peak.n) == (0, 1, 6)
    # two months stand at either end, and no bar is wider than 3 % of the axis
    assert [(bar.x, bar.width) for bar in found.bars] == [("-1.500", "3.000"), ("98.500", "3.000")]
