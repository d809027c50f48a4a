"""When the story happens: fixed days, so that it tells the same on any day that it is played."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from launcher.stack import Stack

ZONE = ZoneInfo("Asia/Shanghai")
BEGINS = datetime(2026, 5, 6, 9, 30, tzinfo=ZONE)
OPENS_ON = date(2026, 5, 22)  # the day of notice does not count: 7 to 21 May are fifteen full days
CLOSES_ON = date(2026, 5, 31)
VOTING = datetime.combine(OPENS_ON, time(0, 5), ZONE)
COUNTING = datetime.combine(CLOSES_ON + timedelta(days=1), time(9), ZONE)
BOOKS = datetime(2026, 7, 2, 10, tzinfo=ZONE)


def move(stack: Stack, instant: datetime) -> None:
    """Move the clocks of all services to `instant`, from where they go on ticking."""
    machine = datetime.now(UTC)  # noqa: TID251 - the demo is what shifts the clocks against this
    stack.shift_clock(instant - machine)
