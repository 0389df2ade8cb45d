"""A backup is whole or it is not there."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connections

from gisapp.backup import making
from gisapp.backup.errors import BackupError
from gisapp.backup.programs import program
from tests.gisapp.backup.conftest import programs_with

SLOW = '{real}/pg_dump "$@"\nexec sleep 60\n'


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
    slow = programs_with(tmp_path / "bin", pg_dump=SLOW)
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
        try:
            cursor.execute("REVOKE SELECT ON secret FROM gisapp_backup")
            with pytest.raises(CommandError, match="permission denied for table secret"):
                call_command("db", "backup", str(tmp_path / "new"))
        finally:
            cursor.execute("DROP TABLE secret")
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


def test_what_reads_otherwise_than_it_was_written_gets_no_name(office, tmp_path):
    """A byte of the dump turns over after it was hashed, as on a dying disk."""

    def disk_dies(line):
        if line.startswith("Files:"):
            dump = tmp_path / "new.unfinished" / "database.dump"
            content = bytearray(dump.read_bytes())
            content[5000] ^= 1
            dump.write_bytes(content)

    with pytest.raises(BackupError, match=r"damaged\. database\.dump was changed"):
        making.backup_make(tmp_path / "new", say=disk_dies)
    assert not list(tmp_path.glob("new*"))


# A disk of its own in a namespace of its own, so that nobody else loses room.
ON_A_SMALL_DISK = """
mount -t tmpfs -o size=$2 none "$1"
"$3" -c "$4" "$1/new" "$5" "$6"
find "$1" -mindepth 1
"""
MAKE = """
import sys, django; django.setup()
from pathlib import Path
from django.db import connections
from gisapp.backup.errors import BackupError
from gisapp.backup.making import backup_make
from django.conf import settings
connections['backup'].settings_dict['NAME'] = sys.argv[2]
settings.MEDIA_ROOT = sys.argv[3]
try:
    backup_make(Path(sys.argv[1]))
except BackupError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("size", "uploaded", "sentence"),
    [
        ("300k", 0, "The disk of {disk} is full. Nothing was kept; make room and repeat."),
        ("2m", 3_000_000, "The disk of {disk} is too full: uploads alone need"),
    ],
)
def test_a_full_disk_is_told_and_nothing_is_left_on_it(office, tmp_path, settings, size, uploaded, sentence):
    disk, film = tmp_path / "disk", settings.MEDIA_ROOT / "film.mp4"
    disk.mkdir()
    settings.MEDIA_ROOT.mkdir()
    film.write_bytes(b"0" * uploaded)
    there = connections["backup"].settings_dict
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "gisapp.settings"}
    alone = ["--mount"] if os.getuid() == 0 else ["--user", "--map-root-user", "--mount"]
    command = ["unshare", *alone, "bash", "-c", ON_A_SMALL_DISK, "small disk"]
    given = [str(disk), size, sys.executable, MAKE, there["NAME"], str(settings.MEDIA_ROOT)]
    done = subprocess.run(
        [*command, *given], env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith(sentence.format(disk=disk)), done.stdout + done.stderr
    assert done.stdout.count("\n") == 1


def test_a_place_that_cannot_be_written_is_told(office):
    """The kernel's own files take no new ones, from root neither."""
    with pytest.raises(CommandError, match=r"/sys/kernel/new\.unfinished: .*\. Nothing was kept\."):
        call_command("db", "backup", "/sys/kernel/new")
