"""The backup that the clock starts: a job that makes, verifies and clears away, and what stewards see of it."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.roles import Role, Through
from gisapp.backup.checking import backup_verify
from gisapp.backup.nightly import can_back_up
from gisapp.tasks import BACKUPS, back_up
from jobs.models import Job, WorkerBeat
from jobs.queues import left_alone, served
from jobs.services import job_cancel
from jobs.status import worker_state
from jobs.worker import JobWorker, beat
from tests.factories import user_with
from tests.gisapp.backup.conftest import programs_with
from tests.gisapp.backup.test_making import SLOW
from tests.jobs import declared
from tests.jobs.workers import eventually, in_thread, state, work_off


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """Give the folder of backups with three older ones, of which one day keeps its last."""
    settings.BACKUP_DIR = tmp_path / "backups"
    settings.BACKUPS_DAILY, settings.BACKUPS_WEEKLY, settings.BACKUPS_MONTHLY = 2, 0, 0
    for name in ("2026-01-01-023000", "2026-01-02-023000", "2026-01-02-120000"):
        (settings.BACKUP_DIR / name).mkdir(parents=True)
    made: Path = settings.BACKUP_DIR
    return made


def queued() -> Job:
    said = io.StringIO()
    call_command("db", "backup", stdout=said)
    return Job.objects.get(pk=said.getvalue().strip())


@pytest.mark.django_db(transaction=True)
def test_a_worker_makes_one_verifies_it_and_clears_older_ones_away(folder: Path) -> None:
    job = queued()
    work_off()
    assert state(job.pk) == "SUCCESSFUL"
    *older, new = sorted(folder.iterdir())
    assert [path.name for path in older] == ["2026-01-02-120000"]
    manifest = backup_verify(new)
    found = DBTaskResult.objects.get(pk=job.pk).return_value["data"]
    assert (found["name"], found["kept"], found["rows"]) == (new.name, 2, manifest.rows)


@pytest.mark.django_db(transaction=True)
def test_where_one_does_not_verify_nothing_is_cleared_away(folder: Path, settings: Any, tmp_path: Path) -> None:
    before = sorted(folder.iterdir())
    settings.PG_BINDIR = programs_with(tmp_path / "bin", pg_restore="echo cut short >&2; exit 1")
    job = queued()
    work_off()
    job.refresh_from_db()
    assert state(job.pk) == "FAILED"
    assert job.failure.endswith("database.dump cannot be read by pg_restore: cut short")
    assert sorted(folder.iterdir()) == before


@pytest.mark.django_db(transaction=True)
def test_a_disk_that_is_not_mounted_is_no_place(settings: Any, tmp_path: Path) -> None:
    settings.BACKUP_DIR = tmp_path / "not-mounted"
    job = queued()
    work_off()
    job.refresh_from_db()
    assert f"There is no folder {tmp_path}/not-mounted" in job.failure
    assert not settings.BACKUP_DIR.exists()


@pytest.mark.django_db(transaction=True)
def test_cancelled_amid_the_dump_it_leaves_nothing(folder: Path, settings: Any, tmp_path: Path) -> None:
    settings.PG_BINDIR = programs_with(tmp_path / "bin", pg_dump=SLOW)
    before = sorted(folder.iterdir())
    job = queued()
    thread = threading.Thread(target=in_thread)
    thread.start()
    eventually(lambda: (Job.objects.get(pk=job.pk).done or 0) > 0)
    assert len(list(folder.glob("*.unfinished"))) == 1
    job_cancel(job)
    thread.join(timeout=20)
    job.refresh_from_db()
    assert (thread.is_alive(), job.cancelled, sorted(folder.iterdir())) == (False, True, before)


@pytest.mark.django_db
def test_without_a_folder_one_is_asked_for(settings: Any) -> None:
    settings.BACKUP_DIR = None
    with pytest.raises(CommandError, match="Name a folder"):
        call_command("db", "backup")
    assert not can_back_up()


@pytest.mark.django_db(transaction=True)
def test_only_a_worker_who_can_takes_it_and_one_of_its_own_takes_nothing_else(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, other = queued(), declared.do_it.start(user=None, through=Through.PAGE, key="other")
    with monkeypatch.context() as patch:
        patch.delitem(connections.settings, "backup")
        assert left_alone() == [BACKUPS]
        work_off()
    assert (state(job.pk), state(other)) == ("READY", "SUCCESSFUL")
    assert served[BACKUPS]()
    other = declared.do_it.start(user=None, through=Through.PAGE, key="other")
    JobWorker(worker_id="backups", interval_s=0.01, batch=True, max_jobs=None, queue=BACKUPS).run()
    assert (state(job.pk), state(other)) == ("SUCCESSFUL", "READY")


@pytest.mark.django_db
def test_a_worker_of_backups_does_not_stand_in_for_one_that_died() -> None:
    beat("dead")
    WorkerBeat.objects.update(seen_at=timezone.now() - dt.timedelta(hours=1))
    beat("backups", BACKUPS)
    assert worker_state() == "late"


@pytest.fixture
def steward(client: Any) -> Any:
    client.force_login(user_with(Role.STEWARD, "4512"))
    return client


def box(client: Any) -> str:
    page = client.get("/status/").content.decode()
    section = re.search(r'aria-label="Backups">(.*?)</section>', page, re.DOTALL)
    assert section
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", section[1]))


def made(hours_ago: float, **fields: Any) -> Job:
    """Record that a backup job ended so many hours ago."""
    moment = timezone.now() - dt.timedelta(hours=hours_ago)
    job_id = back_up.start(user=None, through=Through.COMMAND)
    data = {
        "name": "n",
        "made_at": moment.isoformat(),
        "rows": 9,
        "files": 1,
        "bytes": 2048,
        "kept": 12,
        "free_bytes": 1 << 30,
    }
    row = {"status": "SUCCESSFUL", "finished_at": moment, "return_value": {"words": "w", "url": "", "data": data}}
    DBTaskResult.objects.filter(pk=job_id).update(**{**row, **fields})
    return Job.objects.get(pk=job_id)


@pytest.mark.django_db
def test_the_steward_sees_the_last_good_one_and_its_age(steward: Any, folder: Path) -> None:
    made(50)
    last = made(7)
    shown = box(steward)
    assert f"Last good backup {timezone.localtime(last.task.finished_at):%Y-%m-%d %H:%M}" in shown
    assert "Age 7 h " in shown
    assert "Backups kept 12" in shown
    assert "Attention" not in shown


@pytest.mark.django_db
def test_one_that_is_older_than_expected_is_a_warning(steward: Any, folder: Path, settings: Any) -> None:
    settings.BACKUP_LATE_H = 30
    made(31)
    assert box(steward).count("Attention") == 2
    assert "Age Attention: 31 h; expected are at most 30" in box(steward)


@pytest.mark.django_db
def test_too_little_room_for_the_next_one_is_a_warning(steward: Any, folder: Path) -> None:
    last = made(1)
    value = last.task.return_value
    value["data"]["free_bytes"] = 4000
    DBTaskResult.objects.filter(pk=last.pk).update(return_value=value)
    assert "Free where they lie Attention: 3.9 KB" in box(steward)


def test_the_clock_starts_it_where_a_folder_is_set(tmp_path: Path) -> None:
    code = "from jobs.schedule import all_scheduled as a; print([(x.task.func.__name__, x.when.words()) for x in a()])"
    given = {"GISAPP_BACKUP_DIR": str(tmp_path), "GISAPP_BACKUP_AT": "01:15"}
    planned = [
        subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
            env={**os.environ, "GISAPP_BACKUP_DIR": "", **more},
            cwd=configured.BASE_DIR,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for more in (given, {})
    ]
    assert re.search(r"'back_up', '[^']*01:15", planned[0])
    assert "back_up" not in planned[1]


@pytest.mark.django_db
def test_a_failed_attempt_is_a_warning_beside_the_last_good_one(steward: Any, folder: Path) -> None:
    made(25)
    made(1, status="FAILED", return_value=None)
    shown = box(steward)
    assert "Age 25 h" in shown
    assert "Latest attempt Attention: failed" in shown


@pytest.mark.django_db
def test_none_at_all_is_a_warning(steward: Any, folder: Path) -> None:
    assert "Last good backup Attention: none" in box(steward)


@pytest.mark.django_db
@pytest.mark.parametrize(("production", "warned"), [(True, True), (False, False)])
def test_without_a_folder_production_is_warned(steward: Any, settings: Any, production: bool, warned: bool) -> None:
    settings.BACKUP_DIR, settings.PRODUCTION = None, production
    assert ("Attention" in box(steward)) is warned
    assert "not set up" in box(steward)
