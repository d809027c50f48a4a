"""What the ledger's actions are handed."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.chassis.clock import Clock
from services.chassis.database import Begin
from services.ledger.clients.voting import VotingClient


@dataclass(frozen=True)
class Parts:
    """The database, the clock, the neighbour, and the zone in which a day is a day."""

    begin: Begin
    clock: Clock
    voting: VotingClient
    zone: ZoneInfo

    def now(self) -> datetime:
        """Return the present instant."""
        return self.clock.now()

    def today(self) -> date:
        """Return the present day where the estates are."""
        return self.clock.now().astimezone(self.zone).date()
