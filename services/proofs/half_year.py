"""The statement of a half-year (HZ 30) and the spending limits, as they stand in a ledger's log.

Both are documents of which a verifier takes a few facts as given, such as the instant, and builds
all figures again.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from services.proofs.books import HalfYearFigures, MonthFigures
from services.proofs.canonical import canonical, read_canonical
from services.proofs.entry import CURRENCY, FEN_MAX
from services.proofs.instants import instant_of, rfc3339
from services.proofs.members import Members
from services.proofs.refuted import Refuted
from services.proofs.tree import HASH_SIZE_BYTES

_PERIOD = re.compile(r"20[0-9]{2}H[12]")
_STATEMENT = (
    "categories",
    "closing_fen",
    "currency",
    "entries_count",
    "estate_id",
    "expense_fen",
    "income_fen",
    "months",
    "opening_fen",
    "period",
    "published_at",
    "published_by_sha256",
    "statement_id",
    "supersedes",
    "version",
)
_LIMITS = (
    "amount_each_max_fen",
    "amount_total_max_fen",
    "estate_id",
    "set_at",
    "set_by_sha256",
    "uses_max",
    "version",
)


class NotPublishedSo(Refuted):
    """The bytes are no statement, or no spending limits, in their one form."""


@dataclass(frozen=True, slots=True)
class Published:
    """Which half-year was published when; it is of the first `entries_count` entries.

    `supersedes` is the id of the version before; who published is bound by a hash and not named.
    """

    estate_id: str
    statement_id: str
    period: str
    version: int
    supersedes: str | None
    published_at: datetime
    published_by_sha256: str
    entries_count: int

    def document(self, figures: HalfYearFigures) -> bytes:
        """Return the statement with these figures in canonical JSON (RFC 8785)."""
        return canonical(
            {
                "estate_id": self.estate_id,
                "statement_id": self.statement_id,
                "period": self.period,
                "version": self.version,
                "supersedes": self.supersedes,
                "currency": CURRENCY,
                "published_at": rfc3339(self.published_at),
                "published_by_sha256": self.published_by_sha256,
                "entries_count": self.entries_count,
                "opening_fen": figures.opening_fen,
                "income_fen": figures.income_fen,
                "expense_fen": figures.expense_fen,
                "closing_fen": figures.closing_fen,
                "months": [_month(one) for one in figures.months],
                "categories": [
                    {"category": category, "amount_fen": fen}
                    for category, fen in sorted(figures.by_category.items())
                ],
            }
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be spent without a vote in a half-year, by one version of the rules of procedure."""

    estate_id: str
    version: int
    uses_max: int
    amount_each_max_fen: int
    amount_total_max_fen: int
    set_at: datetime
    set_by_sha256: str

    def encoded(self) -> bytes:
        """Return the limits in canonical JSON (RFC 8785): the bytes that are logged."""
        return canonical(
            {
                "estate_id": self.estate_id,
                "version": self.version,
                "uses_max": self.uses_max,
                "amount_each_max_fen": self.amount_each_max_fen,
                "amount_total_max_fen": self.amount_total_max_fen,
                "set_at": rfc3339(self.set_at),
                "set_by_sha256": self.set_by_sha256,
            }
        )


def read_published(document: bytes) -> Published:
    """Return what a statement says of itself beside its figures.

    Raises:
        NotPublishedSo: it is not canonical, or a member is missing, left over or malformed.
    """
    try:
        members = Members(read_canonical(document), _STATEMENT)
        published = Published(
            estate_id=members.uuid("estate_id"),
            statement_id=members.uuid("statement_id"),
            period=members.text("period"),
            version=members.count("version"),
            supersedes=members.uuid_or_none("supersedes"),
            published_at=instant_of(members.text("published_at")),
            published_by_sha256=members.octets("published_by_sha256", HASH_SIZE_BYTES).hex(),
            entries_count=members.count("entries_count"),
        )
    except Refuted as refused:
        raise NotPublishedSo(f"the statement: {refused}") from refused
    if not _PERIOD.fullmatch(published.period):
        raise NotPublishedSo("a half-year is written 2026H1")
    return published


def read_limits(document: bytes) -> Limits:
    """Return the limits that `document` writes.

    Raises:
        NotPublishedSo: it is not canonical, a member is missing, left over or malformed, or the
            limit of one use exceeds that of the half-year.
    """
    try:
        members = Members(read_canonical(document), _LIMITS)
        limits = Limits(
            estate_id=members.uuid("estate_id"),
            version=members.count("version"),
            uses_max=members.count("uses_max"),
            amount_each_max_fen=members.count("amount_each_max_fen"),
            amount_total_max_fen=members.count("amount_total_max_fen"),
            set_at=instant_of(members.text("set_at")),
            set_by_sha256=members.octets("set_by_sha256", HASH_SIZE_BYTES).hex(),
        )
    except Refuted as refused:
        raise NotPublishedSo(f"the limits: {refused}") from refused
    if not limits.amount_each_max_fen <= limits.amount_total_max_fen <= FEN_MAX:
        raise NotPublishedSo("the limit of one use exceeds that of the half-year, or all bounds")
    return limits


def _month(figures: MonthFigures) -> dict[str, object]:
    return {
        "month": figures.month,
        "opening_fen": figures.opening_fen,
        "income_fen": figures.income_fen,
        "expense_fen": figures.expense_fen,
        "closing_fen": figures.closing_fen,
    }
