"""Read a register: every row into units and holdings, and every defect by line and column.

The register comes as a sheet with one row per holder of a unit. Reading never stops at the first
defect: an office must be able to put everything right in one go. A register with any defect yields
no units, because its import is all or nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Protocol, TypeVar

from services.identity.domain import register_cells as cells
from services.identity.domain.documents import LABELS, Document, DocumentType
from services.identity.domain.register_defects import Defect, DefectKind
from services.identity.domain.unit import (
    AreaSource,
    Delivery,
    Holder,
    Holding,
    Place,
    Unit,
    Use,
)

T = TypeVar("T")

BUILDING, STAIRWELL, ROOM = "幢", "单元", "室"
UNIT_CODE, USE, AREA, AREA_SOURCE = "不动产单元号", "用途", "专有面积", "面积来源"
OWNER, DOCUMENT_TYPE, DOCUMENT_NUMBER = "业主姓名", "证件类型", "证件号码"
SHARE, PHONE, DELIVERY, ACQUIRED_ON = "共有份额", "联系电话", "交付状态", "取得日期"
COLUMNS = (
    BUILDING,
    STAIRWELL,
    ROOM,
    UNIT_CODE,
    USE,
    AREA,
    AREA_SOURCE,
    OWNER,
    DOCUMENT_TYPE,
    DOCUMENT_NUMBER,
    SHARE,
    PHONE,
    DELIVERY,
    ACQUIRED_ON,
)


class SheetRow(Protocol):
    """One row of the sheet: its line and its cells by column name."""

    @property
    def line(self) -> int:
        """Return the line in the file; the header is line 1."""
        ...

    @property
    def cells(self) -> Mapping[str, str]:
        """Return the tidied cells by column."""
        ...


@dataclass(frozen=True, slots=True)
class RegisterReading:
    """What a sheet says: the counts and defects always, units and holdings only without defects."""

    rows: int
    unit_count: int
    parking_space_count: int
    units: tuple[Unit, ...]
    holdings: tuple[Holding, ...]
    defects: tuple[Defect, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """One row with each cell's value, or None where the cell is faulty."""

    line: int
    place: Place
    unit_code: str | None
    use: Use | None
    area_centi: int | None
    area_source: AreaSource | None
    name: str | None
    document: Document | None
    share: Fraction | None
    share_read: bool
    phone: str
    delivery: Delivery | None
    acquired_on: date | None


_AGREED: tuple[tuple[Callable[[_Line], object], DefectKind, str], ...] = (
    (lambda line: line.unit_code, DefectKind.UNIT_CODE_CONFLICT, UNIT_CODE),
    (lambda line: line.use, DefectKind.USE_CONFLICT, USE),
    (lambda line: line.delivery, DefectKind.DELIVERY_CONFLICT, DELIVERY),
)


@dataclass
class _RowReader:
    """Takes the cells of one row, and keeps what was wrong and what makes the row equal others."""

    row: SheetRow
    defects: list[Defect] = field(default_factory=list)
    key: list[object] = field(default_factory=list)

    def take(self, column: str, parse: Callable[[str], T]) -> T | None:
        """Return the value of a cell, or None after noting its defect."""
        text = self.row.cells[column]
        try:
            value = parse(text)
        except cells.CellFault as fault:
            self.defects.append(Defect(self.row.line, fault.kind, column))
            self.key.append((column, text))
            return None
        self.key.append(value)
        return value

    def place(self) -> Place:
        """Return the place, noting a missing building or room."""
        parts = [cells.place_part(self.row.cells[name]) for name in (BUILDING, STAIRWELL, ROOM)]
        self.key.extend(parts)
        for name, part in ((BUILDING, parts[0]), (ROOM, parts[2])):
            if not part:
                self.defects.append(Defect(self.row.line, DefectKind.PLACE_MISSING, name))
        return Place(*parts)

    def document(self, today: date) -> Document | None:
        """Return the holder's document; its number is judged by the rules of its type."""
        kind = self.take(
            DOCUMENT_TYPE,
            lambda text: cells.one_of(LABELS, text, DefectKind.DOCUMENT_TYPE_UNKNOWN),
        )
        return self.take(DOCUMENT_NUMBER, lambda text: _document(kind, text, today))


def _document(kind: DocumentType | None, text: str, today: date) -> Document | None:
    return None if kind is None else cells.document(kind, text, today=today)


def read_register(
    header: Sequence[str], rows: Sequence[SheetRow], *, today: date
) -> RegisterReading:
    """Return what the sheet says and everything that is wrong with it."""
    missing = [column for column in COLUMNS if column not in header]
    if missing or not rows:
        kind = DefectKind.COLUMN_MISSING if missing else DefectKind.REGISTER_EMPTY
        defects = tuple(Defect(1, kind, column) for column in missing or [""])
        return RegisterReading(len(rows), 0, 0, (), (), defects)
    lines, found = _read_lines(rows, today)
    by_place: dict[Place, list[_Line]] = defaultdict(list)
    for line in lines:
        by_place[line.place].append(line)
    for group in by_place.values():
        found.extend(_unit_defects(group))
    found.extend(_defects_across_units(lines))
    return _reading(len(rows), by_place, found)


