"""The one way a plot moves from stage to stage."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, cast

from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.context import acting_as
from accounts.roles import Action, Through
from layers.catalogue.plots import Plot, Stage
from layers.constraints import sentence_for
from layers.errors import OutsideAreaError, StageError
from layers.selectors import features_for
from layers.services import locked

if TYPE_CHECKING:
    from accounts.selectors import Asker

NEXT: dict[str, frozenset[str]] = {
    Stage.REGISTERED: frozenset({Stage.VACATED, Stage.EXEMPT}),
    Stage.VACATED: frozenset({Stage.DEMOLISHED, Stage.EXEMPT, Stage.REGISTERED}),
    Stage.DEMOLISHED: frozenset({Stage.RECLAIMED, Stage.VACATED}),
    Stage.RECLAIMED: frozenset({Stage.DEMOLISHED}),
    Stage.EXEMPT: frozenset({Stage.REGISTERED}),
    Stage.VERIFIED: frozenset(),
}
"""Where a plot may go from a stage. Nothing leads to verified yet: that takes the evidence rules."""


def plot_stage_advance(
    *,
    plot: Plot,
    base_version: int,
    to: Stage,
    on: dt.date,
    user: Asker,
    through: Through = Through.PAGE,
    reason: str = "",
) -> Plot:
    """Move a plot to a neighbouring stage, forward or back, and return it.

    Parameters
    ----------
    on
        The day the stage was reached; ignored on the way back, where the dates of later stages are taken away.
    reason
        Required for an exemption and for every step back.

    Raises
    ------
    StageError
        The stage does not lead there, a date is out of order, or a reason is missing.
    OutsideAreaError
        The plot is not the user's to advance.
    StaleVersionError
        Somebody else has changed it since.
    """
    with acting_as(user, through=through, reason=reason):
        current = cast("Plot", locked(plot, base_version))
        if not features_for("plots", user=user, action=Action.ADVANCE).filter(pk=current.pk).exists():
            raise OutsideAreaError
        if to not in NEXT[current.stage]:
            raise StageError(
                _("A plot that is %(now)s cannot become %(to)s.")
                % {"now": current.get_stage_display(), "to": Stage(to).label}
            )
        backward = ORDER.index(to) < ORDER.index(current.stage) if to in ORDER and current.stage in ORDER else False
        if (backward or Stage.EXEMPT in (to, current.stage)) and not reason.strip():
            raise StageError(_("Give the reason: it stays in the history of the plot."))
        if on > timezone.localdate():
            raise StageError(_("A stage cannot be reached in the future."))
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT layers_plot_to_stage(%s, %s, %s, %s)", [current.pk, str(to), on, reason])
        except (IntegrityError, InternalError) as error:
            raise StageError(sentence_for(error)) from error
        current.refresh_from_db()
    return current


ORDER = (Stage.REGISTERED, Stage.VACATED, Stage.DEMOLISHED, Stage.RECLAIMED, Stage.VERIFIED)
