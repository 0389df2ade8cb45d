"""Static files under an address that changes with their content, as one tree.

Hashing each file's name would break modules that load their siblings by name (MapLibre's worker, our own
ES modules); hashing the tree keeps every relative address working and still lets browsers keep files for ever.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.compress import Compressor

RELEASE_FILE = "RELEASE"


def read_release(root: Path) -> str:
    """Return the name of what `collectstatic` gathered in `root`, empty where it has not run."""
    path = root / RELEASE_FILE
    return path.read_text(encoding="ascii").strip() if path.exists() else ""


class ReleaseStorage(StaticFilesStorage):
    """Compresses what is new and writes the name of the tree after `collectstatic`."""

    def post_process(
        self,
        paths: dict[str, Any],
        dry_run: bool = False,  # noqa: FBT001, FBT002  Django's signature
        **options: Any,
    ) -> Iterator[tuple[str, str, bool]]:
        """Yield (file, compressed file, True) for each file that was compressed now."""
        if dry_run:
            return
        compressor = Compressor(quiet=True)
        tree = hashlib.sha256()
        for name in sorted(paths):
            full = Path(self.path(name))
            tree.update(name.encode() + b"\0" + full.read_bytes())
            if compressor.should_compress(name) and stale(full):
                for made in compressor.compress(str(full)):
                    yield name, Path(made).name, True
        Path(self.path(RELEASE_FILE)).write_text(tree.hexdigest()[:12], encoding="ascii")


def stale(path: Path) -> bool:
    """Return whether the compressed twin of `path` is missing or older than it."""
    twin = path.with_name(path.name + ".gz")
    return not twin.exists() or twin.stat().st_mtime < path.stat().st_mtime
