"""The steward's page: what runs, what it holds, what is wrong, in the steward's own area."""

import datetime as dt
import re

import pytest
from django.contrib.gis.geos import Polygon
from django.db import connection
from django.utils import timezone
from django.utils.translation import override

from accounts.roles import Role
from accounts.service import Fact, Section
from gisapp import data_problems
from gisapp.data_problems import DECLARED, DataProblem, without_geometry
from gisapp.status import media_words, table_words
from layers.registry import all_layers
from tests.factories import HouseholdFactory, IssueFactory, PlotFactory, SiteFactory, square, user_with

pytestmark = pytest.mark.django_db

HERE, THERE = "451221001001", "451222001001"


@pytest.fixture
def steward(client):
    user = user_with(Role.STEWARD, "451221")
    client.force_login(user)
    return user


def counts(user):
    return {str(one.title): one for one in data_problems.data_problems(user=user)}


def yesterday():
    return timezone.localdate() - dt.timedelta(days=1)


def break_every_rule(at):
    """Make one row a rule that breaks it, in the order of `DECLARED`; the plots that overlap are two."""
    HouseholdFactory(at=at, new_home=None)
    HouseholdFactory(at=at, moved_in_on=None, resettlement="site", site=SiteFactory(at=at))
    PlotFactory(at=at, geom=square(at, 0.01, 0.01, 0.0002))
    PlotFactory(at=at, geom=square(at, 0.0101, 0.01, 0.0002))
    PlotFactory(at=at, due_on=yesterday())
    IssueFactory(at=at, due_on=yesterday())


def test_each_rule_counts_what_breaks_it_in_the_own_area_alone(steward):
    break_every_rule(HERE)
    break_every_rule(THERE)
    found = counts(steward)
    assert [found[str(rule.title)].rows for rule in DECLARED] == [1, 1, 2, 1, 1]
    assert {str(rule.title) for rule in (*DECLARED, *without_geometry())} == set(found)


def test_what_is_whole_breaks_no_rule(steward):
    HouseholdFactory(at=HERE)
    PlotFactory(at=HERE, due_on=timezone.localdate())
    PlotFactory(at=HERE, geom=square(HERE, 0.05, 0.05, 0.0002))
    IssueFactory(at=HERE, due_on=timezone.localdate())
    IssueFactory(at=HERE, due_on=yesterday(), state="solved")
    found = counts(steward)
    assert [found[str(rule.title)].rows for rule in DECLARED] == [0] * len(DECLARED)


def test_plots_that_only_touch_do_not_overlap(steward):
    first = PlotFactory(at=HERE, geom=square(HERE, 0.01, 0.01, 0.0002))
    _west, south, east, north = first.geom.extent
    PlotFactory(at=HERE, geom=Polygon.from_bbox((east, south, east + 0.0002, north)))
    assert counts(steward)[str(DECLARED[2].title)].rows == 0


def test_every_geometry_that_may_lack_has_a_rule():
    nullable = {
        (layer.key, name)
        for layer in all_layers()
        for name in layer.geometries
        if layer.model._meta.get_field(name).null
    }
    assert len(list(without_geometry())) == len(nullable) > 0


def test_a_number_leads_to_exactly_its_rows(client, steward):
    break_every_rule(HERE)
    linked = [one for one in counts(steward).values() if one.url]
    assert len(linked) >= 3
    for one in linked:
        shown = client.get(one.url)
        assert shown.status_code == 200, one.url
        assert shown.context["page_obj"].paginator.count == one.rows, one.title


def test_a_rule_that_takes_too_long_is_not_counted_and_spoils_nothing(steward, monkeypatch):
    monkeypatch.setattr(data_problems, "PATIENCE_MS", 30)
    slow = DataProblem("slow", "plots", lambda rows, _today: rows.extra(where=["pg_sleep(0.1) IS NOT NULL"]))
    monkeypatch.setattr(data_problems, "DECLARED", (slow, *DECLARED))
    PlotFactory(at=HERE, due_on=yesterday())
    found = counts(steward)
    assert (found["slow"].rows, found[str(DECLARED[3].title)].rows) == (None, 1)
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_the_page_says_what_runs_and_what_it_holds(client, steward):
    text = re.sub(r"<[^>]+>|\s+", " ", client.get("/status/").content.decode())
    for word in (
        "Data problems",
        "Version 0.",
        "PostgreSQL",
        "Connections",
        "Free",
        "Uploaded files",
        "layers_",
        "in order",
    ):
        assert word in re.sub(r" +", " ", text), word


def test_an_app_adds_a_box(client, steward, monkeypatch):
    made = Section("Jobs", (Fact("failed", "3", "/jobs/?state=failed", wrong=True),))
    monkeypatch.setattr("gisapp.status.status_sections", [lambda user: made, lambda user: None])
    text = client.get("/status/").content.decode()
    assert '<a href="/jobs/?state=failed">3</a>' in text
    assert "Attention:" in text


def test_only_stewards_see_it(client):
    for role in set(Role) - {Role.STEWARD}:
        client.force_login(user_with(role, "45"))
        assert client.get("/status/").status_code == 403, role
        assert 'href="/status/"' not in client.get("/layers/sites/").content.decode()
    client.force_login(user_with(Role.STEWARD, "45"))
    assert 'href="/status/"' in client.get("/layers/sites/").content.decode()
    client.logout()
    assert client.get("/status/").status_code == 302


def test_it_reads_in_chinese(client, steward):
    steward.language = "zh-hans"
    steward.save()
    assert "运行状态" in client.get("/status/").content.decode()


def test_files_are_counted_with_their_size(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.jpg").write_bytes(b"x" * 2048)
    with override("en"):
        assert media_words(tmp_path) == "1 · 2.0\xa0KB"
        assert media_words(tmp_path / "none") == "0 · 0\xa0bytes"


def test_a_table_that_nobody_counted_has_no_estimate():
    with override("en"):
        assert table_words(8192, -1) == "8.0\xa0KB"
        assert table_words(8192, 12345) == "8.0\xa0KB · about 12,345 rows"
