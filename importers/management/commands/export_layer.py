"""`manage.py export_layer LAYER FILE`: a layer into a file, by the file's ending."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.roles import Through
from geocore.divisions import DivisionCode, DivisionCodeError
from importers.exporters.errors import ExportRefusedError
from importers.exporters.formats import ENCODINGS, format_of_file
from importers.management.commands.import_layer import WRONG_USE, account
from importers.problems import WrongUseError
from layers.listing import ListQuery
from layers.registry import UnknownLayerError, all_layers, get_layer

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

    from importers.exporters.services import ExportOrder
    from layers.spec import SpatialLayer


class Command(BaseCommand):
    """Exports a layer; exit code 0: written, 2: wrong use and nothing written."""

    help = "Export a layer; the ending of FILE says the format. What each format loses is in docs/reference/formats.md."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what may be given."""
        parser.add_argument("layer", metavar="LAYER", help="such as sites, households, plots")
        parser.add_argument("file", type=Path, metavar="FILE", help="such as sites.gpkg or plots.shp.zip")
        parser.add_argument("--region", default="", metavar="CODE", help="division code; default: everywhere")
        parser.add_argument("--crs", default="", metavar="C", help="such as EPSG:4546; default: CGCS2000 degrees")
        parser.add_argument("--encoding", default="", choices=ENCODINGS, help="of a shapefile or CSV; default: utf-8")
        parser.add_argument("--user", metavar="U", help="export as this account, within its area; default: the system")
        parser.add_argument("--reason", default="", metavar="TEXT", help="why, kept with the record")
        parser.add_argument(
            "--personal", action="store_true", help="with the personal properties of the layer; needs --reason"
        )
        parser.add_argument(
            "--background",
            action="store_true",
            help="leave it to a worker of this machine and print the job's id; see manage.py jobs",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        try:
            self.export(options)
        except (ExportRefusedError, WrongUseError) as error:
            raise CommandError(str(error), returncode=WRONG_USE) from error

    def export(self, options: dict[str, Any]) -> None:
        """Write the file, or leave it to a worker.

        Raises
        ------
        ExportRefusedError, WrongUseError
            Something that was given means nothing, or the file cannot be written.
        """
        from importers.exporters.services import checked, export_file  # Arrow takes a second to load
        from importers.exporters.tasks import export_queued

        path: Path = options["file"]
        if path.is_dir() or not path.absolute().parent.is_dir():
            raise ExportRefusedError(_("%(file)s cannot be written: there is no such folder.") % {"file": path})
        ready = checked(self.order(options))
        if options["background"]:
            self.stdout.write(str(export_queued(ready, through=Through.COMMAND, out=str(path.absolute()))))
            return
        began = perf_counter()
        try:
            rows = export_file(ready, path, through=Through.COMMAND)
        except OSError as error:
            raise ExportRefusedError(
                _("%(file)s cannot be written: %(reason)s.") % {"file": path, "reason": error.strerror or error}
            ) from error
        self.stdout.write(
            _("%(file)s written: %(rows)s rows, %(seconds).1f s.")
            % {"file": path, "rows": f"{rows:,}", "seconds": perf_counter() - began}
        )

    def order(self, options: dict[str, Any]) -> ExportOrder:
        """Return what is asked for."""
        from importers.exporters.services import ExportOrder

        layer = layer_called(options["layer"])
        return ExportOrder(
            layer=layer,
            format=format_of_file(layer, options["file"].name),
            user=account(options["user"]),
            query=ListQuery(region=division(options["region"])),
            crs=options["crs"],
            encoding=options["encoding"],
            personal=options["personal"],
            reason=options["reason"],
        )


def layer_called(key: str) -> SpatialLayer:
    """Return the layer called `key`."""
    try:
        return get_layer(key)
    except UnknownLayerError as error:
        known = ", ".join(layer.key for layer in all_layers())
        raise ExportRefusedError(
            _("There is no layer “%(layer)s”; there are: %(known)s.") % {"layer": key, "known": known}
        ) from error


def division(given: str) -> str:
    """Return a division code of 12 digits; empty stays empty."""
    if not given:
        return ""
    try:
        return DivisionCode.parse(given).code
    except DivisionCodeError as error:
        raise ExportRefusedError(str(error)) from error
