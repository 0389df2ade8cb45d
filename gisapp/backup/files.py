"""Files by their hash: copied while they are hashed, and on the disk before anybody relies on them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

BLOCK = 1 << 20


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy_hashed(source: Path, target: Path) -> tuple[int, str]:
    """Copy a file durably and return the size and SHA-256 of what was copied, whatever happens to the source."""
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as read, target.open("wb") as written:
        while block := read.read(BLOCK):
            digest.update(block)
            size += written.write(block)
        written.flush()
        os.fsync(written.fileno())
    return size, digest.hexdigest()


def write_durably(path: Path, text: str) -> None:
    """Write a text and wait for the disk."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Wait until the names in a folder and all below it are on the disk."""
    for inside, _folders, _files in os.walk(folder):
        sync_folder(Path(inside))


def files_below(folder: Path) -> Iterator[Path]:
    """Yield every regular file below a folder, in the order of names; none where there is no folder."""
    for inside, folders, names in os.walk(folder):
        folders.sort()
        yield from (path for name in sorted(names) if (path := Path(inside, name)).is_file() and not path.is_symlink())


def size_below(folder: Path) -> int:
    """Return the bytes of all files below a folder; files that vanish meanwhile count nothing."""
    total = 0
    for path in files_below(folder):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total
