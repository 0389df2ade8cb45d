"""Tests on columns that Django has no words for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, F, Func, Value


class AnyOf(Func):
    """`column = ANY(array)`: one parameter for thousands of ids, where `IN` takes one each."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()
    conditional = True

    def __init__(self, column: str, ids: Iterable[int], **extra: Any) -> None:
        super().__init__(F(column), Value(list(ids)), **extra)


class DivisionsInside(Func):
    """Whether every division code prefix of an array column lies within one of those given; of none, no."""

    template = "layers_divisions_inside(%(expressions)s::text[])"
    output_field = BooleanField()
    conditional = True

    def __init__(self, column: str, prefixes: Iterable[str], **extra: Any) -> None:
        super().__init__(F(column), Value(list(prefixes)), **extra)
