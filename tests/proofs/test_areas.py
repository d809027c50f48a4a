"""Area is written with two decimals and held as an integer."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.proofs.areas import area_centi, area_m2


@given(some.integers(0, 10**13))
def test_what_is_written_is_read_back(centi: int) -> None:
    assert area_centi(area_m2(centi)) == centi


@pytest.mark.parametrize(("centi", "text"), [(11966, "119.66"), (5, "0.05"), (100, "1.00")])
def test_an_area_has_two_decimals(centi: int, text: str) -> None:
    assert area_m2(centi) == text


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.0", "1.000", "-1.00", "+1.00", "01.00", "1,000.00", "1e2", "１.００", "NaN"],
)
def test_any_other_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="two decimals"):
        area_centi(text)
