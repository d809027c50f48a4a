"""What the actions of voting work with."""

from dataclasses import dataclass

from services.chassis.clock import Clock
from services.chassis.database import Begin
from services.voting.clients.identity import Identity


@dataclass(frozen=True)
class Parts:
    """The parts of one voting process.

    `zone` is the city's: the day of notice is judged in it before identity is asked, so that a
    refused announcement freezes nothing. The zone that counts comes with the electorate.
    """

    begin: Begin
    clock: Clock
    identity: Identity
    zone: str
