"""The auditor's trail over a million events, beside the queries that it is made of."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.db import connection, transaction
from django.urls import reverse

from accounts.models import AccessRecord
from accounts.roles import Action, Role
from benchmarks.databases import PROVINCE, connected
from benchmarks.measuring import Row, race
from benchmarks.readers import Reader, reader_with
from benchmarks.registry import Context, job
from layers.catalogue.households import Household
from layers.catalogue.plots import Plot
from oversight.trail.forms import TrailForm
from oversight.trail.selectors import PAGE_LINES
from oversight.trail.sources import Source, sources

IMAGES = {Household: 600_000, Plot: 200_000}
RECORDS = 200_000
MARK = "made for script/bench"
PAGE_GOAL, CSV_GOAL, SLOWEST_MS = 15.0, 10.0, 3000
RUNS = 9

SPREAD = "timestamptz '2020-01-01' + random() * interval '1000 days'"
ONE_MONTH = {"since": "2021-03-01", "until": "2021-03-31"}

KEPT = """
    INSERT INTO {images} ({columns})
    SELECT {values} FROM {table} AS f
    CROSS JOIN generate_series(1, ceil(%(count)s::numeric / (SELECT count(*) FROM {table}))::integer) AS n
    LIMIT %(count)s
"""
READ = f"""
    INSERT INTO accounts_accessrecord
    (at, kind, subject, codes, rows, purpose, through, request_id, divisions, within)
    SELECT {SPREAD}, 'read', 'layers.Person', ARRAY[h.code], 4, %(mark)s, 'page', '', s.counties, s.divisions
    FROM (SELECT code, scope_id FROM layers_household) AS h
    JOIN layers_scope AS s ON s.id = h.scope_id
    CROSS JOIN generate_series(1, ceil(%(count)s::numeric / (SELECT count(*) FROM layers_household))::integer)
    LIMIT %(count)s
"""


@job("audit")
def page_of_the_trail(context: Context) -> Iterator[Row]:
    """Pages of the trail over a million events, each beside the bare queries of its sources."""
    fill()
    province, county = auditor("bench_auditor", PROVINCE), auditor("bench_county_auditor", some_county())
    code = Household.objects.order_by("-pk").values_list("code", flat=True)[0]
    asked: list[tuple[str, Reader, dict[str, str]]] = [
        ("newest", province, {}),
        ("of one county", county, {}),
        ("of two years before", province, {"until": "2020-06-30"}),
        ("kind and division", province, {"kind": "changed", "division": some_county()}),
        ("one feature", province, {"layer": "households", "code": code}),
        ("one person's", province, {"person": "bench_auditor"}),
        ("words found nowhere", province, {"reason": "found nowhere"}),
    ]
    slowest = 0.0
    for name, reader, query in asked:
        address = page_address("oversight:trail", query)
        texts = texts_of(reader, query, limit=PAGE_LINES + 1)
        measured = race(lambda a=address, r=reader: r.get(a), lambda t=texts: executed(t), runs=RUNS)  # type: ignore[misc]
        slowest = max(slowest, measured[0])
        yield context.row(f"/audit/, {name}", measured, reference_name="bare SQL", goal=PAGE_GOAL)
    yield context.row("/audit/, slowest of these", (slowest, SLOWEST_MS), reference_name="limit", goal=1.0)


@job("audit")
def month_as_csv(context: Context) -> Iterator[Row]:
    """A month of the trail as CSV beside the bare queries of its sources."""
    fill()
    reader = auditor("bench_auditor", PROVINCE)
    texts = texts_of(reader, ONE_MONTH, action=Action.EXPORT)
    size = [0]

    def ours() -> None:
        size[0] = reader.get(page_address("oversight:trail_csv", ONE_MONTH))

    measured = race(ours, lambda: executed(texts), runs=5)
    note = f"{size[0] / 1e6:,.1f} MB"
    yield context.row("trail.csv of a month", measured, reference_name="bare SQL", goal=CSV_GOAL, note=note)


def fill() -> None:
    """Keep a million events in the past of the features that are there, where it has not been done."""
    if AccessRecord.objects.filter(purpose=MARK, at__lt=dt.datetime(2020, 1, 5, tzinfo=dt.UTC)).exists():
        return
    with connected(os.environ["DATABASE_OWNER_URL"]) as cursor:
        for model, count in IMAGES.items():
            cursor.execute(images_of(model), {"count": count})
        cursor.execute(READ, {"count": RECORDS, "mark": MARK})
        cursor.execute("VACUUM ANALYZE")


def images_of(model: Any) -> str:
    """Return the statement that keeps images of the features of a layer, as its triggers do."""
    images: Any = model._meta.get_field("versions").related_model
    given = {
        "pgh_label": "'superseded'",
        "pgh_created_at": "now()",
        "pgh_obj_id": "f.id",
        "version": "n",
        "changed_at": SPREAD,
    }
    columns = [
        one.column
        for one in images._meta.concrete_fields
        if one.column != "pgh_id" and not getattr(one, "generated", 0)
    ]
    return KEPT.format(
        images=images._meta.db_table,
        table=model._meta.db_table,
        columns=", ".join(columns),
        values=", ".join(given.get(column, f"f.{column}") for column in columns),
    )


def auditor(name: str, division: str) -> Reader:
    """Return an auditor of a division."""
    return reader_with(name, Role.AUDITOR, division)


def some_county() -> str:
    """Return a county that has households."""
    found: str = Household.objects.order_by("pk").values_list("region__code", flat=True)[0]
    return found[:6]


def page_address(name: str, query: dict[str, str]) -> str:
    """Return the address of a page with its filters."""
    return reverse(name) + (f"?{urlencode(query)}" if query else "")


def texts_of(
    reader: Reader, query: dict[str, str], *, action: Action = Action.VIEW, limit: int | None = None
) -> list[tuple[str, tuple[Any, ...]]]:
    """Return the queries that a page or a file asks the sources of the trail."""
    form = TrailForm(query)
    if not form.is_valid():
        raise ValueError(form.problems())
    return [text_of(source, limit) for source in sources(form.query(), user=reader.user, action=action)]


def text_of(source: Source, limit: int | None) -> tuple[str, tuple[Any, ...]]:
    """Return the query of a source."""
    text, parameters = source.rows[:limit].query.sql_with_params()
    return str(text), tuple(parameters)


def executed(texts: list[tuple[str, tuple[Any, ...]]]) -> None:
    """Execute queries and fetch what they find."""
    with transaction.atomic(), connection.cursor() as cursor:
        for text, parameters in texts:
            cursor.cursor.execute(text, parameters)
            cursor.cursor.fetchall()
