"""Names as they are compared and as they are shown (customary masks)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain.card import masked_room
from services.identity.domain.names import (
    canonical_name,
    masked_name,
    masked_number,
    masked_phone,
)


@pytest.mark.parametrize(
    ("given_name", "same"),
    [("于 勇", "于勇"), ("阿依·古丽", "阿依•古丽"), ("John  smith", "JOHN SMITH")],
)
def test_spellings_of_one_name_are_alike(given_name: str, same: str) -> None:
    assert canonical_name(given_name) == canonical_name(same)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("张小三", "张**"),
        ("欧阳小三", "欧阳**"),
        ("J", "J*"),
        ("示例公司", "示***"),
    ],
)
def test_a_name_shows_only_the_family(name: str, shown: str) -> None:
    assert masked_name(name) == shown


def test_numbers_phones_and_rooms_are_masked_in_the_middle() -> None:
    assert masked_number("330199197002264559") == "3301**********4559"
    assert masked_number("E1234567") == "E******7"
    assert masked_phone("13800008888") == "138****8888"
    assert masked_room("1", "2", "301") == "1幢*单元***室"
    assert masked_room("地库", "", "B0548") == "地库幢*****室"


@given(st.text(st.characters(categories=["L"]), min_size=2, max_size=12))
def test_no_mask_gives_the_whole_name_away(name: str) -> None:
    assert name not in masked_name(name)
