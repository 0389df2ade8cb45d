"""The proxy of docker/ in front of a server: real nginx with the configuration of its image."""

from __future__ import annotations

import http.client
import os
import pwd
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessAttempt
from pytest_django.live_server_helper import LiveServer

from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
RELEASE = "0123456789ab"
SCRIPT = "export const x = 1;\n"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: str


@dataclass
class Proxy:
    plain: int
    tls: int

    def ask(
        self, path: str, *, method: str = "GET", body: bytes | None = None, tls: bool = True, **headers: str
    ) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            connection = http.client.HTTPSConnection("127.0.0.1", self.tls, context=context, timeout=30)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.plain, timeout=30)
        try:
            connection.request(method, path, body=body, headers={"Host": "localhost", **sent})
            found = connection.getresponse()
            return Answer(found.status, dict(found.getheaders()), found.read().decode("utf-8", "replace"))
        finally:
            connection.close()


def configured(folder: Path, web: str, plain: int, tls: int) -> str:
    """Return the image's configuration with the ports, places and certificate of a test."""
    text = (ROOT / "docker/nginx.conf").read_text(encoding="utf-8")
    swaps = {
        "listen 8080;": f"listen 127.0.0.1:{plain};",
        "listen 8443 ssl http2;": f"listen 127.0.0.1:{tls} ssl http2;",
        "server web:8000;": f"server {web};",
        "/run/secrets/": f"{folder}/",
        "/srv/pages": str(ROOT / "docker/pages"),
        "root /srv;": f"root {folder};",
        "/tmp/nginx": f"{folder}/nginx",
    }
    for old, new in swaps.items():
        assert old in text, old
        text = text.replace(old, new)
    # started by root, nginx would hand its work to a user who may not enter this folder
    return f"user {owner()};\n{text}" if owner() else text


def owner() -> str:
    return pwd.getpwuid(os.getuid()).pw_name if os.getuid() == 0 else ""


