"""The documents of a ledger's log as whoever reads the books again needs them.

What an entry says beside its figures, such as its counterparty and its voucher, is bound by the
document's hash and shown to people; nothing here depends on it.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.proofs.canonical import read_canonical
from services.proofs.members import Members
from services.proofs.refuted import Refuted

FEN_MAX = 10**15
CURRENCY = "CNY"
_YEARS = range(2000, 2101)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_USES_LIMITS = "RULES_LIMIT"
_NEEDED = (
    "authority",
    "currency",
    "entry_id",
    "estate_id",
    "kind",
    "legs",
    "number",
    "occurred_on",
    "reverses",
)
_AUTHORITY = ("article", "contract_reference", "item_id", "kind")
_REVERSES = ("entry_id", "reason", "reason_code")


class NotAnEntry(Refuted):
    """The bytes are no entry of a ledger in its one form."""


class EntryKind(StrEnum):
    """What an entry does."""

    OPENING = "OPENING"
    INCOME = "INCOME"
    EXPENSE = "EXPENSE"
    REVERSAL = "REVERSAL"


@dataclass(frozen=True, slots=True)
class Leg:
    """An account and the fen that it gains (debit) or loses (credit)."""

    account: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class BookedEntry:
    """One entry's figures; `reverses` is the id of the entry that it takes back."""

    estate_id: str
    entry_id: str
    number: int
    kind: EntryKind
    occurred_on: str
    legs: tuple[Leg, ...]
    reverses: str | None
    within_limits: bool

    @property
    def month(self) -> str:
        """The month in which it happened."""
        return self.occurred_on[:7]


def read_entry(document: bytes) -> BookedEntry:
    """Return the figures of the entry that `document` writes.

    Raises:
        NotAnEntry: it is not canonical, or a member that the figures need is not in its form.
    """
    try:
        return _entry(_needed(read_canonical(document)))
    except NotAnEntry:
        raise
    except (Refuted, ValueError) as refused:
        raise NotAnEntry(f"the entry: {refused}") from refused


def _needed(written: object) -> Members:
    """Return what the figures need; a later version of the document may say more."""
    if not isinstance(written, dict):
        raise NotAnEntry("an entry is an object")
    return Members({name: written[name] for name in _NEEDED if name in written}, _NEEDED)


def _entry(members: Members) -> BookedEntry:
    kind = EntryKind(members.text("kind"))
    if members.text("currency") != CURRENCY:
        raise NotAnEntry(f"the books are kept in {CURRENCY}")
    reverses = members.inside_or_none("reverses", _REVERSES)
    authority = members.inside_or_none("authority", _AUTHORITY)
    if (reverses is None) is (kind is EntryKind.REVERSAL):
        raise NotAnEntry("a reversal, and only that, names what it takes back")
    return BookedEntry(
        estate_id=members.uuid("estate_id"),
        entry_id=members.uuid("entry_id"),
        number=members.count("number"),
        kind=kind,
        occurred_on=_day(members.text("occurred_on")),
        legs=tuple(_leg(one) for one in members.many("legs")),
        reverses=reverses.uuid("entry_id") if reverses else None,
        within_limits=authority is not None and authority.text("kind") == _USES_LIMITS,
    )


def _day(written: str) -> str:
    if not _DAY.fullmatch(written) or date.fromisoformat(written).year not in _YEARS:
        raise NotAnEntry("a day is written 2026-01-31")
    return written


def _leg(written: object) -> Leg:
    members = Members(written, ("account", "amount_fen"))
    amount_fen = members.integer("amount_fen")
    if abs(amount_fen) > FEN_MAX:
        raise NotAnEntry("an amount is out of bounds")
    return Leg(members.text("account"), amount_fen)
