"""A plot's stage: one way to move it, and a database that refuses every other."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from layers.catalogue.plots import Plot, Stage
from layers.errors import OutsideAreaError, StageError, StaleVersionError
from layers.plot_stages import plot_stage_advance
from tests.factories import PlotFactory, user_with

pytestmark = pytest.mark.django_db
DAY = dt.date(2019, 6, 1)


@pytest.fixture
def official() -> User:
    """A land official of county 451221."""
    return user_with(Role.LAND_OFFICIAL, "451221")


def advance(plot: Plot, official: User, *stages: Stage, reason: str = "seen") -> Plot:
    """Move `plot` through `stages`, a month apart."""
    for months, stage in enumerate(stages):
        on = DAY + dt.timedelta(days=30 * months)
        plot = plot_stage_advance(plot=plot, base_version=plot.version, to=stage, on=on, user=official, reason=reason)
    return plot


def test_stages_follow_each_other_with_their_dates(official: User) -> None:
    plot = advance(PlotFactory(), official, Stage.VACATED, Stage.DEMOLISHED, Stage.RECLAIMED)
    assert (plot.stage, plot.vacated_on, plot.demolished_on, plot.reclaimed_on) == (
        "reclaimed",
        DAY,
        dt.date(2019, 7, 1),
        dt.date(2019, 7, 31),
    )
    assert [image.stage for image in plot.versions.order_by("version")] == ["registered", "vacated", "demolished"]
    assert plot.changed_by_id == official.pk


def test_a_stage_cannot_be_skipped(official: User) -> None:
    with pytest.raises(StageError):
        advance(PlotFactory(), official, Stage.DEMOLISHED)


def test_nothing_becomes_verified_without_the_evidence_rules(official: User) -> None:
    plot = advance(PlotFactory(), official, Stage.VACATED, Stage.DEMOLISHED, Stage.RECLAIMED)
    with pytest.raises(StageError):
        advance(plot, official, Stage.VERIFIED)
    with pytest.raises(IntegrityError, match="evidence"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT layers_plot_to_stage(%s, 'verified', '2020-01-01', '')", [plot.pk])


def test_a_step_back_needs_a_reason_and_takes_the_date_away(official: User) -> None:
    plot = advance(PlotFactory(), official, Stage.VACATED, Stage.DEMOLISHED)
    with pytest.raises(StageError):
        advance(plot, official, Stage.VACATED, reason=" ")
    plot = advance(plot, official, Stage.VACATED, reason="photo of another house")
    assert (plot.stage, plot.vacated_on, plot.demolished_on) == ("vacated", DAY, None)


def test_dates_must_be_in_order_and_not_in_the_future(official: User) -> None:
    plot = advance(PlotFactory(), official, Stage.VACATED)
    with pytest.raises(StageError):
        plot_stage_advance(plot=plot, base_version=2, to=Stage.DEMOLISHED, on=DAY - dt.timedelta(days=1), user=official)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    with pytest.raises(StageError):
        plot_stage_advance(plot=plot, base_version=2, to=Stage.DEMOLISHED, on=tomorrow, user=official)


def test_exemption_needs_a_reason_and_keeps_it(official: User) -> None:
    plot = PlotFactory()
    with pytest.raises(StageError):
        advance(plot, official, Stage.EXEMPT, reason="")
    plot = advance(plot, official, Stage.EXEMPT, reason="shared wall with a lived-in house")
    assert plot.exempt_reason == "shared wall with a lived-in house"
    assert advance(plot, official, Stage.REGISTERED, reason="wall was rebuilt").exempt_reason == ""


def test_only_a_land_official_of_the_area_advances() -> None:
    plot = PlotFactory()
    for user in (user_with(Role.LAND_OFFICIAL, "451222"), user_with(Role.PLANNER, "451221")):
        with pytest.raises(OutsideAreaError):
            advance(plot, user, Stage.VACATED)


def test_a_stale_page_does_not_advance(official: User) -> None:
    plot = PlotFactory()
    advance(plot, official, Stage.VACATED)
    with pytest.raises(StaleVersionError):
        plot_stage_advance(plot=plot, base_version=1, to=Stage.EXEMPT, on=DAY, user=official, reason="x")


@pytest.mark.parametrize(
    "assignment",
    [
        "stage = 'vacated', vacated_on = '2019-01-01'",
        "verified_area_mu = 1",
        "demolished_on = '2019-01-01'",
        "exempt_reason = 'x'",
    ],
)
def test_the_database_refuses_every_other_way(assignment: str) -> None:
    plot = PlotFactory()
    statement = f"UPDATE layers_plot SET {assignment} WHERE id = %s"
    with (
        pytest.raises(IntegrityError, match="transition service"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [plot.pk])


def test_a_new_plot_starts_as_registered() -> None:
    with pytest.raises(IntegrityError, match="starts as registered"), transaction.atomic():
        PlotFactory(stage="demolished", demolished_on=DAY)
