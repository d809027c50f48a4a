"""One estate has one pair of keys, however its id came in."""

import pytest

from services.chassis.tlog.keys import LogKeys

ESTATE = "a1b2c3d4-0000-4000-8000-00000000000a"


@pytest.mark.parametrize(
    "spelling", [ESTATE.upper(), ESTATE.replace("-", ""), f"{{{ESTATE}}}", "", "estate"]
)
def test_another_spelling_of_an_estate_has_no_keys(spelling: str) -> None:
    with pytest.raises(ValueError, match="UUID"):
        LogKeys("voting", bytes(32)).of(spelling)
    assert LogKeys("voting", bytes(32)).of(ESTATE).log_key.name


def test_a_seed_has_one_size() -> None:
    for size in (0, 31, 33):
        with pytest.raises(ValueError, match="32 bytes"):
            LogKeys("voting", bytes(size))
