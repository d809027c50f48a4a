"""Take a group of votes of one estate in one order, inside the caller's transaction.

It takes a list so that votes that come together can share one commit. It is the only way in which
a vote gets a position, and it holds the estate's head from before the clock is read until the end
of the transaction: so positions have no gaps, instants never run backwards whichever process reads
its clock, and a count that holds the head after the close has seen every vote.
"""

from collections.abc import Sequence

from services.chassis.clock import Clock
from services.chassis.database import Connection
from services.voting.domain.casting import CastVote, WaitingVote, decide
from services.voting.domain.errors import Refusal
from services.voting.store import heads, votes


async def append_votes(
    connection: Connection, estate_id: str, waiting: Sequence[WaitingVote], *, clock: Clock
) -> tuple[CastVote | Refusal, ...]:
    """Return the verdict on each vote, in their order; a duplicate refuses only itself.

    The database's own unique keys stand behind this. They are not asked to find the duplicates
    ("on conflict do nothing"), because a position given to a vote that then falls away would be
    the gap that no auditor could explain.
    """
    head = await heads.lock(connection, estate_id)
    at = head.instant(clock.now())
    known = await votes.known(connection, estate_id, waiting)
    decision = decide(waiting, known, votes_count=head.votes_count, at=at)
    if decision.stored:
        await votes.add(connection, estate_id, decision.stored)
        grown = head.votes_count + len(decision.stored)
        await heads.advance(connection, estate_id, votes_count=grown, at=at)
    return decision.verdicts
