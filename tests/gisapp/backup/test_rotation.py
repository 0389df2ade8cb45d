"""Which backups stay."""

from __future__ import annotations

import fcntl
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gisapp.backup.rotation import NAMED, Policy, rotate, to_keep

NIGHT = datetime.strptime("2026-03-31-023000", NAMED)  # noqa: DTZ007  a Tuesday; names carry no zone


def names(*moments: datetime) -> list[str]:
    return sorted(f"{one:{NAMED}}" for one in moments)


def nights(count: int) -> list[datetime]:
    return [NIGHT - timedelta(days=number) for number in range(count)]


def test_days_weeks_and_months_each_keep_their_newest() -> None:
    """Worked by a calendar: three nights; Sundays 29 and 22 March end weeks; 28 February ends a month."""
    kept = to_keep(nights(60), Policy(daily=3, weekly=3, monthly=2))
    assert names(*kept) == [
        "2026-02-28-023000",
        "2026-03-22-023000",
        "2026-03-29-023000",
        "2026-03-30-023000",
        "2026-03-31-023000",
    ]


def test_a_day_keeps_its_last_one_and_days_without_do_not_count() -> None:
    noon, month_ago = NIGHT.replace(hour=12), NIGHT - timedelta(days=31)
    assert to_keep([NIGHT, noon, month_ago], Policy(2, 0, 0)) == {noon, month_ago}


@pytest.mark.parametrize("policy", [Policy(0, 0, 0), Policy(1, 0, 0)])
def test_the_newest_stays_whatever_is_asked(policy: Policy) -> None:
    assert to_keep(nights(9), policy) == {NIGHT}
    assert to_keep([], policy) == set()


def folder_with(tmp_path: Path, *names: str) -> Path:
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text("{}")
    return tmp_path


def test_what_a_machine_did_not_name_is_never_touched(tmp_path: Path) -> None:
    others = ["before-the-move", "2026-03-01", "2026-13-01-023000", "2026-03-01-023000.copy", "keep.unfinished"]
    folder = folder_with(tmp_path, *names(*nights(3)), *others)
    (folder / "2026-03-02-023000").write_text("a file")
    (folder / "2026-03-03-023000").symlink_to("before-the-move")
    kept = rotate(folder, folder / names(NIGHT)[0], Policy(1, 0, 0))
    assert kept == [folder / names(NIGHT)[0]]
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [*names(NIGHT), *others, "2026-03-02-023000", "2026-03-03-023000"]
    )


def test_the_one_that_was_just_verified_stays_after_a_clock_that_ran_ahead(tmp_path: Path) -> None:
    ahead, made = NIGHT + timedelta(days=400), NIGHT
    folder = folder_with(tmp_path, *names(ahead, made, *nights(3)[1:]))
    rotate(folder, folder / names(made)[0], Policy(1, 0, 0))
    assert sorted(path.name for path in folder.iterdir()) == names(made, ahead)


def test_what_killed_runs_left_goes_but_not_what_is_being_made(tmp_path: Path) -> None:
    busy, left = (f"{one}.unfinished" for one in names(*nights(3)[1:]))
    folder = folder_with(tmp_path, *names(NIGHT), busy, left)
    lock = os.open(folder / busy, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    rotate(folder, folder / names(NIGHT)[0], Policy(1, 0, 0))
    os.close(lock)
    assert sorted(path.name for path in folder.iterdir()) == [*sorted([busy]), *names(NIGHT)]
