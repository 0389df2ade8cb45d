"""The formats in which layers leave: one declaration each, from which pages, documents and tests know what it loses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geocore.crs import WGS84, CrsKind
from importers.exporters.errors import ExportRefusedError
from importers.exporters.losses import Loss

if TYPE_CHECKING:
    from geocore.crs import Crs
    from layers.spec import SpatialLayer, Text

PATIENCE_S = 2.0
"""What is expected to take longer becomes a job."""

UTF8, GB18030 = "utf-8", "gb18030"
ENCODINGS = (UTF8, GB18030)


class Takes(StrEnum):
    """Which reference systems a format knows."""

    ANY = "any"
    DEGREES = "degrees"
    GAUSS_KRUGER = "gauss_kruger"


@dataclass(frozen=True, slots=True)
class Format:
    """A format of files.

    Attributes
    ----------
    key, ending
        What a layer declares, and how the names of files end.
    use
        Whom it is for, in one sentence.
    losses
        All that does not come back; empty: the file is exact.
    rows_a_second
        About how many are written, on one core: from it, whether somebody can wait for it.
    encodings
        Of its text; the first unless another one is asked for.
    """

    key: str
    ending: str
    title: Text
    use: Text
    rows_a_second: int
    losses: tuple[Loss, ...] = ()
    takes: Takes = Takes.ANY
    encodings: tuple[str, ...] = (UTF8,)

    @property
    def exact(self) -> bool:
        """True where a file brings back every value."""
        return not self.losses

    def seconds(self, rows: int) -> float:
        """Return about how long `rows` rows take."""
        return rows / self.rows_a_second

    def check_crs(self, crs: Crs) -> None:
        """Refuse a reference system that the format does not know.

        Raises
        ------
        ExportRefusedError
        """
        if crs.axis_order != WGS84.axis_order:
            raise ExportRefusedError(_("Files have longitude or easting first: leave “:yx” out."))
        if self.takes is Takes.DEGREES and crs.kind is not CrsKind.GEOGRAPHIC:
            raise ExportRefusedError(
                _("%(format)s knows longitude and latitude in WGS 84 alone, not %(crs)s.")
                % {"format": self.title, "crs": crs.key}
            )
        if self.takes is Takes.GAUSS_KRUGER and crs.kind not in {CrsKind.GAUSS_KRUGER_3, CrsKind.GAUSS_KRUGER_6}:
            raise ExportRefusedError(
                _("%(format)s takes Gauss-Kruger zones of CGCS2000, such as EPSG:4524, not %(crs)s.")
                % {"format": self.title, "crs": crs.key}
            )

    def encoding(self, asked: str) -> str:
        """Return the encoding that was asked for; the format's own where none was.

        Raises
        ------
        ExportRefusedError
            The format leaves no choice, or not this one.
        """
        if not asked or asked in self.encodings:
            return asked or self.encodings[0]
        raise ExportRefusedError(
            _("%(format)s cannot be written in %(encoding)s; it takes: %(known)s.")
            % {"format": self.title, "encoding": asked, "known": ", ".join(self.encodings)}
        )


_FORMATS = (
    Format(
        "gpkg",
        ".gpkg",
        "GeoPackage",
        gettext_lazy("For QGIS, ArcGIS and for handing data on: exact."),
        rows_a_second=60_000,
    ),
    Format(
        "parquet",
        ".parquet",
        "GeoParquet",
        gettext_lazy("For analysis in Python, R and DuckDB: exact, every geometry declared."),
        rows_a_second=120_000,
    ),
    Format(
        "geojson",
        ".geojson",
        "GeoJSON",
        gettext_lazy("For web maps and programs."),
        rows_a_second=80_000,
        losses=(Loss.DAYS_AS_TEXT, Loss.ROUNDED_PLACES, Loss.RINGS_TURNED),
    ),
    Format(
        "fgb",
        ".fgb",
        "FlatGeobuf",
        gettext_lazy("For large layers that are read piece by piece over the web."),
        rows_a_second=60_000,
        losses=(Loss.PLACES_AS_WKT, Loss.ORDER, Loss.DAYS_AS_MOMENTS, Loss.LISTS_AS_TEXT),
    ),
    Format(
        "shp",
        ".shp.zip",
        gettext_lazy("Shapefile (zip)"),
        gettext_lazy("For programs that read nothing newer; GB18030 for old Chinese ones."),
        rows_a_second=25_000,
        losses=(
            Loss.SHORT_NAMES,
            Loss.SHORT_TEXT,
            Loss.EDGE_SPACES,
            Loss.EMPTY_IS_NOTHING,
            Loss.FIFTEEN_DECIMALS,
            Loss.LISTS_AS_TEXT,
            Loss.MOMENTS_AS_TEXT,
            Loss.PLACES_AS_WKT,
            Loss.ONE_PART,
            Loss.RINGS_TURNED,
        ),
        encodings=ENCODINGS,
    ),
    Format(
        "csv",
        ".csv",
        "CSV",
        gettext_lazy("For programs that read tables."),
        rows_a_second=60_000,
        losses=(
            Loss.ALL_TEXT,
            Loss.EMPTY_IS_NOTHING,
            Loss.FORMULAS_MARKED,
            Loss.PLACES_AS_NUMBERS,
        ),
        encodings=ENCODINGS,
    ),
    Format(
        "xlsx",
        ".xlsx",
        gettext_lazy("Spreadsheet (xlsx)"),
        gettext_lazy("For people: words of their language; after 1,048,575 rows comes a further sheet."),
        rows_a_second=4_000,
        losses=(
            Loss.WORDS_OF_LISTS,
            Loss.EMPTY_IS_NOTHING,
            Loss.FORMULAS_MARKED,
            Loss.CONTROL_CHARACTERS,
            Loss.CELL_TEXT,
            Loss.SIXTEEN_DIGITS,
            Loss.EARLY_DAYS_AS_TEXT,
            Loss.MOMENTS_AS_TEXT,
            Loss.LISTS_AS_TEXT,
            Loss.NO_OUTLINES,
        ),
    ),
    Format(
        "kml",
        ".kml",
        "KML",
        gettext_lazy("For globes and phones: each row with its name and a description."),
        rows_a_second=8_000,
        losses=(
            Loss.EMPTY_IS_NOTHING,
            Loss.CONTROL_CHARACTERS,
            Loss.DAYS_AS_TEXT,
            Loss.LISTS_AS_TEXT,
            Loss.PLACES_AS_WKT,
            Loss.ROUNDED_PLACES,
        ),
        takes=Takes.DEGREES,
    ),
    Format(
        "txt",
        ".txt",
        gettext_lazy("Land-office text (txt)"),
        gettext_lazy("For the parcel systems of land offices."),
        rows_a_second=8_000,
        losses=(Loss.NOTHING_ELSE, Loss.COMMAS, Loss.ROUNDED_PLACES),
        takes=Takes.GAUSS_KRUGER,
        encodings=(GB18030, UTF8),
    ),
)
_BY_KEY = {one.key: one for one in _FORMATS}


def all_formats() -> tuple[Format, ...]:
    """Return every format, the exact ones first."""
    return _FORMATS


def formats_of(layer: SpatialLayer) -> tuple[Format, ...]:
    """Return the formats in which a layer leaves, the exact ones first."""
    return tuple(one for one in _FORMATS if one.key in layer.exports)


def format_called(layer: SpatialLayer, key: str) -> Format:
    """Return the format of a layer by its key.

    Raises
    ------
    ExportRefusedError
        The layer does not leave so.
    """
    found = _BY_KEY.get(key)
    if found is None or found.key not in layer.exports:
        raise not_so(layer, key)
    return found


def format_of_file(layer: SpatialLayer, name: str) -> Format:
    """Return the format that a file's ending means.

    Raises
    ------
    ExportRefusedError
        The layer does not leave so.
    """
    found = next((one for one in formats_of(layer) if name.lower().endswith(one.ending)), None)
    if found is None:
        raise not_so(layer, name)
    return found


def not_so(layer: SpatialLayer, given: str) -> ExportRefusedError:
    """Return the refusal of a format."""
    known = ", ".join(one.ending for one in formats_of(layer))
    return ExportRefusedError(
        _("“%(layer)s” does not leave as “%(given)s”; its files end in: %(known)s.")
        % {"layer": layer.title, "given": given[:80], "known": known}
    )
