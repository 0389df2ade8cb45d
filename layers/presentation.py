"""Fields as people read them: translated labels and choices, units, names beside codes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from geocore.divisions import DivisionCode, DivisionCodeError, Level
from geocore.units import m2_to_ha, m2_to_mu
from layers.base import EllipsoidArea
from layers.catalogue.regions import Region
from layers.registry import layer_of
from layers.selectors import features_for

if TYPE_CHECKING:
    from accounts.selectors import Asker
    from layers.spec import SpatialLayer

ABSENT = "—"


@dataclass(frozen=True, slots=True)
class Shown:
    """A field with its value in words.

    Attributes
    ----------
    label
        With its unit where it has one.
    text
        Empty where nothing is known: a missing value is never a zero.
    note
        The same in another unit, or the code behind a name.
    link
        Where the thing it names has a page of its own.
    """

    name: str
    label: str
    text: str
    note: str = ""
    link: str = ""
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """Names behind codes, fetched once for many rows; a code whose feature the reader may not see has none."""

    known: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def of(self, layer_key: str, code: str) -> str | None:
        """Return the name, empty where the feature has none; None where it is not to be seen."""
        return self.known.get((layer_key, code))


def is_area(found: Any) -> bool:
    """Return whether a field is the area on the ellipsoid that the database computes."""
    return isinstance(getattr(found, "expression", None), EllipsoidArea)


def label_of(found: Any) -> str:
    """Return the heading of a field; a computed area is told in mu, whatever unit it is stored in."""
    return f"{area_title(found)} ({_('mu')})" if is_area(found) else capfirst(str(found.verbose_name))


def area_title(found: Any) -> str:
    """Return the heading of a computed area without the unit that it is stored in."""
    return capfirst(str(found.verbose_name)).split("(")[0].split("（")[0].strip()


def related_key(found: Any) -> str | None:
    """Return the key of the layer that a foreign key leads to, or None."""
    if not isinstance(found, models.ForeignKey) or not isinstance(found.related_model, type):
        return None
    target = layer_of(found.related_model)
    return target.key if target else None


def holds_divisions(layer: SpatialLayer, found: Any) -> bool:
    """Return whether a field is a list of division codes."""
    return isinstance(found, ArrayField) and found.name in getattr(layer.model, "SCOPE_FIELDS", ())


def names_for(layer: SpatialLayer, rows: Iterable[Any], fields: Iterable[str], *, user: Asker) -> Names:
    """Return the names of all features that `fields` of `rows` point to: one query a layer pointed to."""
    wanted: dict[str, set[str]] = {}
    rows = list(rows)
    for name in fields:
        found: Any = layer.model._meta.get_field(name)
        key = related_key(found)
        if key is not None:
            wanted.setdefault(key, set()).update(code for row in rows if (code := getattr(row, found.attname)))
        elif holds_divisions(layer, found):
            wanted.setdefault("regions", set()).update(code for row in rows for code in getattr(row, name) or ())
    known: dict[tuple[str, str], str] = {}
    for key, codes in wanted.items():
        known.update(division_names(codes) if key == "regions" else feature_names(key, codes, user=user))
    return Names(known)


def feature_names(key: str, codes: set[str], *, user: Asker) -> dict[tuple[str, str], str]:
    """Return the names of those features of a layer among `codes` that `user` may see."""
    rows = features_for(key, user=user).filter(code__in=codes)
    if any(found.name == "name" for found in rows.model._meta.concrete_fields):
        return {(key, code): name for code, name in rows.values_list("code", "name")}
    return {(key, code): "" for code in rows.values_list("code", flat=True)}


def division_names(codes: set[str]) -> dict[tuple[str, str], str]:
    """Return the names of divisions, below the county with the name of the county before it."""
    counties = {code: county for code in codes if (county := county_of(code))}
    every = codes | set(counties.values())
    found = dict(Region.objects.alive().filter(code__in=every).values_list("code", "name"))
    names = {}
    for code in codes & found.keys():
        county = found.get(counties.get(code, ""), "")
        names["regions", code] = f"{county} {found[code]}" if county and counties[code] != code else found[code]
    return names


def county_of(code: str) -> str | None:
    """Return the 12-digit code of the county of a division; None above the county or for what is no code."""
    try:
        county = DivisionCode.parse(code).at(Level.COUNTY)
    except DivisionCodeError:
        return None
    return county.code if county else None


def shown(layer: SpatialLayer, row: Any, name: str, names: Names) -> Shown:
    """Return field `name` of `row` in words; `row` may be a feature or one of its earlier versions."""
    found: Any = layer.model._meta.get_field(name)
    label = label_of(found)
    value = getattr(row, found.attname)
    if value is None or value in ("", []):
        return Shown(name, label, "", numeric=is_number(found))
    key = related_key(found)
    if key is not None:
        return shown_code(name, label, key, value, names)
    if holds_divisions(layer, found):
        return Shown(name, label, ", ".join(names.of("regions", code) or code for code in value))
    if is_area(found):
        return Shown(
            name,
            label,
            mu(m2_to_mu(value)),
            note=_("%(ha)s ha") % {"ha": f"{m2_to_ha(value):,.4f}"},
            numeric=True,
        )
    words = mu(value) if name.endswith("_mu") else in_words(found, value)
    return Shown(name, label, words, numeric=is_number(found))


def shown_code(name: str, label: str, key: str, code: str, names: Names) -> Shown:
    """Return a reference to another feature: its name, and a link if the reader may follow it."""
    known = names.of(key, code)
    if known is None:
        return Shown(name, label, code)
    link = reverse("layers:dossier", kwargs={"layer": key, "code": code})
    return Shown(name, label, known or code, note=code if known else "", link=link)


def is_number(found: Any) -> bool:
    """Return whether a field holds numbers that line up on the right."""
    target = found.output_field if isinstance(found, models.GeneratedField) else found
    numeric = (models.IntegerField, models.FloatField, models.DecimalField)
    return isinstance(target, numeric) and not found.choices


def in_words(found: Any, value: Any) -> str:
    """Return a plain value as people write it."""
    if found.choices:
        return str(dict(found.flatchoices).get(value, value))
    for kind, words in WORDS:
        if isinstance(value, kind):
            return words(value)
    return str(value)


def yes_or_no(value: object) -> str:
    """Return a yes or a no."""
    return _("yes") if value else _("no")


def number(value: float | Decimal) -> str:
    """Return a number with commas between thousands and without closing zeros."""
    if isinstance(value, int):
        return f"{value:,}"
    text = f"{value:,.4f}" if isinstance(value, Decimal) else f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def mu(value: float | Decimal) -> str:
    """Return an area in mu: three decimals for a plot (less than a square metre), two for what is larger."""
    return f"{value:,.3f}" if value < 10 else f"{value:,.2f}"


def moment(value: dt.datetime) -> str:
    """Return a point in time, to the minute, in the time zone of the site."""
    return date_format(localtime(value), "Y-m-d H:i")


# In this order: a bool is an int too, a datetime is a date too.
WORDS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (bool, yes_or_no),
    (dt.datetime, moment),
    (dt.date, dt.date.isoformat),
    ((int, float, Decimal), number),
    (list, lambda value: ", ".join(str(one) for one in value)),
)
