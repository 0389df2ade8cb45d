"""What somebody asks of an export: format, reference system, encoding, and whether personal properties leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from geocore.crs import BD09, CGCS2000, GCJ02, WGS84, CrsKind, accepted_crs, gauss_kruger, utm
from importers.exporters.formats import ENCODINGS, Format, formats_of

if TYPE_CHECKING:
    from geocore.crs import Crs
    from layers.spec import SpatialLayer

UTM_OF_CHINA = range(43, 54)


class ExportForm(forms.Form):
    """The choices of one export of a layer; whether they fit together, the service says."""

    form = forms.ChoiceField(label=_("Format"), widget=forms.RadioSelect)
    crs = forms.ChoiceField(
        label=_("Coordinates"),
        required=False,
        help_text=_("Of the format: degrees of CGCS2000; for land-office text the 3-degree zone of the rows."),
        error_messages={"invalid_choice": _("“%(value)s” is none of the choices.")},
    )
    encoding = forms.ChoiceField(
        label=_("Encoding of the text"),
        required=False,
        choices=[("", _("that of the format")), *((one, one.upper()) for one in ENCODINGS)],
        help_text=_("Only shapefile, CSV and land-office text leave a choice; old Chinese programs want GB18030."),
    )
    personal = forms.BooleanField(label=_("With personal properties"), required=False)
    reason = forms.CharField(
        label=_("Reason"), max_length=200, required=False, help_text=_("Recorded with your name and what you export.")
    )

    def __init__(self, layer: SpatialLayer, data: Any = None, *, longitude: float) -> None:
        super().__init__(data)
        self.layer = layer
        offered = formats_of(layer)
        self.fields["form"].choices = [(one.key, one.title) for one in offered]  # type: ignore[attr-defined]
        self.fields["form"].initial = offered[0].key
        self.fields["crs"].choices = crs_choices(longitude)  # type: ignore[attr-defined]
        if layer.personal:
            fields = [layer.model._meta.get_field(name) for name in layer.personal]
            self.fields["personal"].help_text = ", ".join(str(found.verbose_name) for found in fields)  # type: ignore[union-attr]
        else:
            del self.fields["personal"]

    @property
    def chosen(self) -> str:
        """Return the key of the format that stands chosen on the page."""
        return str(self["form"].value())

    @property
    def offered(self) -> tuple[Format, ...]:
        """Return the formats of the layer."""
        return formats_of(self.layer)


def crs_choices(longitude: float) -> list[Any]:
    """Return the reference systems to choose from, those that fit rows around `longitude` degrees first."""
    near = [
        CGCS2000,
        WGS84,
        *(gauss_kruger(3, round(longitude / 3), zone_prefix=prefix) for prefix in (True, False)),
        *(gauss_kruger(6, round((longitude + 3) / 6), zone_prefix=prefix) for prefix in (True, False)),
        utm(int((longitude + 180) // 6) + 1),
        *((GCJ02, BD09) if settings.ALLOW_GCJ02 else ()),
    ]
    chinese = (get_language() or "").startswith("zh")
    groups = {_("Suggested"): near}
    for crs in accepted_crs().values():
        if crs in near or crs.shifted or (crs.kind is CrsKind.UTM and crs.zone not in UTM_OF_CHINA):
            continue
        groups.setdefault(GROUPS[crs.kind], []).append(crs)
    told = [(title, [(one.key, words(one, chinese=chinese)) for one in crs]) for title, crs in groups.items()]
    return [("", _("that of the format")), *told]


GROUPS = {
    CrsKind.GEOGRAPHIC: _("Degrees"),
    CrsKind.WEB_MERCATOR: _("Web maps"),
    CrsKind.GAUSS_KRUGER_3: _("3-degree zones"),
    CrsKind.GAUSS_KRUGER_6: _("6-degree zones"),
    CrsKind.UTM: _("UTM zones"),
}


def words(crs: Crs, *, chinese: bool) -> str:
    """Return a reference system as a list names it."""
    return f"{crs.title_zh if chinese else crs.title_en} ({crs.key})"
