"""Queues beside the common one: for jobs that only some worker machines can or may do.

    served["backups"] = can_back_up

A worker leaves a queue alone whose test says no; a worker that is started for one queue (`--queue backups`) takes
nothing else.
"""

from __future__ import annotations

from collections.abc import Callable

COMMON = "default"

served: dict[str, Callable[[], bool]] = {}
"""By name of the queue: whether this machine can do its jobs."""


def left_alone() -> list[str]:
    """Return the queues whose jobs this machine cannot do."""
    return [name for name, can in served.items() if not can()]
