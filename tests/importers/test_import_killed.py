"""A worker that is killed in the middle of a commit: everything or nothing of the batch, and the job goes on."""

from __future__ import annotations

import signal
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from accounts.models import User
from accounts.roles import Role
from importers.models import ImportBatch, Upload, UploadState
from importers.steps import upload_commit, upload_create
from importers.uploads import discard
from jobs.models import Job
from layers.catalogue.facilities import Facility
from tests.factories import grant, regions
from tests.jobs.workers import eventually, state, worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ROWS = 20_000


def rehearsed(user: User) -> Upload:
    """Return an upload of many rows that may be committed."""
    lines = [f"GG-{n},站{n},town,{107.01 + n % 400 / 1000:.3f},{24.6 + n // 400 / 1000:.3f}" for n in range(ROWS)]
    file = SimpleUploadedFile("many.csv", "\n".join(("code,name,kind,lon,lat", *lines)).encode())
    upload = upload_create(user=user, files=[file], layer="facilities")
    upload.refresh_from_db()
    assert upload.state == UploadState.CLEAN
    return upload


@pytest.mark.parametrize("after_s", [0.0, 1.0, 2.5])
def test_a_killed_commit_leaves_nothing_and_another_worker_finishes_it(
    after_s: float, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.MEDIA_ROOT = settings.VAR_DIR / "media"  # the workers', which are processes of their own
    regions()
    user = User.objects.create(username="steward", language="en")
    grant(user, Role.STEWARD, "451221")
    monkeypatch.setattr("importers.steps.AT_ONCE_BYTES", 10_000_000)
    upload = upload_commit(rehearsed(user), revision=0, reason="register", accept_clean=False)
    assert upload.job_id is not None
    with worker() as killed:
        eventually(lambda: state(upload.job_id) == "RUNNING")
        time.sleep(after_s)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    count = Facility.objects.count()
    assert (count, ImportBatch.objects.count()) in {(0, 0), (ROWS, 1)}
    with worker():
        eventually(lambda: state(upload.job_id) == "SUCCESSFUL", within_s=120)
    upload.refresh_from_db()
    assert (upload.state, upload.counts["add"]) == (UploadState.COMMITTED, ROWS)
    assert Facility.objects.count() == ROWS
    assert str(ImportBatch.objects.get().pk) == str(upload.batch)
    assert Job.objects.get().failure == ""
    discard(upload.pk)
