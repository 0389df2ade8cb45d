"""What a backup cannot do, in a sentence that says what to do."""

from __future__ import annotations


class BackupError(Exception):
    """The backup was not made, is not whole, or cannot be put back here."""
