"""Heads of household and persons: synthetic names that say 示例, no identity numbers, telephones that do not exist."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gisapp.demo.households import Households
from gisapp.demo.loading import Loader
from gisapp.demo.numbers import generator
from gisapp.demo.scales import LAST_DAY
from layers.personal import HouseholdIdentity, Person

SURNAMES = np.array(list("韦黄覃莫蒙罗陆梁农李陈杨何廖卢潘岑兰龙吴"))
PEOPLES = (
    ("壮族", 0.52),
    ("汉族", 0.27),
    ("瑶族", 0.12),
    ("苗族", 0.04),
    ("侗族", 0.02),
    ("毛南族", 0.02),
    ("仫佬族", 0.01),
)
HEALTH = (("健康", 0.86), ("慢性病", 0.09), ("残疾", 0.03), ("大病", 0.02))
INSURANCE = (("城乡居民医保", 0.9), ("职工医保", 0.07), ("", 0.03))
WORK = (("外出务工", 0.42), ("就近务工", 0.2), ("务农", 0.22), ("公益岗位", 0.06), ("个体经营", 0.06), ("", 0.04))
SCHOOLING = (("小学", 0.3), ("初中", 0.46), ("高中", 0.15), ("大专及以上", 0.09))
CHUNK = 100_000
"""Persons a COPY: memory stays flat."""


def load_register(loader: Loader, households: Households, seed: int, province: str) -> None:
    """Write the head of each household and its persons."""
    rng = generator(seed, "persons", province)
    surname = SURNAMES[rng.integers(0, len(SURNAMES), len(households))]
    numbers = np.arange(1, len(households) + 1).astype(str)
    head = np.char.add(np.char.add(surname, "示例"), numbers)
    phone = np.char.add("100", np.char.zfill(rng.integers(0, 10**8, len(households)).astype(str), 8))
    phone[rng.random(len(households)) < 0.1] = ""
    loader.load_protected(HouseholdIdentity, {"household_code": households.code, "head_name": head, "phone": phone})
    ends = np.cumsum(households.persons)
    first = 0
    while first < len(households):
        last = int(np.searchsorted(ends, (ends[first - 1] if first else 0) + CHUNK)) + 1
        part = slice(first, last)
        load_persons(loader, rng, households.code[part], households.persons[part], head[part])
        first = last


def load_persons(
    loader: Loader,
    rng: np.random.Generator,
    codes: npt.NDArray[np.str_],
    persons: npt.NDArray[np.int64],
    head: npt.NDArray[np.str_],
) -> None:
    """Write the persons of some households; number 1 is the head."""
    household = np.repeat(np.arange(len(codes)), persons)
    count = len(household)
    number = np.arange(count) - np.repeat(np.cumsum(persons) - persons, persons) + 1
    # head and partner, then children, then grandparents
    age = np.select(
        [number <= 2, number <= 5], [rng.normal(43, 9, count), rng.normal(14, 7, count)], rng.normal(70, 8, count)
    ).clip(0.1, 98)
    age[number == 1] = age[number == 1].clip(19, 90)
    born = LAST_DAY - np.floor(age * 365.25).astype("timedelta64[D]")
    name = np.where(number == 1, head[household], np.char.add(np.char.add(head[household], "-"), number.astype(str)))
    adult, pupil = age >= 16, (age >= 6) & (age < 16)
    loader.load_protected(
        Person,
        {
            "household_code": codes[household],
            "number": number,
            "name": name,
            "born_on": born,
            "sex": np.where(
                number == 1,
                drawn(rng, (("m", 0.82), ("f", 0.18)), count),
                drawn(rng, (("f", 0.52), ("m", 0.48)), count),
            ),
            "ethnicity": drawn(rng, PEOPLES, len(codes))[household],
            "education": np.select([adult, pupil], [drawn(rng, SCHOOLING, count), "在读"], "学龄前"),
            "health": drawn(rng, HEALTH, count),
            "insurance": drawn(rng, INSURANCE, count),
            "occupation": np.select([adult & (age < 65), pupil], [drawn(rng, WORK, count), "示例学校"], ""),
        },
    )


def drawn(rng: np.random.Generator, words: tuple[tuple[str, float], ...], count: int) -> npt.NDArray[np.str_]:
    """Return `count` words drawn by their shares."""
    return np.array([word for word, _ in words])[rng.choice(len(words), count, p=[part for _, part in words])]
