"""Sealed fields open only where they were sealed; indexes match only for their purpose."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.sealing import SealBroken, Sealer, SealingKeys

HELD = json.loads(SealingKeys.fresh())
KEYS = SealingKeys(
    {int(number): bytes.fromhex(key) for number, key in HELD["sealing"].items()},
    bytes.fromhex(HELD["index"]),
)
SEALER = Sealer(KEYS)
PLACE = "parties/name/1"


@given(st.text())
def test_what_was_sealed_opens_in_its_place(text: str) -> None:
    assert SEALER.open(SEALER.seal(text, context=PLACE), context=PLACE) == text


def test_a_value_moved_to_another_row_does_not_open() -> None:
    with pytest.raises(SealBroken):
        SEALER.open(SEALER.seal("于勇", context=PLACE), context="parties/name/2")


@given(st.integers(0, 60), st.integers(1, 255))
def test_a_changed_byte_does_not_open(position: int, change: int) -> None:
    sealed = bytearray(SEALER.seal("x" * 40, context=PLACE))
    sealed[position] ^= change
    with pytest.raises(SealBroken):
        SEALER.open(bytes(sealed), context=PLACE)


@pytest.mark.parametrize("length", range(30))
def test_a_cut_value_does_not_open(length: int) -> None:
    with pytest.raises(SealBroken):
        SEALER.open(SEALER.seal("x" * 40, context=PLACE)[:length], context=PLACE)


def test_the_same_text_is_never_sealed_alike() -> None:
    assert SEALER.seal("x", context=PLACE) != SEALER.seal("x", context=PLACE)


def test_values_of_an_older_key_still_open_and_new_ones_take_the_newest() -> None:
    old = SEALER.seal("x", context=PLACE)
    rotated = Sealer(SealingKeys({**KEYS.sealing, 2: bytes(32)}, KEYS.index))
    assert rotated.open(old, context=PLACE) == "x"
    assert rotated.seal("x", context=PLACE)[1] == 2
    with pytest.raises(SealBroken):
        SEALER.open(rotated.seal("x", context=PLACE), context=PLACE)


def test_an_index_matches_itself_and_no_other_purpose_value_or_key() -> None:
    found = SEALER.index("330199197002264559", purpose="document")
    assert found == SEALER.index("330199197002264559", purpose="document")
    assert found != SEALER.index("330199197002264559", purpose="phone")
    assert found != SEALER.index("330199197002264558", purpose="document")
    # A length stands before the purpose, so no two pairs run together into one message.
    assert SEALER.index("bc", purpose="a") != SEALER.index("c", purpose="ab")
    other = Sealer(SealingKeys(KEYS.sealing, bytes(32)))
    assert found != other.index("330199197002264559", purpose="document")


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(SealingKeys({1: b"short"}, KEYS.index))
