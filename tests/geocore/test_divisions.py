"""Division codes: any spelling gives one division, and the tree holds together."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geocore.divisions import (
    PROVINCES,
    DivisionCode,
    DivisionCodeError,
    DivisionCodeGapError,
    Level,
    UnknownProvinceError,
    covers,
    normalise_codes,
)

TIANE = "451222000000"

sound_codes = st.builds(
    lambda province, rest: province + "".join(rest),
    st.sampled_from(sorted(PROVINCES)),
    st.lists(st.integers(1, 99).map("{:02}".format), max_size=2),
)


@pytest.mark.parametrize(
    ("given_code", "code", "level"),
    [
        ("45", "450000000000", Level.PROVINCE),
        ("450000", "450000000000", Level.PROVINCE),
        ("4512", "451200000000", Level.PREFECTURE),
        ("451200", "451200000000", Level.PREFECTURE),
        ("451222", TIANE, Level.COUNTY),
        ("451222000", TIANE, Level.COUNTY),
        (TIANE, TIANE, Level.COUNTY),
        ("451222100", "451222100000", Level.TOWNSHIP),
        ("451222100201", "451222100201", Level.VILLAGE),
        (" 451222 ", TIANE, Level.COUNTY),
        ("４５１２２２", TIANE, Level.COUNTY),
        (451222, TIANE, Level.COUNTY),
        (451222.0, TIANE, Level.COUNTY),
        ("110101", "110101000000", Level.COUNTY),
        ("450100", "450100000000", Level.PREFECTURE),
        ("451020", "451020000000", Level.COUNTY),
    ],
)
def test_every_spelling_gives_one_division(given_code: str | float, code: str, level: Level) -> None:
    division = DivisionCode.parse(given_code)
    assert (division.code, str(division), division.level) == (code, code, level)


def test_village_knows_all_above_it() -> None:
    above = [str(one) for one in DivisionCode.parse("451222100201").ancestors()]
    assert above == ["451222100000", TIANE, "451200000000", "450000000000"]


def test_township_without_county_hangs_under_its_prefecture() -> None:
    dongguan_township = DivisionCode.parse("441900003")
    assert dongguan_township.level is Level.TOWNSHIP
    assert str(dongguan_township.parent) == "441900000000"
    assert dongguan_township.at(Level.COUNTY) is None
    assert DivisionCode.parse("4419").covers(dongguan_township)


def test_county_run_by_its_province_hangs_under_the_pseudo_prefecture() -> None:
    jiyuan = DivisionCode.parse("419001")
    assert [str(one) for one in jiyuan.ancestors()] == ["419000000000", "410000000000"]


def test_province_has_no_parent() -> None:
    assert DivisionCode.parse("45").parent is None


def test_division_at_a_level_is_itself_or_above() -> None:
    village = DivisionCode.parse("451222100201")
    assert str(village.at(Level.COUNTY)) == TIANE
    assert village.at(Level.VILLAGE) == village
    assert DivisionCode.parse("45").at(Level.COUNTY) is None


def test_gb_attribute_is_country_and_county() -> None:
    assert str(DivisionCode.from_gb("156451222")) == TIANE
    with pytest.raises(DivisionCodeError):
        DivisionCode.from_gb("451222")


@pytest.mark.parametrize(
    ("prefix", "code", "answer"),
    [
        ("45", "451222", True),
        ("450000000000", "451222", True),
        ("4512", "451222100201", True),
        ("451222", "451222", True),
        ("451221", "451222", False),
        ("451222", "4512", False),
        ("4510", "451222", False),
        ("451020", "451002", False),
        ("52", "45", False),
    ],
)
def test_division_covers_itself_and_what_is_below(prefix: str, code: str, answer: bool) -> None:
    assert covers(prefix, code) is answer


@pytest.mark.parametrize("nothing", ["", "  ", "0", "0000"])
def test_empty_prefix_never_covers_the_country(nothing: str) -> None:
    with pytest.raises(DivisionCodeError):
        covers(nothing, "451222")


@pytest.mark.parametrize("text", ["", "4", "451", "45122", "4512210", "45122210020", "4512221002011", "abc", "45122a"])
def test_wrong_length_or_letters_are_refused_with_what_was_given(text: str) -> None:
    with pytest.raises(DivisionCodeError) as refused:
        DivisionCode.parse(text)
    assert refused.value.message == f"“{text}” is not a division code: it must have 2, 4, 6, 9 or 12 digits."
    assert "451221" in refused.value.advice


@pytest.mark.parametrize("number", [451222.5, 4.51222e30, float("nan"), float("inf"), -45])
def test_numbers_that_are_no_codes_are_refused(number: float) -> None:
    with pytest.raises(DivisionCodeError):
        DivisionCode.parse(number)


def test_unknown_province_is_named() -> None:
    with pytest.raises(UnknownProvinceError, match="no province begins with 47"):
        DivisionCode.parse("471221")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("450021", "it names a county but its prefecture digits are zero"),
        ("450000100", "it names a township but its prefecture digits are zero"),
        ("451222000201", "it names a village but its township digits are zero"),
    ],
)
def test_hole_in_the_middle_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(DivisionCodeGapError, match=sentence):
        DivisionCode.parse(text)


def test_column_is_normalised_with_its_faults_marked() -> None:
    column = normalise_codes(["451222", 451222.0, None, "", "47", float("nan"), "45122210"])
    assert column.codes.tolist() == [TIANE, TIANE, "", "", "", "", ""]
    assert column.valid.tolist() == [True, True, False, False, False, False, False]
    assert normalise_codes([]).codes.shape == (0,)


@given(sound_codes)
def test_prefix_and_padded_code_are_the_same_division(text: str) -> None:
    division = DivisionCode.parse(text)
    assert DivisionCode.parse(division.prefix) == division == DivisionCode.parse(division.code)


@given(sound_codes)
def test_every_ancestor_covers_and_is_shorter(text: str) -> None:
    division = DivisionCode.parse(text)
    for above in division.ancestors():
        assert above.covers(division)
        assert above.level < division.level
        assert not division.covers(above)


@given(st.text(max_size=14) | st.from_regex(r"\d{12}", fullmatch=True))
def test_any_text_gives_a_division_of_twelve_digits_or_none(text: str) -> None:
    column = normalise_codes([text])
    assert len(column.codes[0]) == (12 if column.valid[0] else 0)


def test_all_published_codes_of_the_folder_form_one_tree(real_files: Path) -> None:
    columns = {
        "areas_45_52_53.csv": ("code", "city_code", Level.COUNTY),
        "streets_45.csv": ("code9", "area_code", Level.TOWNSHIP),
        "villages_451222_451028.csv": ("code12", "street_code", Level.VILLAGE),
    }
    for name, (own, parent, level) in columns.items():
        with (real_files / "division" / name).open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                division = DivisionCode.parse(row[own])
                assert division.level is level
                assert division.parent == DivisionCode.parse(row[parent])
