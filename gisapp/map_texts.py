"""Words for the scripts of a map, in the language of the page."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def map_texts() -> dict[str, str]:
    """Return what `gisapp/texts.js` looks up."""
    return {
        "map": _("Map. Arrow keys move it, plus and minus change the scale."),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "zoom_further": _("zoom in to see"),
        "metres": "m",
        "kilometres": "km",
        "sources": _("Sources"),
        "close": _("Close"),
        "north": pgettext("compass", "N"),
        "province": pgettext("map", "Province"),
        "prefecture": pgettext("map", "Prefecture"),
        "county": pgettext("map", "County"),
        "sites_small": _("fewer than 200 households"),
        "sites_middle": _("200 to 800 households"),
        "sites_large": _("more than 800 households"),
        "facility_school": _("schools"),
        "facility_health": _("clinics and hospitals"),
        "facility_other": _("other facilities"),
        "issue_high": _("high severity"),
        "issue_medium": _("medium severity"),
        "issue_low": _("low severity"),
        "issue_solved": _("solved"),
        "open_dossier": _("Open the dossier"),
        "no_task": _("no resettlement task"),
        "not_reported": _("{n} households, nothing reported yet"),
        "rate_of": _("{rate} % moved in: {in} of {all} households"),
        "boundaries_note": _("Boundaries: public edition, CGCS2000, no proof of borders"),
        "load_failed": _("The map could not be loaded. Check the connection and reload the page."),
        "stale": _("No connection: the figures shown are the last ones received."),
    }
