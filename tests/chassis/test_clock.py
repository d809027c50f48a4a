"""The shifted clock follows its file; production refuses it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.chassis.clock import ShiftedClock, SystemClock, write_shift
from services.chassis.settings import ServiceSettings


def near(one: datetime, other: datetime) -> bool:
    return abs(one - other) < timedelta(seconds=5)


def test_it_moves_when_the_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    clock = ShiftedClock(path)
    assert near(clock.now(), SystemClock().now())
    for days in (16, 30, -200):
        write_shift(path, timedelta(days=days))
        assert near(clock.now(), SystemClock().now() + timedelta(days=days))
    assert clock.now().tzinfo is UTC


def settings(**given: object) -> ServiceSettings:
    return ServiceSettings.model_validate(
        {"signing_key_files": [], "issuers": {}, "clock_file": Path("clock")} | given
    )


def test_production_refuses_a_shifted_clock() -> None:
    with pytest.raises(ValidationError, match="demo profile only"):
        settings()
    assert isinstance(settings(profile="demo").clock(), ShiftedClock)
