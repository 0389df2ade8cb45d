"""Records of access: they carry what was asked for, and nobody rewrites them."""

import pghistory
import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from pghistory.models import Context, Event
from psycopg2 import sql

from accounts.audit import EVERYWHERE, MOST_CODES, record_access
from accounts.models import AccessRecord, Grant
from accounts.rights import append_only_models
from accounts.roles import Role, Through
from layers.registry import all_layers
from tests.factories import HouseholdFactory, SiteFactory, UserFactory, grant, region, user_with

pytestmark = pytest.mark.django_db


def recorded(user: object, **more: object) -> AccessRecord:
    given = {"kind": "read", "subject": "layers.Person", "purpose": "checks a complaint", "through": Through.PAGE}
    made = record_access(user=user, **(given | more))
    made.refresh_from_db()
    return made


def test_a_record_says_who_what_and_why() -> None:
    user = UserFactory()
    household = HouseholdFactory()
    made = recorded(user, codes=[household.code], rows=4)
    assert (made.user, made.kind, made.subject, made.codes, made.rows) == (
        user,
        "read",
        "layers.Person",
        [household.code],
        4,
    )
    assert (made.purpose, made.through, made.request_id) == ("checks a complaint", "page", "")
    assert made.at is not None


def test_a_record_concerns_the_counties_of_its_features() -> None:
    household = HouseholdFactory(at="451221001001", to="451222001001")
    made = recorded(user_with(Role.PLANNER, "45"), codes=[household.code])
    assert made.divisions == ["451221", "451222"]
    assert made.within == ["45", "4512", "451221", "451222"]


def test_a_record_without_codes_concerns_what_its_user_was_granted() -> None:
    user = user_with(Role.PLANNER, "451221")
    grant(user, Role.PLANNER, site=SiteFactory(at="451222001001").code)
    assert recorded(user, kind="export", subject="households").divisions == ["451221", "451222"]


def test_a_record_of_somebody_granted_everything_concerns_everywhere() -> None:
    made = recorded(user_with(Role.STEWARD), kind="export", subject="plots")
    assert (made.divisions, made.within) == ([EVERYWHERE], [])


def test_a_division_is_concerned_by_its_own_code() -> None:
    made = recorded(UserFactory(), subject="regions", codes=[region("451221").code, "no code"])
    assert made.divisions == ["451221"]


def test_somebody_anonymous_and_the_system_are_nobody() -> None:
    assert [recorded(nobody).user for nobody in (AnonymousUser(), None)] == [None, None]


def test_a_long_list_of_codes_is_cut_and_its_number_kept() -> None:
    made = recorded(UserFactory(), codes=[f"H-{n}" for n in range(MOST_CODES + 1)], rows=MOST_CODES + 1)
    assert (len(made.codes), made.rows) == (MOST_CODES, MOST_CODES + 1)


def kept_tables() -> list[str]:
    return sorted(model._meta.db_table for model in append_only_models())


def test_every_history_of_every_layer_and_every_other_event_is_append_only() -> None:
    tables = set(kept_tables())
    assert {layer.model._meta.get_field("versions").related_model._meta.db_table for layer in all_layers()} <= tables
    assert {model._meta.db_table for model in apps.get_models() if issubclass(model, Event)} <= tables
    assert {"accounts_accessrecord", "accounts_grantevent", "layers_personevent"} <= tables


ATTACKS = (
    "UPDATE {table} SET {column} = {column}",
    "DELETE FROM {table}",
    "TRUNCATE {table} CASCADE",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE {table} OWNER TO gisapp_app",
    "DROP TABLE {table} CASCADE",
    "GRANT UPDATE, DELETE ON {table} TO gisapp_app",
    "CREATE RULE gone AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "INSERT INTO {table} ({column}) VALUES (0) ON CONFLICT ({column}) DO UPDATE SET {column} = 0",
    "MERGE INTO {table} AS t USING {table} AS s ON t.{column} = s.{column} WHEN MATCHED THEN DELETE",
)


