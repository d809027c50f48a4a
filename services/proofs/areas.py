"""Exclusive area, as the register writes it: two decimals, held as integers of 0.01 m² (JI 8)."""

import re

_TWO_DECIMALS = re.compile(r"(0|[1-9][0-9]{0,11})\.([0-9]{2})")


def area_m2(area_centi: int) -> str:
    """Return an area for people and JSON: `11966` is `"119.66"`."""
    return f"{area_centi // 100}.{area_centi % 100:02d}"


def area_centi(area_m2: str) -> int:
    """Return the integer of 0.01 m² that `area_m2` writes.

    Raises:
        ValueError: not a plain decimal number with exactly two decimals.
    """
    written = _TWO_DECIMALS.fullmatch(area_m2)
    if written is None:
        raise ValueError("an area is written with exactly two decimals")
    return int(written[1]) * 100 + int(written[2])
