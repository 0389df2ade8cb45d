"""ID numbers by GB 11643-1999; the valid ones are those that the standard itself works out."""

import datetime as dt

import numpy as np
import pytest

from geocore import id_numbers
from geocore.id_numbers import IdNumberError, check_characters, parse_id_number

TODAY = dt.date(2026, 1, 1)


@pytest.mark.parametrize(
    ("given", "day"),
    [
        ("11010519491231002X", dt.date(1949, 12, 31)),  # both are the examples of the standard's annex
        ("440524188001010014", None),  # born in 1880: right by its check character, among the living no more
        ("11010519491231002x", dt.date(1949, 12, 31)),
        (" 110105 19491231 002X ", dt.date(1949, 12, 31)),
        ("１１０１０５１９４９１２３１００２Ｘ", dt.date(1949, 12, 31)),
    ],
)
def test_numbers_of_the_standard(given, day):
    if day is None:
        with pytest.raises(id_numbers.IdNumberBirthError):
            parse_id_number(given, today=TODAY)
    else:
        number = parse_id_number(given, today=TODAY)
        assert (number.text, number.born_on, number.synthetic) == ("11010519491231002X", day, False)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ("", id_numbers.IdNumberShapeError),
        ("1101051949123100", id_numbers.IdNumberShapeError),
        ("11010519491231002XX", id_numbers.IdNumberShapeError),
        ("1101051949123100X2", id_numbers.IdNumberShapeError),
        ("110105491231002", id_numbers.IdNumberOldError),
        ("990105194912310021", id_numbers.IdNumberAreaError),
        ("110105194912310020", id_numbers.IdNumberCheckError),
        ("11010519491231020X", id_numbers.IdNumberCheckError),  # two digits exchanged
    ],
)
def test_each_rule_has_its_sentence_which_never_repeats_the_number(given, error):
    with pytest.raises(error) as raised:
        parse_id_number(given, today=TODAY)
    assert raised.value.advice
    assert not given or given not in raised.value.message


@pytest.mark.parametrize("digits", ["19490230", "18991231", "20260103", "00000000"])
def test_a_day_of_birth_is_a_day_of_the_past(digits):
    body = f"110105{digits}002"
    with pytest.raises(id_numbers.IdNumberBirthError):
        parse_id_number(body + str(check_characters(np.array([body]))[0]), today=TODAY)


def test_every_single_mistyped_digit_is_noticed():
    right = "11010519491231002X"
    for place in range(17):
        for digit in "0123456789":
            wrong = right[:place] + digit + right[place + 1 :]
            if wrong != right:
                with pytest.raises(IdNumberError):
                    parse_id_number(wrong, today=TODAY)


def test_demonstration_numbers_are_told_from_real_ones():
    body = "00000019800101001"
    number = parse_id_number(body + str(check_characters(np.array([body]))[0]))
    assert number.synthetic
