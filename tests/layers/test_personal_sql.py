"""Raw SQL as the application, filters forgotten: neither rows nor keys nor what the server says of them come out."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction
from django.http import StreamingHttpResponse

from accounts.ciphers import keyed_hash
from accounts.context import acting_as
from accounts.roles import Role, Through
from layers.personal import HouseholdIdentity, Person
from tests.factories import HouseholdFactory, user_with

pytestmark = pytest.mark.django_db
TABLES = (
    "layers_householdidentity",
    "layers_householdidentityevent",
    "layers_person",
    "layers_personevent",
    "layers_householdkey",
)
every_table = pytest.mark.parametrize("table", TABLES)
PHONE = "13812341234"
OWN, THEIRS = "451221001001", "451222001001"


@pytest.fixture(autouse=True)
def families() -> dict[str, str]:
    """A household with a version behind it in each of two counties: code by division."""
    made = {}
    with acting_as(None, through=Through.COMMAND):
        for at in (OWN, THEIRS):
            household = HouseholdFactory(at=at)
            head = HouseholdIdentity.objects.create(household=household, head_name="示例", phone=PHONE)
            person = Person.objects.create(household=household, number=1, name="示例", phone=PHONE)
            for row in (head, person):
                row.phone = PHONE
                row.save()
            made[at] = str(household.code)
    return made


def fetched(statement: str, *parameters: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def codes(table: str) -> set[object]:
    return {code for (code,) in fetched(f"SELECT household_code FROM {table}")}


def county() -> AbstractContextManager[None]:
    return acting_as(user_with(Role.PLANNER, "451221"), through=Through.PAGE)


@every_table
def test_every_table_shows_the_own_area_and_nothing_without_one(table: str, families: dict[str, str]) -> None:
    assert codes(table) == set()
    with county():
        assert codes(table) == {families[OWN]}
    assert codes(table) == set()


@every_table
def test_the_rule_is_forced_on_whoever_owns_the_table(table: str) -> None:
    assert fetched(f"SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = '{table}'") == [
        (True, True)
    ]


@every_table
def test_copy_gives_no_more_and_takes_nothing(table: str, families: dict[str, str]) -> None:
    with county(), connection.cursor() as cursor:
        out = io.StringIO()
        cursor.copy_expert(f"COPY {table} TO STDOUT", out)
        assert families[OWN] in out.getvalue()
        assert families[THEIRS] not in out.getvalue()
    with pytest.raises(psycopg2.Error, match="row-level security"), transaction.atomic(), connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO(""))


def test_a_load_through_a_temporary_table_stays_in_the_area(families: dict[str, str]) -> None:
    """COPY into a temporary table, then INSERT ... SELECT: one row of elsewhere and none goes in."""

    def load(*households: str) -> None:
        rows = "".join(f"{code},{number}\n" for number, code in enumerate(households, start=7))
        with county(), connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE stage (code text, number smallint) ON COMMIT DROP")
            cursor.copy_expert("COPY stage FROM STDIN WITH (FORMAT csv)", io.StringIO(rows))
            cursor.execute(
                "INSERT INTO layers_person (household_code, number, version, changed_at, changed_through,"
                " change_reason, id_number_hash, phone_hash) SELECT code, number, 1, now(), '', '', '', '' FROM stage"
            )
            cursor.execute("DROP TABLE stage")

    with pytest.raises(DatabaseError, match="row-level security"):
        load(families[OWN], families[THEIRS])
    load(families[OWN], families[OWN])
    with acting_as(None, through=Through.COMMAND):
        assert Person.objects.filter(household_id=families[OWN]).count() == 3
        assert Person.objects.filter(household_id=families[THEIRS]).count() == 1


def test_a_hash_finds_nobody_elsewhere(families: dict[str, str]) -> None:
    statement = "SELECT household_code FROM layers_person WHERE phone_hash = %s"
    with county():
        assert fetched(statement, keyed_hash("phone", PHONE)) == [(families[OWN],)]


@every_table
def test_statistics_of_values_are_not_shown(table: str) -> None:
    assert fetched(f"SELECT count(*) FROM pg_stats WHERE tablename = '{table}'") == [(0,)]
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        fetched("SELECT stavalues1 FROM pg_statistic")


def test_a_function_in_the_filter_sees_no_hidden_row(families: dict[str, str]) -> None:
    with county(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.tell(code text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS "
            "$$ BEGIN RAISE NOTICE 'saw %%', code; RETURN true; END $$",
            [],
        )
        connection.connection.notices.clear()
        cursor.execute("SELECT 1 FROM layers_person WHERE pg_temp.tell(household_code)")
        said = " ".join(connection.connection.notices)
    assert families[OWN] in said
    assert families[THEIRS] not in said


def test_plans_tell_no_value(families: dict[str, str]) -> None:
    with county():
        plan = json.dumps(fetched("EXPLAIN (ANALYZE, VERBOSE, FORMAT JSON) SELECT * FROM layers_person"), default=str)
    assert families[THEIRS] not in plan
    assert keyed_hash("phone", PHONE) not in plan


def test_errors_tell_neither_values_nor_that_a_row_is_there(families: dict[str, str]) -> None:
    insert = (
        "INSERT INTO layers_person (household_code, number, version, changed_at, changed_through, change_reason,"
        " id_number_hash, phone_hash) VALUES (%s, 1, 1, now(), '', '', '', '')"
    )

    def attempt(code: str) -> None:
        with county():
            fetched(insert, code)

    def refusal(code: str) -> str:
        with pytest.raises(DatabaseError) as raised:
            attempt(code)
        return str(raised.value)

    said = {"own": refusal(families[OWN]), "theirs": refusal(families[THEIRS]), "none": refusal("NO-SUCH")}
    assert "person_number_once" in said["own"]
    assert "Key (" not in said["own"], "no value of the row"
    assert said["theirs"] == said["none"], "refused alike, before the constraint is looked at"
    assert "row-level security" in said["theirs"]


def test_an_inner_scope_ends_with_its_block(families: dict[str, str]) -> None:
    with county():
        with acting_as(user_with(Role.PLANNER, "451222"), through=Through.PAGE):
            assert codes("layers_person") == {families[THEIRS]}
        assert codes("layers_person") == {families[OWN]}


def test_an_inner_scope_ends_with_its_error(families: dict[str, str]) -> None:
    def fails() -> None:
        with acting_as(None, through=Through.COMMAND):
            assert len(codes("layers_person")) == 2
            raise ZeroDivisionError

    with county():
        with pytest.raises(ZeroDivisionError):
            fails()
        assert codes("layers_person") == {families[OWN]}
        with pytest.raises(DatabaseError), acting_as(None, through=Through.COMMAND):
            fetched("SELECT 1/0")
        assert codes("layers_person") == {families[OWN]}
    assert codes("layers_person") == set()


def portions(seen: list[set[object]]) -> Iterator[bytes]:
    with county():
        for _ in range(3):
            seen.append(codes("layers_person"))
            yield b"x"


def test_a_streamed_answer_keeps_its_scope_after_the_view_and_leaves_none(families: dict[str, str]) -> None:
    seen: list[set[object]] = []
    answer = StreamingHttpResponse(portions(seen))
    assert codes("layers_person") == set(), "not before the first portion"
    assert b"".join(answer) == b"xxx"
    assert seen == [{families[OWN]}] * 3
    assert codes("layers_person") == set()


def test_a_streamed_answer_that_nobody_reads_to_its_end_leaves_no_scope(families: dict[str, str]) -> None:
    seen: list[set[object]] = []
    rows = portions(seen)
    assert rows.close in StreamingHttpResponse(rows)._resource_closers, "Django closes it with the answer"
    next(rows)
    rows.close()
    assert seen == [{families[OWN]}]
    assert codes("layers_person") == set()


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_used_again_knows_nothing_of_the_last_scope(families: dict[str, str]) -> None:
    process = fetched("SELECT pg_backend_pid()")
    with county():
        assert codes("layers_person") == {families[OWN]}
    assert fetched("SELECT pg_backend_pid()") == process
    assert codes("layers_person") == set()
    assert fetched("SELECT coalesce(current_setting('gisapp.divisions', true), '')") == [("",)]
    with transaction.atomic():
        assert codes("layers_person") == set()
