"""Heads of household and persons, sealed.

Names are synthetic and say 示例, telephones do not exist, and ID numbers are of the division 000000, which is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geocore.arrays import BoolArray, IntArray
from geocore.id_numbers import SYNTHETIC_AREA, check_characters
from gisapp.demo.households import Households
from gisapp.demo.loading import Loader
from gisapp.demo.numbers import DateArray, generator, sequence_in
from gisapp.demo.scales import LAST_DAY
from layers.personal import HouseholdIdentity, HouseholdKey, Person
from layers.sealing.arrays import Keyring, hashed

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
BEFORE_ALL = np.datetime64("1900-01-01")


def load_register(loader: Loader, households: Households, seed: int, province: str) -> None:
    """Write the head of each household and its persons."""
    rng = generator(seed, "persons", province)
    surname = SURNAMES[rng.integers(0, len(SURNAMES), len(households))]
    numbers = np.arange(1, len(households) + 1).astype(str)
    head = np.char.add(np.char.add(surname, "示例"), numbers)
    phone = np.char.add("100", np.char.zfill(rng.integers(0, 10**8, len(households)).astype(str), 8))
    phone[rng.random(len(households)) < 0.1] = ""
    keys = Keyring(households.code.tolist())
    loader.load_protected(HouseholdKey, keys.columns())
    loader.load_protected(
        HouseholdIdentity,
        {
            "household_code": households.code,
            "sealed": keys.sealed(HouseholdIdentity, np.arange(len(households)), {"head_name": head, "phone": phone}),
            "phone_hash": hashed("phone", phone),
        },
    )
    ends = np.cumsum(households.persons)
    first = 0
    days = IdNumbers()
    while first < len(households):
        last = int(np.searchsorted(ends, (ends[first - 1] if first else 0) + CHUNK)) + 1
        household = np.repeat(np.arange(first, min(last, len(households))), households.persons[first:last])
        load_persons(loader, keys, days, rng, Group(household, first, head, phone))
        first = last


@dataclass(frozen=True, slots=True)
class Group:
    """Persons that are written together.

    Attributes
    ----------
    household
        Index of each person's household; persons of one household stand together.
    first
        The least of them.
    head, phone
        Of every household.
    """

    household: IntArray
    first: int
    head: npt.NDArray[np.str_]
    phone: npt.NDArray[np.str_]


def load_persons(loader: Loader, keys: Keyring, days: IdNumbers, rng: np.random.Generator, group: Group) -> None:
    """Write the persons of some households; number 1 is the head."""
    household, head = group.household, group.head
    count = len(household)
    number = sequence_in(household)
    # head and partner, then children, then grandparents
    age = np.select(
        [number <= 2, number <= 5], [rng.normal(43, 9, count), rng.normal(14, 7, count)], rng.normal(70, 8, count)
    ).clip(0.1, 98)
    age[number == 1] = age[number == 1].clip(19, 90)
    born = LAST_DAY - np.floor(age * 365.25).astype("timedelta64[D]")
    name = np.where(number == 1, head[household], np.char.add(np.char.add(head[household], "-"), number.astype(str)))
    adult, pupil = age >= 16, (age >= 6) & (age < 16)
    sex = np.where(
        number == 1,
        drawn(rng, (("m", 0.82), ("f", 0.18)), count),
        drawn(rng, (("f", 0.52), ("m", 0.48)), count),
    )
    values = {
        "name": name,
        "id_number": days.give(born, sex == "m"),
        "phone": np.where(number == 1, group.phone[household], ""),
        "born_on": born.astype(str),
        "sex": sex,
        "ethnicity": drawn(rng, PEOPLES, int(household[-1]) - group.first + 1)[household - group.first],
        "education": np.select([adult, pupil], [drawn(rng, SCHOOLING, count), "在读"], "学龄前"),
        "health": drawn(rng, HEALTH, count),
        "insurance": drawn(rng, INSURANCE, count),
        "occupation": np.select([adult & (age < 65), pupil], [drawn(rng, WORK, count), "示例学校"], ""),
    }
    loader.load_protected(
        Person,
        {
            "household_code": keys.codes[household],
            "number": number,
            "sealed": keys.sealed(Person, household, values),
            "id_number_hash": hashed("id_number", values["id_number"]),
            "phone_hash": hashed("phone", values["phone"]),
        },
    )


class IdNumbers:
    """ID numbers of nobody: all begin with 000000, the rest keeps every rule, and no two are the same."""

    def __init__(self) -> None:
        self.given = np.zeros((int(LAST_DAY.astype(np.int64) - BEFORE_ALL.astype(np.int64)) + 1, 2), dtype=np.int64)
        """How many so far by day of birth and sex."""

    def give(self, born: DateArray, male: BoolArray) -> npt.NDArray[np.str_]:
        """Return the next number of each day of birth; odd sequences are men's."""
        day, column = (born - BEFORE_ALL).astype(np.int64), male.astype(np.int64)
        order = self.given[day, column] + sequence_in(day * 2 + column) - 1
        np.add.at(self.given, (day, column), 1)
        sequence = np.char.zfill((2 * order + column).astype(str), 3)
        body = np.char.add(np.char.add(SYNTHETIC_AREA, np.char.replace(born.astype(str), "-", "")), sequence)
        return np.char.add(body, check_characters(body))


def drawn(rng: np.random.Generator, words: tuple[tuple[str, float], ...], count: int) -> npt.NDArray[np.str_]:
    """Return `count` words drawn by their shares."""
    return np.array([word for word, _ in words])[rng.choice(len(words), count, p=[part for _, part in words])]
