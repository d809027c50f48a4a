"""Spending without a vote, held against the rules of procedure as they stood (HZ 16(10))."""

from collections import defaultdict
from dataclasses import dataclass

from services.proofs.books import bank_fen, half_year_of
from services.proofs.entry import BookedEntry
from services.proofs.half_year import Limits
from services.proofs.refuted import Refuted


class BeyondLimits(Refuted):
    """An expense exceeds what may be spent without a vote, or rests on limits that are not set."""


@dataclass(slots=True)
class _Uses:
    count: int = 0
    total_fen: int = 0


class Spending:
    """The uses of each half-year so far; an expense that was taken back is none."""

    def __init__(self) -> None:
        self._limits: Limits | None = None
        self._uses: dict[str, _Uses] = defaultdict(_Uses)

    def set(self, limits: Limits) -> None:
        """Take the next version of the limits, which governs what follows.

        Raises:
            BeyondLimits: it is not the next version.
        """
        version = self._limits.version + 1 if self._limits else 1
        if limits.version != version:
            raise BeyondLimits(f"version {limits.version} of the limits is not version {version}")
        self._limits = limits

    def add(self, entry: BookedEntry, taken_back: BookedEntry | None) -> None:
        """Take the next entry, and the one that it takes back.

        Raises:
            BeyondLimits: it breaks a limit.
        """
        if taken_back is not None:
            if taken_back.within_limits:
                uses = self._uses[half_year_of(taken_back.month)]
                uses.count -= 1
                uses.total_fen += bank_fen(taken_back)
            return
        if not entry.within_limits:
            return
        uses, amount_fen = self._uses[half_year_of(entry.month)], -bank_fen(entry)
        uses.count += 1
        uses.total_fen += amount_fen
        if self._limits is None:
            raise BeyondLimits(f"entry {entry.number} rests on limits that nobody set")
        for reached, allowed in (
            (uses.count, self._limits.uses_max),
            (amount_fen, self._limits.amount_each_max_fen),
            (uses.total_fen, self._limits.amount_total_max_fen),
        ):
            if reached > allowed:
                raise BeyondLimits(f"entry {entry.number}: {reached} where {allowed} is allowed")
