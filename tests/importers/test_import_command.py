"""`manage.py import_layer`: exit codes, the written report, what is printed."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from layers.catalogue.facilities import Facility
from tests.factories import regions
from tests.importers.files import table

pytestmark = pytest.mark.django_db

HEADER = "name,kind,lon,lat"


@pytest.fixture(autouse=True)
def country() -> None:
    regions()


def command(*args: Any, **options: Any) -> tuple[int, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("import_layer", *map(str, args), stdout=out, stderr=err, **options)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue() + err.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue() + err.getvalue()


def test_committed_rehearsed_and_rejected_files_end_with_0_and_1(tmp_path: Path) -> None:
    good = table(tmp_path / "a.csv", HEADER, "甲,town,107.25,24.75")
    assert command("facilities", good, "--dry-run")[0] == 0
    assert not Facility.objects.exists()
    code, said = command("facilities", good, "--report", tmp_path / "r.json")
    assert (code, "1 added" in said, "Batch" in said) == (0, True, True)
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert set(report) == {"status", "reason", "detected", "counts", "warnings", "problems"}
    assert set(report["detected"]) == {*("format", "encoding", "part", "samples", "crs", "crs_candidates", "rows")}
    assert report["detected"]["crs_candidates"] == [
        {"crs": crs, "evidence": "from the file, or from the size of its numbers", "share_inside": 1.0}
        for crs in ("EPSG:4490", "gcj02", "bd09")
    ]
    bad = table(tmp_path / "b.csv", HEADER, "乙,castle,107.25,24.75")
    code, said = command("facilities", bad, "--report", tmp_path / "r.json")
    assert (code, "castle" in said) == (1, True)
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert (report["status"], report["problems"][0]["row"], report["problems"][0]["column"]) == ("problems", 1, "kind")
    assert set(report["problems"][0]) == {"file", "sheet", "row", "column", "code", "value", "reason", "remedy"}
    assert (report["problems"][0]["file"], report["problems"][0]["sheet"]) == ("b.csv", None)
    assert command("facilities", tmp_path / "none.csv")[0] == 1


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["castles", "a.csv"], "facilities"),
        (["facilities", "a.csv", "--map", "name"], "COL=FIELD"),
        (["facilities", "a.csv", "--map", "name=nonsense"], "capacity"),
        (["facilities", "a.csv", "--map", "nothing=name"], "lon"),
        (["facilities", "a.csv", "--default", "kind=castle"], "castle"),
        (["facilities", "a.csv", "--default", "nonsense=1"], "capacity"),
        (["facilities", "a.csv", "--user", "nobody"], "nobody"),
        (["facilities", "a.csv", "--report", "no/such/folder/r.json"], "folder"),
        (["plots", "a.csv", "--map", "name=stage"], "stage"),
    ],
)
def test_wrong_use_ends_with_2_and_says_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    table(tmp_path / "a.csv", HEADER, "甲,town,107.25,24.75")
    code, sentence = command(*args)
    assert (code, said in sentence) == (2, True)
    assert not Facility.objects.exists()


def test_a_mapping_and_a_default_complete_a_foreign_table(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", "place,we,ns", "甲,107.25,24.75")
    code, _said = command(
        "facilities", path, "--map", "place=name", "--map", "we=geom.x", "--map", "ns=geom.y", "--default", "kind=town"
    )
    assert code == 0
    assert Facility.objects.get().kind == "town"


def test_a_profile_is_saved_offered_and_used_and_what_is_typed_wins(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", "place,we,ns", "甲,107.25,24.75")
    options = ["--map", "place=name", "--map", "we=geom.x", "--map", "ns=geom.y", "--default", "kind=town"]
    assert command("facilities", path, *options, "--dry-run", "--save-profile", "县教育局")[0] == 0
    other = table(tmp_path / "b.csv", "NS,Place,WE", "24.75,乙,107.26")
    code, said = command("facilities", other)
    assert (code, "--profile “县教育局”" in said) == (1, True)
    assert command("facilities", other, "--profile", "县教育局", "--default", "kind=market")[0] == 0
    assert (Facility.objects.get().name, Facility.objects.get().kind) == ("乙", "market")
    code, said = command("facilities", other, "--profile", "没有")
    assert (code, "县教育局" in said) == (2, True)


def test_a_unit_and_a_transformation_can_be_named(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", "水库名称,经度,纬度,总投资", "示例,107.25,24.75,12345678")
    code, said = command("projects", path, "--unit", "总投资=yuan", "--dry-run")
    assert (code, "from yuan to wan_yuan" in said) == (0, True)
    assert command("projects", path, "--unit", "总投资=m2")[0] == 2
    code, said = command("projects", path, "--pipeline", "+proj=pipeline +step +proj=hgridshift +grids=a")
    assert (code, "hgridshift" in said) == (1, True)


def test_rejected_rows_are_written_in_their_own_format(tmp_path: Path) -> None:
    file = table(tmp_path / "a.csv", HEADER, "甲,town,107.25,24.75", "乙,castle,107.25,24.75", encoding="gb18030")
    code, said = command("facilities", file, "--accept-clean", "--rejected", tmp_path / "back.csv")
    assert (code, "back.csv" in said) == (0, True)
    lines = (tmp_path / "back.csv").read_text(encoding="gb18030").splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("乙,castle,107.25,24.75,2,")
    assert Facility.objects.count() == 1
