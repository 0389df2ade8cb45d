"""One phone number is written one way."""

import pytest

from geocore.phones import PhoneError, parse_phone


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("13800000000", "13800000000"),
        (" 138 0000 0000 ", "13800000000"),
        ("138-0000-0000", "13800000000"),
        ("+86 138 0000 0000", "13800000000"),
        ("008613800000000", "13800000000"),
        ("１３８００００００００", "13800000000"),
        ("0778-2100000", "07782100000"),
        ("(010) 88880000", "01088880000"),
    ],
)
def test_what_is_written_for_the_eye_is_left_out(given: str, kept: str) -> None:
    assert parse_phone(given) == kept


@pytest.mark.parametrize(
    "given",
    ["", "1380000000", "138000000000", "23800000000", "2100000", "0778-2100000-801", "86138abc00000", "00000000000"],
)
def test_what_is_no_number_is_refused_without_repeating_it(given: str) -> None:
    with pytest.raises(PhoneError) as raised:
        parse_phone(given)
    assert raised.value.params == {}
