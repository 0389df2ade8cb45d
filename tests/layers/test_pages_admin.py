"""The admin of every layer: within the area, through the services, and nothing is erased."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.context import acting_as
from accounts.models import User
from accounts.roles import Role, Through
from layers.models import Facility, Household, HouseholdIdentity, Plot, Site
from layers.registry import all_layers, get_layer
from layers.services import feature_update
from tests.factories import FacilityFactory, HouseholdFactory, PlotFactory, SiteFactory, feature, region, user_with

pytestmark = pytest.mark.django_db
every_layer = pytest.mark.parametrize("key", [layer.key for layer in all_layers()])


def staff(role: Role = Role.STEWARD, division: str = "451221") -> User:
    user = user_with(role, division)
    user.is_staff = True
    user.save()
    return user


def browser(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def address(key: str, made: Any = None, page: str = "change") -> str:
    base = f"/admin/layers/{get_layer(key).model._meta.model_name}/"
    return f"{base}{made.pk}/{page}/" if made else base


def change(user: User, key: str, made: Any, **typed: Any) -> HttpResponse:
    """Open the admin page of a row, type, and save."""
    client = browser(user)
    form = client.get(address(key, made)).context["adminform"].form
    sent = {}
    for bound in form:
        value = bound.value()
        sent[bound.html_name] = "" if value is None else value
    return client.post(address(key, made), {**sent, **typed})


@every_layer
def test_list_and_row_open_for_whoever_keeps_the_layer(key: str) -> None:
    made, client = feature(key), browser(staff())

    assert made.code in client.get(address(key)).content.decode()
    page = client.get(address(key, made)).content.decode()
    assert f"/layers/{key}/{made.code}/edit/" in page


@every_layer
def test_a_row_of_the_neighbour_county_is_not_there(key: str) -> None:
    theirs, client = feature(key, at="451222001001"), browser(staff())

    assert theirs.code not in client.get(address(key)).content.decode()
    answer = client.get(address(key, theirs))
    assert answer.status_code == 302  # to the index, saying that there is no such row
    assert theirs.code not in client.get(answer["Location"]).content.decode()


@every_layer
def test_who_may_change_nothing_finds_no_admin_of_the_layer(key: str) -> None:
    made, client = feature(key), browser(staff(Role.LEADER))

    assert client.get(address(key)).status_code == 403
    assert client.get(address(key, made)).status_code == 403


@every_layer
def test_nothing_can_be_erased(key: str) -> None:
    made, client = feature(key), browser(staff())

    assert client.post(address(key, made, "delete"), {"post": "yes"}).status_code == 403
    assert client.post(
        address(key), {"action": "delete_selected", "_selected_action": [made.pk], "post": "yes"}
    ).status_code in {200, 302}
    assert type(made).objects.filter(pk=made.pk, deleted_at=None).exists()


def test_a_change_goes_through_the_service() -> None:
    site, user = SiteFactory(name="旧名"), staff()

    answer = change(user, "sites", site, name="新名", why="a better name")

    assert answer.status_code == 302
    stored = Site.objects.get()
    assert (stored.name, stored.version, stored.changed_by, stored.changed_through, stored.change_reason) == (
        "新名", 2, user, "page", "a better name",
    )  # fmt: skip
    assert bytes(stored.geom.wkb) == bytes(site.geom.wkb)


def test_a_stale_change_is_refused_and_what_was_typed_stays() -> None:
    site, user = SiteFactory(name="旧名"), staff()
    feature_update(feature=site, base_version=1, values={"department": "x"}, user=user)

    answer = change(user, "sites", site, name="新名", base_version="1")

    assert answer.status_code == 200
    assert "Version 2 was saved in the meantime" in answer.content.decode()
    assert 'value="新名"' in answer.content.decode()
    assert Site.objects.get().name == "旧名"


def test_a_row_cannot_be_given_to_a_division_outside_the_area() -> None:
    site = SiteFactory()
    region("451222001001")

    answer = change(staff(), "sites", site, region="451222001001")

    assert answer.status_code == 200
    assert "outside the area that you may change" in answer.content.decode()
    assert Site.objects.get().region_id == "451221001001"


def test_a_rule_of_the_register_is_told() -> None:
    moved = HouseholdFactory()

    answer = change(staff(), "households", moved, resettlement="site", site="")

    assert "Name the site of a household" in answer.content.decode()
    assert Household.objects.get().version == 1


def test_the_stage_of_a_plot_is_not_typed() -> None:
    plot = PlotFactory()

    answer = change(staff(Role.LAND_OFFICIAL), "plots", plot, stage="verified", target_use="forest")

    assert answer.status_code == 302
    stored = Plot.objects.get()
    assert (stored.stage, stored.target_use) == ("registered", "forest")


def test_rows_are_marked_as_deleted_for_a_reason() -> None:
    rows, client = [FacilityFactory() for _ in range(3)], browser(staff())
    asked = {"action": "mark_deleted", "_selected_action": [row.pk for row in rows[:2]]}

    client.post(address("facilities"), asked)
    assert not Facility.objects.exclude(deleted_at=None).exists()
    client.post(address("facilities"), {**asked, "reason": "closed"})

    assert set(Facility.objects.exclude(deleted_at=None).values_list("change_reason", flat=True)) == {"closed"}
    assert Facility.objects.alive().get() == rows[2]


def test_a_household_without_a_position_is_entered_here_and_a_site_on_its_map() -> None:
    region("451221001001")
    client = browser(staff())

    answer = client.post(
        address("households") + "add/",
        {
            "code": "H-1",
            "region": "451221001001",
            "resettlement": "open",
            "programme": "poverty",
            "persons": "3",
            "certificates": "",
        },
    )

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert Household.objects.get().changed_through == "page"
    assert client.get(address("sites") + "add/").status_code == 403


def identity(at: str, name: str) -> HouseholdIdentity:
    moved = HouseholdFactory(at=at, to=at)
    with acting_as(None, through=Through.COMMAND):
        made: HouseholdIdentity = HouseholdIdentity.objects.create(household=moved, head_name=name, phone="13800000000")
    return made


@pytest.mark.parametrize("model", ["householdidentity", "person"])
def test_names_are_shown_masked_and_only_to_those_who_may_read_them_in_their_area(model: str) -> None:
    mine, theirs = identity("451221001001", "张示例"), identity("451222001001", "李示例")

    page = browser(staff()).get(f"/admin/layers/{model}/")
    refused = browser(staff(Role.LEADER)).get(f"/admin/layers/{model}/")

    assert (page.status_code, refused.status_code) == (200, 403)
    text = page.content.decode()
    assert theirs.household_id not in text
    assert mine.head_name not in text, "in full only where somebody says why"
    assert ("张*例" in text and "138****0000" in text) == (model == "householdidentity")
    for made, status in ((mine, 200), (theirs, 302)):
        if model == "householdidentity":
            assert browser(staff()).get(f"/admin/layers/{model}/{made.pk}/change/").status_code == status
