"""What was exported is imported again: the import finds everything the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from accounts.roles import Through
from importers.exporters.formats import formats_of
from importers.exporters.losses import Loss
from importers.exporters.services import ExportOrder, checked, export_file
from importers.report import Status
from layers.registry import get_layer
from tests.factories import feature, regions
from tests.importers.files import run

pytestmark = pytest.mark.django_db
LAYERS = ("sites", "households", "projects", "plots", "facilities", "issues")
TWO_WAY = [(layer, form) for layer in LAYERS for form in formats_of(get_layer(layer)) if form.key != "txt"]


@pytest.mark.parametrize(("layer", "form"), TWO_WAY, ids=lambda one: getattr(one, "key", one))
def test_an_export_imported_again_changes_nothing(layer: str, form: Any, tmp_path: Path) -> None:
    regions()
    # sites of the factory lie on each other, which no import accepts once they are redrawn
    made = [feature(layer) for _ in range(1 if layer == "sites" else 3)]
    path = tmp_path / f"again{form.ending}"
    export_file(checked(ExportOrder(get_layer(layer), form)), path, through=Through.COMMAND)
    report = run(layer, path)
    assert (report.status, report.problems) == (Status.COMMITTED, []), report.reason
    counts = report.counts
    # to the database a ring that runs the other way, or a corner rounded to 0.1 mm, is another geometry
    redrawn = layer in {"sites", "plots"} and {Loss.RINGS_TURNED, Loss.ROUNDED_PLACES} & set(form.losses)
    assert (counts.add, counts.rejected, counts.same + counts.change) == (0, 0, len(made))
    assert redrawn or counts.change == 0
