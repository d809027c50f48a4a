"""A ledger's bundle made with nothing but proofs."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from services.proofs.books import Books
from services.proofs.canonical import canonical
from services.proofs.entry import read_entry
from services.proofs.half_year import Limits, Published
from services.proofs.leaf import Kind, record_of
from tests.support.bundles import Line, Log, id_of, key_of

AT = datetime(2026, 7, 10, 1, 2, 3, tzinfo=UTC)
_RULES_LIMIT = {
    "kind": "RULES_LIMIT",
    "article": "HZ 16(10)",
    "contract_reference": None,
    "item_id": None,
}
Document = dict[str, Any]


class LedgerScene:
    """Some months of an estate's books; what a thief would sign is set before it is played."""

    def __init__(self, estate: str = "estate") -> None:
        self.log = Log("ledger", estate)
        self.log.logged_at = int(AT.timestamp())
        self.change: Callable[[list[Document]], Any] | None = None
        self.statement_change: Callable[[Document], Any] | None = None
        self.limits_change: Callable[[Document], Any] | None = None
        self.limits = Limits(self.log.estate_id, 1, 2, 50_000, 80_000, AT, "ab" * 32)
        self.signer: dict[Kind, str] = {}

    def entry(
        self, number: int, kind: str, on: str, category: str, fen: int, **more: object
    ) -> Document:
        """Return an entry's document: `fen` goes into the bank, or out of it below zero."""
        return {
            "version": 1,
            "estate_id": self.log.estate_id,
            "entry_id": id_of(f"booked/{number}"),
            "number": number,
            "kind": kind,
            "occurred_on": on,
            "booked_at": "2026-07-10T01:02:03.000000Z",
            "import_id": None,
            "counterparty": "",
            "voucher_number": None,
            "memo": "",
            "contract_reference": None,
            "authority": _RULES_LIMIT if kind == "EXPENSE" else None,
            "reverses": None,
            "currency": "CNY",
            "legs": [
                {"account": "BANK", "amount_fen": fen},
                {"account": category, "amount_fen": -fen},
            ],
        } | more

    def entries(self) -> list[Document]:
        """Return the good entries."""
        back = {"entry_id": id_of("booked/3"), "reason_code": "OTHER", "reason": ""}
        return [
            self.entry(1, "OPENING", "2026-01-05", "OPENING_EQUITY", 100_000),
            self.entry(2, "INCOME", "2026-01-12", "PARKING", 30_000),
            self.entry(3, "EXPENSE", "2026-02-03", "REPAIR", -50_000),
            self.entry(4, "EXPENSE", "2026-02-03", "REPAIR", -10_000),
            self.entry(
                5, "REVERSAL", "2026-05-20", "REPAIR", 50_000, reverses=back, authority=_RULES_LIMIT
            ),
            self.entry(6, "EXPENSE", "2026-06-30", "REPAIR", -45_000),
            self.entry(7, "INCOME", "2026-07-01", "PARKING", 12_345),
        ]

    def play(self) -> "LedgerScene":
        """Play it: set limits, book, publish the first half-year, book on."""
        entries = self.entries()
        if self.change is not None:
            self.change(entries)
        self._add(Kind.WITNESSES, self.log.estate_id, b"{}")
        self._book(entries[:1])
        self._add(
            Kind.LIMITS,
            self.log.estate_id,
            self._changed(self.limits.encoded(), self.limits_change),
        )
        self._book(entries[1:6])
        self._publish([canonical(one) for one in self.entries()[:6]])
        self._book(entries[6:])
        return self

    def lines(self) -> list[Line]:
        """Return the bundle."""
        return self.log.lines({"format": "owner-card/ledger-bundle@v1"})

    def _book(self, entries: list[Document]) -> None:
        for entry in entries:
            kind = Kind.REVERSAL if entry["kind"] == "REVERSAL" else Kind.ENTRY
            self._add(kind, entry["entry_id"], canonical(entry))

    def _publish(self, entries: list[bytes]) -> None:
        books = Books()
        for entry in entries:
            books.add(read_entry(entry))
        statement_id = id_of("statement")
        published = Published(
            estate_id=self.log.estate_id,
            statement_id=statement_id,
            period="2026H1",
            version=1,
            supersedes=None,
            published_at=AT,
            published_by_sha256="cd" * 32,
            entries_count=len(entries),
        )
        document = published.document(books.half_year("2026H1"))
        self._add(Kind.STATEMENT, statement_id, self._changed(document, self.statement_change))

    @staticmethod
    def _changed(document: bytes, change: Callable[[Document], Any] | None) -> bytes:
        if change is None:
            return document
        written = json.loads(document)
        change(written)
        return canonical(written)

    def _add(self, kind: Kind, subject: str, content: bytes) -> None:
        key = key_of(self.signer[kind]) if kind in self.signer else None
        record = record_of(kind, subject, content)
        self.log.add(record, key=key, shown={"content": content.decode()})
