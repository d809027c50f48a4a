"""A booking that is prepared and not published: it can still be changed or thrown away."""

from dataclasses import dataclass
from datetime import date, datetime

from services.ledger.domain.authority import Authority
from services.ledger.domain.chart import Direction
from services.ledger.domain.entry import Particulars


@dataclass(frozen=True)
class Draft:
    """One good line of a sheet."""

    line: int
    direction: Direction
    category: str
    amount_fen: int
    occurred_on: date
    particulars: Particulars
    authority: Authority | None = None

    @property
    def voucher(self) -> "Voucher | None":
        """Return what makes its voucher one of a kind, if it names one."""
        number = self.particulars.voucher_number
        return Voucher(self.occurred_on.year, number) if number else None


@dataclass(frozen=True, order=True)
class Voucher:
    """A voucher number within its year: offices begin again with each year.

    The same number twice is one voucher booked twice, however its lines differ; an office that
    numbers by month, or splits a voucher, writes that into the number.
    """

    year: int
    number: str


@dataclass(frozen=True)
class KeptDraft:
    """A draft as it waits for publication; the entry will carry its identifier."""

    draft_id: str
    import_id: str
    draft: Draft


@dataclass(frozen=True)
class SheetImport:
    """One sheet that was imported as a whole, and published as a whole or not yet."""

    import_id: str
    sha256: str
    lines: int
    imported_at: datetime
    published_at: datetime | None = None
