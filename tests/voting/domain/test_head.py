"""An estate's instants never run backwards, whichever process reads its clock."""

from datetime import timedelta

from services.voting.domain.head import Head
from tests.voting.hall import CLOSES

TICK = timedelta(microseconds=1)


def test_the_first_instant_is_the_clocks() -> None:
    assert Head().instant(CLOSES) == CLOSES


def test_a_slower_clock_is_held_at_the_last_instant() -> None:
    head = Head(votes_count=7, last_at=CLOSES)
    assert head.instant(CLOSES - TICK) == CLOSES
    assert head.instant(CLOSES + TICK) == CLOSES + TICK
