"""A backup is whole or it is not there."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connections

from gisapp.backup import making
from gisapp.backup.errors import BackupError
from gisapp.backup.programs import program


def test_an_occupied_folder_is_refused_and_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    for used in (tmp_path / "mine", tmp_path / "mine" / "letter.txt"):
        with pytest.raises(CommandError, match="is not empty"):
            call_command("db", "backup", str(used))
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("db", "backup", str(tmp_path / "no" / "such"))
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "letter.txt"]


def test_an_empty_folder_is_taken(office, tmp_path):
    (tmp_path / "made").mkdir()
    call_command("db", "backup", str(tmp_path / "made"))
    call_command("db", "verify", str(tmp_path / "made"))


def test_a_killed_backup_leaves_nothing_that_looks_whole(office, tmp_path, settings):
    """SIGKILL while pg_dump writes; the next run clears away what is left."""
    slow = tmp_path / "bin"
    slow.mkdir()
    real = Path(program("pg_dump"))
    (slow / "pg_dump").write_text(f'#!/bin/bash\n{real} "$@"\nsleep 60\n')
    (slow / "pg_dump").chmod(0o755)
    for name in ("pg_restore", "psql"):
        (slow / name).symlink_to(real.with_name(name))
    target = tmp_path / "new"
    code = (
        "import sys, django; django.setup()\n"
        "from django.db import connections\n"
        "connections['backup'].settings_dict['NAME'] = sys.argv[2]\n"
        "from pathlib import Path; from gisapp.backup.making import backup_make\n"
        "backup_make(Path(sys.argv[1]))\n"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "gisapp.settings", "GISAPP_PG_BINDIR": str(slow)}
    command = [sys.executable, "-c", code, str(target), office.database]
    process = subprocess.Popen(command, env=environment, cwd=django_settings.BASE_DIR, start_new_session=True)
    draft = tmp_path / "new.unfinished"
    try:
        for _ in range(200):
            if (draft / "database.dump").exists() and (draft / "database.dump").stat().st_size:
                break
            time.sleep(0.05)
        with pytest.raises(BackupError, match="being made already"):
            making.backup_make(target)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert not target.exists()
    with pytest.raises(CommandError, match="is not a whole backup"):
        call_command("db", "verify", str(draft))
    call_command("db", "backup", str(target))
    assert not draft.exists()
    call_command("db", "verify", str(target))


def test_a_failing_dump_leaves_nothing_and_says_why(office, tmp_path):
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE secret (id int)")
        cursor.execute("REVOKE SELECT ON secret FROM gisapp_backup")
    with pytest.raises(CommandError, match="permission denied for table secret"):
        call_command("db", "backup", str(tmp_path / "new"))
    assert not list(tmp_path.glob("new*"))


def test_without_its_address_a_sentence_says_what_is_missing(monkeypatch, tmp_path):
    monkeypatch.delitem(connections.databases, "backup")
    with pytest.raises(CommandError, match="DATABASE_BACKUP_URL is not set"):
        call_command("db", "backup", str(tmp_path / "saved"))


def test_without_the_programs_a_sentence_says_what_to_install(settings, monkeypatch, tmp_path):
    settings.PG_BINDIR = tmp_path
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="Install postgresql-client"):
        program("pg_dump")
