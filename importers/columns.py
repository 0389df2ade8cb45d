"""Which column of a file fills which field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from importers.fields import aliases, importable, point_fields, squeezed
from importers.problems import ImportRefusedError, ProblemCode, WrongUseError
from importers.readers import Column, Source
from layers.spec import SpatialLayer

SHOWN_COLUMNS = 12

LEFT_OUT = ""
"""What a column is assigned to that the user wants left out, whatever its name means."""


@dataclass(slots=True)
class ColumnMap:
    """What was found for each field.

    Attributes
    ----------
    fields
        Field name to its column.
    points
        Point field to its columns x and y.
    unused
        Names of columns that mean nothing here.
    """

    fields: dict[str, Column] = field(default_factory=dict)
    points: dict[str, tuple[Column, Column]] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, str]:
        """Return field to column name, as a batch keeps it."""
        flat = {name: column.name for name, column in self.fields.items()}
        for name, (x, y) in self.points.items():
            flat |= {f"{name}.x": x.name, f"{name}.y": y.name}
        return flat


def map_columns(layer: SpatialLayer, source: Source, named: Mapping[str, str]) -> ColumnMap:
    """Return which column of `source` fills which field of `layer`.

    Parameters
    ----------
    named
        Column to field (or "geom.x", "geom.y") as the user says; wins over every alias.

    Raises
    ------
    WrongUseError
        `named` names a column or a field that does not exist.
    ImportRefusedError
        Two columns mean one field, or no column means any.
    """
    columns = by_name(source)
    chosen = columns_named(layer, columns, named)
    claimed = {squeezed(name) for name in named}
    known = aliases(layer.key)
    unused = []
    for name, same in columns.items():
        target = known.get(squeezed(name))
        if squeezed(name) in claimed:
            continue
        if target is None or (target in chosen and target in named.values()):
            unused.append(name)
            continue
        if target in chosen or len(same) > 1:
            others = ", ".join(dict.fromkeys([*(c.name for c in chosen.get(target, [])), *(c.name for c in same)]))
            raise ImportRefusedError(ProblemCode.AMBIGUOUS_COLUMNS, field=target, detail=others)
        chosen[target] = same
    return arranged(layer, source, {name: same[0] for name, same in chosen.items()}, unused)


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


def targets_of(layer: SpatialLayer) -> list[str]:
    """Return what a column may be assigned to."""
    axes = [f"{name}.{axis}" for name in point_fields(layer) for axis in "xy"]
    return [*importable(layer), *axes]


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
