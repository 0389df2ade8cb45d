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
