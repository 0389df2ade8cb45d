"""The clean rows now and the rest later; and what a rehearsal shows of each row before it is taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from importers.models import ImportBatch
from importers.preview import PreviewFeature, preview
from importers.report import Status
from importers.stage import Stage
from layers.catalogue.facilities import Facility
from tests.factories import regions
from tests.importers.files import codes, run, table

pytestmark = pytest.mark.django_db

HEADER = "code,name,kind,lon,lat"
GOOD = "GG-1,甲,town,107.25,24.75"
BAD = "GG-2,乙,castle,107.26,24.75"


@pytest.fixture(autouse=True)
def country() -> None:
    regions()


def test_a_line_with_too_few_cells_keeps_the_others_out_too(tmp_path: Path) -> None:
    report = run("facilities", table(tmp_path / "a.csv", HEADER, GOOD, "GG-2,乙"))
    assert (report.status, codes(report)) == (Status.PROBLEMS, ["ragged_row"])
    assert not Facility.objects.exists()
    assert not ImportBatch.objects.exists()


def test_clean_rows_are_written_where_that_was_asked_for(tmp_path: Path) -> None:
    report = run("facilities", table(tmp_path / "a.csv", HEADER, GOOD, BAD, "GG-3,丙"), accept_clean=True)
    assert report.status is Status.COMMITTED
    assert codes(report) == ["unknown_choice", "ragged_row"]
    assert (report.counts.read, report.counts.add, report.counts.rejected) == (3, 1, 2)
    assert [one.code for one in Facility.objects.all()] == ["GG-1"]
    assert ImportBatch.objects.get().counts == {"read": 3, "add": 1, "change": 0, "same": 0, "rejected": 2}


def test_where_no_row_is_clean_there_is_no_batch(tmp_path: Path) -> None:
    report = run("facilities", table(tmp_path / "a.csv", HEADER, BAD), accept_clean=True)
    assert report.status is Status.PROBLEMS
    assert not ImportBatch.objects.exists()


def test_a_rehearsal_shows_what_would_be_added_changed_and_the_same(tmp_path: Path) -> None:
    run("facilities", table(tmp_path / "a.csv", HEADER, GOOD, "GG-3,丙,town,107.27,24.75"))
    seen: list[PreviewFeature] = []
    moved, same = "GG-1,甲,town,107.26,24.75", "GG-3,丙,town,107.27,24.75"
    lines = [moved, BAD.replace("castle", "clinic"), same, BAD.replace("GG-2", "GG-4")]

    def look(stage: Stage) -> None:
        seen.extend(preview(stage))

    report = run("facilities", table(tmp_path / "b.csv", HEADER, *lines), dry_run=True, look=look)
    assert [(one.row, one.kind) for one in seen] == [(1, "change"), (2, "add"), (3, "same")]
    assert codes(report) == ["unknown_choice"]
    changed = seen[0]
    assert (changed.before, changed.after) == ({}, {})
    # 0.01 degree of longitude at 24.75 N on the CGCS2000 ellipsoid: 1,011.3 m
    assert changed.moved_m == pytest.approx(1011.3, abs=0.5)
    assert changed.old_geometry == {"type": "Point", "coordinates": [107.25, 24.75]}
    assert changed.geometry == {"type": "Point", "coordinates": [107.26, 24.75]}
    assert seen[1].old_geometry is None


def test_a_rehearsal_shows_the_values_that_would_change(tmp_path: Path) -> None:
    run("facilities", table(tmp_path / "a.csv", HEADER, GOOD))
    seen: list[PreviewFeature] = []
    again = table(tmp_path / "b.csv", HEADER, "GG-1,甲甲,town,107.25,24.75")
    run("facilities", again, dry_run=True, look=lambda stage: seen.extend(preview(stage)))
    assert [(one.before, one.after, one.moved_m) for one in seen] == [({"name": "甲"}, {"name": "甲甲"}, 0.0)]
    assert seen[0].old_geometry is None
