"""The auditor's trail: everything that happened in the area, nothing of the neighbour's."""

import csv
import datetime as dt
import io
import re
from urllib.parse import urlencode

import pghistory
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.audit import record_access
from accounts.context import acting_as
from accounts.models import AccessRecord
from accounts.roles import Action, Role, Through
from layers.registry import all_layers
from oversight.trail.question import Kind, Place, PlaceError, TrailQuery
from oversight.trail.selectors import PAGE_LINES, trail_page, whole_trail
from oversight.trail.sources import sources
from tests.factories import HouseholdFactory, PlotFactory, SiteFactory, UserFactory, feature, grant, user_with

pytestmark = pytest.mark.django_db

HERE, THERE = "451221001001", "451222001001"


@pytest.fixture
def auditor():
    return user_with(Role.AUDITOR, "451221")


@pytest.fixture
def neighbour():
    return user_with(Role.AUDITOR, "451222")


def asked(user, **query):
    return trail_page(TrailQuery(**query), user=user).lines


def codes(lines):
    return [code for line in lines for code in line.codes]


def page(user, **query):
    client = Client()
    client.force_login(user)
    return client.get("/audit/", query)


def changed(site, *, by, through=Through.PAGE, reason=""):
    with acting_as(by, through=through, reason=reason):
        site.name += "改"
        site.save()


def test_every_layer_is_in_the_trail(auditor):
    made = {layer.key: feature(layer.key, at=HERE).code for layer in all_layers()}
    for key, code in made.items():
        assert code in codes(asked(auditor, layer=key)), key


@pytest.mark.parametrize("layer", [layer.key for layer in all_layers()])
def test_the_neighbours_auditor_reads_nothing_of_it(layer, auditor, neighbour):
    made = feature(layer, at=HERE)
    with acting_as(UserFactory(), through=Through.PAGE, reason="a second version"):
        made.save()
    for user, expected in ((auditor, 2), (neighbour, 0)):
        assert len(asked(user, layer=layer, code=made.code)) == expected
        assert (made.code in page(user, layer=layer).content.decode()) == bool(expected)


def test_a_feature_of_two_counties_is_in_both_trails(auditor, neighbour):
    household = HouseholdFactory(at=HERE, to=THERE)
    assert codes(asked(auditor, layer="households")) == codes(asked(neighbour, layer="households")) == [household.code]


def test_an_image_belongs_to_where_it_was_then(auditor, neighbour):
    site = SiteFactory(at=HERE)
    before = SiteFactory(at=THERE).region
    changed(site, by=UserFactory(), reason="while still here")
    site.region = before
    site.save()
    assert [line.reason for line in asked(auditor, code=site.code)] == ["while still here", ""]
    assert [line.place.part for line in asked(neighbour, code=site.code)] == [3]


def test_each_version_carries_its_own_author(auditor):
    site = SiteFactory(at=HERE)
    first, second = UserFactory(), UserFactory()
    changed(site, by=first, reason="measured again")
    changed(site, by=second, through=Through.API, reason="sent by QGIS")
    lines = asked(auditor, code=site.code)
    assert [(line.kind, line.who, line.through, line.reason) for line in lines] == [
        ("changed", second.pk, "api", "sent by QGIS"),
        ("changed", first.pk, "page", "measured again"),
        ("added", None, "sql", ""),
    ]


def test_a_deletion_is_told(auditor):
    site = SiteFactory(at=HERE)
    site.deleted_at = timezone.now()
    site.save()
    assert [line.kind for line in asked(auditor, code=site.code)] == [Kind.DELETED, Kind.ADDED]


def test_a_feature_is_found_by_the_code_it_had_and_the_one_it_has(auditor):
    site = SiteFactory(at=HERE, code="AZ-OLD")
    site.code = "AZ-NEW"
    site.save()
    assert [line.place.part for line in asked(auditor, code="AZ-NEW")] == [2, 1]
    assert [(line.codes, line.then) for line in asked(auditor, code="AZ-OLD")] == [(("AZ-NEW",), "AZ-OLD")]


def test_grants_are_told_where_they_lie_wholly_within(auditor, neighbour):
    planner = UserFactory(username="newcomer")
    with pghistory.context(user=auditor.pk, username=auditor.username):
        here = grant(planner, Role.PLANNER, "451221001")
        grant(planner, Role.PLANNER, "45")
        here.delete()
    lines = [line for line in asked(auditor) if line.subject == "grants" and "newcomer" in line.about]
    assert [(line.kind, line.who, line.through) for line in lines] == [
        ("withdrawn", auditor.pk, "page"),
        ("granted", auditor.pk, "page"),
    ]
    assert not [line for line in asked(neighbour) if "newcomer" in line.about]


