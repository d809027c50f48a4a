"""Entries, publications and reversals in JSON."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field

from services.ledger.api.authority_bodies import AuthorityOut, authority_out
from services.ledger.api.texts import CNY, STRICT, Currency, DayIn, FenIn
from services.ledger.api.who import UUID
from services.ledger.domain.chart import ACCOUNTS
from services.ledger.domain.entry import EntryKind, ReasonCode, Reversal
from services.ledger.domain.reading import EntryPage, Publication, Published

REASON_LENGTH_MAX = 500


class OpeningBalanceIn(BaseModel):
    """What the account held when `as_of_on` began."""

    model_config = STRICT | {
        "json_schema_extra": {"examples": [{"amount_fen": 12000000, "as_of_on": "2026-01-01"}]}
    }

    amount_fen: FenIn
    as_of_on: DayIn


class PublicationIn(BaseModel):
    """Which import to publish."""

    model_config = STRICT

    import_id: Annotated[str, Field(pattern=UUID)]


class ReversalIn(BaseModel):
    """Why an entry is taken back."""

    model_config = STRICT | {
        "json_schema_extra": {"examples": [{"reason_code": "WRONG_AMOUNT", "reason": "多记一位"}]}
    }

    reason_code: ReasonCode
    reason: Annotated[
        str,
        Field(
            min_length=1,
            max_length=REASON_LENGTH_MAX,
            pattern=r"^[^\x00-\x1f]*[^\s\x00-\x1f][^\x00-\x1f]*$",
        ),
    ]


class LegOut(BaseModel):
    """One side of an entry; debits are positive."""

    account: str
    account_zh: str
    amount_fen: int


class ReversalOut(BaseModel):
    """Which entry is taken back, and why."""

    entry_id: str
    reason_code: ReasonCode
    reason: str

    @classmethod
    def of(cls, reversal: Reversal) -> Self:
        """Return the body for a reversal."""
        return cls(
            entry_id=reversal.entry_id, reason_code=reversal.reason_code, reason=reversal.reason
        )


class EntryOut(BaseModel):
    """One published entry; `amount_fen` is without direction, `bank_fen` what the account gained.

    `document_sha256` is the hash of the entry's canonical document (RFC 8785), which the leaf at
    `leaf_index` of the ledger's log names.
    """

    entry_id: str
    number: int
    kind: EntryKind
    category: str
    category_zh: str
    amount_fen: int
    bank_fen: int
    currency: Currency
    occurred_on: date
    booked_at: datetime
    counterparty: str
    voucher_number: str | None
    memo: str
    contract_reference: str | None
    authority: AuthorityOut | None
    reverses: ReversalOut | None
    reversed_by: str | None
    legs: list[LegOut]
    document_sha256: str
    leaf_index: int

    @classmethod
    def of(cls, published: Published) -> Self:
        """Return the body for an entry."""
        entry, particulars = published.entry, published.entry.particulars
        return cls(
            entry_id=entry.entry_id,
            number=entry.number,
            kind=entry.kind,
            category=entry.category,
            category_zh=ACCOUNTS[entry.category].name_zh,
            amount_fen=entry.amount_fen,
            bank_fen=entry.bank_fen,
            currency=CNY,
            occurred_on=entry.occurred_on,
            booked_at=entry.booking.booked_at,
            counterparty=particulars.counterparty,
            voucher_number=particulars.voucher_number,
            memo=particulars.memo,
            contract_reference=particulars.contract_reference,
            authority=authority_out(entry.authority),
            reverses=ReversalOut.of(entry.reverses) if entry.reverses else None,
            reversed_by=published.reversed_by,
            legs=[
                LegOut(
                    account=leg.account,
                    account_zh=ACCOUNTS[leg.account].name_zh,
                    amount_fen=leg.amount_fen,
                )
                for leg in entry.legs
            ],
            document_sha256=published.document_sha256,
            leaf_index=published.leaf_index,
        )


class EntriesOut(BaseModel):
    """One page of entries, newest first; `next_cursor` leads on, as the Link header does."""

    entries: list[EntryOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: EntryPage) -> Self:
        """Return the body for a page."""
        return cls(
            entries=[EntryOut.of(one) for one in page.entries],
            next_cursor=str(page.following) if page.following else None,
        )


class PublicationOut(BaseModel):
    """What one publication added."""

    import_id: str
    published_at: datetime
    entries: int
    first_number: int
    last_number: int
    balance_fen: int
    currency: Currency

    @classmethod
    def of(cls, made: Publication) -> Self:
        """Return the body for a publication."""
        return cls(
            import_id=made.import_id,
            published_at=made.published_at,
            entries=made.last_number - made.first_number + 1,
            first_number=made.first_number,
            last_number=made.last_number,
            balance_fen=made.balance_fen,
            currency=CNY,
        )
