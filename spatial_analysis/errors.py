"""What can be wrong with a question; `str()` is the sentence for whoever asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable


class QuestionError(ValueError):
    """A question that has no answer: something in it must be put right."""


class UnknownMethodError(QuestionError):
    """There is no analysis of this name."""

    def __init__(self, given: str, known: Iterable[str]) -> None:
        super().__init__(
            _("There is no analysis “%(given)s”. There are: %(known)s.") % {"given": given, "known": ", ".join(known)}
        )


class UnknownParameterError(QuestionError):
    """The method does not take this parameter."""

    def __init__(self, given: str, known: Iterable[str]) -> None:
        super().__init__(
            _("The analysis has no parameter “%(given)s”. It takes: %(known)s.")
            % {"given": given, "known": ", ".join(known)}
        )


class ParameterError(QuestionError):
    """The value of a parameter is of no use."""


class DivisionError(QuestionError):
    """The division cannot be analysed."""


class FormatError(QuestionError):
    """The answer cannot be written in this form."""

    def __init__(self, given: str, known: Iterable[str]) -> None:
        super().__init__(
            _("“%(given)s” is no form that the answer can be written in. There are: %(known)s.")
            % {"given": given, "known": ", ".join(known)}
        )
