"""Two people, wrong tokens and strangers: nothing is overwritten, everything typed is kept."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.roles import Role
from layers.geometry_words import geometry_text
from layers.models import Site
from tests.factories import (
    SiteFactory,
    multi,
    square,
    user_with,
)
from tests.layers.form_pages import as_sent, colleague_saves, db, opened, save, steward, surveyed


@db
def test_a_stale_save_overwrites_nothing_and_keeps_everything_typed() -> None:
    site, user, path = SiteFactory(name="旧名"), steward(), ""
    path = f"/layers/sites/{site.code}/edit/"
    client, sent = opened(user, path)
    colleague_saves(site, department="发改局", name="同事的名字")

    answer = client.post(path, {**sent, "name": "我的名字", "owner_unit": "城投", "change_reason": "mine"})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert Site.objects.get().name == "同事的名字"
    assert "Nothing was saved: somebody else saved first." in page
    assert "a colleague was quicker" in page
    assert "you changed it too" in page
    again = as_sent(answer.context["form"])
    assert (again["name"], again["owner_unit"], again["change_reason"]) == ("我的名字", "城投", "mine")
    assert (again["department"], again["base_version"]) == ("发改局", "2")

    saved = client.post(path, again)

    assert saved.status_code == 302
    stored = Site.objects.get()
    assert (stored.name, stored.owner_unit, stored.department, stored.version) == ("我的名字", "城投", "发改局", 3)


@db
def test_a_stale_boundary_is_kept_as_it_was_drawn() -> None:
    site = surveyed()
    path = f"/layers/sites/{site.code}/edit/"
    client, sent = opened(steward(), path)
    colleague_saves(site, name="同事的名字")
    drawn = geometry_text(multi(square("451221", 0.001, 0.001)))

    answer = client.post(path, {**sent, "geom": drawn})

    assert answer.status_code == 409
    assert as_sent(answer.context["form"])["geom"] == drawn


@db
@pytest.mark.parametrize("base", ["", "0", "-1", "99", "x", "1e3", "99999999999999999999"])
def test_a_base_version_that_never_was_counts_as_the_stored_one_only_for_what_differs(base: str) -> None:
    site = SiteFactory()

    answer = save(steward(), f"/layers/sites/{site.code}/edit/", base_version=base, name="改名")

    assert answer.status_code in {200, 400}


@db
def test_the_token_of_the_form_is_needed() -> None:
    site = SiteFactory()
    client = Client(enforce_csrf_checks=True)
    client.force_login(steward())

    assert client.post(f"/layers/sites/{site.code}/edit/", {"name": "x"}).status_code == 403
    assert client.post("/layers/sites/new/", {"name": "x"}).status_code == 403
    assert client.post(f"/layers/sites/{site.code}/delete/", {"reason": "x"}).status_code == 403


@db
@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(method: str) -> None:
    site = SiteFactory()
    client = Client()
    client.force_login(steward())

    assert getattr(client, method)(f"/layers/sites/{site.code}/edit/").status_code == 405


@db
def test_nobody_outside_the_area_saves() -> None:
    site = SiteFactory()
    client, sent = opened(steward(), f"/layers/sites/{site.code}/edit/")
    client.force_login(steward("451222"))
    assert client.post(f"/layers/sites/{site.code}/edit/", {**sent, "name": "x"}).status_code == 404
    client.force_login(user_with(Role.LEADER, "451221"))
    assert client.post(f"/layers/sites/{site.code}/edit/", {**sent, "name": "x"}).status_code == 403
    assert Site.objects.get().version == 1
