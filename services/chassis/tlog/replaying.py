"""Replay a log: every leaf, subtree and checkpoint again, from the stored leaves alone."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from services.chassis.tlog.append import TILE_HEIGHT
from services.chassis.tlog.contents import CHUNK_ROWS, Finding
from services.chassis.tlog.findings import finding
from services.chassis.tlog.keys import EstateKeys
from services.chassis.tlog.proving import leaf_of
from services.proofs.checkpoint import Checkpoint, NotACheckpoint, read_checkpoint
from services.proofs.leaf import Leaf, SignatureWrong
from services.proofs.tree import EMPTY_ROOT, CompactRange, leaf_hash

_SIGNATURES = 2
"""Under a stored checkpoint: the log's, and its clock's."""


@dataclass(frozen=True, slots=True)
class Read:
    """One leaf as it was read, if it could be."""

    position: int
    leaf: Leaf | None


async def in_chunks(rows: AsyncIterator[Row[Any]]) -> AsyncIterator[list[Row[Any]]]:
    """Yield rows in lists of `CHUNK_ROWS`."""
    chunk: list[Row[Any]] = []
    async for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK_ROWS:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


class Replay:
    """A log as it grows again; its methods run in a thread, a chunk at a time.

    Once a leaf is missing no later root can be right, so only the gap is said.
    """

    def __init__(self, keys: EstateKeys) -> None:
        self._keys = keys
        self.range = CompactRange()
        self.whole = True
        self.last_made_at: datetime | None = None
        self.last_checkpoint_size = 0
        self.subtrees: dict[tuple[int, int], bytes] = {}
        """Those that the last chunk completed, by level and position."""
        self._next = 0

    @property
    def size(self) -> int:
        """How many positions were passed, with those that are missing."""
        return self._next

    def advance(
        self, rows: Sequence[Row[Any]], checkpoints: Sequence[Row[Any]]
    ) -> tuple[list[Read], list[Finding]]:
        """Add leaves, and hold the checkpoints that end among them against the roots."""
        self.subtrees = {}
        found: list[Finding] = []
        leaves: list[Read] = []
        hashes: list[bytes] = []
        for row in rows:
            found += self._gap(row)
            leaf, top, wrong = _read(row)
            leaves.append(Read(row.position, leaf))
            hashes.append(top)
            found += wrong
        found += self._grow(hashes, checkpoints)
        return leaves, found

    def _gap(self, row: Row[Any]) -> Iterator[Finding]:
        if row.position != self._next:
            self.whole = False
            yield finding("leaf-missing", position=self._next, table="leaves")
        self._next = row.position + 1

    def _grow(self, hashes: list[bytes], checkpoints: Sequence[Row[Any]]) -> Iterator[Finding]:
        for row in checkpoints:
            if self.whole:
                taken = row.size - self.range.size
                self.range = self.range.extended(hashes[:taken], self._note)
                hashes = hashes[taken:]
            yield from self._judge(row)
        if self.whole:
            self.range = self.range.extended(hashes, self._note)

    def _note(self, height: int, index: int, top: bytes) -> None:
        if height and height % TILE_HEIGHT == 0:
            self.subtrees[height // TILE_HEIGHT, index] = top

    def _judge(self, row: Row[Any]) -> Iterator[Finding]:
        """Yield what is wrong with a stored checkpoint at the size that was just reached."""
        where: dict[str, Any] = {"table": "checkpoints", "key": row.size}
        if row.size == 0:
            yield finding("checkpoint-stray", **where)
            return
        self.last_checkpoint_size = row.size
        if self.last_made_at is not None and row.made_at < self.last_made_at:
            yield finding("checkpoint-backwards", **where)
        self.last_made_at = row.made_at
        if self.whole and row.root != self.range.root():
            yield finding("checkpoint-root-wrong", **where)
        try:
            signed = read_checkpoint(row.note)
        except NotACheckpoint:
            yield finding("checkpoint-unreadable", **where)
            return
        if not _is_written_as_signed(signed, row):
            yield finding("checkpoint-differs", **where)
        yield from self._judge_signatures(signed, row, where)

    def _judge_signatures(
        self, signed: Checkpoint, row: Row[Any], where: dict[str, Any]
    ) -> Iterator[Finding]:
        try:
            signed.check_signed(self._keys.log_key)
            posix_time = signed.cosigned_at(self._keys.time_key)
        except SignatureWrong:
            yield finding("checkpoint-signature-wrong", **where)
            return
        if row.made_at != datetime.fromtimestamp(posix_time, UTC):
            yield finding("checkpoint-time-wrong", **where)


def _is_written_as_signed(signed: Checkpoint, row: Row[Any]) -> bool:
    return (
        (signed.size, signed.root) == (row.size, row.root)
        and len(signed.signatures) == _SIGNATURES
        and signed.encoded() == row.note
    )


def _read(row: Row[Any]) -> tuple[Leaf | None, bytes, list[Finding]]:
    where: dict[str, Any] = {"position": row.position, "table": "leaves"}
    try:
        leaf = leaf_of(row)
    except ValueError:
        return None, EMPTY_ROOT, [finding("leaf-unreadable", **where)]
    found: list[Finding] = []
    top = leaf_hash(leaf.encoded())
    if row.hash != top:
        found.append(finding("leaf-hash-differs", **where))
    try:
        leaf.check_signature()
    except SignatureWrong:
        found.append(finding("leaf-signature-wrong", **where))
    return leaf, top, found
