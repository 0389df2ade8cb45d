"""`manage.py import_layer --background`: the id of a job, and what it does."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Grant, User
from accounts.roles import Role
from jobs.files import kept_folder
from jobs.models import Job
from layers.catalogue.facilities import Facility
from tests.factories import grant, regions
from tests.importers.files import table
from tests.jobs.workers import state, work_off

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = "name,kind,lon,lat"


@pytest.fixture
def steward() -> User:
    regions()
    user = User.objects.create(username="county", language="en")
    grant(user, Role.STEWARD, "451221")
    return user


def queued(file: Path, **options: Any) -> Job:
    said = StringIO()
    call_command("import_layer", "facilities", str(file), background=True, stdout=said, **options)
    return Job.objects.get(pk=said.getvalue().strip())


def test_the_copy_is_imported_as_the_requester_and_then_taken_away(tmp_path: Path, steward: User) -> None:
    file = table(tmp_path / "a.csv", HEADER, "甲,town,107.25,24.75")
    job = queued(file, user="county", report=tmp_path / "r.json")
    file.unlink()
    assert not Facility.objects.exists()
    work_off()
    assert state(job.pk) == "SUCCESSFUL"
    made = Facility.objects.get()
    assert (made.name, made.changed_by_id, made.changed_through) == ("甲", steward.pk, "import")
    assert "1 added" in job.task.__class__.objects.get(pk=job.pk).return_value["words"]
    assert (tmp_path / "r.json").exists()
    assert not kept_folder(job.files[0]).exists()


def test_a_file_with_problems_fails_with_a_sentence_and_changes_nothing(tmp_path: Path, steward: User) -> None:
    job = queued(table(tmp_path / "b.csv", HEADER, "乙,castle,107.25,24.75"), user="county")
    work_off()
    job.refresh_from_db()
    assert state(job.pk) == "FAILED"
    assert "castle" in job.failure
    assert not Facility.objects.exists()
    assert kept_folder(job.files[0]).exists()


def test_rights_that_were_taken_away_meanwhile_are_gone(tmp_path: Path, steward: User) -> None:
    job = queued(table(tmp_path / "a.csv", HEADER, "甲,town,107.25,24.75"), user="county")
    Grant.objects.filter(user=steward).delete()
    work_off()
    job.refresh_from_db()
    assert state(job.pk) == "FAILED"
    assert job.failure
    assert not Facility.objects.exists()


def test_a_file_that_is_not_there_queues_nothing(tmp_path: Path, steward: User) -> None:
    with pytest.raises(CommandError) as refused:
        queued(tmp_path / "none.csv")
    assert refused.value.returncode == 2
    assert not Job.objects.exists()
