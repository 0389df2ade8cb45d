"""`manage.py import_layer LAYER FILE`: a file into a layer, all or nothing."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.outages import outage_of
from accounts.roles import Through
from importers.problems import WrongUseError
from importers.profiles import (
    Understanding,
    profile_named,
    profile_save,
    profile_used,
    profiles_offered,
    understanding_of,
)
from importers.report import Report, Status
from jobs.files import keep_copy
from layers.registry import UnknownLayerError, all_layers, get_layer

if TYPE_CHECKING:
    from uuid import UUID

    from django.core.management.base import CommandParser

    from accounts.models import User
    from accounts.outages import Outage
    from layers.spec import SpatialLayer

PROBLEMS, WRONG_USE = 1, 2
SHOWN = 20
"""Problems printed; the report holds all of them."""


class Command(BaseCommand):
    """Imports a file; exit code 0: committed or rehearsed clean, 1: problems and nothing changed, 2: wrong use."""

    help = (
        "Import a file into a layer: GeoPackage, shapefile or File Geodatabase (.zip), GeoJSON, XLSX, CSV, KML, GPX, "
        "DXF, land-office text, photos (.zip), FlatGeobuf, GeoParquet. "
        "With any problem nothing is changed. Importing the same file again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what may be given."""
        parser.add_argument("layer", metavar="LAYER", help="such as sites, households, plots")
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--crs",
            metavar="C",
            help="such as EPSG:4546, EPSG:4490:yx or gcj02; auto: what the evidence says; default: what the file says",
        )
        parser.add_argument(
            "--pipeline",
            metavar="P",
            help="PROJ pipeline from the file's coordinates to CGCS2000 degrees, instead of --crs",
        )
        parser.add_argument(
            "--map", action="append", default=[], metavar="COL=FIELD", help="what a column means; may be repeated"
        )
        parser.add_argument(
            "--default",
            action="append",
            default=[],
            metavar="FIELD=VALUE",
            help="for fields that the file does not give; may be repeated",
        )
        parser.add_argument("--part", metavar="NAME", help="layer or sheet; default: the only one that can be meant")
        parser.add_argument(
            "--unit", action="append", default=[], metavar="COL=UNIT", help="of a column, such as m2; may be repeated"
        )
        parser.add_argument("--profile", metavar="NAME", help="a mapping profile; what is given besides wins over it")
        parser.add_argument(
            "--save-profile", metavar="NAME", help="keep columns, units, defaults and --crs by this name"
        )
        parser.add_argument("--share", default="", metavar="CODE", help="offer the saved profile within this division")
        parser.add_argument("--encoding", metavar="E", help="of the text; default: detected")
        parser.add_argument("--user", metavar="U", help="import as this account, within its area; default: the system")
        parser.add_argument("--reason", default="", metavar="TEXT", help="why, kept with every version")
        parser.add_argument("--dry-run", action="store_true", help="rehearse: check everything and change nothing")
        parser.add_argument(
            "--accept-clean", action="store_true", help="write the rows without problems and leave the others out"
        )
        parser.add_argument(
            "--rejected", type=Path, metavar="FILE", help="write the rows with problems here, in their own format"
        )
        parser.add_argument("--report", type=Path, metavar="R.json", help="write the whole report here")
        parser.add_argument(
            "--background", action="store_true", help="leave it to a worker and print the job's id; see manage.py jobs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        try:
            if options["background"]:
                self.stdout.write(str(self.queued(options)))
                return
            report = self.imported(options)
        except WrongUseError as error:
            raise CommandError(str(error), returncode=WRONG_USE) from error
        except Exception as error:
            if (outage := outage_of(error)) is None:
                raise
            report = Report(Status.REFUSED, unfinished(outage))
        if options["report"] is not None:
            report.write(options["report"])
        self.show(report)
        if options["rejected"] is not None:
            self.give_back(options, report)
        if report.status in {Status.PROBLEMS, Status.REFUSED}:
            sys.exit(PROBLEMS)

    def give_back(self, options: dict[str, Any], report: Report) -> None:
        """Write the rejected rows with their reasons, and say where; the ending is that of their format."""
        from importers.readers import read_file
        from importers.rejected import write_rejected

        problems = [problem for problem in report.problems if problem.row]
        if not problems:
            return
        target: Path = options["rejected"].absolute()
        source = read_file(options["file"], options["encoding"], part=report.detected.part)
        path = write_rejected(source, problems, target.parent, target.stem)
        self.stdout.write(_("Rejected rows: %(file)s.") % {"file": path})

    def imported(self, options: dict[str, Any]) -> Report:
        """Return the report of the import.

        Raises
        ------
        WrongUseError
            Something that was given means nothing.
        """
        from importers.services import ImportOrder, import_file  # pandas and Arrow take a second to load

        layer, user = self.layer_for(options), account(options["user"])
        understood = self.understood(options, layer, user)
        report = import_file(
            ImportOrder(
                layer=layer,
                path=options["file"],
                user=user,
                **asdict(understood),
                part=options["part"],
                dry_run=options["dry_run"],
                accept_clean=options["accept_clean"],
                reason=options["reason"],
            )
        )
        names = report.detected.columns
        if options["save_profile"] and names:
            profile_save(
                user=user,
                layer=layer,
                name=options["save_profile"],
                columns=names,
                understood=understood,
                shared_division=options["share"],
            )
        elif not options["profile"] and names:
            for profile in profiles_offered(user=user, layer=layer, columns=names):
                self.stdout.write(
                    _("A mapping profile fits these columns: --profile “%(name)s”.") % {"name": profile.name}
                )
        return report

    def understood(self, options: dict[str, Any], layer: SpatialLayer, user: User | None) -> Understanding:
        """Return what was typed, over what the profile says.

        Raises
        ------
        WrongUseError
            There is no such profile, or something is not of its form.
        """
        typed = Understanding(
            columns=pairs(options["map"], "--map COL=FIELD"),
            units=pairs(options["unit"], "--unit COL=UNIT"),
            defaults=pairs(options["default"], "--default FIELD=VALUE"),
            encoding=options["encoding"],
            crs=options["crs"],
            pipeline=options["pipeline"],
        )
        if not options["profile"]:
            return typed
        profile = profile_named(user=user, layer=layer, name=options["profile"])
        profile_used(profile)
        return typed.over(understanding_of(profile))

    def queued(self, options: dict[str, Any]) -> UUID:
        """Return the id of the job that will import a copy of the file.

        Raises
        ------
        WrongUseError
            Something that was given means nothing, or the file cannot be read.
        """
        from importers.tasks import import_in_background

        layer, user, path = self.layer_for(options), account(options["user"]), options["file"]
        if options["save_profile"]:
            raise WrongUseError(_("A profile is saved without --background: the columns must be read first."))
        understood = self.understood(options, layer, user)
        try:
            token, name = keep_copy(path)
        except OSError as error:
            raise WrongUseError(
                _("%(file)s cannot be kept: %(reason)s.") % {"file": path, "reason": error.strerror or error}
            ) from error
        return import_in_background.start(
            user=user,
            through=Through.IMPORT,
            subject=f"{name} → {layer.key}",
            reason=options["reason"],
            files=[token],
            layer=layer.key,
            token=token,
            name=name,
            options={
                **asdict(understood),
                "part": options["part"],
                "dry_run": options["dry_run"],
                "accept_clean": options["accept_clean"],
                "reason": options["reason"],
            },
            report="" if options["report"] is None else str(options["report"].absolute()),
        )

    def layer_for(self, options: dict[str, Any]) -> SpatialLayer:
        """Return the layer, where the report can be written too.

        Raises
        ------
        WrongUseError
            There is no such layer, or no such folder.
        """
        for target in (options["report"], options["rejected"]):
            if target is not None and (target.is_dir() or not target.absolute().parent.is_dir()):
                raise WrongUseError(_("%(file)s cannot be written: there is no such folder.") % {"file": target})
        try:
            return get_layer(options["layer"])
        except UnknownLayerError as error:
            known = ", ".join(layer.key for layer in all_layers())
            raise WrongUseError(
                _("There is no layer “%(layer)s”; there are: %(known)s.") % {"layer": options["layer"], "known": known}
            ) from error

    def show(self, report: Report) -> None:
        """Print what a person needs to know."""
        found, counts = report.detected, report.counts
        if found.format:
            self.stdout.write(
                _("%(rows)d rows read as %(format)s, text %(encoding)s, coordinates %(crs)s.")
                % {"rows": found.rows, "format": found.format, "encoding": found.encoding, "crs": found.crs or "-"}
            )
        if found.samples:
            self.stdout.write(_("Texts in it: %(texts)s.") % {"texts": ", ".join(found.samples)})
        for warning in report.warnings[:SHOWN]:
            self.stdout.write(f"  ! {warning}")
        for problem in report.problems[:SHOWN] if report.status is not Status.REFUSED else []:
            where = _("row %(row)d") % {"row": problem.row} if problem.row else _("file")
            column = f", {problem.column}" if problem.column else ""
            self.stderr.write(f"  {where}{column}: {' '.join(problem.words)} [{problem.code}]")
        if len(report.problems) > SHOWN:
            self.stderr.write(_("  … and %(n)d more (--report keeps all).") % {"n": len(report.problems) - SHOWN})
        if report.reason:
            (self.stderr if report.status in {Status.PROBLEMS, Status.REFUSED} else self.stdout).write(report.reason)
        self.stdout.write(
            _("%(status)s: %(add)d added, %(change)d changed, %(same)d the same, %(rejected)d rejected.")
            % {"status": report.status, **counts.as_json()}
        )
        if report.batch:
            self.stdout.write(_("Batch %(batch)s.") % {"batch": report.batch})


def unfinished(outage: Outage) -> str:
    """Return what an outage means for an import: at worst it was kept as a whole, and the next run finds it so."""
    again = _("Nothing of the file was kept, or all of it: import it once more, which changes nothing that is there.")
    return f"{outage.title}. {outage.sentence} {outage.step} {again}"


def pairs(given: list[str], form: str) -> dict[str, str]:
    """Return `A=B` options as a dictionary.

    Raises
    ------
    WrongUseError
        One has no equals sign, nothing before it, or is given twice.
    """
    found: dict[str, str] = {}
    for text in given:
        # a column name may hold an equals sign, a field never does
        left, equals, right = text.rpartition("=") if "FIELD" in form.split("=")[1] else text.partition("=")
        if not equals or not left.strip() or not right.strip() or left.strip() in found:
            raise WrongUseError(_("“%(given)s” is not of the form %(form)s.") % {"given": text, "form": form})
        found[left.strip()] = right.strip()
    return found


def account(name: str | None) -> User | None:
    """Return the account called `name`; None for the system itself.

    Raises
    ------
    WrongUseError
        There is none, or it is closed.
    """
    if name is None:
        return None
    user = get_user_model().objects.filter(username=name, is_active=True).first()
    if user is None:
        raise WrongUseError(_("There is no active account “%(name)s”.") % {"name": name})
    return user
