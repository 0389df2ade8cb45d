"""Entering a new feature."""

from __future__ import annotations

import pytest

from layers.geometry_words import geometry_text
from layers.models import Facility, Plot, Project
from tests.factories import (
    FacilityFactory,
    multi,
    region,
    square,
)
from tests.layers.form_pages import db, save, steward


@db
def test_a_new_feature_is_entered_and_shown() -> None:
    region("451221001001")
    typed = {
        "code": "F-1",
        "name": "示例小学",
        "kind": "primary",
        "region": "451221001001",
        "geom_lon": "107.25",
        "geom_lat": "24.75",
        "change_reason": "opened this year",
    }

    answer = save(steward(), "/layers/facilities/new/", **typed)

    made = Facility.objects.get()
    assert (made.code, made.name, made.version, made.change_reason) == ("F-1", "示例小学", 1, "opened this year")
    assert answer.redirect_chain[-1][0] == "/layers/facilities/F-1/"


@db
def test_a_short_division_code_is_taken_for_its_twelve_digits() -> None:
    region("451221001001")

    save(
        steward(),
        "/layers/facilities/new/",
        code="F-1",
        name="x",
        kind="market",
        region="451221",
        geom_lon="107.3",
        geom_lat="24.8",
    )

    assert Facility.objects.get().region_id == "451221000000"


@db
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"code": ""}, "This field is required"),
        ({"code": "taken"}, "This code is not available."),
        ({"code": "new"}, "This code is not available."),
        ({"region": "451222001001"}, "outside the area that you may change"),
        ({"geom_lon": "107.75"}, "beyond the division"),
        ({"geom_lon": "", "geom_lat": ""}, "This field is required"),
    ],
)
def test_a_new_feature_that_cannot_be_taken_is_refused_with_all_that_was_typed(
    typed: dict[str, str], sentence: str
) -> None:
    region("451222001001")
    FacilityFactory(code="taken")
    whole = {
        "code": "F-1",
        "name": "示例小学",
        "kind": "primary",
        "region": "451221001001",
        "geom_lon": "107.25",
        "geom_lat": "24.75",
    }

    answer = save(steward(), "/layers/facilities/new/", **{**whole, **typed})

    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert 'value="示例小学"' in answer.content.decode()
    assert Facility.objects.count() == 1


@db
def test_a_code_in_use_elsewhere_does_not_tell_where() -> None:
    region("451221001001")
    FacilityFactory(at="451222001001", code="taken", name="邻县小学")

    answer = save(
        steward(),
        "/layers/facilities/new/",
        code="taken",
        name="x",
        kind="market",
        region="451221001001",
        geom_lon="107.3",
        geom_lat="24.8",
    )

    assert answer.status_code == 400
    assert "This code is not available." in answer.content.decode()
    assert "邻县小学" not in answer.content.decode()
    assert "451222" not in answer.content.decode().split("<form")[-1]


@db
def test_a_new_project_and_a_new_plot_take_their_boundaries() -> None:
    region("451221001001")
    user = steward()
    outline = geometry_text(multi(square("451221", 0.1, 0.1, 0.01)))
    save(
        user, "/layers/projects/new/", code="SK-1", name="示例水库", state="planned", region="451221001001",
        dam_lon="107.35", dam_lat="24.85", reservoir=outline, inundation="",
    )  # fmt: skip
    save(user, "/layers/plots/new/", code="P-1", region="451221001001", geom=geometry_text(square("451221")))

    assert Project.objects.get().reservoir.num_geom == 1
    assert Plot.objects.get().stage == "registered"
