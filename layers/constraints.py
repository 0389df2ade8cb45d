"""What the database refused, in words."""

from __future__ import annotations

from django.apps import apps
from django.db import DatabaseError
from django.utils.translation import gettext as _

from layers.codes import CODE_NOT_AVAILABLE


def sentence_for(error: DatabaseError) -> str:
    """Return the sentence for a constraint that the database enforced.

    Constraints of the models bring their own sentence; those of triggers are known by name.
    """
    return sentence_for_rule(getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or "")


def sentence_for_rule(name: str) -> str:
    """Return the sentence for the constraint called `name`."""
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name and constraint.violation_error_message:
                return str(constraint.violation_error_message)
    known = {
        "plot_stage_by_service": _("The stage of a plot is moved by its own procedure, not typed."),
        "plot_verified_frozen": _("The boundary of a verified plot is frozen. Send the plot back before changing it."),
        "plot_verified_no_overlap": _("This overlaps a plot that is already verified: the same ground counts once."),
    }
    if name in known:
        return known[name]
    if name.endswith(("_code_key", "_code_uniq")):
        return str(CODE_NOT_AVAILABLE)
    return _("The database refused this entry (rule %(name)s).") % {"name": name or "?"}
