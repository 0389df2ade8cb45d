"""One flipped byte anywhere, and the backup is not whole any more."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.gisapp.backup.conftest import PICTURES, Office, all_files


@pytest.fixture
def saved(office: Office) -> Path:
    return office.saved


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def test_a_flipped_byte_in_any_file_is_found_and_the_file_named(office, saved, capsys):
    call_command("db", "verify", str(saved))
    assert "Whole:" in capsys.readouterr().out
    files = {name: content for name, content in all_files(saved).items() if content}
    assert len(files) == 3 + len({content for content in office.uploads.values() if content})
    for name, content in files.items():
        for place in (0, len(content) // 2, len(content) - 1):
            flip(saved / name, place)
            with pytest.raises(CommandError) as error:
                call_command("db", "verify", str(saved))
            assert Path(name).name in str(error.value), name
            assert error.value.returncode == 1
            flip(saved / name, place)
    call_command("db", "verify", str(saved))


def test_a_missing_and_a_shortened_file_are_named(saved):
    content = PICTURES["photos/again.jpg"]
    (picture,) = (path for path in (saved / "media").rglob("*") if path.is_file() and path.read_bytes() == content)
    picture.unlink()
    with pytest.raises(CommandError, match=r"again\.jpg|一张\.jpg"):
        call_command("db", "verify", str(saved))
    picture.write_bytes(content[:-1])
    with pytest.raises(CommandError, match="bytes instead of"):
        call_command("db", "verify", str(saved))


def test_a_damaged_backup_is_not_restored(saved):
    flip(saved / "database.dump", 5000)
    with pytest.raises(CommandError, match=r"database\.dump was changed"):
        call_command("db", "restore", str(saved))


@pytest.mark.parametrize("name", ["nothing", "empty"])
def test_what_is_no_backup_is_called_so(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(CommandError, match="is not a whole backup"):
        call_command("db", "verify", str(tmp_path / name))
