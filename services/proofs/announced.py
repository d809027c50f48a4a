"""What a ballot's announcement puts into the log beside the rule table and the roll.

The ballot document says what is asked, under which rules of procedure, whose word counts for device
keys, and who will see the votes opened. The schedule document says when; a change is another one.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfoNotFoundError

from services.proofs.canonical import canonical, read_canonical
from services.proofs.instants import instant_of, midnight, rfc3339
from services.proofs.leaf import KEY_SIZE_BYTES
from services.proofs.members import Members
from services.proofs.refuted import Refuted
from services.proofs.rules import Policies

_BALLOT = (
    "announced_at",
    "announced_by",
    "attesters",
    "ballot_id",
    "convener",
    "convening_reason",
    "estate_id",
    "items",
    "meeting",
    "openings",
    "policies",
    "title",
)
_ITEM = ("attachments", "budget_fen", "description", "item_id", "kind", "number", "title")
_ATTACHMENT = ("media_type", "name", "sha256", "size_bytes")
_SCHEDULE = (
    "announced_at",
    "closes_at",
    "closes_on",
    "opens_at",
    "opens_on",
    "version",
    "zone",
)


class NotAnnounced(Refuted):
    """The bytes are no ballot or schedule document in its one form, or contradict themselves."""


class Openings(StrEnum):
    """Who may see a ballot's votes opened after its result: each level sees the one before."""

    NONE = "NONE"
    OFFICIALS = "OFFICIALS"
    OWNERS = "OWNERS"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A paper that belongs to an item, named by the hash of its bytes."""

    name: str
    sha256: str
    size_bytes: int
    media_type: str

    def document(self) -> dict[str, object]:
        """Return the attachment, ready for canonical JSON."""
        return {
            "name": self.name,
            "sha256": self.sha256,
            "size_bytes": self.size_bytes,
            "media_type": self.media_type,
        }


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

    def document(self) -> dict[str, object]:
        """Return the item, ready for canonical JSON."""
        return {
            "item_id": self.item_id,
            "number": self.number,
            "kind": self.kind,
            "title": self.title,
            "description": self.description,
            "budget_fen": self.budget_fen,
            "attachments": [one.document() for one in self.attachments],
        }


@dataclass(frozen=True, slots=True)
class Notice:
    """A ballot as it was announced; `attesters` are raw Ed25519 keys."""

    estate_id: str
    ballot_id: str
    title: str
    meeting: str
    convener: str
    convening_reason: str | None
    items: tuple[Item, ...]
    openings: Openings
    policies: Policies
    attesters: frozenset[bytes]
    announced_at: datetime
    announced_by: str

    def encoded(self) -> bytes:
        """Return the ballot in canonical JSON (RFC 8785): the bytes that are logged."""
        return canonical(
            {
                "estate_id": self.estate_id,
                "ballot_id": self.ballot_id,
                "title": self.title,
                "meeting": self.meeting,
                "convener": self.convener,
                "convening_reason": self.convening_reason,
                "items": [one.document() for one in self.items],
                "openings": self.openings.value,
                "policies": dict(self.policies),
                "attesters": sorted(one.hex() for one in self.attesters),
                "announced_at": rfc3339(self.announced_at),
                "announced_by": self.announced_by,
            }
        )


@dataclass(frozen=True, slots=True)
class Schedule:
    """The instants of a ballot: `opens_at` included, `closes_at` excluded.

    `closes_on` is the last day on which a vote counts; it ends at 24:00 (CC 203), which is
    `closes_at`. A change is another version.
    """

    zone: str
    announced_at: datetime
    opens_on: date
    closes_on: date
    version: int = 1

    @property
    def opens_at(self) -> datetime:
        """The first instant at which a vote counts."""
        return midnight(self.opens_on, self.zone)

    @property
    def closes_at(self) -> datetime:
        """The first instant at which a vote is late."""
        return midnight(self.closes_on + timedelta(days=1), self.zone)

    def encoded(self) -> bytes:
        """Return the schedule in canonical JSON (RFC 8785): the bytes that are logged."""
        return canonical(
            {
                "version": self.version,
                "zone": self.zone,
                "opens_on": self.opens_on.isoformat(),
                "closes_on": self.closes_on.isoformat(),
                "opens_at": rfc3339(self.opens_at),
                "closes_at": rfc3339(self.closes_at),
                "announced_at": rfc3339(self.announced_at),
            }
        )


def read_notice(document: bytes) -> Notice:
    """Return the ballot that `document` writes.

    Raises:
        NotAnnounced: it is not canonical, or a member is missing, left over or malformed.
    """
    try:
        members = Members(read_canonical(document), _BALLOT)
        notice = Notice(
            estate_id=members.uuid("estate_id"),
            ballot_id=members.uuid("ballot_id"),
            title=members.text("title"),
            meeting=members.text("meeting"),
            convener=members.text("convener"),
            convening_reason=members.text_or_none("convening_reason"),
            items=tuple(_item(one) for one in members.many("items")),
            openings=Openings(members.text("openings")),
            policies=members.scalars("policies"),
            attesters=frozenset(bytes.fromhex(one) for one in members.texts("attesters")),
            announced_at=instant_of(members.text("announced_at")),
            announced_by=members.text("announced_by"),
        )
    except (Refuted, ValueError) as refused:
        raise NotAnnounced(f"the ballot document: {refused}") from refused
    numbers = [one.number for one in notice.items]
    if not notice.items or numbers != list(range(1, len(numbers) + 1)):
        raise NotAnnounced("the items are numbered from 1 without a gap")
    if len({one.item_id for one in notice.items}) != len(numbers):
        raise NotAnnounced("an item stands twice")
    if notice.encoded() != document or any(len(one) != KEY_SIZE_BYTES for one in notice.attesters):
        raise NotAnnounced("attesters are keys in the order of their digits, each once")
    return notice


def read_schedule(document: bytes) -> Schedule:
    """Return the schedule that `document` writes.

    Raises:
        NotAnnounced: it is not canonical, a member is missing, left over or malformed, or its
            instants do not follow from its days and its zone.
    """
    try:
        members = Members(read_canonical(document), _SCHEDULE)
        schedule = Schedule(
            version=members.count("version"),
            zone=members.text("zone"),
            opens_on=date.fromisoformat(members.text("opens_on")),
            closes_on=date.fromisoformat(members.text("closes_on")),
            announced_at=instant_of(members.text("announced_at")),
        )
        same = schedule.encoded() == document
    # A zone is looked for as a file: its name may be that of a folder, or too long for one.
    except (Refuted, ValueError, OverflowError, ZoneInfoNotFoundError, OSError) as refused:
        raise NotAnnounced(f"the schedule: {refused}") from refused
    if not same or schedule.opens_on > schedule.closes_on:
        raise NotAnnounced("the schedule's instants do not follow from its days and its zone")
    return schedule


def _item(written: object) -> Item:
    members = Members(written, _ITEM)
    return Item(
        item_id=members.uuid("item_id"),
        number=members.count("number"),
        kind=members.text("kind"),
        title=members.text("title"),
        description=members.text("description"),
        budget_fen=members.count_or_none("budget_fen"),
        attachments=tuple(_attachment(one) for one in members.many("attachments")),
    )


def _attachment(written: object) -> Attachment:
    members = Members(written, _ATTACHMENT)
    return Attachment(
        name=members.text("name"),
        sha256=members.octets("sha256", 32).hex(),
        size_bytes=members.count("size_bytes"),
        media_type=members.text("media_type"),
    )
