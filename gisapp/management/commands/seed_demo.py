"""`manage.py seed_demo --scale small|guangxi|national --seed N`: demonstration data."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from gisapp.demo.scales import SCALES
from gisapp.demo.seeding import Seeded, seed_demo
from gisapp.demo.stamp import AlreadySeededError
from gisapp.owner import OwnerUnknownError
from importers.division_names import NoNamesError


class Command(BaseCommand):
    """Write synthetic, deterministic data at published totals."""

    help = (
        "Writes demonstration data. Repeating it with the same scale and seed changes nothing. Every name is "
        "synthetic and marked; accounts and their passwords go to var/demo-accounts.json."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", choices=list(SCALES), default="guangxi", help="default: %(default)s")
        parser.add_argument("--seed", type=int, default=1, help="another number, other data (default: %(default)s)")
        parser.add_argument("--reset", action="store_true", help="delete demonstration rows of any scale first")

    def handle(self, *args: Any, scale: str, seed: int, reset: bool, **options: Any) -> None:
        if settings.OWNER_ALIAS not in settings.DATABASES:
            raise CommandError(str(OwnerUnknownError()))
        if seed < 0:
            raise CommandError("--seed must be 0 or more.")
        started = time.monotonic()
        steps = Steps()
        passwords = settings.VAR_DIR / "demo-accounts.json"
        try:
            done = seed_demo(
                scale=SCALES[scale],
                seed=seed,
                using=settings.OWNER_ALIAS,
                passwords=passwords,
                reset=reset,
                step=steps.step,
            )
        except AlreadySeededError as error:
            raise CommandError(str(error)) from error
        except NoNamesError as error:
            raise CommandError(f"{error} is missing: run npm ci --ignore-scripts first.") from error
        self.report(done, time.monotonic() - started)
        self.stdout.write(f"Accounts {', '.join(done.accounts)}: passwords in {passwords}.")

    def report(self, done: Seeded, seconds: float) -> None:
        """Say what was written."""
        if not done.counts:
            self.stdout.write(f"Demonstration data {done.scale}, seed {done.seed}, are there already: nothing changed.")
            return
        for table, rows in done.counts.items():
            self.stdout.write(f"  {rows:>10,}  {table}")
        self.stdout.write(f"Demonstration data {done.scale}, seed {done.seed}, written in {seconds:.1f} s.")


class Steps:
    """Shows each step while it runs, and its time when it is done."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show one step."""
        started = time.monotonic()
        with self.console.status(f"{title} ..."):
            yield
        self.console.print(f"  {time.monotonic() - started:6.1f} s  {title}")
