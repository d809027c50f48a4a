"""Open ballots, made by voting's own actions, and signed votes that wait to be taken."""

import functools
import hashlib
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.chassis.callers import Caller
from services.chassis.database import Database
from services.chassis.gathering import Gathering
from services.chassis.once import Once
from services.chassis.tlog.keys import LogKeys
from services.proofs.announced import Openings
from services.proofs.attestation import Attestation, Capacity, attest
from services.proofs.canonical import canonical
from services.proofs.electorate import EntryKind
from services.proofs.leaf import Kind, record_of, sign
from services.voting.actions.announce_ballot import AnnouncementOrder, announce_ballot
from services.voting.actions.append_votes import Appending, Verdict, append_votes
from services.voting.actions.draft_ballot import BallotDraft, ItemDraft, draft_ballot
from services.voting.actions.parts import Parts
from services.voting.clients.identity import Identity
from services.voting.domain.casting import BallotPaper, WaitingVote
from services.voting.domain.electorate import (
    Electorate,
    ElectorateEntry,
    electorate_sha256,
    weight_of,
)
from services.voting.domain.schedule import Meeting
from services.voting.domain.signing import SignedVote, read_signed

_ZONE = "Asia/Shanghai"
_NOTICE, _NOON = (datetime(2026, month, 5, 4, tzinfo=UTC) for month in (3, 4))
_ATTESTER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
_POLICY = dict.fromkeys(("parking_area_counts", "parking_as_person_counts"), False) | {
    "same_owner_rule": "identical_owner_set"
}


class _Clock:
    """Stands at the notice, or at a noon at which the ballot is open."""

    def __init__(self) -> None:
        self.instant = _NOTICE

    def now(self) -> datetime:
        return self.instant


class _Freezer:
    """Answers as identity does: an electorate of so many people with one flat each."""

    def __init__(self) -> None:
        self.people = 0

    async def freeze_electorate(
        self, *, estate_id: str, ballot_id: str, hold_until: datetime
    ) -> Electorate:
        """Return an electorate whose entries are named by their number."""
        del ballot_id, hold_until
        entries = tuple(
            ElectorateEntry(entry_of(number), EntryKind.OWNERS, 8000, 1, (f"owner {number}",))
            for number in range(self.people)
        )
        return Electorate(
            electorate_id=str(uuid.uuid4()),
            estate_id=estate_id,
            zone=_ZONE,
            frozen_at=_NOTICE,
            policy=_POLICY,
            weight=weight_of(entries),
            sha256=electorate_sha256(estate_id, _POLICY, entries),
            attesters=frozenset({_ATTESTER.public_key().public_bytes_raw()}),
            entries=entries,
        )


@dataclass(frozen=True)
class OpenBallot:
    """A ballot that takes votes, and a signed vote of each of its people."""

    estate_id: str
    votes: list[WaitingVote]


@dataclass(frozen=True)
class Hall:
    """The parts of one process, and how ballots are opened with them."""

    parts: Parts
    clock: _Clock
    freezer: _Freezer

    def gathering(self, together_max: int) -> Gathering[str, WaitingVote, Verdict]:
        """Return an appender that commits up to so many votes together."""
        appending = Appending(self.parts.begin, self.clock, self.parts.log_keys)
        return Gathering(functools.partial(append_votes, appending), together_max=together_max)

    async def ballot(self, people: int) -> OpenBallot:
        """Open a ballot of so many people on an estate of its own."""
        estate_id = str(uuid.uuid4())
        self.freezer.people, self.clock.instant = people, _NOTICE
        ballot_id, item_id = await self._announced(estate_id)
        self.clock.instant = _NOON
        paper = await self.parts.papers.of(estate_id, ballot_id)
        assert paper is not None
        votes = [
            WaitingVote(_signed(paper, item_id, number), paper, by=_holder(number))
            for number in range(people)
        ]
        return OpenBallot(estate_id, votes)

    async def _announced(self, estate_id: str) -> tuple[str, str]:
        roles = frozenset({"committee"})
        caller = Caller("official", estate_id, roles, owner=None, level=3, session=None)
        item = ItemDraft("FUND_USE", "维修", "", None, ())
        draft = BallotDraft("会议", Meeting.REGULAR, None, Openings.NONE, (item,))
        seen = await draft_ballot(self.parts, caller, estate_id, draft, once=_once())
        ballot = seen.ballot
        days = (date(2026, 4, 4), date(2026, 4, 11))
        order = AnnouncementOrder(estate_id, ballot.ballot_id, *days)
        await announce_ballot(self.parts, caller, order, once=_once())
        return ballot.ballot_id, ballot.items[0].item_id


def _once() -> Once:
    key = str(uuid.uuid4())
    return Once("official", key, key.encode(), 201, lambda _answer: b"")


def _holder(number: int) -> str:
    return f"owner {number}"


def entry_of(number: int) -> str:
    """Return the id of the entry with a number."""
    return str(uuid.UUID(bytes=hashlib.md5(b"%d" % number, usedforsecurity=False).digest()))


def _signed(paper: BallotPaper, item_id: str, number: int) -> SignedVote:
    """Return the vote of one owner, signed by a phone of his own."""
    seed = hashlib.sha256(b"%d" % number).digest()
    phone = Ed25519PrivateKey.from_private_bytes(seed)
    public_key = phone.public_key().public_bytes_raw()
    word = Attestation(
        paper.estate_id, _holder(number), Capacity.OWNER, public_key, "2026-03-20T02:39:00Z"
    )
    document = canonical(
        {
            "ballot_id": paper.ballot_id,
            "channel": "PHONE",
            "choices": {item_id: "AGREE"},
            "entry_id": entry_of(number),
            "salt": seed.hex(),
            "vote_id": str(uuid.uuid4()),
        }
    )
    leaf = sign(phone, record_of(Kind.VOTE, paper.ballot_id, document))
    return read_signed(document, leaf.signature, attest(_ATTESTER, word))


@asynccontextmanager
async def open_hall(url: str) -> AsyncIterator[Hall]:
    """Open the parts of one process on voting's database, under its running role."""
    database, clock, freezer = Database(url), _Clock(), _Freezer()
    identity = cast("Identity", freezer)
    parts = Parts(database.begin, clock, identity, _ZONE, LogKeys("voting", bytes(range(32))))
    yield Hall(parts, clock, freezer)
    await parts.witnesses.close()
    await database.close()
