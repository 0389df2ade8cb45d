"""The one map of the leader: what the page waits for."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from benchmarks.measuring import Row, percentile_95
from benchmarks.readers import leader
from benchmarks.registry import Context, job

COUNTIES_MS = 50
PAGE_MS = 100
RUNS = 60


@job("overview")
def first_look(context: Context) -> Iterator[Row]:
    """The page and the figures of its counties, server time."""
    reader = leader()
    for name, limit in (("oversight:counties", COUNTIES_MS), ("oversight:one_map", PAGE_MS)):
        address = reverse(name)
        taken = percentile_95(lambda address=address: reader.get(address, encoding="gzip"), runs=RUNS)
        yield context.row(f"{address}, p95", (taken, limit), reference_name="limit", goal=1.0)
