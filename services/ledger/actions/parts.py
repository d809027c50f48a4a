"""What the ledger's actions are handed."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.chassis.clock import Clock
from services.chassis.database import Begin
from services.chassis.tlog.keys import LogKeys
from services.chassis.tlog.witnesses import Witnesses
from services.ledger.clients.voting import VotingClient


@dataclass(frozen=True)
class Parts:
    """The database, the clock, the neighbour, the zone in which a day is a day, and the log's keys.

    `witnesses` are those that an estate may choose from.
    """

    begin: Begin
    clock: Clock
    voting: VotingClient
    zone: ZoneInfo
    log_keys: LogKeys
    witnesses: Witnesses

    def now(self) -> datetime:
        """Return the present instant."""
        return self.clock.now()

    def today(self) -> date:
        """Return the present day where the estates are."""
        return self.day_of(self.now())

    def day_of(self, instant: datetime) -> date:
        """Return the day that an instant falls into where the estates are."""
        return instant.astimezone(self.zone).date()
