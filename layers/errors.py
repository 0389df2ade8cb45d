"""What can go wrong when somebody changes a feature; each says what to do."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _


class EditError(Exception):
    """A change that is refused; `str()` is the sentence for the user."""


class StaleVersionError(EditError):
    """Somebody else has saved since; nothing of either change is lost."""

    def __init__(self, current: Any, base_version: int) -> None:
        self.current = current
        self.base_version = base_version
        super().__init__(
            _(
                "Version %(theirs)d was saved in the meantime; you started from version %(mine)d. "
                "Your entries are kept below: compare them with the stored ones and save again."
            )
            % {"theirs": current.version, "mine": base_version}
        )


class OutsideAreaError(EditError):
    """The feature, or a part of it, lies outside the area of the user's grants."""

    def __init__(self, *, metres: float | None = None) -> None:
        self.metres = metres
        if metres is None:
            super().__init__(
                _("This lies outside the area that you may change. Ask the planner of that area to save it.")
            )
        else:
            super().__init__(
                _(
                    "The geometry reaches %(metres)s m beyond the division that you may change. "
                    "Move it inside, or ask for a wider grant."
                )
                % {"metres": f"{metres:,.0f}"}
            )


class ProtectedFieldError(EditError):
    """A field that only its own service may write."""

    def __init__(self, fields: list[str]) -> None:
        self.fields = fields
        super().__init__(
            _("These entries are set by their own procedure and cannot be typed: %(fields)s.")
            % {"fields": ", ".join(fields)}
        )


class StageError(EditError):
    """A plot cannot move to that stage."""
