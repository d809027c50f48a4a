"""Taking votes: what each is held against, and the verdict on every one of a group.

Votes are decided one after another in the order in which they came, each alone in its verdict, so
that a group can share one transaction: a duplicate in it refuses only itself.
"""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from services.proofs.announced import Schedule
from services.proofs.attestation import SignedAttestation
from services.proofs.instants import rfc3339
from services.proofs.leaf import Leaf
from services.proofs.receipt import Receipt, receipt_of
from services.proofs.tlog_proof import TlogProof
from services.proofs.trusted_keys import TrustedKeys
from services.proofs.vote import Channel, Choice, Vote
from services.voting.domain.convening import Convener
from services.voting.domain.errors import (
    AlreadyVoted,
    BallotClosed,
    BallotNotOpenYet,
    ChannelNotYours,
    DependentCardRefused,
    EntryNotInElectorate,
    EntryOfAnother,
    FollowMajorityNotOffered,
    ItemNotPublished,
    ItemUnanswered,
    Refusal,
    VoteForAnotherBallot,
    VoteIdReused,
)
from services.voting.domain.signing import SignedVote


@dataclass(frozen=True, slots=True)
class BallotPaper:
    """What a vote is held against: the published items, the window, 随多数, whose word on keys."""

    estate_id: str
    ballot_id: str
    item_ids: Collection[str]
    schedule: Schedule
    follow_offered: bool
    attesters: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class WaitingVote:
    """A vote whose signature, caller and choices are in order, waiting for its turn.

    `by` is who signed it: an owner by his pseudonym, or the official who entered it.
    """

    signed: SignedVote
    paper: BallotPaper
    by: str

    @property
    def vote(self) -> Vote:
        """Return what was signed."""
        return self.signed.vote


@dataclass(frozen=True, slots=True)
class CastVote:
    """A vote that has been taken: by whom, when, and at which position of the estate's log."""

    vote: Vote
    by: str
    cast_at: datetime
    position: int


@dataclass(frozen=True, slots=True)
class LoggedVote:
    """A vote with all that its receipt is made of."""

    cast: CastVote
    leaf: Leaf
    key: SignedAttestation
    proof: TlogProof

    def receipt(self, keys: TrustedKeys) -> Receipt:
        """Return what its owner keeps, for the log with these keys."""
        return receipt_of(self.leaf, self.cast.vote.document, self.proof, keys, self.key)


@dataclass(frozen=True, slots=True)
class ReceiptedVote:
    """A vote that has been taken, and its receipt."""

    cast: CastVote
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Standing:
    """What is on record about a waiting vote when its turn comes.

    `area_centi` is that of its entry, absent if the electorate has none such; `known` is the vote
    that was taken with its id before.
    """

    area_centi: int | None
    is_holder: bool
    has_voted: bool
    known: CastVote | None


@dataclass(frozen=True, slots=True)
class StoredVote:
    """A vote that this group adds, with the area of its entry."""

    waiting: WaitingVote
    area_centi: int
    cast: CastVote


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict for every waiting vote, in their order, and which of them are to be stored."""

    verdicts: tuple[CastVote | Refusal, ...]
    stored: tuple[StoredVote, ...]


def decide(
    waiting: Sequence[WaitingVote], standings: Sequence[Standing], *, first: int, at: datetime
) -> Decision:
    """Return the verdict on every waiting vote of one estate at the instant `at`.

    Args:
        waiting: in the order in which they came.
        standings: what is on record about each.
        first: the next position of the estate's log; new votes follow it without a gap.
        at: an instant read while no other vote of the estate can be taken.
    """
    taken: dict[str, CastVote] = {}
    voted: set[tuple[str, str]] = set()
    verdicts: list[CastVote | Refusal] = []
    stored: list[StoredVote] = []
    for one, standing in zip(waiting, standings, strict=True):
        entry = (one.vote.ballot_id, one.vote.entry_id)
        known = standing.known or taken.get(one.vote.vote_id)
        refused = _entry_refusal(one, standing)
        if refused is None and known is not None:
            # A vote sent again is the vote taken then, even after the close: retried is once.
            verdicts.append(_again(one, known))
            continue
        refused = refused or outside(one.paper.schedule, at)
        if refused is None and (standing.has_voted or entry in voted):
            refused = AlreadyVoted(
                "该专有部分在本次表决中已经投票，首次有效投票为准。",
                "This entry has voted in this ballot; the first valid vote stands.",
            )
        if refused is not None or standing.area_centi is None:
            assert refused is not None
            verdicts.append(refused)
            continue
        # To the second, as the checkpoint over it is signed: nothing finer could be proved.
        fresh = CastVote(one.vote, one.by, at.replace(microsecond=0), first + len(stored))
        stored.append(StoredVote(one, standing.area_centi, fresh))
        taken[one.vote.vote_id] = fresh
        voted.add(entry)
        verdicts.append(fresh)
    return Decision(tuple(verdicts), tuple(stored))


def check_channel(roles: AbstractSet[str], channel: Channel) -> None:
    """Refuse a vote on a way that is not open to somebody with `roles`.

    Raises:
        DependentCardRefused: a family or tenant card, and no main card, on a phone (HZ 90(4)).
        ChannelNotYours: an official votes as an owner would, or an owner enters a paper.
    """
    if channel is Channel.PHONE and "owner" in roles:
        return
    if channel is Channel.PHONE and roles.isdisjoint(Convener):
        raise DependentCardRefused(
            "附属卡（家庭成员、租户等）不能参与表决，请业主本人使用主卡投票。",
            "A family or tenant card never votes; the owner votes with the main card.",
        )
    if channel is Channel.PHONE or roles.isdisjoint(Convener):
        raise ChannelNotYours(
            "手机投票由业主本人提交；纸质和电话投票由召集人录入。",
            "Owners vote by phone; those who convene enter votes from paper and telephone.",
            channel=channel.value,
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


def _entry_refusal(one: WaitingVote, standing: Standing) -> Refusal | None:
    if one.vote.channel is not Channel.PHONE:
        if standing.area_centi is None:
            return EntryNotInElectorate(
                "本次表决名册上没有该表决权。", "The frozen electorate has no such entry."
            )
        return None
    if standing.area_centi is None or not standing.is_holder:
        return EntryOfAnother(
            "您不是该专有部分在本次表决名册上的业主。",
            "You are no holder of this entry in the frozen electorate.",
        )
    return None


def _again(one: WaitingVote, before: CastVote) -> CastVote | Refusal:
    if (before.vote.document, before.by) == (one.vote.document, one.by):
        return before
    return VoteIdReused("该选票编号已用于另一张选票。", "This vote id stands for another vote.")


def outside(schedule: Schedule, at: datetime) -> Refusal | None:
    """Return the refusal of a vote at `at`; the closing instant itself is late (CC 203)."""
    opens_at, closes_at = schedule.opens_at, schedule.closes_at
    if opens_at <= at < closes_at:
        return None
    window = {
        "opens_at": rfc3339(opens_at),
        "closes_at": rfc3339(closes_at),
        "received_at": rfc3339(at),
    }
    if at < opens_at:
        return BallotNotOpenYet("表决尚未开始。", "The ballot is not open yet.", **window)
    return BallotClosed("表决已经截止。", "The ballot has closed.", **window)
