"""Half a year of common revenue as an office writes it: rows in, drafts and every defect out.

A line is good when nothing is wrong with it; two equal bookings of one day under different voucher
numbers, or under none, are both real. Nothing is guessed and nothing stops at the first defect:
whoever wrote the sheet gets one list to work through.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from services.ledger.domain import sheet_cells
from services.ledger.domain.authority import FITTING, Authority, AuthorityKind, check_fits
from services.ledger.domain.chart import Account, Direction
from services.ledger.domain.defects import Defect, DefectKind
from services.ledger.domain.draft import Draft, Voucher
from services.ledger.domain.entry import Particulars
from services.ledger.domain.errors import AuthorityDoesNotFit, AuthorityIncomplete
from services.ledger.domain.period import HalfYear
from services.ledger.domain.sheet_cells import CellUnfit
from services.ledger.domain.sheet_columns import Column, columns_of

T = TypeVar("T")

NAME_LENGTH_MAX = 200
MEMO_LENGTH_MAX = 500
NUMBER_LENGTH_MAX = 64


@dataclass(frozen=True)
class Line:
    """One row under the header, by its place in the sheet (the header is line 1)."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Bounds:
    """Which days a line may carry: none after today, none outside the period if one is given."""

    today: date
    period: HalfYear | None = None


@dataclass(frozen=True)
class BookedVoucher:
    """Where a voucher is booked already: a published entry's number, or a waiting import."""

    entry_number: int | None = None
    import_id: str | None = None


@dataclass(frozen=True)
class Reading:
    """What a sheet says: how many lines, the drafts of the good ones, and every defect."""

    lines: int
    drafts: tuple[Draft, ...]
    defects: tuple[Defect, ...]

    @property
    def vouchers(self) -> tuple[Voucher, ...]:
        """Return the vouchers of the good lines."""
        return tuple(draft.voucher for draft in self.drafts if draft.voucher is not None)

    def total_fen(self, direction: Direction) -> int:
        """Return what the good lines of one direction come to."""
        return sum(draft.amount_fen for draft in self.drafts if draft.direction is direction)


def read(header: Iterable[str], lines: Iterable[Line], bounds: Bounds) -> Reading:
    """Return what the sheet says, seen by itself."""
    names, defects = columns_of(header)
    numbered = list(lines)
    if defects:
        # Without its columns every line would be wrong for the same reason.
        return Reading(len(numbered), (), tuple(defects))
    readers = [_Reader(line, names, bounds) for line in numbered]
    drafts = {reader.line.number: reader.draft() for reader in readers}
    _mark_duplicates(readers)
    good = [drafts[reader.line.number] for reader in readers if not reader.defects]
    return Reading(
        lines=len(numbered),
        drafts=tuple(draft for draft in good if draft is not None),
        defects=tuple(defect for reader in readers for defect in reader.defects),
    )


def without_booked(reading: Reading, booked: Mapping[Voucher, BookedVoucher]) -> Reading:
    """Return the reading with a defect for each line whose voucher is booked already."""
    good, defects = [], list(reading.defects)
    for draft in reading.drafts:
        found = booked.get(draft.voucher) if draft.voucher else None
        if found is None:
            good.append(draft)
            continue
        duplicate = Defect(draft.line, DefectKind.DUPLICATE_VOUCHER, Column.VOUCHER.value)
        defects.append(
            replace(duplicate, same_as_entry=found.entry_number, same_as_import=found.import_id)
        )
    defects.sort(key=lambda defect: defect.line)
    return replace(reading, drafts=tuple(good), defects=tuple(defects))


def _mark_duplicates(readers: Iterable["_Reader"]) -> None:
    """Give each line whose voucher an earlier line carries its defect."""
    first: dict[tuple[int | None, str], int] = {}
    for reader in readers:
        if reader.voucher is None:
            continue
        key = (reader.day.year if reader.day else None, reader.voucher)
        same_as = first.setdefault(key, reader.line.number)
        if same_as != reader.line.number:
            reader.defects.append(
                Defect(
                    reader.line.number,
                    DefectKind.DUPLICATE_VOUCHER,
                    Column.VOUCHER.value,
                    same_as=same_as,
                )
            )


