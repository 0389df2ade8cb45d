"""Why somebody takes something back or away."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

MAX_REASON = 300
"""Characters that the history keeps of a reason (`layers.base.Feature.change_reason`)."""


class ReasonField(forms.CharField):
    """A reason in the person's own words."""

    def __init__(self, *, required: bool = True) -> None:
        super().__init__(
            label=_("Reason"),
            max_length=MAX_REASON,
            required=required,
            help_text=_("Stays in the history with your name."),
            error_messages={"required": _("Give the reason: it stays in the history.")},
        )


class SentencesMixin(forms.Form):
    """A form whose problems can be told without the form."""

    def sentences(self) -> list[str]:
        """Return what is wrong, a sentence each."""
        return [str(sentence) for found in self.errors.values() for sentence in found]


class RestoreForm(SentencesMixin):
    """Which version comes back, and why."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    reason = ReasonField()


class DeleteForm(SentencesMixin):
    """Why a feature goes, and which version its reader had seen."""

    base_version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    reason = ReasonField()
