"""Copies of files for jobs."""

from __future__ import annotations

import datetime as dt
import os
import time

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.roles import Through
from jobs.errors import JobRefusedError
from jobs.files import keep_copy, kept_file, kept_folder
from jobs.tasks import KEPT, clear_away
from tests.jobs import declared
from tests.jobs.workers import state, work_off


def test_a_copy_stays_when_the_file_is_changed_or_gone(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("one")
    token, name = keep_copy(file)
    file.unlink()
    assert kept_file(token, name).read_text() == "one"


def test_a_shapefile_is_copied_with_all_that_belongs_to_it(tmp_path):
    for ending in ("shp", "dbf", "shx", "prj", "shp.xml"):
        (tmp_path / f"a.{ending}").write_text(ending)
    (tmp_path / "b.dbf").write_text("another one")
    token, _name = keep_copy(tmp_path / "a.shp")
    assert {one.name for one in kept_folder(token).iterdir()} == {"a.shp", "a.dbf", "a.shx", "a.prj", "a.shp.xml"}


def test_a_damaged_or_missing_copy_is_refused_with_a_sentence(tmp_path):
    (tmp_path / "a.csv").write_text("one")
    token, name = keep_copy(tmp_path / "a.csv")
    (kept_folder(token) / name).write_text("onf")
    with pytest.raises(JobRefusedError):
        kept_file(token, name)
    (kept_folder(token) / name).unlink()
    with pytest.raises(JobRefusedError):
        kept_file(token, name)


def test_nothing_is_left_of_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(OSError, match=r"none\.csv"):
        keep_copy(tmp_path / "none.csv")


@pytest.mark.django_db(transaction=True)
def test_the_nightly_clearing_takes_what_has_expired_and_nothing_else(tmp_path):
    (tmp_path / "a.csv").write_text("one")
    tokens = {name: keep_copy(tmp_path / "a.csv")[0] for name in ("orphan", "young", "needed")}
    old = time.time() - 3 * 86_400
    for name in ("orphan", "needed"):
        os.utime(kept_folder(tokens[name]), (old, old))
    failed = declared.refuse.start(user=None, through=Through.COMMAND, key="f", files=[tokens["needed"]])
    done = declared.do_it.start(user=None, through=Through.COMMAND, key="d")
    work_off()
    DBTaskResult.objects.filter(pk=done).update(finished_at=timezone.now() - 2 * KEPT)
    for key, days in (("expired", -1), ("valid", 1)):
        expires = timezone.now() + dt.timedelta(days=days)
        Session.objects.create(session_key=key, session_data="", expire_date=expires)
    job = clear_away.start(user=None, through=Through.COMMAND)
    work_off()
    assert state(job) == "SUCCESSFUL"
    assert DBTaskResult.objects.get(pk=job).return_value["words"]
    assert list(Session.objects.values_list("session_key", flat=True)) == ["valid"]
    assert not DBTaskResult.objects.filter(pk=done).exists()
    assert DBTaskResult.objects.filter(pk=failed).exists()
    assert {name for name, token in tokens.items() if kept_folder(token).exists()} == {"young", "needed"}
