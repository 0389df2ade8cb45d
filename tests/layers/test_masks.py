"""What a mask leaves."""

import pytest

from layers.masks import masked_id_number, masked_name, masked_phone


@pytest.mark.parametrize(
    ("name", "shown"), [("张小三", "张*三"), ("张三", "张*"), ("欧阳小三", "欧**三"), ("张", "*"), ("", "")]
)
def test_names(name, shown):
    assert masked_name(name) == shown


def test_numbers():
    assert masked_id_number("451221198001011234") == "4512**********1234"
    assert masked_phone("13812341234") == "138****1234"
    assert masked_phone("1234567") == "*******"
    assert masked_phone("") == masked_id_number("") == ""
