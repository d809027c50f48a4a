"""Spending without a vote: only within the count and the amount that the rules agree (HZ 16(10)).

Both limits hold. An expense of one fen is refused when the uses of its half-year are spent, and
the first use is refused when it is one fen too much.
"""

from dataclasses import dataclass
from datetime import datetime

from services.ledger.domain.errors import LimitsUnreasonable, SpendingBeyondLimits
from services.ledger.domain.money import FEN_MAX


@dataclass(frozen=True)
class SpendingLimits:
    """What the estate's rules of procedure (议事规则) allow without a vote, per half-year."""

    uses_max: int
    amount_each_max_fen: int
    amount_total_max_fen: int

    def __post_init__(self) -> None:
        amounts = (self.amount_each_max_fen, self.amount_total_max_fen)
        if self.uses_max < 0 or min(amounts) < 0 or max(amounts) > FEN_MAX:
            raise LimitsUnreasonable("限额超出范围。", "A limit is out of bounds.")
        if self.amount_each_max_fen > self.amount_total_max_fen:
            raise LimitsUnreasonable(
                "单次限额不得大于半年总额。",
                "The limit of one use cannot exceed that of the half-year.",
            )


@dataclass(frozen=True)
class LimitsSet:
    """Spending limits as they were entered: the newest version governs what is published next."""

    limits: SpendingLimits
    version: int
    set_at: datetime


@dataclass(frozen=True)
class Uses:
    """What was spent under the limits in one half-year so far; reversed expenses do not count."""

    count: int = 0
    total_fen: int = 0

    def with_one(self, amount_fen: int, limits: SpendingLimits, **facts: object) -> "Uses":
        """Return the uses after one more expense of `amount_fen`.

        Raises:
            SpendingBeyondLimits: it breaks one of the three limits; the facts say which.
        """
        after = Uses(self.count + 1, self.total_fen + amount_fen)
        for limit, reached, allowed in (
            ("uses_max", after.count, limits.uses_max),
            ("amount_each_max_fen", amount_fen, limits.amount_each_max_fen),
            ("amount_total_max_fen", after.total_fen, limits.amount_total_max_fen),
        ):
            if reached > allowed:
                raise SpendingBeyondLimits(
                    "超出议事规则约定的次数或额度，须由业主共同决定。",
                    "Beyond the count or amount in the rules of procedure: the owners decide.",
                    limit=limit,
                    allowed=allowed,
                    reached=reached,
                    **facts,
                )
        return after
