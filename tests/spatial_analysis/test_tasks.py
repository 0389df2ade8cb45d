"""`manage.py analyse --background`: the id of a job, and the file that it writes."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Grant
from accounts.roles import Role
from jobs.models import Job
from tests.factories import HouseholdFactory, RegionFactory, user_with
from tests.jobs.workers import state, work_off

pytestmark = pytest.mark.django_db(transaction=True)


def queued(out: Path, **options: str) -> Job:
    said = StringIO()
    call_command("analyse", "relocation-distance", out=out, background=True, stdout=said, **options)
    return Job.objects.get(pk=said.getvalue().strip())


def test_the_answer_is_written_whole_under_its_name(tmp_path: Path) -> None:
    RegionFactory(code="451221001001")
    HouseholdFactory()
    job = queued(tmp_path / "a.json")
    assert list(tmp_path.iterdir()) == []
    work_off()
    assert state(job.pk) == "SUCCESSFUL"
    assert [one.name for one in tmp_path.iterdir()] == ["a.json"]
    assert len(json.loads((tmp_path / "a.json").read_text())["households"]) == 1


def test_rights_that_were_taken_away_meanwhile_are_gone(tmp_path: Path) -> None:
    RegionFactory(code="451221001001")
    user = user_with(Role.STEWARD, "451221")
    job = queued(tmp_path / "a.json", user=user.username)
    Grant.objects.filter(user=user).delete()
    work_off()
    job.refresh_from_db()
    assert state(job.pk) == "FAILED"
    assert user.username in job.failure
    assert list(tmp_path.iterdir()) == []


def test_wrong_use_is_said_at_once_and_queues_nothing(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        queued(tmp_path / "a.doc")
    assert not Job.objects.exists()
