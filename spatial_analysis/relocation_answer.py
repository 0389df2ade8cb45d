"""The answer of relocation-distance as plain JSON, and the parts of a page that are drawn from it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from geocore.divisions import DivisionCode
from layers.presentation import division_names
from spatial_analysis.feeds import household_codes, household_count
from spatial_analysis.methods import Outcome
from spatial_analysis.relocation_distance import UNKNOWN, relocation_distance

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spatial_analysis.methods import Question
    from spatial_analysis.reach import Reach
    from spatial_analysis.relocation_distance import DistanceTable, DivisionFigures

LONGEST = 20
MILLIMETRES = 3
"""Decimals of a metre: the method is exact to less."""


def answer_relocation_distance(question: Question) -> Outcome:
    """Return the outcome of relocation-distance for a question."""
    table = relocation_distance(question.reach, question.region, tuple(question.parameters["bands"]))
    ends = table.households.ends
    return Outcome(
        answer=answer_of(table, region=question.region, reach=question.reach),
        result=table,
        rows=len(ends),
        missing=table.total.missing,
        changed_at=ends.changed_at,
        version=ends.version,
    )


def households_asked(question: Question) -> int:
    """Return how many households a question is about."""
    return household_count(question.reach, question.region)


def answer_of(table: DistanceTable, *, region: DivisionCode | None, reach: Reach) -> dict[str, Any]:
    """Return a table as plain JSON: lengths in metres to the millimetre, null where nothing is known."""
    longest = longest_moves(table)
    codes = {row.code for row in table.divisions} | {move[end] for move in longest for end in ("origin", "destination")}
    names = {code: name for (_, code), name in division_names(codes | {region.code if region else ""}).items()}
    for move in longest:
        move["origin_name"] = names.get(move["origin"], "")
        move["destination_name"] = names.get(move["destination"], "")
    return {
        "region": {"code": region.code, "name": names.get(region.code, region.code)} if region else None,
        "bands_km": list(table.bands_km),
        "total": figures(table.total, names, partial=bool(region) and not reach.holds(region.code)),  # type: ignore[union-attr]
        "divisions": [figures(row, names, partial=not reach.holds(row.code)) for row in table.divisions],
        "histogram": {"bin_m": table.histogram.width, "counts": table.histogram.counts.tolist()},
        "longest": longest,
    }


def figures(row: DivisionFigures, names: dict[str, str], *, partial: bool) -> dict[str, Any]:
    """Return one row; `partial` says that it covers only a part of the division's households."""
    plain = row._asdict()
    plain["level"] = row.level.name.lower() if row.level else None
    plain["bands"] = list(row.bands)
    for key in ("median_m", "p90_m", "max_m"):
        plain[key] = None if plain[key] is None else round(plain[key], MILLIMETRES)
    return {"name": names.get(row.code, ""), "partial": partial, **plain}


def longest_moves(table: DistanceTable) -> list[dict[str, Any]]:
    """Return the longest moves, longest first."""
    moves = table.households
    rows = moves.longest(LONGEST)
    codes = household_codes(moves.ends.id[rows])
    return [
        {
            "household": codes[int(moves.ends.id[row])],
            "origin": code_text(moves.ends.region[row]),
            "destination": code_text(moves.ends.destination[row]),
            "distance_m": round(float(moves.distance_m[row]), MILLIMETRES),
            "cross_township": yes_no(moves.cross_township[row]),
            "cross_county": yes_no(moves.cross_county[row]),
            "old_home": [round(float(value), 9) for value in moves.ends.old[row]],
            "new_home": [round(float(value), 9) for value in moves.ends.new[row]],
        }
        for row in rows
    ]


def code_text(number: Any) -> str:
    """Return a division code of a feed as its 12 digits, empty where unknown."""
    return f"{int(number):012d}" if number else ""


def yes_no(flag: Any) -> bool | None:
    """Return a flag of a move, None where the divisions do not tell."""
    return None if flag == UNKNOWN else bool(flag)


def band_titles(edges_km: Sequence[float]) -> list[str]:
    """Return the words for each band, such as "5–20 km"."""
    texts = [f"{edge:g}" for edge in edges_km]
    return [
        _("under %(edge)s km") % {"edge": texts[0]},
        *(_("%(lower)s–%(upper)s km") % {"lower": lower, "upper": upper} for lower, upper in pairwise(texts)),
        _("%(edge)s km and more") % {"edge": texts[-1]},
    ]


