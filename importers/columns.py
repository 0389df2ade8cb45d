"""Which column of a file fills which field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from geocore.measures import UNITS, Dimension, Unit, read_header, unit_named, unit_of_field
from importers.fields import LEFT_OUT, in_every_language, meaning_of, point_fields, squeezed, targets_of
from importers.problems import ImportRefusedError, ProblemCode, WrongUseError
from importers.readers import Column, Source
from layers.fields import field_of
from layers.spec import SpatialLayer

SHOWN_COLUMNS = 12


@dataclass(slots=True)
class ColumnMap:
    """What was found for each field.

    Attributes
    ----------
    fields
        Field name to its column.
    points
        Point field to its columns x and y.
    units
        Field to the unit of its column, for fields that have one.
    unused
        Names of columns that mean nothing here.
    """

    fields: dict[str, Column] = field(default_factory=dict)
    points: dict[str, tuple[Column, Column]] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, str]:
        """Return field to column name, as a batch keeps it."""
        flat = {name: column.name for name, column in self.fields.items()}
        for name, (x, y) in self.points.items():
            flat |= {f"{name}.x": x.name, f"{name}.y": y.name}
        return flat


def map_columns(
    layer: SpatialLayer, source: Source, named: Mapping[str, str], units: Mapping[str, str] | None = None
) -> ColumnMap:
    """Return which column of `source` fills which field of `layer`.

    Parameters
    ----------
    named
        Column to field (or "geom.x", "geom.y") as the user says; wins over every alias.
    units
        Column to unit as the user says; wins over the header.

    Raises
    ------
    WrongUseError
        `named` or `units` names a column, field or unit that does not exist, or does not measure what the field does.
    ImportRefusedError
        Two columns mean one field, or no column means any.
    """
    columns = by_name(source)
    chosen = columns_named(layer, columns, named)
    claimed = {squeezed(name) for name in named}
    unused = []
    for name, same in columns.items():
        if squeezed(name) in claimed:
            continue
        meaning = meaning_of(layer.key, name)
        target = meaning.field if meaning else None
        if target is None or (target in chosen and target in named.values()):
            unused.append(name)
            continue
        rival = chosen.get(target)
        if rival and len(same) == 1 and gives_way(layer, source, name) != gives_way(layer, source, rival[0].name):
            # "stage" may mean the declared stage, but not beside a column of that name
            first, second = sorted((rival, same), key=lambda one: gives_way(layer, source, one[0].name))
            chosen[target] = first
            unused.append(second[0].name)
            continue
        if rival or len(same) > 1:
            others = ", ".join(dict.fromkeys([*(c.name for c in chosen.get(target, [])), *(c.name for c in same)]))
            raise ImportRefusedError(ProblemCode.AMBIGUOUS_COLUMNS, field=target, detail=others)
        chosen[target] = same
    result = arranged(layer, source, {name: same[0] for name, same in chosen.items()}, unused)
    result.units = units_of(result, columns, units or {})
    return result


def gives_way(layer: SpatialLayer, source: Source, name: str) -> bool:
    """Return whether a column means its field only where no other does: a protected one, what KML tells of each row."""
    if source.format == "kml" and squeezed(name) in {"name", "description"}:
        return True
    fields = [field_of(layer.model, one) for one in layer.protected]
    return squeezed(name) in {
        squeezed(word) for one in fields for word in (one.name, *in_every_language(one.verbose_name))
    }


def units_of(mapping: ColumnMap, columns: Mapping[str, Any], named: Mapping[str, str]) -> dict[str, Unit]:
    """Return the unit of each mapped column that has one: as the user says, as the header says.

    Raises
    ------
    WrongUseError
        There is no such column or unit, or the field measures something else.
    """
    missing = [name for name in named if squeezed(name) not in {squeezed(known) for known in columns}]
    if missing:
        raise WrongUseError(
            _("The file has no column “%(column)s”; it has: %(columns)s.")
            % {"column": missing[0], "columns": shown(list(columns))}
        )
    said = {squeezed(name): word for name, word in named.items()}
    found = {}
    for target, column in mapping.fields.items():
        own, word = unit_of_field(target), said.get(squeezed(column.name))
        unit = unit_named(word) if word else read_header(column.name).unit
        fits = own is not None and unit is not None and unit.dimension is own.dimension
        if word and not fits:
            known = ", ".join(one.symbol for one in UNITS if own is not None and one.dimension is own.dimension)
            raise WrongUseError(
                _("“%(unit)s” is no unit of %(field)s; there are: %(known)s.")
                % {"unit": word, "field": target, "known": known or "-"}
            )
        if fits and unit is not None:
            found[target] = unit
    return found


def conversions(mapping: ColumnMap) -> list[str]:
    """Return what is done to the numbers of each column that has a unit, for the report."""
    said = []
    for target, column in mapping.fields.items():
        own, unit = unit_of_field(target), mapping.units.get(target)
        if own is None or (unit is None and own.dimension not in {Dimension.AREA, Dimension.MONEY}):
            continue
        words = {"column": column.name, "own": own.symbol}
        if unit is None:
            if read_header(column.name).unit is None and squeezed(column.name) != squeezed(target):
                said.append(_("Column %(column)s names no unit: its numbers were taken as %(own)s.") % words)
        elif unit != own:
            factor = f"{float(unit.ratio_to(own)):.10g}"
            said.append(
                _("Column %(column)s was converted from %(unit)s to %(own)s (× %(factor)s).")
                % {**words, "unit": unit.symbol, "factor": factor}
            )
    return said


def by_name(source: Source) -> dict[str, list[Column]]:
    """Return the columns of a file by name; a name may stand for several."""
    found: dict[str, list[Column]] = {}
    for column in source.columns:
        found.setdefault(column.name, []).append(column)
    return found


def columns_named(
    layer: SpatialLayer, columns: dict[str, list[Column]], named: Mapping[str, str]
) -> dict[str, list[Column]]:
    """Return the columns that the user assigned, by field."""
    known = {squeezed(name): same for name, same in columns.items()}
    targets = targets_of(layer)
    chosen: dict[str, list[Column]] = {}
    for name, target in named.items():
        if target == LEFT_OUT:
            continue
        if target in layer.protected:
            raise WrongUseError(
                _("“%(field)s” is set by its own procedure and never taken from a file.") % {"field": target}
            )
        if target not in targets:
            raise WrongUseError(
                _("%(layer)s has no field “%(field)s”; there are: %(fields)s.")
                % {"layer": layer.key, "field": target, "fields": ", ".join(targets)}
            )
        same = known.get(squeezed(name))
        if same is None:
            raise WrongUseError(
                _("The file has no column “%(column)s”; it has: %(columns)s.")
                % {"column": name, "columns": shown(list(columns))}
            )
        if len(same) > 1 or target in chosen:
            raise ImportRefusedError(ProblemCode.AMBIGUOUS_COLUMNS, field=target, detail=name)
        chosen[target] = same
    return chosen


def arranged(layer: SpatialLayer, source: Source, chosen: dict[str, Column], unused: list[str]) -> ColumnMap:
    """Return the mapping; coordinates in columns count only in pairs, and not where the file has geometries."""
    result = ColumnMap(unused=unused)
    for name in point_fields(layer):
        x, y = chosen.pop(f"{name}.x", None), chosen.pop(f"{name}.y", None)
        drawn = source.geometries is not None and name == layer.imports.geometry
        if x is not None and y is not None and not drawn:
            result.points[name] = (x, y)
        else:
            unused += [column.name for column in (x, y) if column is not None]
    result.fields = chosen
    if not chosen and not result.points and source.geometries is None:
        raise ImportRefusedError(
            ProblemCode.NO_KNOWN_COLUMN,
            detail=shown([column.name for column in source.columns]) or "-",
            fields=", ".join(targets_of(layer)),
        )
    return result


def shown(names: list[str]) -> str:
    """Return the first names of a list that may be long."""
    more = len(names) - SHOWN_COLUMNS
    text = ", ".join(name[:40] for name in names[:SHOWN_COLUMNS])
    return f"{text} … (+{more})" if more > 0 else text
