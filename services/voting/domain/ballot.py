"""A ballot (表决), its items (议题), and the state that follows from its times and nothing else.

A draft is never edited: a convener who changes his mind writes another one. So everything that can
be announced already is immutable, and announcing only adds to it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.proofs.announced import Item, Notice, Openings, Schedule
from services.proofs.electorate import Weight
from services.proofs.result import Basis
from services.proofs.rules import Policies
from services.voting.domain.convening import Convener, ConveningReason
from services.voting.domain.errors import BallotNotAnnounced, BallotNotFound
from services.voting.domain.schedule import Meeting


class BallotState(StrEnum):
    """Derived from the announcement, the clock and the existence of a result; never stored."""

    DRAFT = "DRAFT"
    ANNOUNCED = "ANNOUNCED"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    COUNTED = "COUNTED"


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
    """What one request freezes: schedule, rules and electorate; the items are frozen already.

    `attesters` are the keys of identity whose word on a device key is taken. `position` is where
    the ballot's leaf is in the log; those of rules, electorate and schedule follow it.
    """

    schedule: Schedule
    rules: FrozenRules
    roll: FrozenRoll
    attesters: frozenset[bytes]
    announced_by: str
    position: int


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
    openings: Openings
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

    def notice(self) -> Notice:
        """Return the ballot as it was announced, to be logged and read by anybody.

        Raises:
            BallotNotAnnounced: the ballot is a draft.
        """
        announced = self.announced()
        return Notice(
            estate_id=self.estate_id,
            ballot_id=self.ballot_id,
            title=self.title,
            meeting=self.meeting.value,
            convener=self.convener.value,
            convening_reason=self.convening_reason and self.convening_reason.value,
            items=self.items,
            openings=self.openings,
            policies=announced.rules.policies,
            attesters=announced.attesters,
            announced_at=announced.schedule.announced_at,
            announced_by=announced.announced_by,
        )

    def basis(self) -> Basis:
        """Return what the ballot's result is counted on.

        Raises:
            BallotNotAnnounced: the ballot is a draft.
        """
        announced = self.announced()
        return Basis(
            estate_id=self.estate_id,
            ballot_id=self.ballot_id,
            electorate=announced.roll.weight,
            electorate_sha256=announced.roll.sha256,
            rules_version=announced.rules.version,
            rules_sha256=announced.rules.sha256,
        )


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
