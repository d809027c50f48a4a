"""What was frozen and what was taken, held against its own hashes before anything is made of it.

Nothing that runs can change these records. A restored backup, or somebody above the grants, can;
then there is no result, and whoever counts is told so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.voting.domain.ballot import Ballot
from services.voting.domain.electorate import ElectorateEntry, electorate_sha256
from services.voting.domain.errors import ChoiceUnknown, FrozenRecordsChanged, VoteUnreadable
from services.voting.domain.rules import RuleTable
from services.voting.domain.vote import Vote, read_vote


@dataclass(frozen=True, slots=True)
class KeptVote:
    """A vote's row: the document as it was sent, and what was noted of it beside."""

    vote_id: str
    ballot_id: str
    entry_id: str
    document: bytes
    document_sha256: bytes


def check_frozen(ballot: Ballot, roll: Sequence[ElectorateEntry], table: RuleTable) -> None:
    """Check that roll and rules have the hashes that were announced.

    Raises:
        FrozenRecordsChanged: one of them has not.
    """
    announced = ballot.announced()
    recomputed = electorate_sha256(ballot.estate_id, announced.roll.policy, roll)
    if (recomputed, table.sha256) != (announced.roll.sha256, announced.rules.sha256):
        raise _changed("electorate or rules")


def check_complete(votes_stored: int, *, votes_count: int) -> None:
    """Check that the estate has as many votes as positions were given out.

    Raises:
        FrozenRecordsChanged: some are missing, or came in past the head.
    """
    if votes_stored != votes_count:
        raise _changed("positions")


def read_kept(ballot: Ballot, kept: Iterable[KeptVote]) -> list[Vote]:
    """Return the votes of `ballot` as their documents say them.

    Raises:
        FrozenRecordsChanged: a document has another hash than was noted with it, is not of its
            row, or does not answer the published items.
    """
    item_ids = {item.item_id for item in ballot.items}
    votes = []
    for one in kept:
        vote = _vote(one.document)
        said = (vote.document_sha256, vote.vote_id, vote.ballot_id, vote.entry_id)
        noted = (one.document_sha256, one.vote_id, one.ballot_id, one.entry_id)
        if said != noted or vote.choices.keys() != item_ids:
            raise _changed("votes")
        votes.append(vote)
    return votes


def _vote(document: bytes) -> Vote:
    try:
        return read_vote(document)
    except (VoteUnreadable, ChoiceUnknown) as broken:
        raise _changed("votes") from broken


def _changed(what: str) -> FrozenRecordsChanged:
    return FrozenRecordsChanged(
        "冻结或已收的记录与其校验值不符，不能计票。",
        "Records that were frozen or taken no longer match their hashes; nothing is counted.",
        changed=what,
    )
