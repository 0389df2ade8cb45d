"""What `geocore` says of ID numbers and phones, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from geocore.errors import GeocoreError
    from layers.spec import Text

# Literal, so that they are found for translation; a test compares them with geocore's.
SENTENCES: dict[str, tuple[Text, Text]] = {
    "id_number_shape": (
        _("An ID number has 18 characters, 17 digits and a check character (a digit or X); this has %(length)d."),
        _("Copy it from the card; in a spreadsheet keep the column as text, or the last digits become zeros."),
    ),
    "id_number_old": (
        _("ID numbers of 15 digits, as given before 1999, are no longer valid."),
        _("Give the number of 18 characters on the present card."),
    ),
    "id_number_area": (
        _("An ID number begins with a division; no province begins with “%(province)s”."),
        _("Compare the first six digits with the card."),
    ),
    "id_number_birth": (
        _("The day of birth in this ID number (7th to 14th digit) is not a day of the past."),
        _("Compare the 7th to 14th digit with the day of birth on the card."),
    ),
    "id_number_check": (
        _("The last character of this ID number does not fit the others: one of them is mistyped."),
        _("Compare each digit with the card."),
    ),
    "id_number_synthetic": (
        _("ID numbers that begin with 000000 are made up for demonstrations."),
        _("Give the number on the card."),
    ),
    "phone": (
        _("A phone number has 11 digits and begins with 1, or is the area code and seven or eight digits."),
        _("Give one number, such as 13800000000 or 0778-2100000, without an extension."),
    ),
}


def personal_sentence(error: GeocoreError) -> str:
    """Return what is wrong and what helps; neither repeats what was given."""
    said, remedy = SENTENCES[error.code]
    return f"{str(said) % error.params} {remedy}"
