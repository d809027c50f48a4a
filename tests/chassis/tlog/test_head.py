"""An estate's instants never run backwards."""

from datetime import UTC, datetime, timedelta

from services.chassis.tlog.head import Head
from services.proofs.tree import CompactRange

NOON = datetime(2026, 4, 5, 4, tzinfo=UTC)


def test_an_estates_instants_never_run_backwards() -> None:
    head = Head("estate", CompactRange(), last_at=NOON)
    assert head.instant(NOON - timedelta(seconds=1)) == NOON
    later = NOON + timedelta(microseconds=1)
    assert head.instant(later) == later


def test_the_first_instant_is_the_clocks() -> None:
    assert Head("estate", CompactRange()).instant(NOON) == NOON
