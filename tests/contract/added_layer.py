"""Run in a copy of the project: migrate a fresh database and take one layer through every surface.

python -m tests.contract.added_layer KEY
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import django

django.setup()

from django.conf import settings  # noqa: E402  after the settings are ready
from django.core.management import call_command  # noqa: E402
from django.db import connections, transaction  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from layers.registry import get_layer  # noqa: E402
from tests import databases  # noqa: E402


@contextmanager
def fresh_database() -> Iterator[None]:
    """Give this process a new database, and drop it at the end."""
    name = f"{databases.RUN}{os.getpid()}"
    with databases.owner_cursor() as cursor:
        # A template can be copied by one process at a time.
        databases.lock(cursor, databases.MAKING)
        databases.lock(cursor, name)
        databases.copy_database(cursor, databases.TEMPLATE, name)
        databases.unlock(cursor, databases.MAKING)
        databases.point_django_at(name)
        try:
            yield
        finally:
            connections.close_all()
            databases.drop_database(cursor, name)


def main(key: str) -> None:
    """Add the layer called `key` to a fresh database and print each surface that shows it."""
    setup_test_environment()
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("makemigrations", "layers", verbosity=0)
    with fresh_database():
        call_command("migrate", verbosity=0)
        call_command("makemigrations", check=True, verbosity=0)
        with transaction.atomic():
            walk_surfaces(key)
            transaction.set_rollback(True)


def walk_surfaces(key: str) -> None:
    """Check the layer on each surface, as its own county's user and as the neighbour's."""
    from tests.contract import test_every_layer as contract
    from tests.contract.world import NEIGHBOUR, OWN, county_user
    from tests.factories import regions

    layer = get_layer(key)
    regions()
    own, neighbour = (contract.client_of(county_user(division)) for division in (OWN, NEIGHBOUR))
    for surface in contract.SURFACES:
        with transaction.atomic():
            contract.test_neighbour_county_stays_invisible(layer, surface, own, neighbour)
            transaction.set_rollback(True)
        report(surface.__name__)
    form = own.get(contract.at("layers:create", layer=key))
    assert form.status_code == 200
    report("form")
    refuse_erasing(layer.model._meta.db_table)
    report("rights")


def report(surface: str) -> None:
    """Tell the test that the layer is on a surface."""
    sys.stdout.write(f"{surface}\n")


def refuse_erasing(table: str) -> None:
    """Check that the application may not delete features."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, 'DELETE'), has_table_privilege(%s, 'INSERT')", [table, table])
        assert cursor.fetchone() == (False, True)


if __name__ == "__main__":
    main(sys.argv[1])