@contextmanager
def serving(folder: Path, web: str) -> Iterator[Proxy]:
    """Run nginx in front of the server at `web`, with files and a certificate of its own in `folder`."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    assert nginx, "nginx is missing: script/bootstrap --dev installs it"
    static = folder / "static" / RELEASE / "gisapp"
    static.mkdir(parents=True)
    (static / "x.mjs").write_text(SCRIPT)
    certificate = ["-keyout", "tls_key", "-out", "tls_certificate", "-subj", "/CN=localhost", "-days", "2", "-nodes"]
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", *certificate]
    subprocess.run(make, cwd=folder, check=True, capture_output=True)
    made = Proxy(free_port(), free_port())
    (folder / "nginx.conf").write_text(configured(folder, web, made.plain, made.tls))
    command = [nginx, "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    subprocess.run([*command[:3], "-t"], check=True, capture_output=True)
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as run:
        wait_for(made.tls)
        yield made
        run.terminate()


def wait_for(port: int) -> None:
    """Return once something listens there."""
    for _each in range(300):
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"nothing listens at {port}")


@pytest.fixture
def proxy(tmp_path: Path, live_server: LiveServer, settings: Any) -> Iterator[Proxy]:
    """Run it in front of a server that has the database of the tests."""
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True
    settings.BEHIND_PROXY = True
    with serving(tmp_path, live_server.url.removeprefix("http://").replace("localhost", "127.0.0.1")) as made:
        yield made


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Proxy]:
    """Run it in front of script/server, which these pages need no database of."""
    (tmp_path / "var/media").mkdir(parents=True)
    (tmp_path / "var/media/x.txt").write_text("secret")
    port = free_port()
    environment = {
        **os.environ,
        "GISAPP_VAR": str(tmp_path / "var"),
        "GISAPP_BEHIND_PROXY": "1",
        "DATABASE_URL": "postgis://gisapp_app@127.0.0.1:1/gisapp",
        "GRANIAN_WORKERS": "1",
    }
    command = [str(ROOT / "script/server"), "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        wait_for(port)
        with serving(tmp_path, f"127.0.0.1:{port}") as made:
            yield made
        run.terminate()


pytestmark = pytest.mark.django_db(transaction=True)


def test_static_files_are_kept_for_ever_and_never_sniffed(proxy: Proxy) -> None:
    found = proxy.ask(f"/static/{RELEASE}/gisapp/x.mjs")
    assert (found.status, found.body) == (200, SCRIPT)
    assert found.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert found.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert found.headers["X-Content-Type-Options"] == "nosniff"


def test_static_files_of_another_release_are_not_there(proxy: Proxy) -> None:
    assert proxy.ask("/static/ffffffffffff/gisapp/x.mjs").status == 404


@pytest.mark.parametrize(
    "path", ["/static/../tls_key", "/static/%2e%2e/tls_key", "/static/..%2ftls_key", "/static../tls_key"]
)
def test_no_path_leads_out_of_the_static_files(proxy: Proxy, path: str) -> None:
    found = proxy.ask(path)
    assert found.status in {400, 404}
    assert "PRIVATE KEY" not in found.body


def test_too_large_a_body_is_refused_with_a_sentence(proxy: Proxy) -> None:
    found = proxy.ask("/accounts/login/", method="POST", Content_Length=str(201 * 1024 * 1024))
    assert found.status == 413
    assert "文件太大" in found.body
    assert "Split or compress" in found.body
    assert found.headers["Content-Type"].startswith("text/html")


def test_http_is_sent_to_https_and_https_is_not_sent_again(proxy: Proxy) -> None:
    plain = proxy.ask("/accounts/login/", tls=False)
    assert (plain.status, plain.headers["Location"]) == (301, "https://localhost/accounts/login/")
    assert proxy.ask("/accounts/login/").status == 200


def test_what_a_client_says_of_itself_is_overwritten(proxy: Proxy) -> None:
    """Behind the proxy the application believes these headers, so no client may write them."""
    page = proxy.ask("/accounts/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.body)
    assert token
    headers = {
        "Cookie": page.headers["Set-Cookie"].split(";")[0],
        "Content_Type": "application/x-www-form-urlencoded",
        "Referer": "https://localhost/accounts/login/",
        "X_Forwarded_For": "203.0.113.9",
        "X_Forwarded_Proto": "http",
        "X_Request_ID": "mine",
    }
    form = f"csrfmiddlewaretoken={token[1]}&username=nobody&password=wrong".encode()
    found = proxy.ask("/accounts/login/", method="POST", body=form, **headers)
    assert found.status == 200
    assert AccessAttempt.objects.get().ip_address == "127.0.0.1"
    assert found.headers["X-Request-ID"] != "mine"


def test_uploads_have_no_address(whole: Proxy) -> None:
    assert whole.ask("/healthz").body == "ok\n"
    for path in ("/media/x.txt", "/var/media/x.txt", "/static/../var/media/x.txt", "/static/..%2fvar/media/x.txt"):
        found = whole.ask(path)
        assert found.status in {400, 404}, path
        assert "secret" not in found.body


def test_while_the_application_is_away_a_page_says_so(tmp_path: Path, proxy: Proxy, live_server: LiveServer) -> None:
    text = (tmp_path / "nginx.conf").read_text()
    web = live_server.url.removeprefix("http://").replace("localhost", "127.0.0.1")
    (tmp_path / "nginx.conf").write_text(text.replace(f"server {web};", f"server 127.0.0.1:{free_port()};"))
    pid = int((tmp_path / "nginx.pid").read_text())
    os.kill(pid, signal.SIGHUP)
    for _each in range(60):
        found = proxy.ask("/accounts/login/")
        if found.status != 200:
            break
        time.sleep(0.1)
    assert found.status == 502
    assert "系统暂时无法使用" in found.body
