"""Sentences in English, whatever the language of the server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils.translation import override


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Say everything in English."""
    with override("en"):
        yield
