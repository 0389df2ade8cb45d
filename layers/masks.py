"""Personal data as pages show them until somebody says why they must be read."""

from __future__ import annotations

HIDDEN = "*"


def masked_name(name: str) -> str:
    """Return a name with its first and last character: 张*三; of two characters the first stays."""
    if len(name) < 3:
        return name[:1] + HIDDEN * (len(name) - 1) if len(name) == 2 else HIDDEN * len(name)
    return name[0] + HIDDEN * (len(name) - 2) + name[-1]


def masked_id_number(number: str) -> str:
    """Return an ID number with the digits of its prefecture and its last four: 4512**********1234."""
    return masked(number, 4, 4)


def masked_phone(phone: str) -> str:
    """Return a phone number with its first three and its last four digits: 138****1234."""
    return masked(phone, 3, 4)


def masked(text: str, first: int, last: int) -> str:
    """Return a text of which `first` and `last` characters are left; of a short one none are."""
    hidden = len(text) - first - last
    return HIDDEN * len(text) if hidden < 4 else text[:first] + HIDDEN * hidden + text[-last:]