def test_a_grant_at_a_site_is_told_to_the_auditor_of_its_county(auditor, neighbour):
    grant(UserFactory(username="newcomer"), Role.FIELD, site=SiteFactory(at=HERE).code)
    assert [line for line in asked(auditor) if "newcomer" in line.about]
    assert not [line for line in asked(neighbour) if "newcomer" in line.about]


def test_sign_ins_let_in_and_refused_are_told(auditor, neighbour):
    planner = user_with(Role.PLANNER, "451221")
    planner.set_password("a long enough phrase")
    planner.save()
    for name, phrase, status in (
        (planner.username, "a long enough phrase", 302),
        (planner.username, "another phrase", 200),
        ("is it my password?", "x", 200),
    ):
        assert Client().post("/accounts/login/", {"username": name, "password": phrase}).status_code == status
    seen = [(line.kind, line.who) for line in asked(auditor, people=(planner.pk,)) if line.subject == "accounts.User"]
    assert seen == [("refused", planner.pk), ("sign_in", planner.pk)]
    assert not [line for line in asked(neighbour) if line.kind in {"refused", "sign_in"}]
    everything = asked(user_with(Role.AUDITOR), kind="refused")
    assert [line.who for line in everything] == [None, planner.pk]
    assert "is it my password" not in repr(everything)


def test_a_read_is_told_to_those_whose_people_were_read(auditor, neighbour):
    household = HouseholdFactory(at=HERE)
    reader = user_with(Role.PLANNER, "45")
    record_access(
        user=reader, kind="read", subject="layers.Person", purpose="a complaint", through="page", codes=[household.code]
    )
    (line,) = asked(auditor, kind="read")
    assert (line.who, line.codes, line.reason, line.beyond) == (reader.pk, (household.code,), "a complaint", False)
    assert asked(neighbour, kind="read") == []
    assert reverse("layers:history", args=["households", household.code]) in page(auditor, kind="read").content.decode()


def test_what_reaches_beyond_the_area_is_told_without_its_words(auditor):
    record_access(
        user=user_with(Role.STEWARD),
        kind="export",
        subject="households",
        purpose="H-THERE-1.csv",
        through="page",
        rows=9,
    )
    (line,) = asked(auditor, kind="export")
    assert (line.beyond, line.reason, line.rows, line.codes) == (True, "", None, ())
    assert asked(auditor, reason="THERE") == []
    (whole,) = asked(user_with(Role.AUDITOR, "45"), kind="export")
    assert whole.beyond
    (whole,) = asked(user_with(Role.AUDITOR), kind="export")
    assert (whole.reason, whole.rows, whole.beyond) == ("H-THERE-1.csv", 9, False)


def test_an_auditor_of_one_layer_reads_that_one_alone():
    user = UserFactory()
    grant(user, Role.AUDITOR, "451221", layer="plots")
    plot = PlotFactory(at=HERE)
    SiteFactory(at=HERE)
    assert codes(asked(user)) == [plot.code]


def test_somebody_else_gets_no_page(client):
    for role in set(Role) - {Role.AUDITOR}:
        client.force_login(user_with(role, "45"))
        assert client.get("/audit/").status_code == client.get("/audit/trail.csv").status_code == 403, role
    client.logout()
    assert client.get("/audit/").status_code == 302


def test_an_auditor_sees_the_page_in_the_rail(auditor, client):
    client.force_login(auditor)
    assert 'href="/audit/"' in client.get("/layers/sites/").content.decode()
    client.force_login(user_with(Role.PLANNER, "451221"))
    assert 'href="/audit/"' not in client.get("/layers/sites/").content.decode()


