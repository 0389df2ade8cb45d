"""What a backup says of itself: `manifest.json`, and its own hash beside it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gisapp.backup.errors import BackupError
from gisapp.backup.files import write_durably
from gisapp.backup.tables import Fingerprint

FORMAT = 1
MANIFEST, SEAL, DUMP, MEDIA = "manifest.json", "manifest.sha256", "database.dump", "media"


@dataclass(frozen=True, slots=True)
class Copied:
    """A file as it was copied."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that a backup holds and what it was made by.

    Attributes
    ----------
    keys
        Names of the secrets without which personal data in it cannot be read, by setting; the secrets are not in it.
    migrations
        Names of the migrations applied, by app.
    media
        Path below the folder of uploads to what was copied; its content lies under its hash.
    """

    made_at: str
    version: str
    postgresql: str
    postgis: str
    keys: dict[str, list[str]]
    migrations: dict[str, list[str]]
    dump: Copied
    tables: dict[str, Fingerprint]
    media: dict[str, Copied]
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """Rows of all tables together."""
        return sum(table.rows for table in self.tables.values())

    @property
    def bytes(self) -> int:
        """Size of dump and media together."""
        return self.dump.bytes + sum({file.sha256: file.bytes for file in self.media.values()}.values())

    def write(self, folder: Path) -> None:
        """Write it and its hash, which `sha256sum --check` reads too."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        write_durably(folder / MANIFEST, text)
        write_durably(folder / SEAL, f"{hashlib.sha256(text.encode()).hexdigest()}  {MANIFEST}\n")


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of the backup in `folder`.

    Raises
    ------
    BackupError
        There is none, it was changed, or it is of a later kind than this code knows.
    """
    try:
        content, seal = (folder / MANIFEST).read_bytes(), (folder / SEAL).read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BackupError(
            f"{folder} is not a whole backup: it has no {Path(error.filename).name}, as when making it was interrupted."
        ) from error
    if seal != f"{hashlib.sha256(content).hexdigest()}  {MANIFEST}\n":
        raise BackupError(f"{MANIFEST} and its hash in {SEAL} do not agree: one of them was changed.")
    said = json.loads(content)
    if said["format"] > FORMAT:
        raise BackupError(f"{folder} was made by a newer version ({said['version']}). Restore it with that version.")
    return from_json(said)


def from_json(said: dict[str, Any]) -> Manifest:
    """Return the manifest that a file says."""
    return Manifest(
        **{
            **said,
            "dump": Copied(**said["dump"]),
            "tables": {name: Fingerprint(**one) for name, one in said["tables"].items()},
            "media": {path: Copied(**one) for path, one in said["media"].items()},
        }
    )


def place_of(sha256: str) -> Path:
    """Return where below the backup a file of that hash lies."""
    return Path(MEDIA, sha256[:2], sha256)
