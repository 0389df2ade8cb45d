"""Codes that a new feature can't have, and the one answer that tells nothing about why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from layers.converters import RESERVED

if TYPE_CHECKING:
    from layers.base import Feature

CODE_NOT_AVAILABLE = _("This code is not available. Choose another one.")
"""The code is reserved, or that of a feature: here, deleted, or in an area that the user must not learn of."""


def refuse_reserved(feature: Feature) -> None:
    """Refuse a code that stands for one of our own words in addresses."""
    if feature.code in RESERVED:
        raise ValidationError({"code": CODE_NOT_AVAILABLE})


def without_reason(error: ValidationError) -> ValidationError:
    """Return the error with the one sentence in place of “already exists”."""
    if not hasattr(error, "error_dict"):
        return error
    for name, problems in error.error_dict.items():
        taken = name == "code" and any(problem.code == "unique" for problem in problems)
        error.error_dict[name] = [ValidationError(CODE_NOT_AVAILABLE)] if taken else problems
    return error