FILTERS = {
    "person": lambda user, site: {"person": user.username},
    "kind": lambda user, site: {"kind": "changed"},
    "layer": lambda user, site: {"layer": "sites"},
    "division": lambda user, site: {"division": "451221001"},
    "code": lambda user, site: {"code": site.code},
    "through": lambda user, site: {"through": "field"},
    "reason": lambda user, site: {"reason": "survey"},
    "since": lambda user, site: {"since": timezone.localdate().isoformat()},
    "until": lambda user, site: {"until": timezone.localdate().isoformat()},
}
NOTHING = {
    "person": "nobody",
    "kind": "erase",
    "layer": "facilities",
    "division": "451221999",
    "code": "AZ-NONE",
    "through": "import",
    "reason": "no such words",
    "since": "2999-01-01",
    "until": "1999-01-01",
}


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_finds_what_it_names_and_nothing_else(name, auditor):
    site = SiteFactory(at=HERE)
    user = UserFactory(username="surveyor")
    changed(site, by=user, through=Through.FIELD, reason="after the survey")
    assert "after the survey" in page(auditor, **FILTERS[name](user, site)).content.decode()
    answer = page(auditor, **{name: NOTHING[name]})
    assert answer.status_code == 200
    assert "after the survey" not in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"since": "yesterday"},
        {"division": "12345"},
        {"kind": "guessed"},
        {"layer": "persons"},
        {"through": "back door"},
        {"before": "1~2~3"},
        {"before": "2026-01-01T00:00:00~sites~1~1"},
        {"before": f"2026-01-01T00:00:00+00:00~sites~{2**40}~1"},
        {"since": "2026-02-01", "until": "2026-01-01"},
        {"reason": "a\0b"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused_in_words(auditor, query):
    for path in ("/audit/", "/audit/trail.csv"):
        client = Client()
        client.force_login(auditor)
        answer = client.get(path, query)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.content.decode()


def generated(count, *, at=HERE):
    """Keep `count` images of one site, a second apart, as the triggers would; return their site."""
    site = SiteFactory(at=at)
    images = site._meta.get_field("versions").related_model
    columns = [field.column for field in images._meta.concrete_fields if field.column not in {"pgh_id", "area_m2"}]
    given = {
        "pgh_label": "'superseded'",
        "pgh_created_at": "now()",
        "pgh_obj_id": "id",
        "version": "n",
        "changed_at": "timestamptz '2020-01-01' + make_interval(secs => n / 2)",
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO layers_siteevent ({', '.join(columns)}) SELECT "
            + ", ".join(given.get(column, column) for column in columns)
            + " FROM layers_site, generate_series(1, %s) AS n WHERE id = %s",
            [count, site.pk],
        )
    return site


def test_pages_follow_each_other_without_gap_or_repetition(auditor):
    site = generated(3 * PAGE_LINES)
    query = TrailQuery(layer="sites", code=site.code)
    seen, before = [], None
    while True:
        answer = trail_page(query, user=auditor, before=before)
        seen += [line.place for line in answer.lines]
        if answer.older is None:
            break
        before = Place.parse(str(answer.older))
    assert len(seen) == len(set(seen)) == 3 * PAGE_LINES + 1
    assert seen == sorted(seen, reverse=True)
    assert seen == [line.place for line in whole_trail(query, user=auditor)]


def test_the_page_leads_to_the_older_lines(auditor):
    generated(PAGE_LINES + 5)
    first = page(auditor, layer="sites").content.decode()
    older = re.search(r'href="(\?[^"]*before=[^"]*)" rel="next"', first)[1].replace("&amp;", "&")
    client = Client()
    client.force_login(auditor)
    second = client.get(f"/audit/{older}").content.decode()
    assert second.count("<tr>") - 1 == 6
    assert 'rel="next"' not in second


def test_a_version_that_moves_between_two_pages_is_told_once(auditor):
    generated(PAGE_LINES)
    site = SiteFactory(at=HERE)
    first = trail_page(TrailQuery(layer="sites"), user=auditor)
    changed(site, by=UserFactory())
    second = trail_page(TrailQuery(layer="sites"), user=auditor, before=first.older)
    assert not {line.place for line in first.lines} & {line.place for line in second.lines}


def plan(rows, index):
    """Return how many rows the server read by `index` for the rows asked; nothing else was read in their place.

    The application may not ANALYZE, and without figures on a table the planner takes it for nearly empty: sorting is
    made dear, as it is in a table with figures.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        text, values = rows.query.sql_with_params()
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}", values)
        ((answer,),) = cursor.fetchall()
    nodes = list(walk(answer[0]["Plan"]))
    assert not [node for node in nodes if node["Node Type"] in {"Sort", "Seq Scan"}], nodes
    (used,) = [node for node in nodes if index in node.get("Index Name", "")]
    return used["Actual Rows"] + used.get("Rows Removed by Filter", 0)


def walk(node):
    yield node
    for below in node.get("Plans", ()):
        yield from walk(below)


@pytest.mark.parametrize("query", [{}, {"through": "sql"}, {"division": "451221"}, {"kind": "changed"}])
@pytest.mark.parametrize("deep", [False, True], ids=["newest", "deep"])
def test_a_page_of_a_long_trail_reads_only_what_it_shows(auditor, query, deep):
    generated(20_000)
    before = Place(dt.datetime(2020, 1, 1, 1, tzinfo=dt.UTC), "sites", 2**30, 1) if deep else None
    _now, was, *_others = sources(TrailQuery(layer="sites", **query), user=auditor, before=before)
    assert plan(was.rows[: PAGE_LINES + 1], "siteevent_changed_at") <= PAGE_LINES + 3


def test_an_access_record_is_found_by_its_index(auditor):
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO accounts_accessrecord
                (at, kind, subject, codes, purpose, through, request_id, divisions, within)
            SELECT timestamptz '2020-01-01' + make_interval(secs => n), 'read', 'layers.Person', '{}', '', 'page', '',
                '{451221}', '{45,4512,451221}'
            FROM generate_series(1, 20000) AS n
            """
        )
    (source,) = sources(TrailQuery(kind="read"), user=auditor)
    assert plan(source.rows[: PAGE_LINES + 1], "access_by_time") <= PAGE_LINES + 1


