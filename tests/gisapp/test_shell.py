"""The page shell: what every page is drawn with."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import resolve

from accounts.models import User
from accounts.roles import Role
from gisapp import error_views
from gisapp.icons import ICONS, SPRITE
from gisapp.importmap import PACKAGES, our_modules
from gisapp.navigation import PAGES, entries_for
from oversight.rates import RATE_BREAKS
from tests.factories import UserFactory, regions, user_with


def source(path: str) -> str:
    return Path(finders.find(path)).read_text(encoding="utf-8")


def test_the_sprite_holds_every_icon():
    assert set(re.findall(r'<symbol id="([\w-]+)"', source(SPRITE))) == set(ICONS)


def test_an_unknown_icon_is_refused():
    with pytest.raises(ValueError, match=r"gisapp/icons\.py"):
        Template('{% load shell %}{% icon "unheard-of" %}').render(Context())


def test_every_page_of_the_rail_uses_an_icon_of_the_sprite():
    assert {page.icon for page in PAGES} <= set(ICONS)


@pytest.mark.parametrize("path", [*PACKAGES.values(), *our_modules()])
def test_every_module_of_the_import_map_is_a_file(path: str):
    assert finders.find(path)


@pytest.mark.parametrize("path", our_modules())
def test_modules_import_only_what_the_import_map_names(path: str):
    imported = set(re.findall(r'^(?:import|export)[^;]*?from "([^"]+)";', source(path), re.MULTILINE | re.DOTALL))
    assert imported <= {*PACKAGES, *our_modules()}


def test_the_map_draws_the_classes_that_the_server_counts():
    breaks = re.search(r"RATE_BREAKS = \[([\d, ]+)\]", source("gisapp/map/cartography.js"))
    assert breaks
    assert tuple(float(number) for number in breaks[1].split(",")) == RATE_BREAKS


def test_the_legend_has_the_colours_of_the_map():
    drawn = re.findall(r"rates: \[([^\]]+)\]", source("gisapp/map/cartography.js"))
    legend = source("oversight/one-map.css")
    for colours, theme in zip(drawn, ("", ':root[data-bs-theme="dark"] '), strict=True):
        for number, colour in enumerate(re.findall(r"#\w+", colours)):
            assert f"\n{theme}.swatch-rate-{number} rect {{ fill: {colour}; }}" in legend


@pytest.mark.django_db
def test_the_rail_leads_only_to_pages_that_exist():
    admin = User.objects.create_superuser("root")
    for entry in entries_for(user=admin, path="/"):
        assert resolve(entry.url)


@pytest.mark.django_db
def test_the_rail_of_somebody_without_grants_has_no_layers_but_the_public_ones():
    urls = {entry.url for entry in entries_for(user=UserFactory(), path="/")}
    assert "/layers/households/" not in urls
    assert "/" in urls


@pytest.mark.django_db
def test_a_dossier_marks_its_list_in_the_rail():
    entries = entries_for(user=user_with(Role.LEADER, "45"), path="/layers/sites/AZ-1/")
    assert [entry.url for entry in entries if entry.current] == ["/layers/sites/"]


@pytest.mark.django_db
def test_a_dark_wall_stays_dark_from_page_to_page(client: Client):
    regions()
    client.force_login(user_with(Role.LEADER, "45"))
    assert 'data-bs-theme="dark"' in client.get("/?theme=dark").content.decode()
    assert 'data-bs-theme="dark"' in client.get("/").content.decode()
    assert 'data-bs-theme="light"' in client.get("/?theme=light").content.decode()


@pytest.mark.parametrize(
    ("view", "status"),
    [("bad_request", 400), ("permission_denied", 403), ("page_not_found", 404), ("csrf_failure", 403)],
)
def test_an_error_says_what_happened_and_what_to_do(view: str, status: int):
    request = RequestFactory().get("/x/")
    response = getattr(error_views, view)(request, "reason")
    page = response.content.decode()
    assert response.status_code == status
    assert page.count('class="plain-lead"') == 2


def test_our_own_mistake_is_told_without_database_and_session():
    response = error_views.server_error(RequestFactory().get("/x/"))
    assert response.status_code == 500
    assert "<h1>" in response.content.decode()


@pytest.mark.django_db
def test_the_login_page_tells_a_wrong_password_at_the_form(client: Client):
    UserFactory(username="planner", password="right-password")
    page = client.post("/accounts/login/", {"username": "planner", "password": "wrong"}).content.decode()
    assert 'role="alert"' in page
