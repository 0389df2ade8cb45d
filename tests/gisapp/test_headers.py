"""Every answer carries the headers that bind a browser, in the mode of the machine and in production."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client

from tests.factories import UserFactory

PRODUCTION = {
    "GISAPP_MODE": "production",
    "GISAPP_ALLOWED_HOSTS": "map.example.org",
    "DATABASE_URL": "postgis://gisapp_app@db.invalid/gisapp",
    "GISAPP_SECRET_KEY": "secret-0123456789-" * 3,
    "GISAPP_PERSONAL_DATA_KEY": "data-0123456789-" * 3,
    "GISAPP_PERSONAL_HASH_KEY": "hash-0123456789-" * 3,
}


def directives(answer) -> dict[str, list[str]]:
    """Return the content security policy by directive."""
    parts = (one.split() for one in answer["Content-Security-Policy"].split(";") if one.strip())
    return {name: values for name, *values in parts}


@pytest.fixture
def pages(db):
    client = Client()
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    paths = ("/", "/accounts/me/", "/accounts/login/", "/admin/", "/layers/sites/", "/nowhere/", "/layers/sites/x/")
    return {path: client.get(path) for path in paths}


def test_every_page_has_every_header(pages):
    for path, answer in pages.items():
        assert answer["X-Content-Type-Options"] == "nosniff", path
        assert answer["X-Frame-Options"] == "DENY", path
        assert answer["Referrer-Policy"] == "same-origin", path
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin", path
        assert directives(answer)["frame-ancestors"] == ["'none'"], path


def test_only_position_and_camera_are_for_pages_and_for_ours_alone(pages):
    for path, answer in pages.items():
        allowed = dict(re.findall(r"([\w-]+)=\(([^)]*)\)", answer["Permissions-Policy"]))
        assert {name for name, who in allowed.items() if who} == {"geolocation", "camera"}, path
        assert set(allowed.values()) == {"self", ""}
        assert {"microphone", "payment", "usb", "display-capture"} <= set(allowed)


def test_the_policy_lets_nothing_in_from_elsewhere(pages):
    harmless = {"'self'", "'none'", "data:", "blob:"}
    for path, answer in pages.items():
        policy = directives(answer)
        assert policy["default-src"] == policy["object-src"] == policy["base-uri"] == ["'none'"]
        for name, values in policy.items():
            strange = [one for one in values if one not in harmless and not one.startswith("'nonce-")]
            assert not strange, f"{path}: {name} {strange}"
        assert not {"data:", "blob:"} & set(policy["script-src"])


@pytest.mark.django_db
def test_each_answer_has_its_own_nonce_and_no_other_script_stands_in_a_page():
    client = Client()
    client.force_login(UserFactory())
    nonces = set()
    for _each in range(2):
        answer = client.get("/")
        nonce = next(one[7:-1] for one in directives(answer)["script-src"] if one.startswith("'nonce-"))
        nonces.add(nonce)
        page = answer.content.decode()
        inline = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)([^>]*)>", page)
        assert inline
        assert all(f'nonce="{nonce}"' in attributes for attributes in inline)
        assert not re.findall(r"<[^>]+\s(?:on[a-z]+|style)=", page)
    assert len(nonces) == 2


def in_mode(environment: dict[str, str], program: str) -> str:
    """Return what a program prints that runs with these settings alone."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("GISAPP_", "DATABASE_", "DJANGO_"))
    }
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); from django.conf import settings\n{program}"],
        env={**kept, "DJANGO_SETTINGS_MODULE": "gisapp.settings", **environment},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


ASKED = """
from django.test import Client
client = Client(headers={"Host": "map.example.org"})
answer = client.get("/healthz", secure=True)
print(answer.status_code, answer["Strict-Transport-Security"])
plain = client.get("/accounts/login/")
print(plain.status_code, plain["Location"])
print(settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, settings.CSRF_COOKIE_SECURE,
      settings.SESSION_COOKIE_SAMESITE, settings.DEBUG)
"""


def test_production_insists_on_https():
    hsts, plain, cookies = in_mode(PRODUCTION, ASKED).splitlines()
    assert hsts == "200 max-age=31536000; includeSubDomains; preload"
    assert plain == "301 https://map.example.org/accounts/login/"
    assert cookies == "True True True Lax False"


def test_production_passes_the_checks_of_django():
    program = """
from django.core.checks import run_checks
print([message.id for message in run_checks(include_deployment_checks=True) if message.id != "gisapp.W003"])
"""
    assert in_mode(PRODUCTION, program).strip() == "[]"


def test_named_base_maps_join_the_policy_for_pictures_and_tiles_alone():
    program = """
from django.test import Client
print(Client().get("/healthz")["Content-Security-Policy"])
"""
    host = "https://t0.tianditu.gov.cn"
    policy = in_mode(
        {"GISAPP_BASEMAP_HOSTS": host}, program.replace("Client()", "Client(headers={'Host': 'localhost'})")
    )
    opened = {part.split()[0] for part in policy.split(";") if host in part}
    assert opened == {"img-src", "connect-src"}
