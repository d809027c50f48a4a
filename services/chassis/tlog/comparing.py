"""Hold every leaf against the row that it stands for, and every row against its leaf."""

from collections.abc import AsyncIterator

from services.chassis.tlog.contents import Expected, Finding
from services.chassis.tlog.findings import finding
from services.chassis.tlog.replaying import Read
from services.proofs.leaf import Kind, Leaf


class Comparison:
    """Walks along the leaves and along what the rows expect, both in the order of positions."""

    def __init__(
        self,
        expected: AsyncIterator[Expected | Finding],
        kinds: frozenset[Kind],
        record_key: bytes,
    ) -> None:
        self._expected = expected
        self._kinds = kinds
        self._record_key = record_key
        self._waiting: Expected | None = None
        self._matched = -1

    async def leaf(self, read: Read) -> list[Finding]:
        """Return what is wrong between the next leaf and the rows up to it."""
        found = await self._rows_before(read.position)
        row, leaf = self._waiting, read.leaf
        if row is not None and row.position == read.position:
            self._waiting, self._matched = None, read.position
            return found + (self._differences(row, leaf) if leaf else [])
        if leaf is not None:
            code = "leaf-without-row" if leaf.record.kind in self._kinds else "kind-foreign"
            found.append(finding(code, position=read.position, table="leaves"))
        return found

    async def rest(self) -> list[Finding]:
        """Return what is wrong with rows behind the last leaf."""
        return await self._rows_before(None)

    async def _rows_before(self, position: int | None) -> list[Finding]:
        found: list[Finding] = []
        while True:
            if self._waiting is None:
                await self._draw(found)
            row = self._waiting
            if row is None or (position is not None and row.position >= position):
                return found
            code = "rows-share-leaf" if row.position == self._matched else "row-without-leaf"
            found.append(finding(code, position=row.position, table=row.table, key=row.key))
            self._waiting = None

    async def _draw(self, found: list[Finding]) -> None:
        async for one in self._expected:
            if isinstance(one, Expected):
                self._waiting = one
                return
            found.append(one)

    def _differences(self, row: Expected, leaf: Leaf) -> list[Finding]:
        codes: list[str] = []
        if leaf.record != row.record:
            codes.append("row-differs")
        if leaf.public_key != (row.public_key or self._record_key):
            codes.append("leaf-by-another-key")
        if row.signature is not None and leaf.signature != row.signature:
            codes.append("row-signature-differs")
        return [
            finding(code, position=row.position, table=row.table, key=row.key) for code in codes
        ]
