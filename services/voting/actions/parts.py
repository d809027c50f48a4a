"""What the actions of voting work with."""

import functools
from dataclasses import dataclass, field

from services.chassis.clock import Clock
from services.chassis.database import Begin
from services.chassis.gathering import Gathering
from services.chassis.tlog.keys import LogKeys
from services.chassis.tlog.witnesses import Witnesses
from services.voting.actions.append_votes import Appending, Verdict, append_votes
from services.voting.clients.identity import Identity
from services.voting.domain.casting import WaitingVote
from services.voting.store.papers import Papers


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
    log_keys: LogKeys
    witnesses: Witnesses = field(default_factory=Witnesses)

    @functools.cached_property
    def papers(self) -> Papers:
        """The papers of announced ballots that this process has read."""
        return Papers(self.begin)

    @functools.cached_property
    def appender(self) -> Gathering[str, WaitingVote, Verdict]:
        """Where votes wait for their turn, those of each estate together."""
        appending = Appending(self.begin, self.clock, self.log_keys)
        return Gathering(functools.partial(append_votes, appending))
