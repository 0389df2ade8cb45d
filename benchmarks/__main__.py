"""`script/bench [GROUP...] [--scale small|guangxi|national]`.

Exit 0: every goal of the requested groups was reached. 1: one was not, or a job failed. 2: a requested group has
no job, or the words make no sense.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.databases import PreparationError, prepare
from benchmarks.measuring import Row, table
from benchmarks.registry import GROUPS, Context, has_module, jobs_of

SCALES = ("small", "guangxi", "national")
RESULTS = Path(__file__).parent / "results"


def main(
    words: Sequence[str],
    *,
    preparation: Callable[[str], Mapping[str, str]] = prepare,
    results: Path = RESULTS,
) -> int:
    """Run the jobs of the groups in `words` and return the exit code.

    Parameters
    ----------
    preparation
        Makes the data of a scale and returns the environment in which Django finds them.
    results
        Folder for `latest.json`.
    """
    asked = read_words(words)
    groups = asked.groups or [group for group in GROUPS if has_module(group)]
    empty = [group for group in groups if not has_module(group)]
    if empty:
        print(f"No job has been written yet for: {', '.join(empty)}.", file=sys.stderr)
        return 2
    try:
        os.environ.update(preparation(asked.scale))
    except PreparationError as error:
        print(error, file=sys.stderr)
        return 1
    set_up_django()
    rows: list[Row] = []
    failed = False
    for group in groups:
        jobs = jobs_of(group)
        if not jobs:
            print(f"No job has been written yet for: {group}.", file=sys.stderr)
            return 2
        for job in jobs:
            print(f"  {group}: {(job.__doc__ or job.__name__).splitlines()[0]}", file=sys.stderr, flush=True)
            try:
                rows += job(Context(group, asked.scale))
            except Exception:  # one job that breaks takes no other's figures with it; it is told and fails the run
                traceback.print_exc()
                failed = True
    print(table(rows))
    keep(rows, results)
    return 1 if failed or not all(row.met for row in rows) else 0


def read_words(words: Sequence[str]) -> argparse.Namespace:
    """Return what is asked for; words that make no sense end the program with 2."""
    parser = argparse.ArgumentParser(prog="script/bench", description="Measure the product beside what it stands on.")
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"{', '.join(GROUPS)}; all that have jobs when none")
    parser.add_argument("--scale", choices=SCALES, default="guangxi", help="size of the data (%(default)s)")
    asked = parser.parse_args(words)
    unknown = [group for group in asked.groups if group not in GROUPS]
    if unknown:
        parser.error(f"there is no group {', '.join(unknown)}; groups are {', '.join(GROUPS)}")
    asked.groups = list(dict.fromkeys(asked.groups))
    return asked


def set_up_django() -> None:
    """Let jobs use models: the environment names the database by now."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisapp.settings")
    import django

    django.setup()


def keep(rows: Iterable[Row], folder: Path) -> None:
    """Write `latest.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps([row.as_json() for row in rows], indent=2, ensure_ascii=False)
    (folder / "latest.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
