"""Stored files are shown or saved and never run, whatever is in them and whatever they are called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.decorators import login_required
from django.core.files.storage import FileSystemStorage
from django.db.models import FileField
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import get_resolver, include, path

from accounts.stored_files import safe_name, stored_file_response
from tests.contract.reading import body
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"
WEBP = b"RIFF\x00\x00\x00\x00WEBPVP8 "
SCRIPT = b"<script>alert(1)</script>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
FILES = {
    "page.html": SCRIPT,
    "page.htm": SCRIPT,
    "page.xhtml": SCRIPT,
    "drawing.svg": SVG,
    "drawing.svg.gz": SVG,
    "program.js": b"alert(1)",
    "program.mjs": b"alert(1)",
    "style.css": b"*{}",
    "data.xml": b"<?xml version='1.0'?><html/>",
    "no-ending": SCRIPT,
    "page.HTML": SCRIPT,
    "picture.jpg.html": JPEG + SCRIPT,
    # called pictures, and none
    "not-a-picture.png": SCRIPT,
    "not-a-picture.jpg": b"GIF89a/*" + b"*/=alert(1)//",
    "not-a-picture.webp": b"RIFF\x00\x00\x00\x00WAVEalert(1)",
    "old.gif": b"GIF89a=1;alert(1)",
}
"""What must be saved and not shown."""
PICTURES = {
    "home.png": (PNG, "image/png"),
    "home.jpg": (JPEG, "image/jpeg"),
    "HOME.JPEG": (JPEG, "image/jpeg"),
    "home.webp": (WEBP, "image/webp"),
    # pictures that are scripts as well
    "polyglot.jpg": (JPEG + b"*/=alert(1);/*" + SCRIPT, "image/jpeg"),
    "polyglot.png": (PNG + SCRIPT, "image/png"),
}


def stored(name: str) -> FieldFile:
    """Return a file as a row has it."""
    return FieldFile(None, FileField(storage=FileSystemStorage(django_settings.MEDIA_ROOT)), name)  # type: ignore[arg-type]


@login_required
def one_file(request: HttpRequest, name: str) -> HttpResponse:
    """Stand for a view that asked its row for the file."""
    return stored_file_response(stored(name), name=request.GET.get("as", ""))


urlpatterns = [path("stored/<path:name>", one_file), path("", include("gisapp.urls"))]


@pytest.fixture
def media(settings: Any) -> Path:
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def reader(media: Path) -> Client:
    client = Client()
    client.force_login(UserFactory())
    return client


@pytest.mark.parametrize("name", FILES)
def test_what_could_run_is_saved_as_bytes_of_no_type(reader: Client, media: Path, name: str) -> None:
    (media / name).write_bytes(FILES[name])
    answer = reader.get(f"/stored/{name}")
    assert body(answer) == FILES[name]
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_shown_as_pictures_and_nothing_else(reader: Client, media: Path, name: str) -> None:
    content, kind = PICTURES[name]
    (media / name).write_bytes(content)
    answer = reader.get(f"/stored/{name}")
    assert body(answer) == content
    assert answer["Content-Type"] == kind
    assert answer["Content-Disposition"].startswith("inline")


@pytest.mark.parametrize("name", ["page.html", "home.png", "table.xlsx"])
def test_every_file_is_sandboxed_and_never_sniffed(reader: Client, media: Path, name: str) -> None:
    (media / name).write_bytes(PNG)
    answer = reader.get(f"/stored/{name}")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "private" in answer["Cache-Control"]
    assert body(answer) == PNG


def test_documents_keep_their_type_and_are_saved(reader: Client, media: Path) -> None:
    (media / "table.csv").write_text("a,b")
    answer = reader.get("/stored/table.csv", {"as": "安置点.csv"})
    assert body(answer) == b"a,b"
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%E5%AE%89%E7%BD%AE%E7%82%B9.csv"


@pytest.mark.parametrize(
    "name",
    [
        "../secret.txt",
        "..%2fsecret.txt",
        "%2e%2e/secret.txt",
        "a/../../secret.txt",
        "..\\secret.txt",
        "/etc/passwd",
        "%2fetc/passwd",
        "link.txt",
        "folder-link/secret.txt",
        "folder",
        "nothing.txt",
        "nul%00.txt",
    ],
)
def test_no_path_leads_out_of_the_folder(reader: Client, media: Path, name: str) -> None:
    (media.parent / "secret.txt").write_text("secret")
    (media / "link.txt").symlink_to(media.parent / "secret.txt")
    (media / "folder-link").symlink_to(media.parent)
    (media / "folder").mkdir()
    answer = reader.get(f"/stored/{name}")
    assert answer.status_code == 404
    assert b"secret.txt" not in answer.content.replace(name.encode(), b"")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a\r\nSet-Cookie: x=1.txt", "aSet-Cookie: x=1.txt"),
        ("../../etc/passwd", "passwd.txt"),
        ("C:\\Users\\li\\照片.txt", "照片.txt"),
        ('a";filename="b.html', 'a";filename="b.html.txt'),
        ("照片\u202egpj.exe", "照片gpj.exe.txt"),
        ("...", "file.txt"),
        ("x" * 500, "x" * 120 + ".txt"),
    ],
)
def test_the_name_to_save_under_is_a_name(given: str, expected: str) -> None:
    assert safe_name(given, ".txt") == expected


def test_a_name_adds_no_header(reader: Client, media: Path) -> None:
    (media / "a.txt").write_text("a")
    answer = reader.get("/stored/a.txt", {"as": 'x"\r\nSet-Cookie: evil=1\r\n.html'})
    assert (answer.status_code, body(answer)) == (200, b"a")
    assert "evil" not in answer.cookies
    assert not {"\r", "\n"} & set(answer["Content-Disposition"])
    assert answer["Content-Disposition"].endswith('.txt"')


def test_a_row_without_a_file_is_a_404() -> None:
    from django.http import Http404

    with pytest.raises(Http404):
        stored_file_response(stored(""))


@pytest.mark.urls("gisapp.urls")
def test_no_address_leads_to_the_folder_of_uploads(media: Path) -> None:
    (media / "home.png").write_bytes(PNG)
    client = Client()
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    for address in ("/media/home.png", "/media/", "/static/../media/home.png", "/var/media/home.png"):
        assert client.get(address).status_code == 404
    assert not [one for one in get_resolver().url_patterns if "media" in str(one.pattern)]
