"""Declarations: what contradicts itself is found before anything starts."""

import dataclasses

import pytest

from layers.checks import problems_of
from layers.registry import UnknownLayerError, all_layers, all_views, get_layer, get_view, layer_of, spatial_layer
from layers.spec import LayerView


def test_the_declared_layers_are_sound() -> None:
    assert [problem for layer in all_layers() for problem in problems_of(layer)] == []


def test_keys_and_views() -> None:
    assert [layer.key for layer in all_layers()][:7] == [
        "regions",
        "sites",
        "households",
        "projects",
        "plots",
        "facilities",
        "issues",
    ]
    assert {view.key for _layer, view in all_views()} >= {"origins", "reservoirs", "inundations"}
    layer, view = get_view("origins")
    assert (layer.key, view.geom) == ("households", "old_home")


def test_unknown_keys() -> None:
    for ask in (get_layer, get_view):
        with pytest.raises(UnknownLayerError):
            ask("nothing")


def test_a_key_is_taken_once() -> None:
    with pytest.raises(ValueError, match="origins"):
        spatial_layer(key="origins", title="x", title_one="x", internal=())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"internal": ("nothing",)}, "layers.E001"),
        ({"search": ("nothing",)}, "layers.E001"),
        ({"views": (LayerView("sites", "x", "name"),)}, "layers.E002"),
        ({"public": ("name",)}, "layers.E004"),
    ],
)
def test_a_contradiction_is_named(change: dict[str, object], code: str) -> None:
    broken = dataclasses.replace(get_layer("sites"), **change)  # type: ignore[arg-type]
    assert code in {problem.id for problem in problems_of(broken)}


def test_a_model_knows_its_layer() -> None:
    assert all(layer_of(layer.model) is layer for layer in all_layers())
    assert layer_of(object) is None
