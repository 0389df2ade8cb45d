"""What the editing page shows: the form by groups, the map, and what others saved in between."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from accounts.roles import Action
from accounts.selectors import granted_area
from layers.forms.feature import FeatureForm
from layers.presentation import Shown, names_for, shown
from layers.surroundings import map_data
from layers.versions import Difference, compared_fields, differences, image_of, people_named

if TYPE_CHECKING:
    from django.forms import BoundField

    from accounts.selectors import Asker
    from layers.base import Feature
    from layers.spec import SpatialLayer, Text


@dataclass(frozen=True, slots=True)
class FormGroup:
    """A group of inputs, and the protected fields that are only shown."""

    title: Text
    inputs: list[BoundField]
    fixed: list[Shown]


@dataclass(frozen=True, slots=True)
class DrawnField:
    """A geometry that the map edits."""

    bound: BoundField
    title: Text
    kind: str
    view: str


@dataclass(frozen=True, slots=True)
class Stale:
    """What somebody else saved while the form was open."""

    version: int
    by: str
    at: Any
    reason: str
    differences: tuple[Difference, ...]
    both: frozenset[str]
    """Fields that the user changed too: the user's entry stands in the form."""


@dataclass(frozen=True, slots=True)
class EditPage:
    """The editing page."""

    layer: SpatialLayer
    form: FeatureForm
    feature: Feature | None
    groups: list[FormGroup]
    drawn: list[DrawnField]
    map_data: dict[str, Any]
    stale: Stale | None = None
    next_version: int = 1
    hidden: list[BoundField] = field(default_factory=list)


def edit_page(
    layer: SpatialLayer, form: FeatureForm, *, user: Asker, feature: Feature | None = None, stale: Stale | None = None
) -> EditPage:
    """Return the page for a form; `feature` is what is stored now, by default what the form starts from."""
    stored: Any = feature or form.base
    region = getattr(stored, "region_id", getattr(stored, "code", "")) if stored is not None else home_of(layer, user)
    drawn = drawn_fields(layer, form)
    data = map_data(layer, stored, region=region, user=user)
    data["fields"] = [
        {
            "name": one.bound.name,
            "kind": one.kind,
            "title": str(one.title),
            "view": one.view,
            "required": one.bound.field.required,
        }
        for one in drawn
    ]
    return EditPage(
        layer=layer,
        form=form,
        feature=stored,
        groups=form_groups(layer, form, user=user),
        drawn=drawn,
        map_data=data,
        stale=stale,
        next_version=stored.version + 1 if stored is not None else 1,
        hidden=form.hidden_fields(),
    )


def home_of(layer: SpatialLayer, user: Asker) -> str:
    """Return the first division that `user` may change, empty for all of them: where a new feature will lie."""
    area = granted_area(user=user, layer=layer.key, action=Action.CHANGE, roles=layer.access.roles(Action.CHANGE))
    return area.divisions[0] if area.divisions else ""


def drawn_fields(layer: SpatialLayer, form: FeatureForm) -> list[DrawnField]:
    """Return the geometries of the layer's views, one each."""
    found: dict[str, DrawnField] = {}
    for view in layer.views:
        model_field: Any = layer.model._meta.get_field(view.geom)
        found.setdefault(
            view.geom, DrawnField(form[view.geom], form[view.geom].label, str(model_field.geom_type), view.key)
        )
    return list(found.values())


def form_groups(layer: SpatialLayer, form: FeatureForm, *, user: Asker) -> list[FormGroup]:
    """Return the declared groups with their inputs; what a service alone writes is shown as it stands."""
    base: Any = form.base
    names = names_for(layer, [base], compared_fields(layer), user=user) if base is not None else None
    found = []
    for position, (title, members) in enumerate(layer.groups):
        inputs = [form[name] for name in members if name in form.fields]
        if position == 0 and "code" in form.fields:
            inputs.insert(0, form["code"])
        fixed = [shown(layer, base, name, names) for name in members if name in layer.protected] if names else []
        if inputs or fixed:
            found.append(FormGroup(title, inputs, fixed))
    return found


def stale_page(layer: SpatialLayer, form: FeatureForm, *, current: Any, user: Asker) -> EditPage:
    """Return the page again, standing on the version stored now, with everything that the user had changed kept."""
    mine = form.changes()
    base = image_of(current, form.base.version)
    names = names_for(layer, [base, current], compared_fields(layer), user=user)
    theirs = differences(layer, base, current, names)
    stale = Stale(
        version=current.version,
        by=people_named({current.changed_by_id}).get(current.changed_by_id, ""),
        at=current.changed_at,
        reason=current.change_reason,
        differences=theirs,
        both=frozenset(one.name for one in theirs if one.name in mine),
    )
    kept = {name: getattr(value, "code", value) for name, value in mine.items()}
    kept["change_reason"] = form.cleaned_data["change_reason"]
    fresh = FeatureForm(layer, user=user, base=current, kept=kept)
    return edit_page(layer, fresh, user=user, stale=stale)