def _reading(
    rows: int, by_place: Mapping[Place, list[_Line]], found: list[Defect]
) -> RegisterReading:
    uses = [group[0].use for group in by_place.values()]
    order = {column: position for position, column in enumerate(COLUMNS)}
    found.sort(key=lambda one: (one.line, order.get(one.column, -1), one.kind))
    return RegisterReading(
        rows=rows,
        unit_count=sum(1 for use in uses if use is None or not use.particular_space),
        parking_space_count=uses.count(Use.PARKING_SPACE),
        units=() if found else tuple(_unit(group) for group in by_place.values()),
        holdings=() if found else tuple(_holdings(by_place.values())),
        defects=tuple(found),
    )


def _read_lines(rows: Iterable[SheetRow], today: date) -> tuple[list[_Line], list[Defect]]:
    """Return the lines that repeat no earlier one, and the defects of single cells."""
    lines: list[_Line] = []
    defects: list[Defect] = []
    first_line_of: dict[tuple[object, ...], int] = {}
    for row in rows:
        reader = _RowReader(row)
        line = _read_line(reader, today)
        same_as = first_line_of.setdefault(tuple(reader.key), row.line)
        if same_as != row.line:
            # One mistake, one defect: its cells' faults and its share belong to the first copy.
            defects.append(Defect(row.line, DefectKind.DUPLICATE_ROW, "", same_as))
            continue
        lines.append(line)
        defects.extend(reader.defects)
    return lines, defects


def _read_line(reader: _RowReader, today: date) -> _Line:
    share_faults = len(reader.defects)
    share = reader.take(SHARE, cells.share)
    return _Line(
        share=share,
        share_read=len(reader.defects) == share_faults,
        line=reader.row.line,
        place=reader.place(),
        unit_code=reader.take(UNIT_CODE, cells.unit_code),
        use=reader.take(USE, lambda text: cells.one_of(cells.USES, text, DefectKind.USE_UNKNOWN)),
        area_centi=reader.take(AREA, cells.area_centi),
        area_source=reader.take(
            AREA_SOURCE,
            lambda text: cells.one_of(cells.AREA_SOURCES, text, DefectKind.AREA_SOURCE_UNKNOWN),
        ),
        name=reader.take(OWNER, cells.owner_name),
        document=reader.document(today),
        phone=reader.take(PHONE, cells.phone) or "",
        delivery=reader.take(
            DELIVERY,
            lambda text: cells.one_of(cells.DELIVERIES, text, DefectKind.DELIVERY_UNKNOWN),
        ),
        acquired_on=reader.take(ACQUIRED_ON, lambda text: cells.acquired_on(text, today=today)),
    )


def _unit_defects(group: Sequence[_Line]) -> Iterable[Defect]:
    """Yield what the rows of one unit say against each other."""
    if len(group) > 1:
        yield from _disagreements(group)
    if all(line.share_read for line in group) and not _shares_are_whole(group):
        yield Defect(group[0].line, DefectKind.SHARE_SUM, SHARE)


def _disagreements(group: Sequence[_Line]) -> Iterable[Defect]:
    for read, kind, column in _AGREED:
        yield from (Defect(line, kind, column) for line in _disagreeing(group, read))
    for source in AreaSource:
        of_source = [line for line in group if line.area_source is source]
        for number in _disagreeing(of_source, lambda line: line.area_centi):
            yield Defect(number, DefectKind.AREA_CONFLICT, AREA)
    seen: set[str] = set()
    for line in group:
        if line.document is not None and line.document.identity in seen:
            yield Defect(line.line, DefectKind.OWNER_REPEATED, DOCUMENT_NUMBER)
        elif line.document is not None:
            seen.add(line.document.identity)


def _shares_are_whole(group: Sequence[_Line]) -> bool:
    """Whether the shares add up to one, or all of the holders own jointly."""
    shares = [line.share for line in group if line.share is not None]
    return not shares or (len(shares) == len(group) and sum(shares) == 1)


def _disagreeing(group: Sequence[_Line], read: Callable[[_Line], object]) -> Iterable[int]:
    """Yield the lines whose value differs from the first one given."""
    given = [(line.line, read(line)) for line in group if read(line) is not None]
    return (line for line, value in given[1:] if value != given[0][1])


def _defects_across_units(lines: Sequence[_Line]) -> Iterable[Defect]:
    """Yield a unit code used for two places, and a document number under two names."""
    place_of_code: dict[str, Place] = {}
    name_of_document: dict[str, str] = {}
    for line in lines:
        code, name, document = line.unit_code, line.name, line.document
        if code is not None and place_of_code.setdefault(code, line.place) != line.place:
            yield Defect(line.line, DefectKind.UNIT_CODE_REUSED, UNIT_CODE)
        if name is None or document is None:
            continue
        if name_of_document.setdefault(document.identity, name) != name:
            yield Defect(line.line, DefectKind.OWNER_NAME_CONFLICT, OWNER)


def _unit(group: Sequence[_Line]) -> Unit:
    first = group[0]
    assert first.unit_code is not None
    assert first.use is not None
    assert first.delivery is not None
    areas = {
        line.area_source: line.area_centi
        for line in group
        if line.area_source is not None and line.area_centi is not None
    }
    return Unit(first.place, first.unit_code, first.use, first.delivery, areas)


def _holdings(groups: Iterable[Sequence[_Line]]) -> Iterable[Holding]:
    for line in (line for group in groups for line in group):
        assert line.name is not None
        assert line.document is not None
        holder = Holder(line.name, line.document)
        yield Holding(line.place, holder, line.share, line.phone, line.acquired_on)
