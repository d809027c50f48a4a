"""The one form of each thing that is published: the bytes that are stored, hashed and signed.

Everything an owner reads is derived from them, so two people who hold the same bytes hold the same
entry. Who booked it is bound by a hash and not told: the documents are published.
"""

import json
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from services.ledger.domain.authority import Authority
from services.ledger.domain.chart import ACCOUNTS
from services.ledger.domain.entry import Entry, EntryKind, Reversal
from services.ledger.domain.limits import LimitsSet
from services.ledger.domain.money import CURRENCY
from services.ledger.domain.period import half_year_named, month_named
from services.ledger.domain.statement import (
    CategoryTotals,
    MonthTotals,
    PublishedStatement,
    Statement,
)
from services.proofs.books import HalfYearFigures, MonthFigures
from services.proofs.canonical import canonical, sha256_hex
from services.proofs.half_year import Limits, Published, read_published
from services.proofs.leaf import Kind

DOCUMENT_VERSION = 2


@dataclass(frozen=True, slots=True)
class LoggedDocument:
    """The bytes of something published, and the position of the leaf that names them."""

    content: bytes
    position: int


def document_of(entry: Entry) -> dict[str, object]:
    """Return the entry as a value of canonical JSON (RFC 8785); integers stay below 2^53."""
    return {
        "version": DOCUMENT_VERSION,
        "estate_id": entry.estate_id,
        "entry_id": entry.entry_id,
        "number": entry.number,
        "kind": entry.kind.value,
        "occurred_on": entry.occurred_on.isoformat(),
        "booked_at": entry.booking.booked_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "booked_by_sha256": bound(entry.entry_id, entry.booking.booked_by),
        "import_id": entry.booking.import_id,
        "counterparty": entry.particulars.counterparty,
        "voucher_number": entry.particulars.voucher_number,
        "memo": entry.particulars.memo,
        "contract_reference": entry.particulars.contract_reference,
        "authority": _authority(entry.authority),
        "reverses": _reversal(entry.reverses),
        "currency": CURRENCY,
        "legs": [{"account": leg.account, "amount_fen": leg.amount_fen} for leg in entry.legs],
    }


def document_bytes(entry: Entry) -> bytes:
    """Return the entry's document as the bytes that are stored."""
    return canonical(document_of(entry))


def kind_of(entry: Entry) -> Kind:
    """Return the kind under which an entry is logged."""
    return Kind.REVERSAL if entry.kind is EntryKind.REVERSAL else Kind.ENTRY


def bound(subject: str, somebody: str) -> str:
    """Return the hash by which a document binds who made it, for that one subject only."""
    return sha256_hex([subject, somebody])


def limits_bytes(estate_id: str, limits_set: LimitsSet, *, set_by: str) -> bytes:
    """Return the document of a version of the spending limits."""
    return Limits(
        estate_id=estate_id,
        version=limits_set.version,
        uses_max=limits_set.limits.uses_max,
        amount_each_max_fen=limits_set.limits.amount_each_max_fen,
        amount_total_max_fen=limits_set.limits.amount_total_max_fen,
        set_at=limits_set.set_at,
        set_by_sha256=bound(estate_id, set_by),
    ).encoded()


def statement_bytes(estate_id: str, published: PublishedStatement, *, published_by: str) -> bytes:
    """Return the document of a half-year as it is published."""
    return Published(
        estate_id=estate_id,
        statement_id=published.statement_id,
        period=str(published.statement.period),
        version=published.version,
        supersedes=published.supersedes,
        published_at=published.published_at,
        published_by_sha256=bound(published.statement_id, published_by),
        entries_count=published.entries_count,
    ).document(_figures(published.statement))


def statement_in(document: bytes) -> PublishedStatement:
    """Return the half-year that `statement_bytes` wrote."""
    said = read_published(document)
    figures: dict[str, Any] = json.loads(document)
    by_category = {one["category"]: one["amount_fen"] for one in figures["categories"]}
    statement = Statement(
        period=half_year_named(said.period),
        months=tuple(
            MonthTotals(
                month_named(one["month"]),
                one["opening_fen"],
                one["income_fen"],
                one["expense_fen"],
            )
            for one in figures["months"]
        ),
        categories=tuple(
            CategoryTotals(code, by_category[code]) for code in ACCOUNTS if code in by_category
        ),
    )
    return PublishedStatement(
        statement=statement,
        statement_id=said.statement_id,
        version=said.version,
        supersedes=said.supersedes,
        entries_count=said.entries_count,
        published_at=said.published_at,
    )


def _figures(statement: Statement) -> HalfYearFigures:
    return HalfYearFigures(
        period=str(statement.period),
        months=tuple(
            MonthFigures(str(one.month), one.opening_fen, one.income_fen, one.expense_fen)
            for one in statement.months
        ),
        by_category={one.category: one.amount_fen for one in statement.categories},
    )


def _authority(authority: Authority | None) -> dict[str, object] | None:
    if authority is None:
        return None
    return {
        "kind": authority.kind.value,
        "article": authority.article,
        "contract_reference": authority.contract_reference,
        "item_id": authority.item_id,
    }


def _reversal(reversal: Reversal | None) -> dict[str, object] | None:
    if reversal is None:
        return None
    return {
        "entry_id": reversal.entry_id,
        "reason_code": reversal.reason_code.value,
        "reason": reversal.reason,
    }
