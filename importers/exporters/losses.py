"""What a format cannot hold: each loss once, with the sentence that pages and documents say of it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from layers.spec import Text


class Loss(StrEnum):
    """Something of a row that does not come back from a file of some format."""

    PLACES_AS_WKT = "places_as_wkt"
    PLACES_AS_NUMBERS = "places_as_numbers"
    NO_OUTLINES = "no_outlines"
    NOTHING_ELSE = "nothing_else"
    COMMAS = "commas"
    ORDER = "order"
    EMPTY_IS_NOTHING = "empty_is_nothing"
    ALL_TEXT = "all_text"
    LISTS_AS_TEXT = "lists_as_text"
    DAYS_AS_TEXT = "days_as_text"
    DAYS_AS_MOMENTS = "days_as_moments"
    EARLY_DAYS_AS_TEXT = "early_days_as_text"
    MOMENTS_AS_TEXT = "moments_as_text"
    WORDS_OF_LISTS = "words_of_lists"
    FORMULAS_MARKED = "formulas_marked"
    CONTROL_CHARACTERS = "control_characters"
    EDGE_SPACES = "edge_spaces"
    SHORT_NAMES = "short_names"
    SHORT_TEXT = "short_text"
    CELL_TEXT = "cell_text"
    FIFTEEN_DECIMALS = "fifteen_decimals"
    SIXTEEN_DIGITS = "sixteen_digits"
    ROUNDED_PLACES = "rounded_places"
    RINGS_TURNED = "rings_turned"
    ONE_PART = "one_part"


SENTENCES: dict[Loss, Text] = {
    Loss.PLACES_AS_WKT: _("There is one geometry a row; the further ones are text (WKT)."),
    Loss.PLACES_AS_NUMBERS: _("A position is two columns of numbers; an outline is text (WKT)."),
    Loss.NO_OUTLINES: _("Outlines are left out, for a cell ends at 32,767 characters; a position is two columns."),
    Loss.NOTHING_ELSE: _("Only the code, the name, the use and the boundary of a parcel are kept."),
    Loss.COMMAS: _("Commas, line breaks and @ in a name become spaces."),
    Loss.ORDER: _("Rows come in an order of their own, by place."),
    Loss.EMPTY_IS_NOTHING: _("An empty text and no text are the same."),
    Loss.ALL_TEXT: _("Every value is text; the type of a column is not told."),
    Loss.LISTS_AS_TEXT: _("A list, and what is structured, is text (JSON)."),
    Loss.DAYS_AS_TEXT: _("Days and moments are text (2019-05-01)."),
    Loss.DAYS_AS_MOMENTS: _("A day comes back as a moment, midnight."),
    Loss.EARLY_DAYS_AS_TEXT: _("Days before March 1900 are text: a spreadsheet counts from there."),
    Loss.MOMENTS_AS_TEXT: _("Moments are text (2019-05-01T08:00:00Z)."),
    Loss.WORDS_OF_LISTS: _("What is chosen from a list is told in words of the reader's language."),
    Loss.FORMULAS_MARKED: _("Text that begins like a formula (=, +, -, @) gets an apostrophe before it."),
    Loss.CONTROL_CHARACTERS: _("Control characters are left out."),
    Loss.EDGE_SPACES: _("Spaces at the end of a text are left out."),
    Loss.SHORT_NAMES: _("Names of columns have at most 10 letters; readme.txt in the archive says what they mean."),
    Loss.SHORT_TEXT: _("Text is cut after 254 bytes."),
    Loss.CELL_TEXT: _("Text is cut after 32,767 characters."),
    Loss.FIFTEEN_DECIMALS: _("Numbers are rounded to 15 decimals."),
    Loss.SIXTEEN_DIGITS: _("Numbers keep 16 digits."),
    Loss.ROUNDED_PLACES: _(
        "Coordinates are rounded to a tenth of a millimetre (9 decimals of a degree, 4 of a metre)."
    ),
    Loss.RINGS_TURNED: _("Rings are turned as the format asks; the outline stays the same."),
    Loss.ONE_PART: _("An outline of one part and one of several parts are of the same type."),
}
