"""Tags of the pages of imports."""

from __future__ import annotations

from django import template
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from importers.uploads import most_bytes, too_large

register = template.Library()


@register.simple_tag
def import_texts() -> SafeString:
    """Return the words and limits for the scripts of an import, as JSON in the page."""
    words = {
        "sending": _("{done} of {all} MB sent"),
        "looking": _("The file is here and is being looked at."),
        "stopped": _("Stopped; nothing was kept. Choose the file again."),
        "broken": _("The connection broke off before the file was here. Hand it in again."),
        "expired": _("Your session has ended. Log in again in another tab, then hand the file in once more."),
        "too_large": too_large(),
        "most_bytes": most_bytes(),
        "chosen": _("read as {crs} (chosen)"),
        "compared": _("read as {crs} (for comparison)"),
        "first": _("read as {crs}"),
        "rejected": _("place of a rejected row"),
        "add": pgettext("map", "would be added"),
        "change": pgettext("map", "would change"),
        "stored": _("stored now"),
        "same": pgettext("map", "stays the same"),
        "row": _("row {row}"),
        "most": _("The map shows the first {most} rows; all are counted."),
        "map_failed": _("The map could not be loaded. The table below has the same rows."),
    }
    return json_script(words, "import-texts")
