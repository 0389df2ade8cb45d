"""`manage.py job_worker`: work off background jobs until told to end. `script/worker` starts it."""

from __future__ import annotations

import logging
from argparse import ArgumentTypeError
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.utils.crypto import get_random_string

from jobs.queues import served
from jobs.reaper import GRACE_S
from jobs.worker import FINISH_S, JobWorker

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Runs jobs one at a time; SIGTERM or Ctrl-C ends it after the job, or gives a long one back to the queue."""

    help = "Work off background jobs until told to end. Start it more than once to work at several jobs at a time."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what may be given."""
        parser.add_argument("--interval", type=seconds, default=1.0, help="seconds between looks at an empty queue")
        parser.add_argument("--batch", action="store_true", help="end when nothing is waiting")
        parser.add_argument(
            "--queue", choices=sorted(served), default="", help="take jobs of this queue alone; without it, of all"
        )
        parser.add_argument("--max-jobs", type=int, help="end after so many jobs")
        parser.add_argument(
            "--abandoned-after",
            type=seconds,
            default=GRACE_S,
            help="seconds after which a running job that no worker holds is taken back (default: %(default)s)",
        )
        parser.add_argument(
            "--finish-within",
            type=seconds,
            default=FINISH_S,
            help="seconds that a job may go on when the worker is told to end (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        logging.getLogger("django_tasks").setLevel(logging.INFO)
        worker = JobWorker(
            worker_id=get_random_string(32),
            interval_s=options["interval"],
            batch=options["batch"],
            max_jobs=options["max_jobs"],
            queue=options["queue"],
            grace_s=options["abandoned_after"],
            finish_s=options["finish_within"],
        )
        worker.configure_signals()
        worker.run()


def seconds(given: str) -> float:
    """Return a number of seconds that is not negative."""
    try:
        found = float(given)
    except ValueError:
        found = -1.0
    if not 0 <= found < 86_400:
        raise ArgumentTypeError(f"{given} is no number of seconds")
    return found
