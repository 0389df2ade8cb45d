"""The steward's page: what runs, what it holds, and what is wrong."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.roles import Role
from accounts.selectors import has_role
from accounts.service import OK, Fact, Section, readiness_checks, status_sections
from gisapp.backup.status import backup_section
from gisapp.data_problems import Counted, data_problems
from gisapp.health import answered, disk_state, migrations_state
from gisapp.version import version
from layers.presentation import moment
from layers.sqlfiles import load

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

STEWARDS = frozenset({Role.STEWARD})
MOST_TABLES = 12
MOST_FILES = 20_000
CROWDED = 0.8
"""Share of the server's connections from which on somebody should look."""


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Return the page; one box of an app that fails says so and takes no other along."""
    if not has_role(user=request.user, roles=STEWARDS):
        raise PermissionDenied
    added = [section for make in status_sections if (section := make(request.user)) is not None]
    context = {
        "problems": problem_section(data_problems(user=request.user)),
        "sections": [
            *added,
            backup_section(request.user),
            program_section(),
            database_section(),
            store_section(),
            table_section(),
        ],
        "now": timezone.now(),
    }
    return render(request, "gisapp/status.html", context)


NEEDS = {"migrations": gettext_lazy("Tables are those of this version"), "worker": gettext_lazy("Background worker")}
STATES = {
    OK: gettext_lazy("in order"),
    "pending": gettext_lazy("migrate is outstanding"),
    "late": pgettext_lazy("background worker", "late"),
    "none": pgettext_lazy("background worker", "none runs"),
    "failed": gettext_lazy("could not be asked"),
}
"""What `/readyz` says, in words; an answer that is not known here is shown as it is."""


def problem_section(counted: list[Counted]) -> Section:
    """Return the rules that rows break, the broken ones first."""
    facts = [
        Fact(
            one.title,
            _("takes too long to count here") if one.rows is None else f"{one.rows:,}",
            one.url if one.rows else "",
            wrong=bool(one.rows),
        )
        for one in counted
    ]
    return Section(gettext_lazy("Data problems"), tuple(sorted(facts, key=lambda fact: not fact.wrong)))


def program_section() -> Section:
    """Return what runs."""
    needs = {name: answered(name, ask) for name, ask in {"migrations": migrations_state, **readiness_checks}.items()}
    return Section(
        gettext_lazy("Program"),
        (
            Fact(_("Version"), version()),
            Fact(_("Release of the pages"), settings.STATIC_RELEASE or _("not collected")),
            Fact(_("Mode"), settings.MODE),
            Fact("Python · Django", f"{platform.python_version()} · {django.get_version()}"),
            *(
                Fact(NEEDS.get(name, name), STATES.get(state, state), wrong=state != OK)
                for name, state in needs.items()
            ),
        ),
    )


def database_section() -> Section:
    """Return what the database server says of itself."""
    with connection.cursor() as cursor:
        cursor.execute(load("gisapp", "server_state"))
        server, postgis, size, connections, most, since = cursor.fetchone()
    return Section(
        gettext_lazy("Database"),
        (
            Fact("PostgreSQL · PostGIS", f"{server.split()[0]} · {postgis}"),
            Fact(pgettext("on disk", "Size"), filesizeformat(size)),
            Fact(_("Connections"), f"{connections} / {most}", wrong=connections > CROWDED * most),
            Fact(_("Running since"), moment(since)),
        ),
    )


def store_section() -> Section:
    """Return what lies on the disk."""
    disk = shutil.disk_usage(settings.VAR_DIR)
    return Section(
        gettext_lazy("Disk"),
        (
            Fact(_("Free"), f"{filesizeformat(disk.free)} / {filesizeformat(disk.total)}", wrong=disk_state() != OK),
            Fact(_("Uploaded files"), media_words(Path(settings.MEDIA_ROOT))),
        ),
    )


def media_words(folder: Path) -> str:
    """Return number and size of the files below `folder`; a very large one is not counted to its end."""
    sizes = list(islice(file_sizes(folder), MOST_FILES))
    words = f"{len(sizes):,} · {filesizeformat(sum(sizes))}"
    return _("more than %(files)s") % {"files": words} if len(sizes) == MOST_FILES else words


def file_sizes(folder: Path) -> Iterator[int]:
    """Yield the size of each file below `folder`; what vanishes meanwhile is not there."""
    for root, _folders, names in os.walk(folder):
        for name in names:
            try:
                yield (Path(root) / name).stat().st_size
            except OSError:
                continue


def table_section() -> Section:
    """Return the largest tables."""
    with connection.cursor() as cursor:
        cursor.execute(load("gisapp", "table_sizes"), {"most": MOST_TABLES})
        rows = cursor.fetchall()
    return Section(
        gettext_lazy("Largest tables"),
        tuple(Fact(name, table_words(size, estimate)) for name, size, estimate in rows),
    )


def table_words(size: int, estimate: int) -> str:
    """Return the size of a table and about how many rows it has, where the server knows."""
    words = filesizeformat(size)
    return words if estimate < 0 else _("%(size)s · about %(rows)s rows") % {"size": words, "rows": f"{estimate:,}"}
