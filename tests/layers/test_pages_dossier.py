"""The dossier of a feature and its versions: what is told, to whom, and what stays unsaid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from layers.extensions import DossierPanel, register_dossier_panel
from layers.registry import all_layers
from layers.services import feature_delete, feature_update
from tests.factories import (
    HouseholdFactory,
    PlotFactory,
    ProjectFactory,
    SiteFactory,
    feature,
    region,
    regions,
    user_with,
)

pytestmark = pytest.mark.django_db
SCOPED = [layer.key for layer in all_layers() if not layer.access.public]
every_scoped_layer = pytest.mark.parametrize("key", SCOPED)
every_layer = pytest.mark.parametrize("key", [layer.key for layer in all_layers()])


def open_page(user: User | None, path: str) -> HttpResponse:
    client = Client(headers={"accept-language": "en"})
    if user:
        client.force_login(user)
    return client.get(path)


def dossier(user: User | None, key: str, code: str) -> HttpResponse:
    return open_page(user, f"/layers/{key}/{code}/")


def steward(division: str = "451221") -> User:
    return user_with(Role.STEWARD, division)


@every_scoped_layer
def test_a_feature_of_the_neighbour_county_reads_like_one_that_does_not_exist(key: str) -> None:
    theirs = feature(key, at="451222001001")

    hidden = dossier(steward(), key, theirs.code)
    unknown = dossier(steward(), key, "NO-SUCH-CODE")

    assert hidden.status_code == unknown.status_code == 404
    assert theirs.code not in hidden.content.decode()
    assert (
        hidden.content.decode().count("outside your area") == unknown.content.decode().count("outside your area") == 1
    )


@every_layer
@pytest.mark.parametrize("page", ["", "history/", "edit/", "delete/"])
def test_every_page_of_a_feature_opens_for_whoever_keeps_it(key: str, page: str) -> None:
    made = feature(key)

    assert open_page(steward(), f"/layers/{key}/{made.code}/{page}").status_code == 200


@every_scoped_layer
@pytest.mark.parametrize("page", ["history/", "edit/", "delete/"])
def test_the_pages_behind_a_hidden_feature_are_not_found_either(key: str, page: str) -> None:
    theirs = feature(key, at="451222001001")

    assert open_page(steward(), f"/layers/{key}/{theirs.code}/{page}").status_code == 404


@pytest.mark.parametrize("page", ["edit/", "delete/"])
def test_who_may_only_look_is_refused_to_change(page: str) -> None:
    site = SiteFactory()

    assert open_page(user_with(Role.LEADER, "451221"), f"/layers/sites/{site.code}/{page}").status_code == 403


def test_a_household_is_changed_by_its_origin_and_only_seen_by_its_destination() -> None:
    moved = HouseholdFactory(at="451222001001", to="451221001001")

    assert open_page(steward("451221"), f"/layers/households/{moved.code}/").status_code == 200
    assert open_page(steward("451221"), f"/layers/households/{moved.code}/edit/").status_code == 403
    assert open_page(steward("451222"), f"/layers/households/{moved.code}/edit/").status_code == 200


@pytest.mark.parametrize("code", ["%00", "a%00b", "x" * 300, "..%2f..", "～", "%F0%9F%8F%A0", "<script>"])
def test_a_strange_code_is_not_found(code: str) -> None:
    assert dossier(steward(), "sites", code).status_code == 404


def test_a_deleted_feature_is_not_found() -> None:
    site, user = SiteFactory(), steward()
    feature_delete(feature=site, base_version=site.version, user=user)

    assert dossier(user, "sites", site.code).status_code == 404


def test_a_division_shows_the_public_its_public_fields_alone() -> None:
    regions()

    answer = dossier(None, "regions", "451221000000")
    page = answer.content.decode()

    assert answer.status_code == 200
    assert "示例甲县" in page
    assert "Belongs to" not in page
    assert "Version" not in page
    assert open_page(None, "/layers/regions/451221000000/history/").status_code == 403


def test_the_area_is_told_in_mu_and_hectares() -> None:
    site = SiteFactory()  # 0.002 x 0.002 degrees at 24.75 N
    answer = dossier(steward(), "sites", site.code)

    (area,) = answer.context["areas"]

    assert area.label == "Area"
    assert float(area.text.replace(",", "")) == pytest.approx(site.area_m2 * 15 / 10_000, abs=0.005)
    assert float(area.note.split()[0]) == pytest.approx(site.area_m2 / 10_000, abs=0.00005)


def test_names_choices_dates_and_missing_values_are_words() -> None:
    site = SiteFactory(name="鲤塘安置点")
    moved = HouseholdFactory(resettlement="site", site=site, room="", certificates=["不动产证", "户口簿"])

    page = dossier(steward(), "households", moved.code).content.decode()

    assert "at a centralised site" in page
    assert f'<a href="/layers/sites/{site.code}/">鲤塘安置点</a>' in page
    assert "2019-05-01" in page
    assert "不动产证, 户口簿" in page
    assert "not given" in page


def test_a_site_beyond_the_area_is_a_code_without_a_link() -> None:
    site = SiteFactory(at="451222001001", name="邻县安置点")
    moved = HouseholdFactory(at="451221001001", to="451222001001", resettlement="site", site=site)

    page = dossier(steward("451221"), "households", moved.code).content.decode()

    assert site.code in page
    assert "邻县安置点" not in page
    assert f"/layers/sites/{site.code}/" not in page


def test_what_refers_to_a_feature_is_counted_within_the_area_and_linked() -> None:
    site = SiteFactory()
    near = HouseholdFactory(resettlement="site", site=site)
    HouseholdFactory(at="451222001001", to="451222001001", resettlement="site", site=site)  # concerns 451222 alone
    for _ in range(2):
        PlotFactory(household=near)

    (households,) = dossier(steward(), "sites", site.code).context["related"]
    (plots,) = dossier(steward(), "households", near.code).context["related"]

    assert (households.count, households.url) == (1, f"/layers/households/?site={site.code}")
    assert (plots.count, plots.url) == (2, f"/layers/plots/?household={near.code}")


def test_a_division_counts_what_lies_in_it() -> None:
    regions()
    SiteFactory(at="451221001001")
    SiteFactory(at="451222001001")

    counts = {str(one.title): one.count for one in dossier(steward("45"), "regions", "451221000000").context["related"]}

    assert counts["Resettlement sites"] == 1
    assert counts["Divisions"] == 2


def test_the_map_holds_every_geometry_with_all_its_digits() -> None:
    place = Point(107.300000000000011, 24.750000000000004, srid=4490)
    moved = HouseholdFactory(new_home=place)

    drawn = dossier(steward(), "households", moved.code).context["map_data"]["drawn"]

    assert [one["properties"]["title"] for one in drawn] == ["New home", "Old home"]
    assert drawn[0]["geometry"]["coordinates"] == (place.x, place.y)


def test_a_missing_position_is_told_and_not_drawn() -> None:
    moved = HouseholdFactory(new_home=None)

    answer = dossier(steward(), "households", moved.code)

    assert [one["properties"]["view"] for one in answer.context["map_data"]["drawn"]] == ["origins"]
    assert "Position unknown" in answer.content.decode()


def test_neighbours_on_the_map_are_only_those_of_the_area() -> None:
    site = SiteFactory()
    beside = SiteFactory()
    moved_site = SiteFactory(at="451222001001", geom=site.geom)  # lies here, belongs to the neighbour

    data = dossier(steward(), "sites", site.code).context["map_data"]

    assert [one["properties"]["code"] for one in data["neighbours"]] == [beside.code]
    assert moved_site.code not in str(data)


def test_the_twenty_groups_are_told_in_words() -> None:
    site = SiteFactory(items={"schools": {"primary": 2}, "roads": {"paved": False}})

    page = dossier(steward(), "sites", site.code).content.decode()

    assert "primary schools" in page
    assert "2 of 20 reported" in page
    assert ">no<" in page


def test_a_higher_app_adds_a_panel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layers.extensions._panels", [])

    def context(made: Any, user: Any) -> Mapping[str, Any] | None:
        return {"sentence": f"panel of {made.code}"} if made.resettlement == "dispersed" else None

    panel = DossierPanel("households", "A panel", "gisapp/empty.html", context)
    register_dossier_panel(panel)
    shown = HouseholdFactory()
    site = SiteFactory()
    hidden = HouseholdFactory(resettlement="site", site=site)

    assert "A panel" in dossier(steward(), "households", shown.code).content.decode()
    assert "A panel" not in dossier(steward(), "households", hidden.code).content.decode()
    assert "A panel" not in dossier(steward(), "sites", site.code).content.decode()


def changed_twice() -> tuple[Any, User]:
    user = steward()
    user.display_name = "规划员 03"
    user.save()
    site = SiteFactory(name="一")
    for name, reason in (("二", "first reason"), ("三", "")):
        site = feature_update(feature=site, base_version=site.version, values={"name": name}, user=user, reason=reason)
    return site, user


def test_each_version_says_who_when_why_and_what_differed() -> None:
    site, user = changed_twice()

    versions = open_page(user, f"/layers/sites/{site.code}/history/").context["versions"]

    assert [one.number for one in versions] == [3, 2, 1]
    assert [one.reason for one in versions] == ["", "first reason", ""]
    assert [one.by for one in versions] == ["规划员 03", "规划员 03", "system"]
    assert [(one.before, one.after) for one in versions[0].differences] == [("二", "三")]
    assert versions[2].differences is None


def test_a_moved_point_is_told_in_metres_and_a_redrawn_boundary_in_mu() -> None:
    moved = HouseholdFactory()
    user = steward()
    place = Point(moved.new_home.x + 0.001, moved.new_home.y, srid=4490)
    feature_update(feature=moved, base_version=moved.version, values={"new_home": place}, user=user)

    newest = open_page(user, f"/layers/households/{moved.code}/history/").context["versions"][0]

    (difference,) = newest.differences
    # a cos(24.75) / sqrt(1 - e2 sin2(24.75)) = 5,795,662 m, times 0.001 degrees in radians
    assert difference.after.endswith("moved by 101.15 m")


def post(user: User, path: str, **values: Any) -> HttpResponse:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client.post(path, values, follow=True)


def test_an_earlier_version_comes_back_as_the_newest() -> None:
    site, user = changed_twice()

    answer = post(user, f"/layers/sites/{site.code}/history/restore/", version=1, reason="the old name was right")

    site.refresh_from_db()
    assert (site.name, site.version, site.change_reason) == ("一", 4, "the old name was right")
    assert "Version 1 is in force again, as version 4." in answer.content.decode()


@pytest.mark.parametrize(
    "values", [{}, {"version": "x", "reason": "r"}, {"version": 1}, {"version": 1, "reason": "  "}]
)
def test_a_restore_without_version_or_reason_changes_nothing(values: dict[str, Any]) -> None:
    site, user = changed_twice()

    answer = post(user, f"/layers/sites/{site.code}/history/restore/", **values)

    site.refresh_from_db()
    assert site.version == 3
    assert 'class="notice is-red"' in answer.content.decode()


def test_a_version_that_was_never_kept_is_not_found() -> None:
    site, user = changed_twice()

    assert post(user, f"/layers/sites/{site.code}/history/restore/", version=77, reason="r").status_code == 404


def test_only_those_who_may_change_may_restore() -> None:
    site, _user = changed_twice()
    leader = user_with(Role.LEADER, "451221")
    neighbour = steward("451222")

    assert post(leader, f"/layers/sites/{site.code}/history/restore/", version=1, reason="r").status_code == 403
    assert post(neighbour, f"/layers/sites/{site.code}/history/restore/", version=1, reason="r").status_code == 404
    site.refresh_from_db()
    assert site.version == 3


def test_a_restore_without_the_token_of_the_form_is_refused() -> None:
    site, user = changed_twice()
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)

    answer = client.post(f"/layers/sites/{site.code}/history/restore/", {"version": 1, "reason": "r"})

    assert answer.status_code == 403
    site.refresh_from_db()
    assert site.version == 3


def test_deleting_needs_a_reason_and_keeps_the_history() -> None:
    site, user = changed_twice()
    path = f"/layers/sites/{site.code}/delete/"

    refused = post(user, path, base_version=3, reason="")
    stale = post(user, path, base_version=2, reason="not needed any more")
    done = post(user, path, base_version=3, reason="not needed any more")

    assert (refused.status_code, stale.status_code) == (400, 400)
    assert "Give the reason" in refused.content.decode()
    assert "Version 3 was saved in the meantime" in stale.content.decode()
    site.refresh_from_db()
    assert site.deleted_at is not None
    assert site.change_reason == "not needed any more"
    assert done.redirect_chain[-1][0] == f"/layers/sites/{site.code}/history/"
    assert "can be brought back here" in done.content.decode()
    assert site.code not in open_page(user, "/layers/sites/").content.decode()


def test_what_was_deleted_is_brought_back_by_whoever_may_change_it() -> None:
    site, user = changed_twice()
    feature_delete(feature=site, base_version=3, user=user, reason="by mistake")
    path = reverse("layers:restore", args=["sites", site.code])

    assert open_page(user_with(Role.STEWARD, "451222"), f"/layers/sites/{site.code}/history/").status_code == 404
    assert post(user_with(Role.STEWARD, "451222"), path, version=3, reason="mine").status_code == 404
    done = post(user, path, version=3, reason="was right")

    site.refresh_from_db()
    assert (done.status_code, site.deleted_at, site.version) == (200, None, 5)
    assert dossier(user, "sites", site.code).status_code == 200


def test_what_still_refers_to_it_is_told_before_deleting() -> None:
    project = ProjectFactory(at="451221001001")
    HouseholdFactory(project=project)
    region("451221")

    page = open_page(steward(), f"/layers/projects/{project.code}/delete/").content.decode()

    assert f"/layers/households/?project={project.code}" in page
