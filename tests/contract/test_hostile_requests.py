"""Requests that nobody's page would send: each is refused, or does nothing but what its address says."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import LoginSession
from tests.contract.reading import body
from tests.contract.surfaces import Class, address, all_urls, fillings
from tests.contract.world import OWN, County, county_user
from tests.factories import UserFactory, confirmed_phone, regions

pytestmark = pytest.mark.django_db
PASSWORD = "a-right-password"
ELSEWHERE = (
    "https://evil.example/",
    "http://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "https:evil.example",
    "https:///evil.example/",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    " //evil.example/",
    "\t//evil.example/",
    "/\t/evil.example/",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
)
CRLF = ("\r\nSet-Cookie: evil=1", "\nX-Evil: 1", "\r\n\r\n<script>alert(1)</script>", "\u560a\u560dX-Evil: 1")


@pytest.fixture
def somebody() -> Any:
    return UserFactory(username="planner", password=PASSWORD)


@pytest.fixture
def county() -> County:
    regions()
    own = County(OWN, county_user(OWN))
    own.settle()
    return own


def leads_away(location: str) -> bool:
    return not re.fullmatch(r"(/(?![/\\])[^\\\t]*)?|\?[^\\]*", location)


@pytest.mark.parametrize("target", ELSEWHERE)
def test_logging_in_leads_nowhere_else(somebody: Any, target: str) -> None:
    answer = Client().post("/accounts/login/", {"username": "planner", "password": PASSWORD, "next": target})
    assert answer.status_code == 302
    assert answer["Location"] == "/"


@pytest.mark.parametrize("target", ELSEWHERE)
def test_the_code_after_the_password_leads_nowhere_else(somebody: Any, target: str) -> None:
    from django_otp.oath import totp

    device = confirmed_phone(somebody)
    client = Client()
    client.post("/accounts/login/", {"username": "planner", "password": PASSWORD, "next": target})
    assert client.post("/accounts/login/code/", {"code": f"{totp(device.bin_key):06d}"})["Location"] == "/"


@pytest.mark.parametrize("target", ELSEWHERE)
def test_logging_out_and_choosing_a_language_lead_nowhere_else(somebody: Any, target: str) -> None:
    for path in ("/accounts/logout/", "/admin/logout/", "/i18n/setlang/"):
        client = Client()
        client.force_login(somebody)
        answer = client.post(path, {"next": target, "language": "en"}, headers={"Referer": "https://evil.example/"})
        assert answer.status_code in {200, 204, 302}
        assert not leads_away(answer.get("Location", "")), f"{path} leads to {answer['Location']}"


@pytest.mark.parametrize("target", ELSEWHERE)
def test_the_admin_leads_nowhere_else(target: str) -> None:
    """It hands the target on to the one login, which judges it."""
    first = Client().get("/admin/login/", {"next": target})["Location"]
    assert first.startswith("/accounts/login/?next=")
    assert f'href="{target}"' not in Client().get(first).content.decode()


def test_no_get_of_any_page_leads_elsewhere(county: County) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(county.user)
    away = "https://evil.example/"
    problems = []
    for url in all_urls():
        for filled in fillings(url, county):
            one = address(url, filled)
            asked = dict.fromkeys(("next", "url", "return", "redirect", "continue"), away)
            answer = client.get(one, asked, headers={"Referer": away})
            location = answer.get("Location", "")
            if leads_away(location.split("?")[0]):
                problems.append(f"{one} leads to {location}")
            body(answer)
            client.force_login(county.user)
    assert not problems


def test_no_parameter_adds_a_header(county: County) -> None:
    asked = {name: "x" + "".join(CRLF) for name in ("next", "theme", "region", "q", "language", "download", "crs")}
    client = Client(raise_request_exception=False)
    client.force_login(county.user)
    for url in all_urls():
        if url.classed in {Class.ADMIN, Class.ADMIN_FEATURES}:
            continue
        for filled in fillings(url, county):
            answer = client.get(address(url, filled), asked)
            assert answer.status_code < 500, url.name
            assert "evil" not in answer.cookies
            assert "X-Evil" not in answer.headers
            told = " ".join(f"{one}: {value}" for one, value in answer.items())
            assert not {"\r", "\n"} & set(told)
            body(answer)
            client.force_login(county.user)


@pytest.mark.parametrize("ending", CRLF)
def test_no_code_and_no_request_header_adds_a_header(county: County, ending: str) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(county.user)
    for path in ("/layers/sites/CODE/", "/layers/CODE/", "/tiles/CODE/1/1/1.mvt", "/analysis/CODE/export.csv"):
        answer = client.get(path.replace("CODE", quote("A" + ending, safe="")))
        assert answer.status_code in {400, 404}
        assert "X-Evil" not in answer.headers
    sent = {"X-Request-ID": f"a{ending}", "Accept-Language": f"en{ending}", "User-Agent": f"x{ending}"}
    answer = client.get("/accounts/me/", headers=sent)
    assert answer.status_code == 200
    assert "X-Evil" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/static/../gisapp/settings.py",
        "/static/%2e%2e/gisapp/settings.py",
        "/static/..%2fgisapp/settings.py",
        "/static/....//gisapp/settings.py",
        "/static//etc/passwd",
        "/static/%00/etc/passwd",
        "/static/..\\..\\etc\\passwd",
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/layers/../../etc/passwd/",
        "/layers/sites/..%2f..%2fetc%2fpasswd/",
        "/layers/sites/%2e%2e/edit/",
        "/layers/..%2f/features.geojson",
        "/tiles/..%2f..%2fetc/1/1/1.mvt",
        "/tiles/sites/1/1/..%2f..%2fetc%2fpasswd",
        "/analysis/..%2f..%2fetc/export.csv",
        "/analysis/relocation-distance/export...%2f..%2fetc%2fpasswd",
        "/var/demo-accounts.json",
        "/.env",
        "/.git/config",
        "/manage.py",
    ],
)
def test_no_path_leads_to_a_file_of_the_server(path: str) -> None:
    client = Client()
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    answer = client.get(path)
    assert answer.status_code in {301, 302, 400, 404}, path
    if answer.status_code in {301, 302}:
        answer = client.get(answer["Location"])
        assert answer.status_code == 404
    assert b"root:" not in answer.content
    assert b"SECRET_KEY" not in answer.content


def test_a_session_that_somebody_else_began_is_not_logged_in(somebody: Any) -> None:
    """Session fixation: the key before the login is worth nothing after it."""
    planted = Client()
    session = planted.session
    session["planted"] = True
    session.save()
    key = session.session_key
    victim = Client()
    victim.cookies[settings.SESSION_COOKIE_NAME] = key
    victim.post("/accounts/login/", {"username": "planner", "password": PASSWORD})
    assert victim.cookies[settings.SESSION_COOKIE_NAME].value != key
    planted.cookies[settings.SESSION_COOKIE_NAME] = key
    assert planted.get("/accounts/me/").status_code == 302
    assert not LoginSession.objects.filter(pk=key).exists()


def test_a_key_that_we_never_gave_is_not_taken(somebody: Any) -> None:
    made_up = "a" * 32
    victim = Client()
    victim.cookies[settings.SESSION_COOKIE_NAME] = made_up
    victim.post("/accounts/login/", {"username": "planner", "password": PASSWORD})
    assert victim.cookies[settings.SESSION_COOKIE_NAME].value != made_up


def test_a_half_done_login_cannot_be_planted(somebody: Any) -> None:
    confirmed_phone(somebody)
    planted = Client()
    session = planted.session
    session["planted"] = True
    session.save()
    victim = Client()
    victim.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    assert victim.post("/accounts/login/", {"username": "planner", "password": PASSWORD}).status_code == 302
    planted.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    assert planted.get("/accounts/login/code/")["Location"] == "/accounts/login/"


def test_no_form_is_taken_without_its_token(county: County) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(county.user)
    taken = []
    for url in all_urls():
        for filled in fillings(url, county):
            one = address(url, filled)
            for headers in ({}, {"Origin": "https://evil.example"}):
                answer = client.post(one, {"x": "1"}, headers=headers)
                if answer.status_code not in {302, 403, 404, 405}:
                    taken.append(f"{one}: {answer.status_code}")
                if answer.status_code == 302 and "login" not in answer["Location"]:
                    taken.append(f"{one}: {answer['Location']}")
    assert not taken, "\n".join(taken)


def test_a_form_from_another_site_is_not_taken_even_with_its_token(somebody: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.get("/accounts/login/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    form = {"username": "planner", "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
    refused = client.post("/accounts/login/", form, headers={"Origin": "https://evil.example"})
    assert refused.status_code == 403
    assert client.post("/accounts/login/", form, headers={"Origin": "http://testserver"}).status_code == 302


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "evil.example:80", "testserver@evil.example", "a b", ""]
)
def test_a_strange_host_is_refused(host: str, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    for path in ("/accounts/login/", "/healthz", "/"):
        answer = Client().get(path, headers={"Host": host})
        assert answer.status_code in {302, 400} if path == "/" else answer.status_code == 400, (path, host)
        assert b"evil.example" not in answer.content


def test_a_forwarded_host_is_not_believed() -> None:
    answer = Client().get("/accounts/login/", headers={"X-Forwarded-Host": "evil.example"})
    assert answer.status_code == 200
    assert b"evil.example" not in answer.content


def test_no_page_can_be_put_into_a_frame(county: County) -> None:
    client = Client()
    client.force_login(county.user)
    for url in all_urls():
        for filled in fillings(url, county):
            answer = client.get(address(url, filled))
            assert answer.get("X-Frame-Options") == "DENY", url.name
            assert "frame-ancestors 'none'" in answer.get("Content-Security-Policy", ""), url.name
            body(answer)
        client.force_login(county.user)


def test_a_trick_with_the_method_changes_nothing(county: County) -> None:
    client = Client()
    client.force_login(county.user)
    code = county.features["sites"].code
    url = reverse("layers:delete", kwargs={"layer": "sites", "code": code})
    for headers in ({"X-HTTP-Method-Override": "POST"}, {"X-Method-Override": "DELETE"}):
        client.get(url, {"_method": "post", "reason": "x"}, headers=headers)
    county.features["sites"].refresh_from_db()
    assert county.features["sites"].deleted_at is None