def attacked(table: str, statement: str) -> None:
    """Run `statement` as the application's role and expect the server to refuse it for want of a right."""
    model = next(one for one in append_only_models() if one._meta.db_table == table)
    names = {"table": sql.Identifier(table), "column": sql.Identifier(model._meta.pk.column)}
    granting = statement.startswith("GRANT")
    with connection.cursor() as cursor:
        if granting:  # the server answers a grant that gives nothing with a warning
            cursor.execute(sql.SQL(statement).format(**names))
            return
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            cursor.execute(sql.SQL(statement).format(**names))
    assert refused.value.__cause__.pgcode == "42501", f"{statement}: {refused.value}"


@pytest.mark.parametrize("ignored", [False, True], ids=["triggers", "triggers ignored"])
@pytest.mark.parametrize("statement", ATTACKS)
def test_the_application_cannot_rewrite_what_happened(statement: str, ignored: bool) -> None:
    everything = "{" + ",".join(f'"{uri}"' for uri in trigger_names()) + "}" if ignored else "{}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [everything])
    for table in kept_tables():
        attacked(table, statement)
    assert not rights_to_rewrite()


def rights_to_rewrite() -> list[tuple[str, str]]:
    """Return the tables with a right, of the table or of any of its columns, that could change what happened."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT kept, wanted FROM unnest(%s) AS kept
            CROSS JOIN unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS wanted
            WHERE has_table_privilege(kept, wanted)
            UNION ALL
            SELECT kept, 'UPDATE of a column' FROM unnest(%s) AS kept WHERE has_any_column_privilege(kept, 'UPDATE')
            """,
            [kept_tables(), kept_tables()],
        )
        return list(cursor.fetchall())


def trigger_names() -> list[str]:
    """Return the name of every trigger of every table, as `pgtrigger.ignore` takes it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal")
        return [f"{table}:{name}" for table, name in cursor.fetchall()]


def test_the_application_drops_no_trigger() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal")
        triggers = cursor.fetchall()
        assert triggers
        for table, name in triggers:
            for statement in ("DROP TRIGGER {name} ON {table}", "ALTER TABLE {table} DISABLE TRIGGER {name}"):
                with pytest.raises(DatabaseError) as refused, transaction.atomic():
                    cursor.execute(
                        sql.SQL(statement).format(name=sql.Identifier(name), table=sql.Identifier(*table.split(".")))
                    )
                assert refused.value.__cause__.pgcode == "42501"


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE gisapp_owner",
        "SET ROLE gisapp_backup",
        "SET SESSION AUTHORIZATION gisapp_owner",
        "SET session_replication_role = replica",
        "GRANT gisapp_owner TO gisapp_app",
        "ALTER ROLE gisapp_app BYPASSRLS",
        "UPDATE pg_catalog.pg_class SET relacl = NULL",
    ],
)
def test_the_application_becomes_nobody_else(statement: str) -> None:
    with connection.cursor() as cursor:
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            cursor.execute(statement)
        assert refused.value.__cause__.pgcode == "42501"
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("gisapp_app",)


def test_who_took_a_grant_away_cannot_be_rewritten() -> None:
    given = grant(UserFactory(), Role.PLANNER, "451221")
    with pghistory.context(user=1, username="culprit"):
        given.delete()
        grant(UserFactory(), Role.PLANNER, "451222")  # a second event under the same context
        with pghistory.context(note="more is said of the same work"):
            Grant.objects.all().delete()
    told = Context.objects.get()
    assert told.metadata == {"user": 1, "username": "culprit", "note": "more is said of the same work"}
    for change in ({"metadata": {"username": "another"}}, {"created_at": "2000-01-01T00:00Z"}):
        with pytest.raises(DatabaseError, match="never rewritten"), transaction.atomic():
            Context.objects.filter(pk=told.pk).update(**change)
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM pghistory_context")
    assert refused.value.__cause__.pgcode == "42501"
