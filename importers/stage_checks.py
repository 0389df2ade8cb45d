"""What can be told of a row only beside the whole file and what is stored: overlaps, look-alikes, counted members."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from psycopg2 import sql

from accounts.context import PERSONAL_LAYER
from importers.columns import shown
from importers.problems import ProblemCode, RowProblem

if TYPE_CHECKING:
    from importers.stage import Stage


def overlaps(stage: Stage) -> Iterator[RowProblem]:
    """Yield the rows whose ground another row or a stored feature claims, where the layer forbids that.

    A feature that the user may not change is not named.
    """
    name = stage.layer.imports.exclusive
    if name is None or stage.column_of(name) not in stage.columns:
        return
    geom = sql.Identifier(stage.column_of(name))
    allowed = sql.Literal(stage.layer.imports.overlap_m2)
    stage.run("overlap_index", None, geom=geom)
    for row, other, m2 in stage.run("overlaps_file", None, geom=geom, allowed_m2=allowed):
        yield RowProblem(row, None, ProblemCode.OVERLAPS_ROW, "", {"other": other, "m2": f"{m2:,.1f}"})
    for row, code, m2 in stage.run("overlaps_stored", None, geom=geom, allowed_m2=allowed, scope=stage.scope):
        if code is None:
            yield RowProblem(row, None, ProblemCode.OVERLAPS_SOMETHING, "", {"m2": f"{m2:,.1f}"})
        else:
            yield RowProblem(row, None, ProblemCode.OVERLAPS_STORED, code, {"m2": f"{m2:,.1f}"})


def miscounted(stage: Stage) -> Iterator[RowProblem]:
    """Yield the households that would have fewer persons than members on record."""
    if stage.layer.key != PERSONAL_LAYER or not {"code", "persons"} <= stage.columns.keys():
        return
    for row, persons, members in stage.run("members"):
        yield RowProblem(row, "persons", ProblemCode.FEWER_THAN_MEMBERS, str(persons), {"members": members})


def alike(stage: Stage) -> Iterator[str]:
    """Yield a warning for each match key by which new rows look like stored features under another code."""
    for key in stage.usable_keys():
        found = stage.run("alike", None, **stage.sameness(key), scope=stage.scope)
        if found:
            told = [_("row %(row)d: %(code)s") % {"row": row, "code": code} for row, code in found]
            yield _("%(n)d new rows look like stored records with another code (same %(fields)s): %(rows)s.") % {
                "n": len(found),
                "fields": ", ".join(key.fields),
                "rows": shown(told),
            }
