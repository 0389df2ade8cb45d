"""The pages below /import/: what a steward hands in, chooses, commits and takes back, and who may see it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from accounts.roles import Role, Through
from importers.clearing import clear_uploads
from importers.models import ImportBatch, Upload, UploadState
from importers.uploads import folder_of, given_file, stored_name
from layers.catalogue.facilities import Facility
from tests.factories import grant, regions
from tests.jobs.workers import work_off

pytestmark = pytest.mark.django_db

HEADER = "code,name,kind,lon,lat"
GOOD = "GG-1,甲,town,107.25,24.75"
BAD = "GG-2,乙,castle,107.26,24.75"


@pytest.fixture
def steward() -> User:
    regions()
    return person("451221")


@pytest.fixture
def client(steward: User) -> Client:
    return client_of(steward)


def person(division: str) -> User:
    user = User.objects.create(username=f"steward{division}", language="en")
    grant(user, Role.STEWARD, division)
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def csv_file(*lines: str, name: str = "设施.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, ("\n".join((HEADER, *lines)) + "\n").encode())


def handed_in(client: Client, *lines: str, **more: Any) -> Upload:
    answer = client.post("/import/new/", {"files": [csv_file(*lines, **more)]}, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.content
    return Upload.objects.get(pk=answer.json()["url"].split("/")[2])


def committed(client: Client, upload: Upload, **form: Any) -> str:
    given = {"revision": upload.revision, "reason": "county register", "which": "all", **form}
    answer = client.post(f"/import/{upload.pk}/commit/", given, follow=True)
    upload.refresh_from_db()
    return answer.content.decode()


def test_a_clean_file_is_rehearsed_committed_and_taken_back(client: Client, steward: User) -> None:
    upload = handed_in(client, GOOD)
    assert (upload.layer, upload.state) == ("facilities", UploadState.CLEAN)
    assert not Facility.objects.exists()
    assert "Commit 1 change" in client.get(f"/import/{upload.pk}/").content.decode()
    assert "committed" in committed(client, upload)
    made = Facility.objects.get()
    assert (made.code, made.changed_by_id, made.change_reason) == ("GG-1", steward.pk, "county register")
    batch = ImportBatch.objects.get()
    assert "设施.csv" in client.get("/import/").content.decode()
    client.post(f"/import/batches/{batch.pk}/undo/", {"reason": "wrong file"})
    assert not Facility.objects.alive().exists()


def test_what_was_remarked_of_rows_stands_in_a_table_of_its_own(client: Client) -> None:
    upload = handed_in(client, GOOD, "GG-2,乙,town,107.250001,24.750001")
    page = client.get(f"/import/{upload.pk}/").content.decode()
    assert "part=remarks" not in page
    lines = ["名称,状态,经度,纬度", "示例大坝,planned,107.25,24.75", "示例水库,planned,107.26,24.75"]
    file = SimpleUploadedFile("水库.csv", ("\n".join(lines) + "\n").encode())
    answer = client.post("/import/new/", {"files": [file], "layer": "projects"}, headers={"Accept": "application/json"})
    remarks = client.get(f"{answer.json()['url']}?step=rehearsal&part=remarks").content.decode()
    assert "Row 2 (示例水库) may be the same as row 1 (示例大坝)" in remarks


def test_rows_with_problems_keep_all_out_until_the_clean_ones_are_asked_for(client: Client) -> None:
    upload = handed_in(client, GOOD, BAD)
    page = client.get(f"/import/{upload.pk}/").content.decode()
    assert all(word in page for word in ("castle", "GG-2", "is not in the list"))
    assert "Rows have problems" in committed(client, upload)
    assert not Facility.objects.exists()
    committed(client, upload, which="clean")
    assert [one.code for one in Facility.objects.all()] == ["GG-1"]
    assert upload.counts == {"read": 2, "add": 1, "change": 0, "same": 0, "rejected": 1}


def test_the_rejected_rows_come_back_with_their_reason_and_can_be_handed_in_again(client: Client) -> None:
    upload = handed_in(client, GOOD, BAD)
    answer = client.get(f"/import/{upload.pk}/rejected/")
    text = b"".join(answer).decode("utf-8-sig")
    assert "attachment" in answer["Content-Disposition"]
    assert text.splitlines()[1].startswith("GG-2,乙,castle,107.26,24.75,2,")
    again = SimpleUploadedFile("again.csv", text.replace("castle", "town").encode())
    answer = client.post("/import/new/", {"files": [again]}, headers={"Accept": "application/json"})
    upload = Upload.objects.get(pk=answer.json()["url"].split("/")[2])
    assert upload.state == UploadState.CLEAN


def test_a_page_of_an_earlier_step_changes_nothing(client: Client) -> None:
    upload = handed_in(client, GOOD)
    Upload.objects.filter(pk=upload.pk).update(revision=4)
    assert "another tab" in committed(client, upload)
    assert not Facility.objects.exists()


def test_nobody_else_sees_an_upload_or_a_batch_of_another_county(client: Client) -> None:
    upload = handed_in(client, GOOD)
    committed(client, upload)
    batch = ImportBatch.objects.get()
    other = client_of(person("451222"))
    for address in (f"{upload.pk}/", f"{upload.pk}/map.json", f"{upload.pk}/rejected/", f"batches/{batch.pk}/"):
        assert other.get(f"/import/{address}").status_code == 404
    assert other.post(f"/import/batches/{batch.pk}/undo/").status_code == 404
    assert "设施.csv" not in other.get("/import/").content.decode()
    assert "设施.csv" in client_of(person("4512")).get("/import/").content.decode()
    assert Facility.objects.alive().exists()


def test_somebody_without_the_right_to_import_is_refused(db: None) -> None:
    assert client_of(User.objects.create(username="nobody")).get("/import/").status_code == 403


def test_a_file_that_is_too_large_is_refused_before_it_is_read(client: Client, settings: Settings) -> None:
    settings.IMPORT_MAX_MB = 0
    large = csv_file(*["x" * 1000] * 200)
    answer = client.post("/import/new/", {"files": [large]}, headers={"Accept": "application/json"})
    assert (answer.status_code, "larger than" in answer.json()["error"]) == (413, True)
    assert not Upload.objects.exists()


@pytest.mark.parametrize("names", [(), ("a.csv", "b.csv"), ("a.shp", "b.dbf"), ("a.csv", "A.CSV")])
def test_files_that_are_not_one_thing_are_refused(client: Client, names: tuple[str, ...]) -> None:
    files = [csv_file(GOOD, name=name) for name in names]
    answer = client.post("/import/new/", {"files": files}, headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert not Upload.objects.exists()


def test_a_file_that_vanished_is_said_so(client: Client) -> None:
    upload = handed_in(client, GOOD)
    given_file(upload.pk, upload.file_name).unlink()
    assert "not kept any more" in committed(client, upload)
    assert not Facility.objects.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\x.csv", "x.csv"),
        ("<img src=x>.csv", "img src=x.csv"),
        ("\x00.csv", "file.csv"),
        ("字" * 200 + ".gpkg", "字" * 60 + ".gpkg"),
    ],
)
def test_a_name_is_one_step_of_a_path_that_every_disk_takes(given: str, kept: str) -> None:
    assert stored_name(given) == kept


def test_values_and_names_of_a_file_are_texts(client: Client) -> None:
    upload = handed_in(client, "<i>1</i>,<script>alert(1)</script>,castle,107.25,24.75", name="<b>x.csv")
    for step in ("file", "mapping", "rehearsal", "commit"):
        page = client.get(f"/import/{upload.pk}/?step={step}").content.decode()
        assert "<script>alert" not in page
        assert "<i>1" not in page
        assert "<b>x" not in page


def test_a_mapping_is_chosen_kept_and_offered_again(client: Client) -> None:
    lines = ("编,站,类,经,纬", "GG-1,甲,town,107.25,24.75")
    file = SimpleUploadedFile("a.csv", "\n".join(lines).encode())
    upload = Upload.objects.get(
        pk=client.post("/import/new/", {"files": [file], "layer": "facilities"}).headers["Location"].split("/")[2]
    )
    fields = {"field-0": "code", "field-1": "name", "field-2": "kind", "field-3": "geom.x", "field-4": "geom.y"}
    form = {"revision": upload.revision, "columns": "yes", "save_as": "station list", **fields}
    client.post(f"/import/{upload.pk}/choose/", form)
    upload.refresh_from_db()
    assert upload.state == UploadState.CLEAN
    assert "station list" in client.get(f"/import/{upload.pk}/?step=mapping").content.decode()


@pytest.mark.django_db(transaction=True)
def test_what_is_old_is_cleared_away_with_its_files(steward: User) -> None:
    upload = handed_in(client_of(steward), GOOD)
    Upload.objects.update(created_at=timezone.now() - dt.timedelta(days=8))
    clear_uploads.start(user=None, through=Through.COMMAND)
    work_off()
    assert not Upload.objects.exists()
    assert not folder_of(upload.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_a_large_file_is_rehearsed_and_committed_by_jobs(steward: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importers.steps.AT_ONCE_BYTES", 10)
    monkeypatch.setattr("importers.steps.AT_ONCE_ROWS", 0)
    client = client_of(steward)
    upload = handed_in(client, GOOD)
    assert "waiting" in client.get(f"/import/{upload.pk}/").content.decode()
    work_off()
    upload.refresh_from_db()
    assert upload.state == UploadState.CLEAN
    committed(client, upload)
    assert not Facility.objects.exists()
    work_off()
    upload.refresh_from_db()
    made = Facility.objects.get()
    assert (upload.state, made.changed_by_id, made.change_reason) == ("committed", steward.pk, "county register")


def test_the_folder_of_an_upload_is_private(client: Client) -> None:
    upload = handed_in(client, GOOD)
    folder: Path = folder_of(upload.pk)
    assert (folder / "given").stat().st_mode & 0o077 == 0
