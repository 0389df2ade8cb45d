"""The small demonstration obeys the rules of the layers and holds what it promises."""

from __future__ import annotations

import json
import stat

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connections

from accounts.ciphers import keyed_hash
from accounts.context import acting_as
from accounts.models import Grant, User
from accounts.roles import Through
from geocore.id_numbers import parse_id_number
from gisapp.demo.accounts import ACCOUNTS
from gisapp.demo.scales import SCALES, SMALL, SOURCE
from gisapp.demo.seeding import seed_demo
from gisapp.demo.stamp import AlreadySeededError
from layers.personal import Person
from tests.gisapp.demo.conftest import Demo


def test_totals_are_exact(demo: Demo) -> None:
    assert demo.value("SELECT count(*) FROM layers_site") == SMALL.sites == 30
    assert demo.value("SELECT count(*) FROM layers_household") == 8_000
    assert demo.value("SELECT sum(persons) FROM layers_household") == SMALL.persons
    assert demo.value("SELECT count(*) FROM layers_person") == SMALL.persons
    assert demo.value("SELECT count(*) FROM layers_householdidentity") == 8_000
    assert demo.value("SELECT count(*) FROM layers_household WHERE resettlement = 'dispersed'") == SMALL.dispersed
    assert demo.value("SELECT count(moved_in_on) FROM layers_household") == SMALL.moved_in
    gone = "SELECT count(*) FROM layers_plot WHERE stage IN ('demolished', 'reclaimed', 'verified')"
    assert demo.value(gone) == SMALL.demolished
    assert demo.value("SELECT count(*) FROM layers_facility") == SMALL.facilities
    assert demo.value("SELECT count(*) FROM layers_issuereport") == SMALL.issues
    assert demo.value("SELECT count(*) FROM layers_project") == SMALL.projects
    assert demo.done.counts["layers_household"] == 8_000


@pytest.mark.parametrize(
    ("table", "column", "values"),
    [
        ("layers_plot", "stage", "registered vacated demolished reclaimed verified exempt"),
        ("layers_household", "resettlement", "site dispersed open"),
        ("layers_issuereport", "state", "reported dispatched handling solved closed"),
        ("layers_project", "state", "planned building built"),
        ("layers_household", "programme", "poverty reservoir hazard ecology"),
    ],
)
def test_every_stage_and_state_is_there(demo: Demo, table: str, column: str, values: str) -> None:
    assert {row[0] for row in demo.rows(f"SELECT DISTINCT {column} FROM {table}")} == set(values.split())


@pytest.mark.parametrize("missing", ["old_home", "new_home"])
def test_positions_are_missing_here_and_there(demo: Demo, missing: str) -> None:
    share = demo.value(f"SELECT count(*) FILTER (WHERE {missing} IS NULL)::float / count(*) FROM layers_household")
    assert 0.01 < share < 0.1
    both = "SELECT count(*) FROM layers_household WHERE old_home IS NULL AND new_home IS NULL"
    assert demo.value(both) > 0


def test_people_move_both_ways_over_the_county_line(demo: Demo) -> None:
    query = "SELECT count(*) FROM layers_household WHERE region_code LIKE %s AND destination_code LIKE %s"
    assert demo.value(query, "451221%", "451222%") > 50
    assert demo.value(query, "451222%", "451221%") > 50
    within = "SELECT avg((left(region_code, 6) = left(destination_code, 6))::int) FROM layers_household"
    assert demo.value(within) > 0.8


def test_new_homes_stand_on_their_site(demo: Demo) -> None:
    outside = """
        SELECT count(*) FROM layers_household AS h JOIN layers_site AS s ON s.code = h.site_code
        WHERE NOT ST_Covers(s.geom, h.new_home)
    """
    assert demo.value(outside) == 0


def test_everything_lies_in_its_county(demo: Demo) -> None:
    for table, column in (
        ("layers_household", "old_home"),
        ("layers_plot", "geom"),
        ("layers_site", "geom"),
        ("layers_facility", "geom"),
    ):
        outside = f"""
            SELECT count(*) FROM {table} AS f JOIN layers_region AS r ON r.code = left(f.region_code, 6) || '000000'
            WHERE NOT ST_Covers(r.geom, f.{column})
        """
        assert demo.value(outside) == 0, table


