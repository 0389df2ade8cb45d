"""What personal data are read for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from layers.forms.reason import SentencesMixin


class Purpose(models.TextChoices):
    """The purposes for which an office may read the data of a household."""

    VISIT = "visit", _("visit or check on the spot")
    REQUEST = "request", _("request of the household itself")
    BENEFIT = "benefit", _("subsidy, certificate or insurance")
    COMPLAINT = "complaint", _("complaint or petition")
    CORRECTION = "correction", _("correction of data")
    INSPECTION = "inspection", _("audit or inspection")


class PurposeForm(SentencesMixin):
    """The purpose, from a short list and in the reader's own words."""

    purpose = forms.ChoiceField(
        label=_("Purpose"),
        choices=[("", _("Choose"))],
        error_messages={
            "required": _("Choose what you read them for: it is recorded."),
            "invalid_choice": _("“%(value)s” is none of the choices."),
        },
    )
    words = forms.CharField(
        label=_("In your own words"),
        min_length=4,
        max_length=200,
        help_text=_("Which case or visit. Recorded with your name; no personal data here."),
        error_messages={"required": _("Say in a few words which case or visit it is for: it is recorded.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fields["purpose"].choices = [("", _("Choose")), *Purpose.choices]  # type: ignore[attr-defined]

    def stated(self) -> str:
        """Return the purpose as it is recorded; only after `is_valid()`."""
        return f"{self.cleaned_data['purpose']}: {self.cleaned_data['words']}"
