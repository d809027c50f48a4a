"""Where an estate's log stands."""

from dataclasses import dataclass
from datetime import datetime

from services.proofs.tree import CompactRange


@dataclass(frozen=True, slots=True)
class Head:
    """The subtrees of what is logged so far, and the last instant at which something was."""

    estate_id: str
    range: CompactRange
    last_at: datetime | None = None

    @property
    def size(self) -> int:
        """How many leaves the log has; the next one's position."""
        return self.range.size

    def instant(self, now: datetime) -> datetime:
        """Return `now`, or the last instant if a slower clock says an earlier one.

        Processes on several machines never agree to the microsecond. What one has counted, another
        must not take to be open still, so an estate's instants never run backwards.
        """
        return now if self.last_at is None else max(now, self.last_at)