def km(metres: float | None) -> str:
    """Return metres as kilometres with one decimal (three below 100 m), empty where unknown."""
    if metres is None:
        return ""
    return f"{metres / 1000:,.3f}" if metres < 100 else f"{metres / 1000:,.1f}"


def share(part: float, whole: float) -> float:
    """Return a percentage, 0 of nothing."""
    return 100.0 * part / whole if whole else 0.0


def page_parts(answer: dict[str, Any]) -> dict[str, Any]:
    """Return what the page of this method shows of an answer."""
    total = answer["total"]
    titles = band_titles(answer["bands_km"])
    most = max(total["bands"], default=0)
    return {
        "total": total,
        "households": total["n"] + total["missing"],
        "bands": [
            {"title": title, "count": count, "share": share(count, total["n"]), "length": share(count, most)}
            for title, count in zip(titles, total["bands"], strict=True)
        ],
        "band_titles": titles,
        "rows": list(table_rows(answer["divisions"])),
        "chart": chart(answer["histogram"], total["median_m"]),
        "longest": answer["longest"],
        "any_partial": total["partial"] or any(row["partial"] for row in answer["divisions"]),
    }


def table_rows(divisions: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Yield the rows of the page's table: every division followed by the ones below it."""
    order = ("province", "prefecture", "county", "township", "village")
    # An unplaced row carries the code of the division above it, and comes right below that one
    ordered = sorted(divisions, key=lambda row: (row["code"], order.index(row["level"])))
    widest = min((order.index(row["level"]) for row in ordered), default=0)
    most = max((row["median_m"] or 0.0 for row in ordered), default=0.0)
    for row in ordered:
        yield {
            **row,
            "households": row["n"] + row["missing"],
            "depth": order.index(row["level"]) - widest,
            "drill": row["placed"] and row["level"] != "village",
            "bar": f"{share(row['median_m'] or 0.0, most):.2f}",
        }


BAR_PX, GAP_PX, CHART_PX, MARGIN_PX = 8, 4, 96, 4
LABEL_PX, TICKS_PX = 20, 20


def chart(histogram: dict[str, Any], median_m: float | None) -> dict[str, Any] | None:
    """Return the bars of the histogram in pixels, None where there is nothing to draw.

    Bars are 8 px wide at their natural size, so the drawing is never scaled.
    """
    counts, width = histogram["counts"], histogram["bin_m"]
    if not counts or median_m is None:
        return None
    pitch = BAR_PX + GAP_PX
    most = max(counts)
    bars = [
        {
            "x": MARGIN_PX + place * pitch,
            "y": round(CHART_PX - max(CHART_PX * count / most, 1 if count else 0), 2),
            "height": round(max(CHART_PX * count / most, 1 if count else 0), 2),
            "count": count,
            "from_km": f"{place * width / 1000:g}",
            "to_km": f"{(place + 1) * width / 1000:g}",
            "last": place == len(counts) - 1,
            "holds_median": place == min(int(median_m // width), len(counts) - 1),
        }
        for place, count in enumerate(counts)
    ]
    last = len(counts) - 1
    drawn_px = 2 * MARGIN_PX + len(counts) * pitch
    median_px = MARGIN_PX + min(median_m / width, len(counts)) * pitch
    return {
        "bars": bars,
        "width": drawn_px,
        "height": CHART_PX,
        "full_height": LABEL_PX + CHART_PX + TICKS_PX,
        "tick_y": CHART_PX + 16,
        "ticks": [
            {
                "x": MARGIN_PX + place * pitch + (BAR_PX if place == last else 0),
                "km": f"{place * width / 1000:g}",
                "last": place == last,
                "anchor": "start" if place == 0 else "end" if place == last else "middle",
            }
            for place in sorted({0, len(counts) // 2, last})
        ],
        "median_x": median_px,
        "median_km": km(median_m),
        # The label stays inside the drawing on either side
        "label_x": median_px,
        "label_anchor": "start" if median_px < drawn_px / 2 else "end",
    }
