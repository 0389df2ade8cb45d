"""Every version of every feature: who, when, why and through what.

The newest version is the row itself. Before each write a row trigger stamps it from the settings that
`accounts.context.acting_as` made; after each statement one trigger keeps the images that it superseded. So each
image carries its own author, whether the change came from a page, an import or raw SQL, and an insert costs
no second row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pghistory
import pgtrigger
from django.db import models

from layers.fields import field_of, is_array
from layers.sealing.fields import sealed_parts

if TYPE_CHECKING:
    ModelT = TypeVar("ModelT", bound=type[models.Model])

STAMP = """
    IF TG_OP = 'UPDATE' THEN
        NEW.version := OLD.version + 1;
    END IF;
    NEW.changed_at := clock_timestamp();
    NEW.changed_by_id := NULLIF(current_setting('gisapp.user_id', true), '')::bigint;
    NEW.changed_through := COALESCE(NULLIF(current_setting('gisapp.through', true), ''), 'sql');
    NEW.change_reason := COALESCE(current_setting('gisapp.reason', true), '');
    RETURN NEW;
"""

SCOPE = """
    IF TG_OP = 'UPDATE' OR NEW.scope_id IS NULL THEN
        NEW.scope_id := layers_scope_of({codes});
    END IF;
    RETURN NEW;
"""


def stamp_trigger() -> pgtrigger.Trigger:
    """Return the trigger that numbers and signs each version."""
    return pgtrigger.Trigger(
        name="stamp", when=pgtrigger.Before, operation=pgtrigger.Insert | pgtrigger.Update, func=STAMP
    )


def scope_trigger(model: type[models.Model], fields: tuple[str, ...]) -> pgtrigger.Trigger:
    """Return the trigger that keeps `scope_id` true to the divisions in `fields`.

    An insert that brings its `scope_id` is believed: bulk loads compute it by the same function for a whole
    batch at once.
    """
    columns = [field_of(model, name) for name in fields]
    codes = [
        f'NEW."{one.column}"::text[]' if is_array(one) else f'ARRAY[NEW."{one.column}"]::text[]' for one in columns
    ]
    return pgtrigger.Trigger(
        name="scope",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf(*(one.column for one in columns)),  # type: ignore[no-untyped-call]
        func=SCOPE.format(codes=" || ".join(codes)),
    )


def trail_indexes(model: type[models.Model]) -> list[models.Index]:
    """Return what the trail reads images of features by: the moment, and the code that a feature had then."""
    fields = ("changed_at", "code") if any(one.name == "code" for one in model._meta.fields) else ()
    return [models.Index(fields=[field], name=f"{model._meta.model_name}event_{field}"[:30]) for field in fields]


def keep_history(model: ModelT, *, exclude: tuple[str, ...] = ()) -> ModelT:
    """Stamp and keep every version of `model`, but for the fields in `exclude`; return it."""
    pgtrigger.register(stamp_trigger())(model)
    if hasattr(model, "SCOPE_FIELDS"):
        pgtrigger.register(scope_trigger(model, model.SCOPE_FIELDS))(model)
    tracked: ModelT = pghistory.track(
        pghistory.UpdateEvent(label="superseded", row=pghistory.Old, condition=None, level=pgtrigger.Statement),
        pghistory.DeleteEvent(label="deleted", row=pghistory.Old, level=pgtrigger.Statement),
        append_only=True,
        exclude=list(exclude),
        attrs=dict(sealed_parts(model)),  # an image is opened as its row is, by the same key
        context_field=None,  # type: ignore[arg-type]  # documented, but its type omits None
        obj_field=pghistory.ObjForeignKey(related_name="versions", related_query_name="versions"),
        meta={"indexes": trail_indexes(model)},
    )(model)
    return tracked