def test_the_page_asks_as_many_questions_however_long_the_trail(auditor, django_assert_max_num_queries):
    generated(500)
    with django_assert_max_num_queries(45):
        assert len(asked(auditor)) == PAGE_LINES


def taken(user, **query):
    client = Client()
    client.force_login(user)
    answer = client.get("/audit/trail.csv", query)
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_the_list_leaves_as_csv_and_that_is_recorded(auditor, neighbour):
    site = SiteFactory(at=HERE)
    there = SiteFactory(at=THERE)
    rows = taken(auditor, layer="sites")
    assert [row[4] for row in rows[1:]] == [site.code]
    assert there.code not in str(rows)
    made = AccessRecord.objects.get(kind="export")
    assert (made.user, made.subject, made.purpose, made.divisions) == (auditor, "trail", "layer=sites", ["451221"])
    assert made.request_id
    assert len(asked(auditor, kind="export")) == 1
    assert asked(neighbour, kind="export") == []


def test_an_auditor_who_may_only_look_takes_nothing_along(client):
    user = UserFactory()
    grant(user, Role.AUDITOR, "451221", action=Action.VIEW)
    client.force_login(user)
    answer = client.get("/audit/")
    assert answer.status_code == 200
    assert "trail.csv" not in answer.content.decode()
    assert client.get("/audit/trail.csv").status_code == 403


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1"])
def test_no_cell_is_taken_for_a_formula(auditor, text):
    changed(SiteFactory(at=HERE, code="=AZ"), by=UserFactory(display_name=text), reason=text)
    row = next(row for row in taken(auditor, layer="sites") if row[2] != "" and row[9].endswith(text.strip()))
    for cell in row:
        assert not cell.startswith(("=", "+", "-", "@", "\t", "＝")), row


def test_exports_of_features_are_recorded(auditor):
    planner = user_with(Role.PLANNER, "451221")
    client = Client()
    client.force_login(planner)
    list(client.get("/layers/households/features.geojson").streaming_content)
    client.head("/layers/households/features.geojson")
    list(client.get("/layers/origins/features.geojson?region=451221001").streaming_content)
    lines = asked(auditor, kind="export")
    assert [(line.who, line.subject, line.reason) for line in lines] == [
        (planner.pk, "households", "origins.geojson"),
        (planner.pk, "households", "households.geojson"),
    ]
    assert [record.divisions for record in AccessRecord.objects.filter(kind="export").order_by("id")] == [
        ["451221"],
        ["451221001"],
    ]


def test_the_page_reads_in_chinese_and_english(auditor):
    SiteFactory(at=HERE)
    assert "Audit trail" in page(auditor).content.decode()
    auditor.language = "zh-hans"
    auditor.save()
    assert "审计记录" in page(auditor).content.decode()


def test_a_place_is_read_as_it_is_written():
    place = Place(dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=dt.UTC), "sites", 7, 3)
    assert Place.parse(str(place)) == place
    with pytest.raises(PlaceError):
        Place.parse("nothing")
    assert urlencode({"before": str(place)})
