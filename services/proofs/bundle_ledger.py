"""A ledger's bundle: every entry read again, up to the balance and each published half-year."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.proofs.books import Books, BooksWrong, HalfYearFigures, MonthFigures
from services.proofs.bundle_checks import Check, Fault, Faults, Under
from services.proofs.bundle_header import Source, Span
from services.proofs.bundle_lines import EndLine, LeafLine, NotABundle, examined, read_line
from services.proofs.bundle_receipts import Receipts
from services.proofs.electorate import RollEntry
from services.proofs.entry import BookedEntry, EntryKind, read_entry
from services.proofs.half_year import Limits, Published, read_limits, read_published
from services.proofs.instants import rfc3339
from services.proofs.leaf import Kind, Record, SignatureWrong, record_of
from services.proofs.refuted import Refuted
from services.proofs.spending import Spending
from services.proofs.steps import Report
from services.proofs.tree import leaf_hash

_LOGGED = (Kind.ENTRY, Kind.REVERSAL, Kind.STATEMENT, Kind.LIMITS, Kind.WITNESSES)
_OF_BOOKS = frozenset({Kind.ENTRY, Kind.REVERSAL})
_OF_THE_ESTATE = frozenset({Kind.LIMITS, Kind.WITNESSES})
_STEPS = (Check.RECORD_KEY, Check.CONTENTS, Check.SUBJECTS, Check.BOOKS, Check.LIMITS)


class LedgerWrong(Refuted):
    """The records of a ledger contradict each other."""


@dataclass(frozen=True, slots=True)
class Lens:
    """What every leaf of a ledger is held against."""

    estate_id: str
    record_key: bytes


@dataclass(frozen=True, slots=True)
class SeenLeaf:
    """A leaf as it was examined; of an entry or a reversal with its figures."""

    position: int
    leaf_hash: bytes
    record: Record
    content: bytes
    entry: BookedEntry | None
    fault: Fault | None


def check_ledger(source: Source, receipts: Receipts, report: Report) -> None:
    """Check the rest of a ledger's bundle step by step.

    Raises:
        Stopped: a step failed; the later ones build on it.
    """
    reading = _Reading(source, receipts)
    with report.step("各行完整且次序连续", "the lines are whole, in order and complete") as finding:
        reading.read()
        finding.detail = f"{reading.leaves_count} leaves, {reading.books.entries_count} entries"
    reading.judge(report)
    receipts.judge(report, opened=True)


def examine(lens: Lens, lines: Sequence[bytes]) -> list[SeenLeaf | EndLine]:
    """Return what the lines say, with what is wrong in each by itself.

    Raises:
        NotABundle: a line is malformed, or shows what no line of a ledger shows.
    """
    return [_seen(lens, read_line(line)) for line in lines]


def _seen(lens: Lens, line: LeafLine | RollEntry | EndLine) -> SeenLeaf | EndLine:
    if isinstance(line, EndLine):
        return line
    if isinstance(line, RollEntry) or line.content is None or line.leaf.record.kind not in _LOGGED:
        raise NotABundle("a line that no ledger has, or a leaf without its content")
    if line.key is not None or line.holders is not None or line.policy is not None:
        raise NotABundle(f"leaf {line.position} shows too much")
    entry, fault = None, None
    try:
        entry = _checked(lens, line, line.content)
    except Fault as found:
        fault = found
    record, hash_ = line.leaf.record, leaf_hash(line.leaf.encoded())
    return SeenLeaf(line.position, hash_, record, line.content, entry, fault)


def _checked(lens: Lens, line: LeafLine, content: bytes) -> BookedEntry | None:
    record, position = line.leaf.record, line.position
    with Under(Check.SIGNATURES, position):
        line.leaf.check_signature()
    with Under(Check.RECORD_KEY, position):
        if line.leaf.public_key != lens.record_key:
            raise SignatureWrong("signed by another key than the estate's record key")
    with Under(Check.CONTENTS, position):
        if record_of(record.kind, record.subject, content) != record:
            raise LedgerWrong("the content has another SHA-256 than its record names")
    with Under(Check.SUBJECTS, position):
        if record.kind in _OF_THE_ESTATE and record.subject != lens.estate_id:
            raise LedgerWrong("the record is of another estate")
        if record.kind not in _OF_BOOKS:
            return None
        entry = read_entry(content)
        kind = Kind.REVERSAL if entry.kind is EntryKind.REVERSAL else Kind.ENTRY
        named = (record.kind, record.subject, lens.estate_id)
        if named != (kind, entry.entry_id, entry.estate_id):
            raise LedgerWrong("the record is of another entry, another kind or another estate")
    return entry


class _Reading:
    """One pass over a ledger's lines, and what is kept of it."""

    def __init__(self, source: Source, receipts: Receipts) -> None:
        self._source, self._receipts = source, receipts
        self._span, self._faults = Span(source.header), Faults()
        self._spending = Spending()
        self._statements: list[HalfYearFigures] = []
        self._newest: dict[str, Published] = {}
        self._signed_at = source.keys.signed_at(source.header.checkpoint)
        self._last_at: datetime | None = None
        self._broken = False
        self.books = Books()
        self.leaves_count = 0

    def read(self) -> None:
        """Read every line.

        Raises:
            NotABundle: a line is malformed, missing, left over or out of its place.
        """
        lens = Lens(self._source.header.estate_id, self._source.keys.record_key)
        look = functools.partial(examine, lens)
        for chunk in examined(self._source.lines, look, processes=self._source.processes):
            for seen in chunk:
                if isinstance(seen, EndLine):
                    self._span.end(seen.leaves)
                else:
                    self._take(seen)
        self._span.check_ended()

    def _take(self, leaf: SeenLeaf) -> None:
        self._span.take(leaf.position, leaf.leaf_hash)
        self._receipts.take(leaf.position, leaf.leaf_hash)
        self._receipts.count(leaf.position)
        self._faults.note(leaf.fault)
        self.leaves_count += 1
        # After the first wrong entry every figure would be wrong, and say nothing.
        if self._broken:
            return
        if leaf.record.kind in _OF_BOOKS:
            self._broken = True
            with self._faults.gathering(Check.BOOKS, leaf.position):
                self._take_entry(leaf)
                self._broken = False
        elif leaf.record.kind is Kind.LIMITS:
            with self._faults.gathering(Check.LIMITS, leaf.position):
                self._spending.set(self._limits(leaf))
        elif leaf.record.kind is Kind.STATEMENT:
            with self._faults.gathering(Check.STATEMENTS, leaf.position):
                self._statements.append(self._statement(leaf))

    def _take_entry(self, leaf: SeenLeaf) -> None:
        if leaf.entry is None:
            raise BooksWrong("an entry that cannot be read")
        taken_back = self.books.add(leaf.entry)
        with self._faults.gathering(Check.LIMITS, leaf.position):
            self._spending.add(leaf.entry, taken_back)

    def _limits(self, leaf: SeenLeaf) -> Limits:
        limits = read_limits(leaf.content)
        if limits.estate_id != self._source.header.estate_id:
            raise LedgerWrong("the limits are another estate's")
        self._check_instant(limits.set_at)
        return limits

    def _statement(self, leaf: SeenLeaf) -> HalfYearFigures:
        published = read_published(leaf.content)
        named = (published.estate_id, published.statement_id, published.entries_count)
        expected = (self._source.header.estate_id, leaf.record.subject, self.books.entries_count)
        if named != expected:
            raise LedgerWrong("the statement is of another estate, id or number of entries")
        self._check_version(published)
        self._check_instant(published.published_at)
        figures = self.books.half_year(published.period)
        if published.document(figures) != leaf.content:
            said = _said_of_half_year(figures)
            raise LedgerWrong(f"its figures are not those of the entries, which are {said}")
        return figures

    def _check_version(self, published: Published) -> None:
        before = self._newest.get(published.period)
        version, supersedes = (before.version + 1, before.statement_id) if before else (1, None)
        if (published.version, published.supersedes) != (version, supersedes):
            raise LedgerWrong(f"it is not version {version} of {published.period}")
        self._newest[published.period] = published

    def _check_instant(self, at: datetime) -> None:
        """Check that a record is no older than those before it, nor younger than the checkpoint."""
        if self._last_at is not None and at < self._last_at:
            raise LedgerWrong(f"{rfc3339(at)} is before {rfc3339(self._last_at)}, logged earlier")
        if at.timestamp() >= self._signed_at + 1:
            raise LedgerWrong(f"{rfc3339(at)} is after the log signed it")
        self._last_at = at

    def judge(self, report: Report) -> None:
        """Judge the steps in their order."""
        faults, books = self._faults, self.books
        with faults.judged(report, Check.SIGNATURES):
            pass
        with faults.judged(report, Check.ROOT) as finding:
            self._span.check_root()
            finding.detail = self._source.header.checkpoint.root.hex()
        for check in _STEPS:
            with faults.judged(report, check):
                pass
        with faults.judged(report, Check.STATEMENTS) as finding:
            finding.detail = f"{len(self._statements)} statements"
        for figures in self._statements:
            with report.step("半年报表", "a published half-year") as finding:
                finding.detail = _said_of_half_year(figures)
        for month in books.months():
            with report.step(f"{month.month} 收支", f"{month.month}") as finding:
                finding.detail = _said_of_month(month)
        with report.step("账面余额", "the balance") as finding:
            finding.detail = f"{_yuan(books.balance_fen)} after {books.entries_count} entries"


def _said_of_month(month: MonthFigures) -> str:
    opening, income = _yuan(month.opening_fen), _yuan(month.income_fen)
    expense, closing = _yuan(month.expense_fen), _yuan(month.closing_fen)
    return f"{opening} + {income} - {expense} = {closing}"


def _said_of_half_year(figures: HalfYearFigures) -> str:
    opening, income = _yuan(figures.opening_fen), _yuan(figures.income_fen)
    expense, closing = _yuan(figures.expense_fen), _yuan(figures.closing_fen)
    return f"{figures.period}: {opening} + {income} - {expense} = {closing}"


def _yuan(fen: int) -> str:
    yuan, part = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan}.{part:02d}"
