"""The only place that reads the time.

Every rule about a deadline takes an instant; every process has one clock, handed to it at start.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's instant in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that may


class ShiftedClock:
    """The machine's clock plus a shift that a file tells, so that a demo can move over a notice.

    All processes of a demo read the same file. It holds whole seconds as text; a missing or empty
    file means no shift. Production refuses this clock (`settings.ServiceSettings`).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._shift = timedelta()

    def now(self) -> datetime:
        """Return the machine's instant plus the shift that the file holds now."""
        # One stat a call, a read only after a change: the file is replaced, never rewritten.
        try:
            status = os.stat(self._path)  # noqa: PTH116 - a Path object a call would double the cost
        except FileNotFoundError:
            return SystemClock().now()
        seen = (status.st_ino, status.st_mtime_ns)
        if seen != self._seen:
            self._shift = timedelta(seconds=int(self._path.read_text() or "0"))
            self._seen = seen
        return SystemClock().now() + self._shift


def write_shift(path: Path, shift: timedelta) -> None:
    """Move every clock that reads `path` to `shift` away from the machine's."""
    fresh = path.with_suffix(".fresh")
    fresh.write_text(str(int(shift.total_seconds())))
    fresh.replace(path)
