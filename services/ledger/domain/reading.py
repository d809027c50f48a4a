"""What readers get: values of the ledger, with the version of it at which they were seen."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

from services.ledger.domain.authority import Authority
from services.ledger.domain.draft import KeptDraft
from services.ledger.domain.entry import Entry
from services.ledger.domain.statement import MonthTotals, PublishedStatement, Statement

T = TypeVar("T")


@dataclass(frozen=True)
class Seen(Generic[T]):
    """A value and the ledger's version: the size of its log, in which all that is published is.

    Two answers to one question at one version are equal.
    """

    version: int
    value: T


@dataclass(frozen=True)
class Published:
    """An entry as it is published, its place in the log, and the entry that took it back."""

    entry: Entry
    document_sha256: str
    leaf_index: int
    reversed_by: str | None = None


@dataclass(frozen=True)
class EntryPage:
    """Some entries, newest first; `following` is the number to go on before, if there are more."""

    entries: tuple[Published, ...]
    following: int | None


@dataclass(frozen=True)
class Balance:
    """What the account holds by the books, and since when they are kept."""

    balance_fen: int
    opened_on: date | None


@dataclass(frozen=True)
class LoggedStatement:
    """A published half-year, the hash of its document, and its place in the log."""

    published: PublishedStatement
    document_sha256: str
    leaf_index: int


@dataclass(frozen=True)
class YearOfMonths:
    """The months of one year."""

    year: int
    months: tuple[MonthTotals, ...]


@dataclass(frozen=True)
class StatementSeen:
    """A half-year as the entries say now, and the newest version of it that was published."""

    statement: Statement
    newest: LoggedStatement | None


@dataclass(frozen=True)
class DraftSeen:
    """A draft and what it would rest on if it were published now."""

    kept: KeptDraft
    authority: Authority | None


@dataclass(frozen=True)
class Publication:
    """What one publication added."""

    import_id: str
    published_at: datetime
    first_number: int
    last_number: int
    balance_fen: int
