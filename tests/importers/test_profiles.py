"""Mapping profiles: kept by name, offered for the same columns, to those whom they concern."""

from __future__ import annotations

import pytest

from accounts.roles import Role
from importers.models import MappingProfile
from importers.problems import WrongUseError
from importers.profiles import (
    Understanding,
    fingerprint,
    profile_delete,
    profile_named,
    profile_save,
    profile_used,
    profiles_offered,
    understanding_of,
)
from layers.registry import get_layer
from tests.factories import user_with

pytestmark = pytest.mark.django_db

COLUMNS = ["学校", "面积(亩)", "X", "Y"]
SAID = Understanding(columns={"学校": "name"}, units={"面积(亩)": "mu"}, crs="EPSG:4545")


def saved(user, name="教育局", **options) -> MappingProfile:
    layer = get_layer("facilities")
    return profile_save(user=user, layer=layer, name=name, columns=COLUMNS, understood=SAID, **options)


def offered(user, columns=COLUMNS) -> list[MappingProfile]:
    return profiles_offered(user=user, layer=get_layer("facilities"), columns=columns)


def test_the_fingerprint_is_that_of_the_columns_and_of_nothing_else() -> None:
    assert fingerprint(COLUMNS) == fingerprint(["Ｙ", "x", "面积（亩）", " 学校"])
    assert fingerprint(COLUMNS) != fingerprint([*COLUMNS, "备注"])


def test_a_profile_comes_back_with_the_same_columns_and_only_then() -> None:
    user = user_with(Role.STEWARD, "451221")
    profile = saved(user)
    assert understanding_of(offered(user)[0]) == SAID
    assert offered(user, [*COLUMNS, "备注"]) == []
    assert saved(user).pk == profile.pk  # the same name again: over it
    later = saved(user, name="新")
    profile_used(profile)
    assert [one.name for one in offered(user)] == ["教育局", "新"]
    profile_delete(user=user, profile=later)
    assert offered(user) == [profile]


@pytest.mark.parametrize(("where", "seen"), [("451221", True), ("451222", True), ("451027", False), ("", True)])
def test_a_shared_profile_is_offered_to_those_who_import_there(where: str, seen: bool) -> None:
    saved(user_with(Role.STEWARD, "45"), shared_division="4512")
    assert bool(offered(user_with(Role.STEWARD, where))) is seen


def test_what_is_not_shared_is_nobody_elses() -> None:
    profile = saved(user_with(Role.STEWARD, "451221"))
    other = user_with(Role.STEWARD, "451221")
    assert offered(other) == []
    with pytest.raises(WrongUseError, match="教育局"):
        profile_named(user=other, layer=get_layer("facilities"), name="教育局")
    with pytest.raises(WrongUseError):
        profile_delete(user=other, profile=profile)
    assert offered(None) == [profile]


@pytest.mark.parametrize(("name", "division"), [("", ""), ("x" * 81, ""), ("a", "451222"), ("a", "45"), ("a", "甲县")])
def test_a_bad_name_or_a_foreign_area_is_refused(name: str, division: str) -> None:
    with pytest.raises(WrongUseError):
        saved(user_with(Role.STEWARD, "451221"), name=name, shared_division=division)
    assert not MappingProfile.objects.exists()


def test_what_is_typed_wins_over_a_profile() -> None:
    typed = Understanding(columns={"名": "name"}, crs="gcj02", units={"面积(亩)": "ha"})
    both = typed.over(Understanding(columns={"学校": "name", "X": "geom.x"}, pipeline="+proj=noop", encoding="GBK"))
    assert both.columns == {"X": "geom.x", "名": "name"}
    assert (both.crs, both.pipeline, both.encoding, both.units) == ("gcj02", None, "GBK", {"面积(亩)": "ha"})