def test_no_two_plots_and_no_two_sites_overlap(demo: Demo) -> None:
    for table in ("layers_plot", "layers_site"):
        overlaps = f"""
            SELECT count(*) FROM {table} AS a JOIN {table} AS b ON a.geom && b.geom AND (a.id + 0) < (b.id + 0)
            WHERE ST_Relate(a.geom, b.geom, '2********')
        """
        assert demo.value(overlaps) == 0, table


def test_plots_have_plausible_areas(demo: Demo) -> None:
    ((least, most, beyond),) = demo.rows(
        "SELECT min(area_m2) * 15 / 10000, max(area_m2) * 15 / 10000, "
        "count(*) FILTER (WHERE verified_area_mu > area_m2 * 15 / 10000) FROM layers_plot"
    )
    assert least >= 0.0999
    assert most <= 1.001
    assert beyond == 0


def test_sites_have_plausible_areas(demo: Demo) -> None:
    ((least, most),) = demo.rows(
        "SELECT min(area_m2 * 15 / 10000 / planned_households), max(area_m2 * 15 / 10000 / planned_households) "
        "FROM layers_site"
    )
    assert least > 0.24
    assert most < 1.0


def test_each_of_the_last_24_months_has_moves_and_nothing_is_later(demo: Demo) -> None:
    months = "SELECT count(DISTINCT date_trunc('month', {0})), max({0})::text FROM {1} WHERE {0} >= '2018-11-01'"
    for column, table in (("moved_in_on", "layers_household"), ("demolished_on", "layers_plot")):
        ((count, last),) = demo.rows(months.format(column, table))
        assert count == 24
        assert last <= "2020-10-31"


def test_scopes_are_those_that_the_database_would_have_chosen(demo: Demo) -> None:
    wrong = (
        "SELECT count(*) FROM layers_household WHERE scope_id <> layers_scope_of(ARRAY[region_code, destination_code])"
    )
    assert demo.value(wrong) == 0
    assert demo.value("SELECT count(*) FROM layers_plot WHERE scope_id <> layers_scope_of(ARRAY[region_code])") == 0
    assert (
        demo.value("SELECT count(*) FROM layers_project WHERE scope_id <> layers_scope_of(region_code || counties)")
        == 0
    )


def test_rows_are_signed_as_the_trigger_would(demo: Demo) -> None:
    signed = "SELECT DISTINCT version, changed_by_id, changed_through, change_reason FROM layers_household"
    assert demo.rows(signed) == [(1, None, "command", "seed_demo small 1")]
    resting = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'pgtrigger%%' AND tgenabled <> 'O'"
    assert demo.value(resting) == 0


@pytest.mark.parametrize(
    ("table", "column"),
    [("layers_site", "name"), ("layers_project", "name"), ("layers_facility", "name")],
)
def test_every_name_says_that_it_is_an_example(demo: Demo, table: str, column: str) -> None:
    assert demo.value(f"SELECT count(*) FROM {table} WHERE {column} NOT LIKE %s", "%示例%") == 0


def persons(demo: Demo, some: int = 400) -> list[Person]:
    """Return some of the persons, opened."""
    with acting_as(None, through=Through.COMMAND, using="owner"):
        return list(Person.objects.using("owner").opened().order_by("-household_id", "number")[:some])


def test_every_person_says_to_be_an_example(demo: Demo) -> None:
    assert all("示例" in person.name for person in persons(demo))


def test_nobody_has_an_identity_number_that_could_be_somebodys(demo: Demo) -> None:
    numbers = [parse_id_number(person.id_number) for person in persons(demo)]
    assert all(number.synthetic for number in numbers), "the division 000000 is none"
    assert [number.born_on for number in numbers] == [person.born_on for person in persons(demo)]
    assert demo.value("SELECT count(DISTINCT id_number_hash) FROM layers_person") == SMALL.persons


def test_persons_are_found_by_the_hashes_that_the_application_asks_for(demo: Demo) -> None:
    person = next(one for one in persons(demo) if one.phone)
    assert person.id_number_hash == keyed_hash("id_number", person.id_number)
    assert person.phone_hash == keyed_hash("phone", person.phone)


def test_some_old_homes_of_reservoir_households_will_be_flooded(demo: Demo) -> None:
    wet = """
        SELECT avg(ST_Covers(p.inundation, h.old_home)::int) FROM layers_household AS h
        JOIN layers_project AS p ON p.code = h.project_code WHERE h.old_home IS NOT NULL
    """
    assert 0.3 < demo.value(wet) < 0.9


