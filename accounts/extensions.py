"""Where higher apps add what only they know, so that accounts names none of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import Grant

grant_checks: list[Callable[[Grant], None]] = []
"""Each raises `ValidationError` where a grant names something that does not exist."""

division_finders: list[Callable[[str, Sequence[str]], set[str]]] = []
"""Each returns the division code prefixes that features concern, from a subject (`sites`, `layers.Person`) and
their codes."""
