"""How many have voted, which is all that is told while a ballot is open."""

from dataclasses import dataclass

from services.proofs.counting import Question, ask
from services.proofs.electorate import Weight
from services.proofs.rules import DualShare
from services.voting.domain.ballot import BallotState


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many have voted against what a quorum needs."""

    ballot_id: str
    state: BallotState
    quorum: Question


def turnout_of(
    ballot_id: str, state: BallotState, share: DualShare, *, reached: Weight, electorate: Weight
) -> Turnout:
    """Return the turnout; a vote answers every item, so it is that of each item."""
    quorum = ask(share, reached=reached, whole=electorate)
    assert quorum is not None
    return Turnout(ballot_id, state, quorum)
