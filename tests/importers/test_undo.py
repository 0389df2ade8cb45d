"""Taking a batch back."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from shapely import box

from importers.models import ImportBatch
from importers.undo import UndoRefusedError, UnknownBatchError, batch_undo
from layers.catalogue.facilities import Facility
from tests.factories import FacilityFactory, HouseholdFactory, regions
from tests.importers.files import run, table, vector_file

pytestmark = pytest.mark.django_db

HEADER = "code,name,kind,lon,lat,capacity"


@pytest.fixture(autouse=True)
def country() -> None:
    regions()


def test_added_features_are_deleted_and_changed_ones_restored(tmp_path: Path) -> None:
    school = FacilityFactory(code="F1", name="示例", kind="town", capacity=100)
    before = (school.geom.wkb, school.region_id, school.scope_id, school.batch)
    path = table(tmp_path / "a.csv", HEADER, "F1,新名,town,107.75,24.75,5", "F2,乙,town,107.25,24.75,6")
    report = run("facilities", path)
    assert (report.counts.add, report.counts.change) == (1, 1)
    out = StringIO()
    call_command("undo_import", report.batch, stdout=out)
    assert "1 deleted, 1 restored" in out.getvalue()
    school.refresh_from_db()
    assert (school.name, school.capacity, school.version) == ("示例", 100, 3)
    assert (school.geom.wkb, school.region_id, school.scope_id, school.batch) == before
    assert Facility.objects.get(code="F2").deleted_at is not None
    assert ImportBatch.objects.get().status == "undone"
    with pytest.raises(UndoRefusedError):
        batch_undo(report.batch)
    again = run("facilities", path)
    assert (again.counts.add, again.counts.change) == (1, 1)


def test_a_batch_that_was_edited_since_stays(tmp_path: Path) -> None:
    report = run("facilities", table(tmp_path / "a.csv", HEADER, "F1,甲,town,107.25,24.75,5"))
    Facility.objects.update(capacity=9)
    with pytest.raises(UndoRefusedError, match="F1"):
        batch_undo(report.batch)
    assert Facility.objects.get().deleted_at is None


def test_a_batch_that_others_refer_to_stays(tmp_path: Path) -> None:

    path = vector_file(
        tmp_path / "a.gpkg", {"code": ["AZ1"], "name": ["甲"]}, [box(107.25, 24.75, 107.252, 24.752)], "EPSG:4490"
    )
    report = run("sites", path)
    HouseholdFactory(resettlement="site", site_id="AZ1")
    with pytest.raises(UndoRefusedError, match="households"):
        batch_undo(report.batch)


def test_no_such_batch() -> None:
    for number in ("abc", "00000000-0000-0000-0000-000000000000"):
        with pytest.raises(UnknownBatchError):
            batch_undo(number)
        with pytest.raises(CommandError) as error:
            call_command("undo_import", number)
        assert error.value.returncode == 2
