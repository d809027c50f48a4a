"""Yuan as sheets carry them, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain.money import (
    FEN_MAX,
    AmountFault,
    AmountUnfit,
    parse,
    parse_positive,
    text_of,
)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1,234.50", 123450),
        ("1234.5", 123450),
        ("1500", 150000),
        ("¥1500.00", 150000),
        ("￥1500.00", 150000),
        ("¥ 1,500.00", 150000),
        ("１，５００．００", 150000),
        ("￥１５００元", 150000),
        ("1500元", 150000),
        ("1500.00 元整", 150000),
        ("人民币1500元", 150000),
        ("RMB 12,345,678.90", 1234567890),
        ("0.01", 1),
        ("0", 0),
        ("007.10", 710),
        ("-500.00", -50000),
        ("¥-500.00", -50000),
        ("-¥500.00", -50000),
        ("\u2212500", -50000),
        ("(500.00)", -50000),
        ("+12.30", 1230),
        ("  30.62\u3000", 3062),
        ("10000000000000.00", FEN_MAX),
    ],
)
def test_an_amount_is_read_to_the_fen(text: str, fen: int) -> None:
    assert parse(text) == fen


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", AmountFault.MISSING),
        (" \u3000", AmountFault.MISSING),
        ("100.005", AmountFault.PRECISION),
        ("100.500", AmountFault.PRECISION),
        ("10000000000000.01", AmountFault.TOO_LARGE),
        ("99999999999999999", AmountFault.TOO_LARGE),
        ("9" * 40, AmountFault.UNREADABLE),
        ("12,34.50", AmountFault.UNREADABLE),
        ("1500¹", AmountFault.UNREADABLE),
        ("①500.00", AmountFault.UNREADABLE),
        ("3½", AmountFault.UNREADABLE),
        ("1,2345", AmountFault.UNREADABLE),
        ("1.234,50", AmountFault.UNREADABLE),
        ("1e5", AmountFault.UNREADABLE),
        ("100.", AmountFault.UNREADABLE),
        (".5", AmountFault.UNREADABLE),
        ("1.5万元", AmountFault.UNREADABLE),
        ("--5", AmountFault.UNREADABLE),
        ("-¥-5", AmountFault.UNREADABLE),
        ("¥", AmountFault.UNREADABLE),
        ("壹佰元", AmountFault.UNREADABLE),
        ("nan", AmountFault.UNREADABLE),
        ("٣٤", AmountFault.UNREADABLE),
    ],
)
def test_what_is_no_amount_says_why(text: str, fault: AmountFault) -> None:
    with pytest.raises(AmountUnfit) as refused:
        parse(text)
    assert refused.value.fault is fault


@pytest.mark.parametrize("text", ["0", "0.00", "-0.01", "-500.00", "(1.00)"])
def test_where_the_direction_is_told_elsewhere_an_amount_is_above_zero(text: str) -> None:
    with pytest.raises(AmountUnfit) as refused:
        parse_positive(text)
    assert refused.value.fault is AmountFault.NOT_POSITIVE


@pytest.mark.parametrize(
    ("fen", "text"), [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (14325025, "143250.25")]
)
def test_fen_are_shown_with_two_decimals(fen: int, text: str) -> None:
    assert text_of(fen) == text


@given(st.integers(min_value=-FEN_MAX, max_value=FEN_MAX))
def test_what_was_shown_is_read_back(fen: int) -> None:
    assert parse(text_of(fen)) == fen


@given(st.integers(min_value=-FEN_MAX, max_value=FEN_MAX))
def test_thousands_separators_change_nothing(fen: int) -> None:
    sign = "-" if fen < 0 else ""
    assert parse(f"¥{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}元") == fen


@given(st.text(max_size=40))
def test_any_text_is_an_amount_or_a_fault(text: str) -> None:
    try:
        fen = parse(text)
    except AmountUnfit:
        return
    assert abs(fen) <= FEN_MAX
