"""The tally follows every change of the rows it counts."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from layers.catalogue.households import Household
from oversight.models import Tally
from tests.factories import HouseholdFactory, PlotFactory, region

pytestmark = pytest.mark.django_db


def tallied(measure: str) -> dict[tuple[str, str], tuple[int, Decimal]]:
    """Return county and month to rows and amount, without what came to nothing."""
    rows = Tally.objects.filter(measure=measure).exclude(n=0)
    return {(row.county, f"{row.month:%Y-%m}" if row.month else ""): (row.n, row.amount) for row in rows}


def demolish(code: str, day: dt.date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT layers_plot_to_stage(id, 'demolished', %s, '') FROM layers_plot WHERE code = %s", [day, code]
        )


def test_new_households_are_counted_where_they_come_from_and_when_they_moved_in():
    HouseholdFactory(at="451221001001", to="451222001001", persons=4, moved_in_on=dt.date(2019, 6, 1))
    HouseholdFactory(at="451221001001", persons=3, moved_in_on=dt.date(2019, 6, 30))
    HouseholdFactory(at="451222001001", persons=5, moved_in_on=None)
    assert tallied("households") == {("451221", ""): (2, 7), ("451222", ""): (1, 5)}
    assert tallied("moved_in") == {("451221", "2019-06"): (2, 7)}


def test_a_corrected_date_moves_a_household_to_another_month():
    household = HouseholdFactory(moved_in_on=dt.date(2019, 6, 1))
    Household.objects.filter(pk=household.pk).update(moved_in_on=dt.date(2019, 8, 3))
    assert tallied("moved_in") == {("451221", "2019-08"): (1, 4)}


def test_a_corrected_origin_moves_a_household_to_another_county():
    household = HouseholdFactory()
    Household.objects.filter(pk=household.pk).update(region=region("451222001001"))
    assert tallied("households") == {("451222", ""): (1, 4)}


def test_a_deleted_household_is_not_counted_any_more():
    household = HouseholdFactory()
    Household.objects.filter(pk=household.pk).update(deleted_at=timezone.now())
    assert tallied("households") == {}
    assert tallied("moved_in") == {}


def test_a_change_of_something_else_leaves_the_tally_as_it_was():
    household = HouseholdFactory()
    before = list(Tally.objects.order_by("pk").values_list("pk", "changed_at"))
    Household.objects.filter(pk=household.pk).update(room="2-301")
    assert list(Tally.objects.order_by("pk").values_list("pk", "changed_at")) == before


def test_a_demolished_plot_is_counted_in_the_month_of_its_demolition():
    plots = [PlotFactory(), PlotFactory()]
    demolish(plots[0].code, dt.date(2020, 3, 9))
    assert tallied("plots") == {("451221", ""): (2, 0)}
    assert tallied("demolished") == {("451221", "2020-03"): (1, 0)}


def test_counting_anew_gives_the_same():
    HouseholdFactory(persons=2)
    HouseholdFactory(at="451222001001", moved_in_on=None)
    demolish(PlotFactory().code, dt.date(2020, 3, 9))
    kept = {measure: tallied(measure) for measure in ("households", "moved", "moved_in", "plots", "demolished")}
    with connection.cursor() as cursor:
        cursor.execute("SELECT oversight_rebuild_tally()")
    assert {measure: tallied(measure) for measure in kept} == kept


def test_the_application_cannot_write_the_tally():
    HouseholdFactory()
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Tally.objects.update(n=1000)
