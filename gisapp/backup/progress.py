"""Signs of life on long work, not more than one in two seconds."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

INTERVAL_S = 2.0


def silent(_line: str) -> None:
    """Say nothing."""


class Progress:
    """Counts steps and says how many now and then."""

    def __init__(self, words: str, say: Callable[[str], None]) -> None:
        self.words, self.say = words, say
        self.done, self.said_at = 0, monotonic()

    def step(self) -> None:
        """Count one more."""
        self.done += 1
        if monotonic() - self.said_at >= INTERVAL_S:
            self.said_at = monotonic()
            self.say(self.words.format(n=f"{self.done:,}"))
