"""Verified plots: frozen, and never the same ground twice. Written as the owner, who alone may verify until then."""

import datetime as dt
import threading
import time

import pytest
from django.contrib.gis.geos import Polygon
from django.db import IntegrityError, connections, transaction

from accounts.context import acting_as
from accounts.roles import Through
from layers.catalogue.plots import Plot
from layers.catalogue.regions import Region
from tests.factories import box

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
SIDE = 0.0002
DAYS = {
    "vacated_on": dt.date(2019, 1, 1),
    "demolished_on": dt.date(2019, 2, 1),
    "reclaimed_on": dt.date(2019, 3, 1),
    "verified_on": dt.date(2019, 4, 1),
}


@pytest.fixture
def province() -> Region:
    """A province that the owner's connection sees."""
    return Region.objects.using("owner").create(code="450000000000", name="示例省", level=1)


def plot(code: str, geom: Polygon, **values: object) -> Plot:
    """Store a verified plot as the owner."""
    with acting_as(None, through=Through.COMMAND, using="owner"):
        made = Plot(
            code=code, region_id="450000000000", geom=geom, stage="verified", verified_area_mu="0.6", **DAYS, **values
        )
        made.save(using="owner")
    return made


def ground(east: float, north: float = 24.75) -> Polygon:
    """Return a square of about 20 m whose south-west corner is at `east`, `north`."""
    return box(east, north, east + SIDE, north + SIDE)


@pytest.mark.usefixtures("province")
def test_overlapping_ground_is_refused() -> None:
    plot("P-1", ground(107.0))
    with pytest.raises(IntegrityError, match="verified plots overlap"):
        plot("P-2", ground(107.0 + SIDE / 2))


@pytest.mark.usefixtures("province")
def test_touching_ground_is_allowed() -> None:
    plot("P-1", ground(107.0))
    plot("P-2", ground(107.0 + SIDE))
    plot("P-3", ground(107.0, 24.75 + SIDE))


@pytest.mark.usefixtures("province")
def test_boxes_may_overlap_where_the_ground_does_not() -> None:
    lower = Polygon(((107.0, 24.0), (107.001, 24.0), (107.0, 24.001), (107.0, 24.0)), srid=4490)
    upper = Polygon(((107.001, 24.0002), (107.001, 24.001), (107.0002, 24.001), (107.001, 24.0002)), srid=4490)
    plot("P-1", lower)
    plot("P-2", upper)


@pytest.mark.usefixtures("province")
def test_less_than_a_hundredth_of_a_square_metre_is_no_overlap() -> None:
    plot("P-1", ground(107.0))
    # 22 m long and 1e-9 degrees (0.1 mm) wide: 0.002 m2
    plot("P-2", ground(107.0 + SIDE - 1e-9))


@pytest.mark.usefixtures("province")
def test_what_is_not_verified_may_overlap() -> None:
    plot("P-1", ground(107.0))
    Plot(code="P-2", region_id="450000000000", geom=ground(107.0)).save(using="owner")


@pytest.mark.usefixtures("province")
def test_a_deleted_plot_gives_its_ground_free() -> None:
    first = plot("P-1", ground(107.0))
    first.deleted_at = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    first.save(using="owner")
    plot("P-2", ground(107.0))


@pytest.mark.usefixtures("province")
def test_the_boundary_of_a_verified_plot_is_frozen() -> None:
    verified = plot("P-1", ground(107.0))
    verified.geom = ground(107.1)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic(using="owner"):
        verified.save(using="owner")


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"verified_on": dt.date(2019, 2, 1)}, "plot_dates_in_order"),
        ({"demolished_on": None}, "plot_stage_has_its_dates"),
        ({"verified_area_mu": None}, "plot_stage_has_its_dates"),
        ({"verified_area_mu": "-1"}, "plot_areas_positive"),
        ({"exempt_reason": "x"}, "plot_exempt_has_reason"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.usefixtures("province")
def test_a_verified_plot_is_complete(values: dict[str, object], rule: str) -> None:
    whole = {"stage": "verified", "verified_area_mu": "0.6", **DAYS, **values}
    wrong = Plot(code="P-1", region_id="450000000000", geom=ground(107.0), **whole)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic(using="owner"):
        wrong.save(using="owner")


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_two_at_once_cannot_both_verify_the_same_ground(province: Region) -> None:
    outcomes: list[str] = []
    begun = threading.Event()

    def second() -> None:
        begun.set()
        try:
            plot("P-2", ground(107.0 + SIDE / 2))
            outcomes.append("stored")
        except IntegrityError:
            outcomes.append("refused")
        finally:
            connections["owner"].close()

    other = threading.Thread(target=second)
    with transaction.atomic(using="owner"):
        plot("P-1", ground(107.0))
        other.start()
        begun.wait()
        time.sleep(0.3)
        assert outcomes == []  # it waits for the county
    other.join()
    assert outcomes == ["refused"]
