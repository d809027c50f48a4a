"""A ballot (表决), its items (议题), and the state that follows from its times and nothing else.

A draft is never edited: a convener who changes his mind writes another one. So everything that can
be announced already is immutable, and announcing only adds to it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.voting.domain.convening import Convener, ConveningReason
from services.voting.domain.electorate import Weight
from services.voting.domain.errors import BallotNotAnnounced, BallotNotFound
from services.voting.domain.rules import Policies
from services.voting.domain.schedule import Meeting, Schedule


class BallotState(StrEnum):
    """Derived from the announcement, the clock and the existence of a result; never stored."""

    DRAFT = "DRAFT"
    ANNOUNCED = "ANNOUNCED"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    COUNTED = "COUNTED"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A paper that belongs to an item, named by the hash of its bytes."""

    name: str
    sha256: str
    size_bytes: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a ballot; `number` is its place on the paper, from 1.

    A passed item with a budget covers spending up to it, never beyond (HZ 16(5), 16(10)).
    """

    item_id: str
    number: int
    kind: str
    title: str
    description: str
    budget_fen: int | None
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class FrozenRules:
    """The rule table and the rules of procedure that a ballot was announced under."""

    version: str
    sha256: str
    policies: Policies


@dataclass(frozen=True, slots=True)
class FrozenRoll:
    """What a ballot keeps of its electorate beside the entries."""

    electorate_id: str
    frozen_at: datetime
    policy: Policies
    sha256: str
    weight: Weight


@dataclass(frozen=True, slots=True)
class Announcement:
    """What one request freezes: schedule, rules and electorate; the items are frozen already."""

    schedule: Schedule
    rules: FrozenRules
    roll: FrozenRoll


@dataclass(frozen=True, slots=True)
class Ballot:
    """One vote of the assembly, with what has happened to it so far."""

    estate_id: str
    ballot_id: str
    title: str
    meeting: Meeting
    convener: Convener
    convening_reason: ConveningReason | None
    drafted_at: datetime
    items: tuple[Item, ...]
    announcement: Announcement | None = None
    counted_at: datetime | None = None

    def state(self, now: datetime) -> BallotState:
        """Return where the ballot stands at `now`."""
        if self.counted_at is not None:
            return BallotState.COUNTED
        if self.announcement is None:
            return BallotState.DRAFT
        schedule = self.announcement.schedule
        if now < schedule.opens_at:
            return BallotState.ANNOUNCED
        return BallotState.OPEN if now < schedule.closes_at else BallotState.CLOSED

    def announced(self) -> Announcement:
        """Return the announcement.

        Raises:
            BallotNotAnnounced: the ballot is a draft.
        """
        if self.announcement is None:
            raise BallotNotAnnounced(
                "该表决尚未公告。", "The ballot has not been announced.", ballot_id=self.ballot_id
            )
        return self.announcement


@dataclass(frozen=True, slots=True)
class SeenBallot:
    """A ballot together with the instant at which it is looked at."""

    ballot: Ballot
    at: datetime

    @property
    def state(self) -> BallotState:
        """Return where the ballot stood at that instant."""
        return self.ballot.state(self.at)


def existing(ballot: Ballot | None) -> Ballot:
    """Return a ballot that was looked for.

    Raises:
        BallotNotFound: there is none.
    """
    if ballot is None:
        raise BallotNotFound("没有该表决。", "There is no such ballot.")
    return ballot


def published(ballot: Ballot | None) -> Ballot:
    """Return a ballot that was looked for by somebody to whom drafts do not exist.

    Raises:
        BallotNotFound: there is none, or it is a draft.
    """
    found = existing(ballot)
    return existing(None) if found.announcement is None else found