@dataclass
class _Reader:
    """Reads one line, and remembers what was wrong with it."""

    line: Line
    names: Mapping[Column, str]
    bounds: Bounds
    defects: list[Defect] = field(default_factory=list)
    day: date | None = None
    voucher: str | None = None

    def draft(self) -> Draft | None:
        """Return the line's draft, or nothing when a defect was found."""
        self.day = self._read(Column.DATE, self._bounded_date)
        direction = self._read(Column.DIRECTION, sheet_cells.direction_in)
        category = self._category(direction)
        amount_fen = self._read(Column.AMOUNT, sheet_cells.amount_in)
        particulars = self._particulars()
        authority = self._authority(direction, category)
        if self.defects:
            return None
        assert self.day is not None
        assert direction is not None
        assert category is not None
        assert amount_fen is not None
        return Draft(
            line=self.line.number,
            direction=direction,
            category=category.code,
            amount_fen=amount_fen,
            occurred_on=self.day,
            particulars=particulars,
            authority=authority,
        )

    def _cell(self, column: Column) -> str:
        return self.line.cells.get(self.names.get(column, ""), "").strip()

    def _read(self, column: Column, meaning: Callable[[str], T]) -> T | None:
        try:
            return meaning(self._cell(column))
        except CellUnfit as unfit:
            self._note(unfit.kind, column)
            return None

    def _note(self, kind: DefectKind, column: Column) -> None:
        self.defects.append(Defect(self.line.number, kind, column.value))

    def _bounded_date(self, text: str) -> date:
        day = sheet_cells.date_in(text)
        if day > self.bounds.today:
            raise CellUnfit(DefectKind.DATE_IN_FUTURE)
        if self.bounds.period is not None and not self.bounds.period.holds(day):
            raise CellUnfit(DefectKind.DATE_OUTSIDE_PERIOD)
        return day

    def _category(self, direction: Direction | None) -> Account | None:
        if direction is None:
            # Whether the category fits cannot be told; whether it exists can.
            self._read(Column.CATEGORY, sheet_cells.check_category)
            return None
        return self._read(Column.CATEGORY, lambda text: sheet_cells.category_in(text, direction))

    def _text(self, column: Column, length_max: int) -> str:
        found = self._read(column, lambda text: sheet_cells.text_in(text, length_max=length_max))
        return found or ""

    def _particulars(self) -> Particulars:
        self.voucher = self._read(
            Column.VOUCHER,
            lambda text: sheet_cells.voucher_in(text, length_max=NUMBER_LENGTH_MAX),
        )
        return Particulars(
            counterparty=self._text(Column.COUNTERPARTY, NAME_LENGTH_MAX),
            voucher_number=self.voucher,
            memo=self._text(Column.MEMO, MEMO_LENGTH_MAX),
            contract_reference=self._text(Column.CONTRACT, NUMBER_LENGTH_MAX) or None,
        )

    def _authority(self, direction: Direction | None, category: Account | None) -> Authority | None:
        kind = self._read(Column.AUTHORITY, sheet_cells.authority_kind_in)
        item_id = self._cell(Column.ITEM).lower() or None
        if kind is None:
            kind = self._implied(item_id, category)
        if kind is None:
            return None
        if direction is Direction.INCOME:
            self._note(DefectKind.AUTHORITY_ON_INCOME, Column.AUTHORITY)
            return None
        return self._fitting(kind, item_id, category)

    def _implied(self, item_id: str | None, category: Account | None) -> AuthorityKind | None:
        """Return what an item, or a contract beside a cost, says without the word."""
        if item_id:
            return AuthorityKind.PASSED_ITEM
        fitting = FITTING.get(category.code, frozenset()) if category else frozenset()
        if self._cell(Column.CONTRACT) and AuthorityKind.COST_OF_INCOME in fitting:
            return AuthorityKind.COST_OF_INCOME
        return None

    def _fitting(
        self, kind: AuthorityKind, item_id: str | None, category: Account | None
    ) -> Authority | None:
        contract = self._cell(Column.CONTRACT) or None
        try:
            authority = Authority(kind, contract_reference=contract, item_id=item_id)
            if category is not None:
                check_fits(authority, category.code)
        except AuthorityIncomplete:
            self._note(DefectKind.AUTHORITY_INCOMPLETE, Column.AUTHORITY)
            return None
        except AuthorityDoesNotFit:
            self._note(DefectKind.AUTHORITY_UNFIT, Column.AUTHORITY)
            return None
        return authority
