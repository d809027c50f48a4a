"""How fast one address or one session may ask: the generic cell rate algorithm (ITU-T I.371).

One integer per key is all the memory there is: the instant at which its budget is whole again.
"""

from dataclasses import dataclass

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US


@dataclass(frozen=True)
class Budget:
    """`per_minute` requests as a steady stream, and `burst` of them at once."""

    per_minute: int
    burst: int

    def __post_init__(self) -> None:
        if self.per_minute < 1 or self.burst < 1:
            raise ValueError("a budget allows at least one request")

    @property
    def interval_us(self) -> int:
        """Microseconds after which one more request is earned."""
        return max(1, MINUTE_US // self.per_minute)


@dataclass(frozen=True)
class Decision:
    """Whether a request passes; `whole_at_us` is the state that the next decision needs."""

    admitted: bool
    whole_at_us: int
    retry_after_us: int = 0


def decide(budget: Budget, previous_whole_at_us: int | None, *, now_us: int) -> Decision:
    """Return whether a request at `now_us` fits the budget that was whole at the given instant."""
    interval = budget.interval_us
    tolerance = budget.burst * interval
    whole_at = now_us if previous_whole_at_us is None else previous_whole_at_us
    # A clock that was moved back must not lock anyone out for the time it was moved by.
    whole_at = min(max(whole_at, now_us), now_us + tolerance)
    admissible_at = whole_at + interval - tolerance
    if now_us < admissible_at:
        return Decision(admitted=False, whole_at_us=whole_at, retry_after_us=admissible_at - now_us)
    return Decision(admitted=True, whole_at_us=whole_at + interval)
