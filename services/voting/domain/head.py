"""Where an estate's order of votes stands."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Head:
    """How many votes an estate has, and the last instant by which one was taken or counted."""

    votes_count: int = 0
    last_at: datetime | None = None

    def instant(self, now: datetime) -> datetime:
        """Return `now`, or the last instant if a slower clock says an earlier one.

        Processes on several machines never agree to the microsecond. What one has counted, another
        must not take to be open still, so an estate's instants never run backwards.
        """
        return now if self.last_at is None else max(now, self.last_at)
