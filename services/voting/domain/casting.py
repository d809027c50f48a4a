"""Taking votes: what each is held against, and the verdict on every one of a group.

Votes are decided one after another in the order in which they came, each alone in its verdict, so
that a group can share one transaction: a duplicate in it refuses only itself.
"""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from services.voting.domain.errors import (
    AlreadyVoted,
    BallotClosed,
    BallotNotOpenYet,
    DependentCardRefused,
    FollowMajorityNotOffered,
    ItemNotPublished,
    ItemUnanswered,
    Refusal,
    VoteForAnotherBallot,
    VoteIdReused,
)
from services.voting.domain.schedule import Schedule, rfc3339
from services.voting.domain.vote import Choice, Vote


@dataclass(frozen=True, slots=True)
class BallotPaper:
    """What a vote is held against: the published items, the window, the choice of 随多数."""

    ballot_id: str
    item_ids: Collection[str]
    schedule: Schedule
    follow_offered: bool


@dataclass(frozen=True, slots=True)
class WaitingVote:
    """A vote whose caller and choices are in order, waiting for its turn in the estate's order."""

    vote: Vote
    paper: BallotPaper
    area_centi: int
    cast_by: str


@dataclass(frozen=True, slots=True)
class CastVote:
    """A vote that has been taken: when, and at which position in its estate's order of votes."""

    vote: Vote
    cast_at: datetime
    position: int


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict for every waiting vote, in their order, and which of them are to be stored."""

    verdicts: tuple[CastVote | Refusal, ...]
    stored: tuple[tuple[WaitingVote, CastVote], ...]


def decide(
    waiting: Sequence[WaitingVote], known: Sequence[CastVote], *, votes_count: int, at: datetime
) -> Decision:
    """Return the verdict on every waiting vote of one estate at the instant `at`.

    Args:
        waiting: in the order in which they came.
        known: every stored vote of the estate with one of their ids or for one of their entries.
        votes_count: how many votes the estate has; new positions follow it without a gap.
        at: an instant read while no other vote of the estate can be taken.
    """
    by_id = {cast.vote.vote_id: cast for cast in known}
    voted = {(cast.vote.ballot_id, cast.vote.entry_id) for cast in known}
    verdicts: list[CastVote | Refusal] = []
    stored: list[tuple[WaitingVote, CastVote]] = []
    for one in waiting:
        fresh = CastVote(one.vote, at, position=votes_count + len(stored))
        verdict = _verdict(one, by_id, voted, fresh)
        verdicts.append(verdict)
        if verdict is fresh:
            stored.append((one, fresh))
            by_id[one.vote.vote_id] = fresh
            voted.add((one.vote.ballot_id, one.vote.entry_id))
    return Decision(tuple(verdicts), tuple(stored))


def check_card(roles: AbstractSet[str]) -> None:
    """Refuse a card that never votes (HZ 90(4)).

    Raises:
        DependentCardRefused: the caller holds a family or tenant card and no main card here.
    """
    if "owner" not in roles:
        raise DependentCardRefused(
            "附属卡（家庭成员、租户等）不能参与表决，请业主本人使用主卡投票。",
            "A family or tenant card never votes; the owner votes with the main card.",
        )


def check_choices(vote: Vote, paper: BallotPaper) -> None:
    """Refuse a vote that does not answer exactly the published items of this ballot (HZ 19).

    Raises:
        VoteForAnotherBallot: the document names another ballot.
        ItemNotPublished: a choice on something that this ballot does not ask.
        ItemUnanswered: an item without a choice.
        FollowMajorityNotOffered: 随多数 although the frozen rules of procedure do not offer it.
    """
    if vote.ballot_id != paper.ballot_id:
        raise VoteForAnotherBallot("选票所载表决与提交地址不符。", "The vote names another ballot.")
    published = set(paper.item_ids)
    if unpublished := vote.choices.keys() - published:
        raise ItemNotPublished(
            "不得就未公告的事项进行表决。",
            "An item that was not published is not voted on.",
            items=sorted(unpublished),
        )
    if unanswered := published - vote.choices.keys():
        raise ItemUnanswered(
            "每一事项均须作出选择；不愿表态可选择弃权。",
            "Every item takes a choice; who has no opinion may abstain.",
            items=sorted(unanswered),
        )
    if Choice.FOLLOW_MAJORITY in vote.choices.values() and not paper.follow_offered:
        raise FollowMajorityNotOffered(
            "本次表决不设“随多数”选项。", "This ballot does not offer to follow the majority."
        )


def _verdict(
    one: WaitingVote,
    by_id: dict[str, CastVote],
    voted: set[tuple[str, str]],
    fresh: CastVote,
) -> CastVote | Refusal:
    # (1) A vote sent again is the vote taken then, even after the close: retried is once.
    if before := by_id.get(one.vote.vote_id):
        return _again(one.vote, before)
    # (2) The window, by an instant that follows every vote taken so far.
    if refusal := outside(one.paper.schedule, fresh.cast_at):
        return refusal
    # (3) One vote for each entry; the first valid one stands.
    if (one.vote.ballot_id, one.vote.entry_id) in voted:
        return AlreadyVoted(
            "该专有部分在本次表决中已经投票，首次有效投票为准。",
            "This entry has voted in this ballot; the first valid vote stands.",
        )
    return fresh


def _again(vote: Vote, before: CastVote) -> CastVote | Refusal:
    if before.vote.document == vote.document:
        return before
    return VoteIdReused("该选票编号已用于另一张选票。", "This vote id stands for another vote.")


def outside(schedule: Schedule, at: datetime) -> Refusal | None:
    """Return the refusal of a vote at `at`; the closing instant itself is late (CC 203)."""
    window = {
        "opens_at": rfc3339(schedule.opens_at),
        "closes_at": rfc3339(schedule.closes_at),
        "received_at": rfc3339(at),
    }
    if at < schedule.opens_at:
        return BallotNotOpenYet("表决尚未开始。", "The ballot is not open yet.", **window)
    if at >= schedule.closes_at:
        return BallotClosed("表决已经截止。", "The ballot has closed.", **window)
    return None
