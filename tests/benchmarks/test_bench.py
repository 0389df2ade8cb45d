"""`script/bench`: what it takes, what it prints and keeps, and how it ends."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from benchmarks import registry
from benchmarks.__main__ import main
from benchmarks.databases import PreparationError, renamed
from benchmarks.measuring import Row, percentile_95, race, table
from benchmarks.registry import GROUPS, Context, job

ROOT = Path(__file__).parent.parent.parent


def row(ours: float, reference: float, goal: float | None) -> Row:
    """Return a row of a small group."""
    return Row("tiles", "a job", "small", ours, reference, "bare SQL", goal)


def nothing_to_prepare(scale: str) -> Mapping[str, str]:
    """Take the data as they are."""
    return {}


@pytest.fixture
def one_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave a group of one job, in a module of its own, and groups without any."""
    monkeypatch.setattr(registry, "_jobs", {})
    monkeypatch.setattr("benchmarks.registry.import_module", lambda name: None)
    for place in ("benchmarks.registry.has_module", "benchmarks.__main__.has_module"):
        monkeypatch.setattr(place, lambda group: group == "tiles")


def run(words: list[str], folder: Path) -> int:
    """Return the exit code of a run on no data."""
    return main(words, preparation=nothing_to_prepare, results=folder)


def kept(folder: Path) -> list[dict[str, object]]:
    """Return what the run left behind."""
    found: list[dict[str, object]] = json.loads((folder / "latest.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.usefixtures("one_group")
@pytest.mark.parametrize(("ours", "goal", "code"), [(15.0, 1.5, 0), (15.1, 1.5, 1), (999.0, None, 0)])
def test_the_exit_code_says_whether_every_goal_was_met(
    ours: float, goal: float | None, code: int, tmp_path: Path
) -> None:
    @job("tiles")
    def measured(context: Context) -> Iterator[Row]:
        """A job."""
        yield context.row("a job", (ours, 10.0), reference_name="bare SQL", goal=goal)

    assert run(["tiles", "--scale", "small"], tmp_path) == code
    (found,) = kept(tmp_path)
    assert found == {
        "group": "tiles",
        "job": "a job",
        "scale": "small",
        "ours": ours,
        "reference": 10.0,
        "reference_name": "bare SQL",
        "ratio": pytest.approx(ours / 10, abs=0.001),
        "goal": goal,
        "met": code == 0,
        "unit": "ms",
        "note": "",
    }


@pytest.mark.usefixtures("one_group")
def test_without_words_every_group_that_has_jobs_runs(tmp_path: Path) -> None:
    @job("tiles")
    def measured(context: Context) -> Iterator[Row]:
        """A job."""
        yield context.row("a job", (1.0, 1.0), reference_name="limit", goal=1.0)

    assert run([], tmp_path) == 0
    assert [found["group"] for found in kept(tmp_path)] == ["tiles"]


@pytest.mark.usefixtures("one_group")
def test_a_group_without_a_job_ends_with_2_and_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tiles", "reclamation"], tmp_path) == 2
    assert "No job has been written yet for: reclamation." in capsys.readouterr().err
    assert not (tmp_path / "latest.json").exists(), "nothing ran"


@pytest.mark.usefixtures("one_group")
def test_a_module_without_a_job_ends_with_2_too(tmp_path: Path) -> None:
    assert run(["tiles"], tmp_path) == 2


@pytest.mark.parametrize("words", [["dragons"], ["tiles", "--scale", "galaxy"], ["--fast"]])
def test_words_that_make_no_sense_end_with_2(words: list[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        run(words, tmp_path)
    assert ended.value.code == 2


@pytest.mark.usefixtures("one_group")
def test_a_job_that_breaks_fails_the_run_and_keeps_the_figures_of_the_others(tmp_path: Path) -> None:
    @job("tiles")
    def broken(context: Context) -> Iterator[Row]:
        """A job that breaks."""
        raise RuntimeError("no data")

    @job("tiles")
    def measured(context: Context) -> Iterator[Row]:
        """A job."""
        yield context.row("a job", (1.0, 1.0), reference_name="limit", goal=1.0)

    assert run(["tiles"], tmp_path) == 1
    assert [found["job"] for found in kept(tmp_path)] == ["a job"]


@pytest.mark.usefixtures("one_group")
def test_data_that_cannot_be_made_end_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def fails(scale: str) -> Mapping[str, str]:
        raise PreparationError(f"no data at scale {scale}")

    assert main(["tiles", "--scale", "small"], preparation=fails, results=tmp_path) == 1
    assert "no data at scale small" in capsys.readouterr().err


def test_the_program_itself_refuses_a_group_without_a_job() -> None:
    empty = next(group for group in GROUPS if not registry.has_module(group))
    done = subprocess.run(
        [str(ROOT / "script" / "bench"), empty], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert done.stderr.strip() == f"No job has been written yet for: {empty}."


def test_both_take_turns_and_neither_always_begins() -> None:
    ran: list[str] = []
    race(lambda: ran.append("ours"), lambda: ran.append("reference"), runs=2, warm=0)
    assert ran == ["reference", "ours", "ours", "reference"]


def test_one_slow_answer_of_twenty_does_not_make_the_95th_percentile() -> None:
    assert percentile_95(lambda: None, runs=20, warm=0) < 50


def test_the_table_says_what_was_missed() -> None:
    said = table([row(10, 10, 1.5), row(20, 10, 1.5), row(20, 10, None)]).splitlines()
    assert [line.split()[-1] for line in said[1:]] == ["met", "MISSED", "-"]
    assert "2.00" in said[2]


def test_no_reference_is_no_success() -> None:
    assert not row(1, 0, 1.5).met


def test_the_address_of_another_database_keeps_socket_role_and_password() -> None:
    given = "postgis://app:secret@%2Ftmp%2Fsocket/gisapp?connect_timeout=5"
    assert renamed(given, "other") == "postgis://app:secret@%2Ftmp%2Fsocket/other?connect_timeout=5"