def test_townships_are_marked_as_invented(demo: Demo) -> None:
    drawn = "SELECT count(*), bool_and(demonstration) FROM layers_region WHERE level = 4 AND geom IS NOT NULL"
    ((count, marked),) = demo.rows(drawn)
    assert count > 100
    assert marked
    assert demo.value("SELECT count(*) FROM layers_region WHERE level <= 3 AND demonstration") == 0


def test_a_second_run_changes_nothing(demo: Demo) -> None:
    before = demo.rows("SELECT sum(version), count(*) FROM layers_region")
    again = seed_demo(scale=SMALL, seed=1, using="owner", passwords=demo.passwords)
    assert again.counts == {}
    assert again.accounts == demo.done.accounts
    assert demo.rows("SELECT sum(version), count(*) FROM layers_region") == before


@pytest.mark.parametrize(("scale", "seed"), [("guangxi", 1), ("small", 2)])
def test_other_data_are_refused_with_a_way_out(demo: Demo, scale: str, seed: int) -> None:
    with pytest.raises(AlreadySeededError, match=r"small and seed 1.*--reset"):
        seed_demo(scale=SCALES[scale], seed=seed, using="owner", passwords=demo.passwords)


def test_accounts_can_log_in_and_stand_where_they_should(demo: Demo) -> None:
    kept = json.loads(demo.passwords.read_text(encoding="utf-8"))
    assert stat.S_IMODE(demo.passwords.stat().st_mode) == 0o600
    assert set(kept) == set(ACCOUNTS)
    assert kept["planner"]["areas"] == ["4512"]
    assert len({entry["password"] for entry in kept.values()}) == len(kept)
    user = User.objects.using("owner").get(username="county_planner")
    assert not user.is_staff
    grants = Grant.objects.using("owner").filter(user=user).values_list("role", "division")
    assert list(grants) == [("planner", "451221")]
    steward = User.objects.using("owner").get(username="steward")
    assert steward.is_staff
    assert steward.user_permissions.filter(codename="change_plantarget").exists()


def test_passwords_work(demo: Demo) -> None:
    for name, entry in json.loads(demo.passwords.read_text(encoding="utf-8")).items():
        user = User.objects.using("owner").get(username=name)
        assert PBKDF2PasswordHasher().verify(entry["password"], user.password)


def said_of(person: Person) -> tuple[object, ...]:
    """Return what is known of a person, opened."""
    return person.household_id, person.number, person.name, person.id_number, person.phone, person.born_on


KEYS = {
    "layers_site": "code",
    "layers_project": "code",
    "layers_household": "code",
    "layers_plot": "code",
    "layers_facility": "code",
    "layers_issuereport": "code",
    "layers_person": "household_code, number",
    "fieldwork_helperassignment": "household_code, from_on",
}


@pytest.mark.slow
def test_two_runs_give_the_same_rows_and_reset_spares_others(demo: Demo) -> None:
    # sealed under keys that are drawn anew; what they hold is compared opened
    varying = "ARRAY['id', 'changed_at', 'scope_id', 'helper_id', 'sealed']"
    checksums = [
        f"SELECT md5(string_agg(md5((to_jsonb(t) - {varying})::text), '' ORDER BY {key})) FROM {table} AS t"
        for table, key in KEYS.items()
    ]
    before, people = [demo.value(query) for query in checksums], [said_of(person) for person in persons(demo)]
    with acting_as(None, through=Through.COMMAND, using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO layers_facility (code, name, kind, region_code, geom, version, source, source_id, changed_at,"
            " changed_through, change_reason) SELECT 'MINE', '我的', 'clinic', code, seat, 1, '', '', now(), '', ''"
            " FROM layers_region WHERE code = '451221000000'"
        )
    again = seed_demo(scale=SMALL, seed=1, using="owner", passwords=demo.passwords, reset=True)
    assert again.counts == demo.done.counts
    assert again.accounts == demo.done.accounts
    assert demo.value("SELECT count(*) FROM layers_facility WHERE source <> %s", SOURCE) == 1
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM layers_facility WHERE code = 'MINE'")
    assert [demo.value(query) for query in checksums] == before
    assert [said_of(person) for person in persons(demo)] == people
