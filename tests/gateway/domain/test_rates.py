"""The generic cell rate algorithm, against a bucket that is counted out."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.rates import SECOND_US, Budget, decide

TWO_AT_ONCE = Budget(per_minute=60, burst=2)


def test_a_burst_passes_and_the_next_waits_for_its_turn() -> None:
    state: int | None = None
    told = []
    for at in (0, 0, 0, SECOND_US - 1, SECOND_US, SECOND_US):
        decision = decide(TWO_AT_ONCE, state, now_us=at)
        state = decision.whole_at_us
        told.append((decision.admitted, decision.retry_after_us))
    assert told == [
        (True, 0),
        (True, 0),
        (False, SECOND_US),
        (False, 1),
        (True, 0),
        (False, SECOND_US),
    ]


def test_asking_while_refused_costs_nothing() -> None:
    state = decide(Budget(60, 1), None, now_us=0).whole_at_us
    for _ in range(100):
        refused = decide(Budget(60, 1), state, now_us=10)
        assert not refused.admitted
        state = refused.whole_at_us
    assert decide(Budget(60, 1), state, now_us=SECOND_US).admitted


def test_a_clock_that_was_moved_back_locks_nobody_out_for_longer_than_the_burst() -> None:
    far = 1_000_000 * SECOND_US
    state = decide(TWO_AT_ONCE, None, now_us=far).whole_at_us
    refused = decide(TWO_AT_ONCE, state, now_us=0)
    assert not refused.admitted
    assert refused.retry_after_us <= 2 * SECOND_US


@pytest.mark.parametrize(("per_minute", "burst"), [(0, 1), (1, 0), (-1, 5)])
def test_a_budget_of_nothing_cannot_be_built(per_minute: int, burst: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        Budget(per_minute, burst)


@given(
    st.integers(1, 600),
    st.integers(1, 20),
    st.lists(st.integers(0, 5 * SECOND_US), max_size=60),
)
def test_it_admits_exactly_what_a_leaking_bucket_does(
    per_minute: int, burst: int, gaps: list[int]
) -> None:
    budget = Budget(per_minute, burst)
    state: int | None = None
    now, tokens = 0, Fraction(burst)
    for gap in gaps:
        now += gap
        tokens = min(Fraction(burst), tokens + Fraction(gap, budget.interval_us))
        decision = decide(budget, state, now_us=now)
        state = decision.whole_at_us
        assert decision.admitted == (tokens >= 1)
        if decision.admitted:
            tokens -= 1
        else:
            assert decision.retry_after_us == (1 - tokens) * budget.interval_us
            assert decide(budget, state, now_us=now + decision.retry_after_us).admitted
