"""Names are behind row-level security: a forgotten filter shows nothing."""

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.context import acting_as
from accounts.roles import Role, Through
from layers.personal import HouseholdIdentity, Person
from tests.factories import HouseholdFactory, SiteFactory, UserFactory, user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def families() -> dict[str, HouseholdIdentity]:
    """One named household in each of two counties, and one that moved from the first to the second."""
    made = {}
    with acting_as(None, through=Through.COMMAND):
        for key, at, to in (
            ("a", "451221001001", None),
            ("b", "451222001001", None),
            ("a to b", "451221001001", "451222001001"),
        ):
            household = HouseholdFactory(at=at, to=to)
            made[key] = HouseholdIdentity.objects.create(household=household, head_name=f"示例{key}")
            Person.objects.create(household=household, number=1, name=f"示例{key}")
    return made


def names() -> set[str]:
    """Return the names that a query with a forgotten filter reads."""
    rows = [*HouseholdIdentity.objects.opened(), *Person.objects.opened()]
    found = {row.head_name if isinstance(row, HouseholdIdentity) else row.name for row in rows}
    assert len(rows) == 2 * len(found), "both tables follow the same rule"
    assert found_by_sql() == {row.household_id for row in rows}
    return found


def found_by_sql() -> set[str]:
    """Return the households that raw SQL with a forgotten filter finds in any table of personal data."""
    tables = ("layers_householdidentity", "layers_person", "layers_householdkey")
    found = []
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT household_code FROM {table}")
            found.append({code for (code,) in cursor.fetchall()})
    assert found[0] == found[1] == found[2]
    return found[0]


def refused(statement: str) -> None:
    """Check that the application has no right to `statement`."""
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.usefixtures("families")
def test_no_scope_no_row() -> None:
    assert names() == set()


@pytest.mark.usefixtures("families")
def test_a_county_reads_what_concerns_it() -> None:
    with acting_as(user_with(Role.PLANNER, "451221"), through=Through.PAGE):
        assert names() == {"示例a", "示例a to b"}
    with acting_as(user_with(Role.FIELD, "451222001"), through=Through.PAGE):
        assert names() == {"示例b", "示例a to b"}


@pytest.mark.usefixtures("families")
def test_a_leader_reads_no_names() -> None:
    with acting_as(user_with(Role.LEADER), through=Through.PAGE):
        assert names() == set()


def test_a_site_manager_reads_the_site() -> None:
    with acting_as(None, through=Through.COMMAND):
        site = SiteFactory()
        here = HouseholdFactory(resettlement="site", site=site)
        HouseholdIdentity.objects.create(household=here, head_name="示例")
        Person.objects.create(household=here, number=1, name="示例")
    with acting_as(user_with(Role.PLANNER, site=site.code), through=Through.PAGE):
        assert names() == {"示例"}


def test_nobody_writes_outside_the_area() -> None:
    household = HouseholdFactory(at="451221001001")
    neighbour = user_with(Role.PLANNER, "451222")
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        acting_as(neighbour, through=Through.PAGE),
    ):
        HouseholdIdentity.objects.create(household=household, head_name="示例")


def test_old_images_are_as_protected_as_the_rows(families: dict[str, HouseholdIdentity]) -> None:
    with acting_as(None, through=Through.COMMAND):
        row = families["a"]
        row.head_name = "示例新"
        row.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM layers_householdidentityevent")
        assert cursor.fetchone() == (0,)
    with acting_as(user_with(Role.PLANNER, "451221"), through=Through.PAGE):
        assert families["a"].versions.get().head_name == "示例a"  # type: ignore[attr-defined]


@pytest.mark.parametrize("table", ["layers_siteevent", "layers_personevent"])
def test_history_cannot_be_rewritten(table: str) -> None:
    for statement in (f"UPDATE {table} SET pgh_label = 'x'", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        refused(statement)


def test_features_cannot_be_deleted_for_good() -> None:
    SiteFactory()
    refused("DELETE FROM layers_site")


def test_the_suite_runs_as_the_application(django_user_model: type) -> None:
    UserFactory()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("gisapp_app", False, False)
