"""What can be wrong with a file or a row, in words that a county clerk can act on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from geocore.geometry import FAULTS, FaultCode, GeometryFault

if TYPE_CHECKING:
    from django.utils.functional import Promise

    Text = str | Promise

WHOLE_FILE = 0
"""The row of a problem that is about the file itself."""

LONGEST_VALUE = 200
"""Characters of a bad value that a report repeats."""


class ProblemCode(StrEnum):
    """What is wrong; stable, so that programs may rely on it."""

    # a file
    NOT_FOUND = "not_found"
    NOT_A_FILE = "not_a_file"
    EMPTY_FILE = "empty_file"
    FORMAT_UNKNOWN = "format_unknown"
    FORMAT_NOT_READ = "format_not_read"
    MISNAMED = "misnamed"
    ENCRYPTED = "encrypted"
    UNREADABLE_FILE = "unreadable_file"
    CUT_SHORT = "cut_short"
    NOT_TEXT = "not_text"
    ENCODING_UNKNOWN = "encoding_unknown"
    ENCODING_WRONG = "encoding_wrong"
    NOT_GEOJSON = "not_geojson"
    UNSAFE_FILE = "unsafe_file"
    UNSAFE_ARCHIVE = "unsafe_archive"
    ARCHIVE_CONTENT = "archive_content"
    SEVERAL_LAYERS = "several_layers"
    NO_SUCH_PART = "no_such_part"
    NO_HEADER = "no_header"
    NO_OUTLINES = "no_outlines"
    NO_ROWS = "no_rows"
    TOO_LARGE = "too_large"
    AMBIGUOUS_COLUMNS = "ambiguous_columns"
    NO_KNOWN_COLUMN = "no_known_column"
    CRS_UNKNOWN = "crs_unknown"
    CRS_SUSPECTED = "crs_suspected"
    CRS_DOUBTED = "crs_doubted"
    CRS_NOT_NAMED = "crs_not_named"
    CRS_NOT_ALLOWED = "crs_not_allowed"
    DATUM_REFUSED = "datum_refused"
    PIPELINE_REFUSED = "pipeline_refused"
    PIPELINE_ELSEWHERE = "pipeline_elsewhere"
    NO_IMPORT_RIGHT = "no_import_right"
    BUSY = "busy"
    # a row
    RAGGED_ROW = "ragged_row"
    POINT_COUNT = "point_count"
    MISSING = "missing"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_COORDINATE = "not_a_coordinate"
    NOT_AN_INTEGER = "not_an_integer"
    OUT_OF_BOUNDS = "out_of_bounds"
    NOT_A_DATE = "not_a_date"
    JANUARY_OR_OCTOBER = "january_or_october"
    NOT_YES_OR_NO = "not_yes_or_no"
    NOT_A_UUID = "not_a_uuid"
    UNKNOWN_CHOICE = "unknown_choice"
    TOO_LONG = "too_long"
    BAD_CHARACTER = "bad_character"
    NOT_A_DIVISION_CODE = "not_a_division_code"
    UNKNOWN_CODE = "unknown_code"
    DIVISION_ABOVE_MISSING = "division_above_missing"
    DUPLICATE_IN_FILE = "duplicate_in_file"
    CODE_NOT_AVAILABLE = "code_not_available"
    OUTSIDE_AREA = "outside_area"
    OUTSIDE_REGION = "outside_region"
    NO_REGION_HERE = "no_region_here"
    OUTSIDE_CRS = "outside_crs"
    OVERLAPS_ROW = "overlaps_row"
    OVERLAPS_STORED = "overlaps_stored"
    OVERLAPS_SOMETHING = "overlaps_something"
    FEWER_THAN_MEMBERS = "fewer_than_members"
    CONSTRAINT = "constraint"
    # a geometry, see geocore.geometry
    GEOMETRY_MISSING = "geometry_missing"
    GEOMETRY_EMPTY = "geometry_empty"
    WRONG_GEOMETRY_TYPE = "wrong_geometry_type"
    NOT_FINITE = "not_finite"
    ZERO_ZERO = "zero_zero"
    OUT_OF_RANGE = "out_of_range"
    AXES_SWAPPED = "axes_swapped"
    SELF_INTERSECTION = "self_intersection"
    RING_SELF_INTERSECTION = "ring_self_intersection"
    HOLE_OUTSIDE_SHELL = "hole_outside_shell"
    NESTED_HOLES = "nested_holes"
    NESTED_SHELLS = "nested_shells"
    DISCONNECTED_INTERIOR = "disconnected_interior"
    DUPLICATE_RINGS = "duplicate_rings"
    TOO_FEW_POINTS = "too_few_points"
    INVALID_GEOMETRY = "invalid_geometry"
    RING_NOT_CLOSED = "ring_not_closed"
    CURVE = "curve"
    UNREADABLE_GEOMETRY = "unreadable_geometry"


SENTENCES: dict[ProblemCode, tuple[Text, Text]] = {
    ProblemCode.NOT_FOUND: (_("There is no file %(value)s."), _("Check the name and the folder.")),
    ProblemCode.NOT_A_FILE: (
        _("%(value)s is a folder, not a file."),
        _("Name the file itself; a shapefile by its .shp or as one .zip."),
    ),
    ProblemCode.EMPTY_FILE: (_("The file is empty."), _("Export it again and check that it has a size.")),
    ProblemCode.FORMAT_UNKNOWN: (
        _("“%(value)s” is not a format that is read here."),
        _("Send GeoPackage (.gpkg), GeoJSON, a shapefile as .zip, or a table as .xlsx or .csv."),
    ),
    ProblemCode.FORMAT_NOT_READ: (_("%(format)s is not read here."), _("%(instead)s")),
    ProblemCode.MISNAMED: (
        _("The file is named like a %(value)s file, but its content is another: %(found)s."),
        _("%(instead)s"),
    ),
    ProblemCode.ENCRYPTED: (
        _("The file is protected by a password."),
        _("Open it, take the password away (File, Info, Protect), save it and send that."),
    ),
    ProblemCode.UNREADABLE_FILE: (
        _("The file can't be read as %(format)s: %(detail)s."),
        _("Open it in the program that made it, export it again and send that."),
    ),
    ProblemCode.CUT_SHORT: (
        _("The file was cut short: %(detail)s."),
        _("Copy or send it again, and compare the size of both."),
    ),
    ProblemCode.NOT_TEXT: (
        _("The file is named like a text file, but it holds binary data."),
        _("Send the table as .csv, saved as text."),
    ),
    ProblemCode.ENCODING_UNKNOWN: (
        _("The text is neither UTF-8 nor GB18030."),
        _("Save it as UTF-8, or name its encoding (--encoding)."),
    ),
    ProblemCode.ENCODING_WRONG: (
        _("The text is not in the encoding %(value)s."),
        _("Leave the encoding out to have it detected, or name another one."),
    ),
    ProblemCode.NOT_GEOJSON: (
        _("This is not GeoJSON: %(detail)s."),
        _("Export the file again as GeoJSON (RFC 7946), or send a GeoPackage."),
    ),
    ProblemCode.UNSAFE_FILE: (
        _("The file is not read, because it may reach for other files or grow without end: %(detail)s."),
        _("Export it again from the program that made it."),
    ),
    ProblemCode.UNSAFE_ARCHIVE: (
        _("The archive is not unpacked: %(detail)s."),
        _("Pack only the files that are to be imported, without a password."),
    ),
    ProblemCode.ARCHIVE_CONTENT: (
        _("There is nothing in the archive that is read here; it holds %(detail)s."),
        _("Pack .shp, .shx, .dbf, .prj and .cpg of one layer, or a whole .gdb folder, or photos, into one .zip."),
    ),
    ProblemCode.SEVERAL_LAYERS: (
        _("The file holds several layers or sheets with rows: %(detail)s."),
        _("Name the one that is meant (--part NAME)."),
    ),
    ProblemCode.NO_SUCH_PART: (
        _("There is no layer or sheet “%(value)s” in the file; there are: %(detail)s."),
        _("Name one of these (--part NAME), or leave the name out."),
    ),
    ProblemCode.NO_HEADER: (
        _("No header line was found in the sheet (%(detail)s)."),
        _("Write one name above each column, in one line without empty cells, and the rows below it."),
    ),
    ProblemCode.NO_OUTLINES: (
        _("There is not a single closed outline in the drawing; it holds %(detail)s."),
        _("Close the outlines (PEDIT, Close), or export them as polygons into a GeoPackage (.gpkg)."),
    ),
    ProblemCode.NO_ROWS: (_("The file opens, but there is not a single row in it."), _("Check what was exported.")),
    ProblemCode.TOO_LARGE: (
        _("The file is larger than is read in this format (%(detail)s)."),
        _("Send it as GeoPackage, or in parts."),
    ),
    ProblemCode.AMBIGUOUS_COLUMNS: (
        _("Several columns mean %(field)s: %(detail)s."),
        _("Remove or rename all but one, or name the right one (--map)."),
    ),
    ProblemCode.NO_KNOWN_COLUMN: (
        _("None of the columns is known: %(detail)s."),
        _("Name what the columns mean (--map COLUMN=FIELD); fields are: %(fields)s."),
    ),
    ProblemCode.CRS_UNKNOWN: (
        _("The coordinate reference system “%(value)s” is not accepted here."),
        _("Send the file in EPSG:4490, or name the right system (--crs)."),
    ),
    ProblemCode.CRS_SUSPECTED: (
        _(
            "The positions look like %(crs)s, the shifted coordinates of a web map, although the file does not say "
            "so: %(detail)s (%(better)s of %(compared)s fit better)."
        ),
        _("Name the system: --crs %(crs)s if the data come from such a map, --crs EPSG:4490 if you are certain not."),
    ),
    ProblemCode.CRS_DOUBTED: (
        _("The file says that its coordinates are in %(value)s, but they look like %(crs)s: %(detail)s."),
        _("Name the system: --crs %(crs)s if that is right, --crs %(value)s if you are certain of what the file says."),
    ),
    ProblemCode.CRS_NOT_NAMED: (
        _("The file does not say in which coordinate reference system its numbers are (%(detail)s)."),
        _("Name it (--crs); what fits the numbers: %(candidates)s."),
    ),
    ProblemCode.CRS_NOT_ALLOWED: (
        _("Coordinates in %(value)s are not converted on this server: the setting GISAPP_ALLOW_GCJ02 is off."),
        _("Ask for the data in CGCS2000 (EPSG:4490), or have the administrator allow it."),
    ),
    ProblemCode.DATUM_REFUSED: (
        _("“%(given)s” is on the datum %(datum)s, tens of metres off CGCS2000 by another amount in each place."),
        _(
            "Ask the surveying office to transform the file to CGCS2000 with the parameters of the county and send "
            "that, or give its parameters yourself (--pipeline)."
        ),
    ),
    ProblemCode.PIPELINE_REFUSED: (
        _("“%(value)s” can't stand in a transformation."),
        _(
            "Give a PROJ pipeline of these steps only, without grids and files, from the coordinates of the file to "
            "CGCS2000 degrees, longitude first: %(allowed)s."
        ),
    ),
    ProblemCode.PIPELINE_ELSEWHERE: (
        _("The transformation puts the first row to %(value)s, outside China."),
        _("It must end with longitude and latitude in degrees, in this order; check the central meridian and axes."),
    ),
    ProblemCode.NO_IMPORT_RIGHT: (
        _("%(value)s may not import into %(layer)s."),
        _("Ask the administrator for the role of a data steward in this area."),
    ),
    ProblemCode.BUSY: (
        _("Another import into this layer is running."),
        _("Wait until it has ended and start again; nothing was changed."),
    ),
    ProblemCode.RAGGED_ROW: (
        _("The row has %(found)s cells; the header has %(expected)s."),
        _("Look for a missing or an extra separator, or a quotation mark that is not closed."),
    ),
    ProblemCode.POINT_COUNT: (
        _("The parcel announces %(expected)s points, but %(found)s follow."),
        _("Look for missing lines; correct the number in the line that begins the parcel."),
    ),
    ProblemCode.MISSING: (_("There is no value."), _("Fill it in, or remove the row.")),
    ProblemCode.NOT_A_NUMBER: (
        _("“%(value)s” is not a number."),
        _("Write digits alone, such as 12.5, without a unit."),
    ),
    ProblemCode.NOT_A_COORDINATE: (
        _("“%(value)s” is not a coordinate."),
        _("Write it like the other rows: 107.2583, or 107°15′30″ with minutes and seconds below 60."),
    ),
    ProblemCode.NOT_AN_INTEGER: (_("“%(value)s” is not a whole number."), _("Write it without a fraction.")),
    ProblemCode.OUT_OF_BOUNDS: (
        _("%(value)s is not between %(least)s and %(most)s."),
        _("Correct the number; check its unit."),
    ),
    ProblemCode.NOT_A_DATE: (
        _("“%(value)s” is not a date."),
        _("Write year, month and day: 2019-03-01, 2019/3/1 or 2019年3月1日."),
    ),
    ProblemCode.JANUARY_OR_OCTOBER: (
        _("“%(value)s” is January, or an October that lost its last digit in a spreadsheet."),
        _("Write the month with two digits, such as 2019-01 or 2019-10."),
    ),
    ProblemCode.NOT_YES_OR_NO: (_("“%(value)s” is neither yes nor no."), _("Write yes or no, 是 or 否, 1 or 0.")),
    ProblemCode.NOT_A_UUID: (_("“%(value)s” is not a UUID."), _("Leave the column out, or give all 32 digits.")),
    ProblemCode.UNKNOWN_CHOICE: (_("“%(value)s” is not in the list."), _("Choose one of: %(choices)s.")),
    ProblemCode.TOO_LONG: (_("The text is longer than %(most)s characters."), _("Shorten it.")),
    ProblemCode.BAD_CHARACTER: (_("The text holds a character that can't be stored."), _("Type the text again.")),
    ProblemCode.NOT_A_DIVISION_CODE: (
        _("“%(value)s” is not a division code."),
        _("Give 2, 4, 6, 9 or 12 digits as text, for example 451221 for a county."),
    ),
    ProblemCode.UNKNOWN_CODE: (
        _("There is no %(what)s with the code “%(value)s” that you may see."),
        _("Correct the code, or import that record first."),
    ),
    ProblemCode.DIVISION_ABOVE_MISSING: (
        _("The division that “%(value)s” belongs to is not known (%(above)s)."),
        _("Load the divisions above it first: manage.py load_boundaries --province %(province)s."),
    ),
    ProblemCode.DUPLICATE_IN_FILE: (
        _("Row %(first)s is about the same record (%(value)s)."),
        _("Keep one of the two rows, or give them different codes."),
    ),
    ProblemCode.CODE_NOT_AVAILABLE: (_("The code “%(value)s” is not available."), _("Choose another code.")),
    ProblemCode.OUTSIDE_AREA: (
        _("This lies outside the area in which you may import."),
        _("Remove the row, or have it imported by somebody with that area."),
    ),
    ProblemCode.OUTSIDE_REGION: (
        _("The position lies %(metres)s m outside the division that the row names (%(value)s)."),
        _("Correct the position or the division code; check the coordinate reference system."),
    ),
    ProblemCode.NO_REGION_HERE: (
        _("The position %(value)s lies in no known division."),
        _("Correct the position, give the division code, or load the divisions of that province first."),
    ),
    ProblemCode.OUTSIDE_CRS: (
        _("A coordinate can't belong to %(crs)s."),
        _("Check the coordinate, and whether the file is really in that coordinate reference system."),
    ),
    ProblemCode.OVERLAPS_ROW: (
        _("This overlaps row %(other)s by %(m2)s m²: the same ground counts once."),
        _("Correct the boundary of one of the two rows."),
    ),
    ProblemCode.OVERLAPS_STORED: (
        _("This overlaps %(value)s by %(m2)s m²: the same ground counts once."),
        _("Correct the boundary, or that of %(value)s; give the row this code if it is the same record."),
    ),
    ProblemCode.OVERLAPS_SOMETHING: (
        _("This overlaps something by %(m2)s m²: the same ground counts once."),
        _("Correct the boundary, or ask the administrator whose ground this is."),
    ),
    ProblemCode.FEWER_THAN_MEMBERS: (
        _("The row says %(value)s persons, but %(members)s members of this household are on record."),
        _("Correct the number, or the members of the household first."),
    ),
    ProblemCode.CONSTRAINT: (_("%(detail)s"), _("Correct the row so that it keeps this rule.")),
}

_FAULT_CODES: dict[FaultCode, ProblemCode] = {
    code: ProblemCode.WRONG_GEOMETRY_TYPE if code is FaultCode.WRONG_TYPE else ProblemCode(code) for code in FaultCode
}
GEOMETRY_SENTENCES: dict[ProblemCode, tuple[str, str]] = {_FAULT_CODES[code]: FAULTS[code] for code in FaultCode}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Something that keeps one row, or the file, from being imported.

    Attributes
    ----------
    row
        As a person counts: 1 is the first feature, or the first line after the header; 0 is the file itself.
    column
        As the file calls it; None where no single column is at fault.
    value
        What stands there.
    params
        What the sentences fill in.
    """

    row: int
    column: str | None
    code: ProblemCode
    value: str = ""
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """Return the sentence that says what is wrong."""
        return self.words[0]

    @property
    def remedy(self) -> str:
        """Return the sentence that says what to do."""
        return self.words[1]

    @property
    def words(self) -> tuple[str, str]:
        """Return reason and remedy in the present language."""
        filled = {"value": self.value, **self.params}
        if self.code in SENTENCES:
            reason, remedy = (str(text) % filled for text in SENTENCES[self.code])
            return reason, remedy
        fault, advice = GEOMETRY_SENTENCES[self.code]
        reason = gettext(fault) % {"detail": filled.get("detail", "")}
        if filled.get("lon") is not None and filled.get("lat") is not None:
            place = {"lon": f"{filled['lon']:.6f}", "lat": f"{filled['lat']:.6f}"}
            reason = f"{reason} {gettext('Near longitude %(lon)s, latitude %(lat)s.') % place}"
        return reason, gettext(advice)

    def as_json(self) -> dict[str, Any]:
        """Return the entry of the report."""
        reason, remedy = self.words
        value = self.value if len(self.value) <= LONGEST_VALUE else self.value[: LONGEST_VALUE - 1] + "…"
        return {
            "row": self.row,
            "column": self.column,
            "code": str(self.code),
            "value": value,
            "reason": reason,
            "remedy": remedy,
        }


def from_fault(fault: GeometryFault, row: int, column: str | None = None, value: str = "") -> RowProblem:
    """Return the problem of a faulty geometry; `row` as a person counts."""
    params = {"lon": fault.lon, "lat": fault.lat, "detail": fault.detail}
    return RowProblem(row, column, _FAULT_CODES[fault.code], value, params)


class ImportRefusedError(Exception):
    """The file as a whole is not imported; `problem` says why and what to do."""

    def __init__(self, code: ProblemCode, value: object = "", **params: Any) -> None:
        self.problem = RowProblem(WHOLE_FILE, None, code, str(value), params)
        super().__init__(str(code))

    def __str__(self) -> str:
        return " ".join(self.problem.words)


class WrongUseError(Exception):
    """The command was called in a way that means nothing; `str()` says what to do instead."""
