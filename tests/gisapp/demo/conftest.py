"""The small demonstration, seeded once a process in a transaction that is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction
from pytest_django import DjangoDbBlocker

from accounts.context import acting_as
from accounts.roles import Through
from gisapp.demo.scales import SMALL
from gisapp.demo.seeding import Seeded, seed_demo


@dataclass(frozen=True)
class Demo:
    """The seeded database, as its owner sees it."""

    done: Seeded
    passwords: Path

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query, personal ones too."""
        with (
            acting_as(None, through=Through.COMMAND, using="owner"),
            connections["owner"].cursor() as cursor,
        ):
            cursor.execute(query, parameters)
            return list(cursor.fetchall())

    def value(self, query: str, *parameters: Any) -> Any:
        """Return the only value of a query."""
        ((value,),) = self.rows(query, *parameters)
        return value


@pytest.fixture(scope="module")
def demo(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    passwords = tmp_path_factory.mktemp("demo") / "demo-accounts.json"
    with django_db_blocker.unblock(), transaction.atomic(using="owner"):
        yield Demo(seed_demo(scale=SMALL, seed=1, using="owner", passwords=passwords), passwords)
        transaction.set_rollback(True, using="owner")
    connections["owner"].close()
