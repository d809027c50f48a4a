"""A clock that the test moves."""

from datetime import UTC, datetime, timedelta


class ClockStoppedAt:
    """Stands still until it is moved."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        return self._instant

    def move_to(self, instant: datetime) -> None:
        self._instant = instant.astimezone(UTC)

    def advance(self, **by: float) -> None:
        self._instant += timedelta(**by)
