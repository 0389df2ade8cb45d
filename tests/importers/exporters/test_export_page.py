"""The page on which a layer is exported: what it says, what leaves, and what becomes a job."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from pytest_django import Settings

from accounts.models import AccessRecord, Grant, User
from accounts.roles import Role
from importers.exporters import formats, kept
from importers.exporters.losses import SENTENCES
from jobs.models import Job
from layers.registry import get_layer
from tests.contract.reading import body
from tests.factories import UserFactory, user_with
from tests.jobs.workers import state, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner() -> User:
    return user_with(Role.PLANNER, "4512")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(layer: str = "households") -> str:
    return reverse("exports:layer", kwargs={"layer": layer})


def lines(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(answer).decode("utf-8-sig"))))


def exported() -> QuerySet[AccessRecord]:
    """Return the records of exports, without those of sign-ins."""
    return AccessRecord.objects.filter(kind=AccessRecord.Kind.EXPORT)


def test_the_button_takes_the_filters_of_the_list_along(planner: User, households: dict[str, Any]) -> None:
    page = client_of(planner).get("/layers/households/?region=451221&page=1&sort=code").content.decode()
    assert f'href="{url()}?region=451221"' in page
    field = user_with(Role.FIELD, "4512")
    assert url() not in client_of(field).get("/layers/households/").content.decode()


def test_the_page_states_every_loss_of_every_format(planner: User, households: dict[str, Any]) -> None:
    page = client_of(planner).get(url()).content.decode()
    for form in formats.formats_of(get_layer("households")):
        assert escape(str(form.title)) in page
        assert all(escape(str(SENTENCES[loss])) in page for loss in form.losses)
    assert page.count("badge-soft is-green") == 2  # GeoPackage and GeoParquet


def test_what_leaves_is_what_the_list_shows(planner: User, households: dict[str, Any]) -> None:
    answer = client_of(planner).post(f"{url()}?region=451221&q=FULL", {"form": "csv"})
    assert [line["code"] for line in lines(answer)] == ["H-FULL"]
    assert answer["Content-Disposition"].startswith('attachment; filename="households-451221-EPSG4490-')
    assert answer["X-Content-Type-Options"] == "nosniff"
    record = exported().get()
    assert (record.user, record.rows, record.through, record.divisions) == (planner, 1, "page", ["451221"])
    assert record.purpose == "households.csv EPSG:4490 · region=451221000000&q=FULL"


def test_personal_properties_need_a_reason(planner: User, households: dict[str, Any]) -> None:
    client = client_of(planner)
    refused = client.post(url(), {"form": "csv", "personal": "on"})
    assert refused.status_code == 400
    assert "for a stated reason only" in refused.content.decode()
    assert "own_funds_yuan" not in lines(client.post(url(), {"form": "csv", "reason": "年度核查需要"}))[0]
    full = lines(client.post(url(), {"form": "csv", "personal": "on", "reason": "年度核查需要"}))[0]
    assert full["own_funds_yuan"] == "1234567890.12"
    assert exported().filter(purpose__startswith="年度核查需要 · ", purpose__contains="+personal").count() == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "This field is required"),
        ({"form": "exe"}, "Select a valid choice"),
        ({"form": "txt"}, "Select a valid choice"),
        ({"form": "gpkg", "crs": "EPSG:2154"}, "none of the choices"),
        ({"form": "gpkg", "encoding": "gb18030"}, "cannot be written in gb18030"),
        ({"form": "kml", "crs": "EPSG:4545"}, "longitude and latitude in WGS 84 alone"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    planner: User, households: dict[str, Any], given: dict[str, str], sentence: str
) -> None:
    answer = client_of(planner).post(url(), given)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert not exported().exists()


def test_a_question_that_makes_no_sense_is_refused(planner: User, households: dict[str, Any]) -> None:
    answer = client_of(planner).post(f"{url()}?region=45x", {"form": "csv"})
    assert answer.status_code == 400
    assert "not a division code" in answer.content.decode()


def test_shifted_systems_are_offered_where_they_are_allowed(
    planner: User, households: dict[str, Any], settings: Settings
) -> None:
    client = client_of(planner)
    settings.ALLOW_GCJ02 = True
    assert 'value="gcj02"' in client.get(url()).content.decode()
    settings.ALLOW_GCJ02 = False
    assert 'value="gcj02"' not in client.get(url()).content.decode()
    assert client.post(url(), {"form": "gpkg", "crs": "gcj02"}).status_code == 400


def test_who_may_not_export_sees_no_page(households: dict[str, Any]) -> None:
    assert client_of(UserFactory()).get(url()).status_code == 403
    assert client_of(user_with(Role.FIELD, "4512")).post(url(), {"form": "csv"}).status_code == 403
    assert Client().get(url()).status_code == 302
    assert client_of(user_with(Role.PLANNER)).get(url("nothing")).status_code == 404


@pytest.fixture
def slow_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a row take a second, so that three are a job."""
    slow = {key: replace(form, rows_a_second=1) for key, form in formats._BY_KEY.items()}
    monkeypatch.setattr(formats, "_BY_KEY", slow)
    monkeypatch.setattr(formats, "_FORMATS", tuple(slow.values()))


@pytest.mark.django_db(transaction=True)
def test_what_takes_long_becomes_a_job_whose_file_the_requester_alone_gets(
    slow_formats: None, households: dict[str, Any]
) -> None:
    planner, steward = user_with(Role.PLANNER, "4512"), user_with(Role.STEWARD, "45")
    client = client_of(planner)
    assert "by a job" in client.get(url()).content.decode()
    answer = client.post(f"{url()}?q=H", {"form": "csv"})
    job = Job.objects.get()
    assert answer["Location"] == reverse("jobs:job", kwargs={"job_id": job.pk})
    file = reverse("exports:file", kwargs={"job_id": job.pk})
    assert client.get(file).status_code == 404  # not yet
    work_off()
    assert state(job.pk) == "SUCCESSFUL"
    assert file in client.get(answer["Location"]).content.decode()
    assert {line["code"] for line in lines(client.get(file))} == {"H-FULL", "H-BARE", "H-OTHER"}
    # the steward sees the job, and not the file
    assert client_of(steward).get(answer["Location"]).status_code == 200
    assert client_of(steward).get(file).status_code == 404
    assert exported().get().rows == 3
    kept.folder_of(job.pk).touch()
    assert kept.discard_old() == 0


@pytest.mark.django_db(transaction=True)
def test_rights_that_are_gone_when_the_job_runs_are_gone(slow_formats: None, households: dict[str, Any]) -> None:
    planner = user_with(Role.PLANNER, "4512")
    client_of(planner).post(url(), {"form": "gpkg"})
    Grant.objects.filter(user=planner).delete()
    work_off()
    job = Job.objects.get()
    assert state(job.pk) == "FAILED"
    assert "was not granted to export" in job.failure
    assert kept.kept_file(job.pk) is None
    assert not exported().exists()


@pytest.mark.django_db(transaction=True)
def test_the_command_leaves_the_work_to_a_worker(households: dict[str, Any], tmp_path: Path) -> None:
    said = io.StringIO()
    call_command("export_layer", "households", str(tmp_path / "h.gpkg"), background=True, region="451221", stdout=said)
    job = Job.objects.get(pk=said.getvalue().strip())
    assert not (tmp_path / "h.gpkg").exists()
    work_off()
    assert state(job.pk) == "SUCCESSFUL"
    assert (tmp_path / "h.gpkg").exists()
    assert exported().get().through == "command"
