"""The one form of an entry that gets stored as bytes, hashed, and later signed into the log.

Everything an owner reads is derived from it, so two people who hold the same bytes hold the same
entry. Who booked it stays outside: the document is published.
"""

from datetime import UTC

from services.ledger.domain.authority import Authority
from services.ledger.domain.entry import Entry, Reversal
from services.ledger.domain.money import CURRENCY
from services.proofs.canonical import canonical

DOCUMENT_VERSION = 1


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
