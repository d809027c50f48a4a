"""Take a group of votes of one estate in one order and one transaction.

It is the only way in which a vote gets a position, and it holds the estate's head from before the
clock is read until the end of the transaction: so positions have no gaps, instants never run
backwards whichever process reads its clock, and a count that holds the head after the close has
seen every vote.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.chassis.clock import Clock
from services.chassis.database import Begin
from services.chassis.tlog import append as log
from services.chassis.tlog.append import Logged
from services.chassis.tlog.keys import LogKeys
from services.proofs.tlog_proof import TlogProof
from services.voting.domain.casting import (
    CastVote,
    LoggedVote,
    StoredVote,
    WaitingVote,
    decide,
)
from services.voting.domain.errors import Refusal
from services.voting.store import votes

Verdict = LoggedVote | CastVote | Refusal
"""A vote taken now, one that was taken before, or what speaks against it."""


@dataclass(frozen=True)
class Appending:
    """What votes are appended with."""

    begin: Begin
    clock: Clock
    log_keys: LogKeys


async def append_votes(
    appending: Appending, estate_id: str, waiting: Sequence[WaitingVote]
) -> tuple[Verdict, ...]:
    """Return the verdict on each vote, in their order; a duplicate refuses only itself.

    The database's own unique keys stand behind this. They are not asked to find the duplicates
    ("on conflict do nothing"), because a position given to a vote that then falls away would be
    the gap that no auditor could explain.
    """
    async with appending.begin() as connection:
        head = await log.lock(connection, estate_id)
        at = head.instant(appending.clock.now())
        standings = await votes.standings(connection, estate_id, waiting)
        decision = decide(waiting, standings, first=head.size, at=at)
        if not decision.stored:
            return decision.verdicts
        logged = await log.append(
            connection,
            head,
            [one.waiting.signed.leaf for one in decision.stored],
            keys=appending.log_keys.of(estate_id),
            at=at,
        )
        await votes.add(connection, estate_id, decision.stored)
    taken = {one.cast.position: _logged(one, logged) for one in decision.stored}
    return tuple(
        taken.get(one.position, one) if isinstance(one, CastVote) else one
        for one in decision.verdicts
    )


def _logged(one: StoredVote, logged: Logged) -> LoggedVote:
    position, signed = one.cast.position, one.waiting.signed
    path = logged.paths[position - logged.first]
    return LoggedVote(
        one.cast, signed.leaf, signed.key, TlogProof(position, path, logged.checkpoint)
    )
