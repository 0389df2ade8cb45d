"""The tests, like the web, connect as a role that row-level security binds."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def fetch(query: str) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()


def test_tests_connect_as_the_application_role():
    assert fetch("SELECT current_user, session_user") == ("gisapp_app", "gisapp_app")


def test_application_role_is_bound_by_row_level_security():
    assert fetch("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user") == (False, False)


def test_application_role_owns_no_table_view_sequence_or_function():
    assert fetch("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole") == (0,)
    assert fetch("SELECT count(*) FROM pg_proc WHERE proowner = current_user::regrole") == (0,)


def test_application_role_may_make_temporary_tables_but_no_others():
    assert fetch("SELECT has_schema_privilege('public', 'CREATE')") == (False,)
    assert fetch("SELECT has_database_privilege(current_database(), 'TEMP')") == (True,)


TABLES = "pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"


def test_application_role_may_not_truncate_anything():
    assert fetch(f"SELECT count(*) FROM {TABLES} AND has_table_privilege(oid, 'TRUNCATE')") == (0,)


def test_owner_of_our_tables_is_the_owner_role():
    owners = f"SELECT array_agg(DISTINCT relowner::regrole::text) FROM {TABLES} AND relname <> 'spatial_ref_sys'"
    assert fetch(owners) == (["gisapp_owner"],)


def test_backup_role_may_read_every_table_and_write_none():
    assert fetch("SELECT rolbypassrls FROM pg_roles WHERE rolname = 'gisapp_backup'") == (True,)
    assert fetch(f"SELECT count(*) FROM {TABLES} AND NOT has_table_privilege('gisapp_backup', oid, 'SELECT')") == (0,)
    writable = f"SELECT count(*) FROM {TABLES} AND has_table_privilege('gisapp_backup', oid, 'INSERT, UPDATE, DELETE')"
    assert fetch(writable) == (0,)


def test_functions_of_ours_are_not_for_everybody():
    # PUBLIC is role 0 in an access list
    open_to_all = fetch(
        """
        SELECT array_agg(proname) FROM pg_proc
        WHERE proowner = 'gisapp_owner'::regrole
          AND (proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0))
        """
    )
    assert open_to_all == (None,)
