"""The lines of a bundle: a header, a line for each leaf in log order, entries of a roll, an end.

Every line is canonical JSON, so a bundle has one spelling. Lines are read one after another and
examined in chunks, by as many processes as the machine has; what is held at one time is bounded
whatever the size of the log.
"""

import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import IO, TypeVar

from services.proofs.attestation import SignedAttestation
from services.proofs.canonical import read_canonical
from services.proofs.electorate import EntryKind, RollEntry
from services.proofs.leaf import KEY_SIZE_BYTES, SIGNATURE_SIZE_BYTES, Leaf, read_record
from services.proofs.members import Members
from services.proofs.refuted import Refuted
from services.proofs.steps import Unreadable

LINE_SIZE_BYTES_MAX = 4_194_304
"""A result of two hundred items fits twice."""
_CHUNK_LINES_MAX = 256
_CHUNK_SIZE_BYTES_MAX = 1_048_576
_LEAF = ("position", "public_key", "record", "signature", "type")
_OPENING = ("content", "holders", "key", "policy")
# All members are plain ASCII in the order of their names, so this is the one canonical form.
_ENTRY = re.compile(
    rb'\{"area_centi":(0|[1-9][0-9]{0,14}),'
    rb'"entry_id":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",'
    rb'"holders_sha256":"([0-9a-f]{64})","kind":"(OWNERS|DEVELOPER)","type":"entry"\}'
)

Seen = TypeVar("Seen")


class NotABundle(Refuted):
    """The lines are no bundle: one is malformed, missing, left over or out of its place."""


@dataclass(frozen=True, slots=True)
class LeafLine:
    """A leaf at its position, with what the line shows of what it stands for."""

    position: int
    leaf: Leaf
    content: bytes | None
    key: SignedAttestation | None
    holders: tuple[str, ...] | None
    policy: dict[str, bool | int | str] | None


@dataclass(frozen=True, slots=True)
class EndLine:
    """The last line: how many leaves there were."""

    leaves: int


Line = LeafLine | RollEntry | EndLine


def lines_of(file: IO[bytes]) -> Iterator[bytes]:
    """Return the lines of a file without their ends.

    Raises:
        NotABundle: one is too long, or the last one does not end.
        Unreadable: the file breaks off under the reader.
    """
    while line := _next_line(file):
        if not line.endswith(b"\n"):
            raise NotABundle("a line is too long or does not end")
        yield line[:-1]


def _next_line(file: IO[bytes]) -> bytes:
    try:
        return file.readline(LINE_SIZE_BYTES_MAX + 1)
    except OSError as refused:
        raise Unreadable(f"the bundle: {refused.strerror}") from refused


def read_line(line: bytes) -> Line:
    """Return what a line after the header says.

    Raises:
        NotABundle: it is not canonical, or a member is missing, left over or malformed.
    """
    if entry := _ENTRY.fullmatch(line):
        area_centi, entry_id, holders_sha256, kind = (part.decode() for part in entry.groups())
        return RollEntry(entry_id, EntryKind(kind), int(area_centi), holders_sha256)
    try:
        written = read_canonical(line)
        form = written.get("type") if isinstance(written, dict) else None
        if form == "leaf":
            return _leaf(Members(written, _LEAF, _OPENING))
        if form == "end":
            return EndLine(Members(written, ("leaves", "type")).count("leaves"))
    except (Refuted, ValueError) as refused:
        raise NotABundle(f"a line: {refused}") from refused
    raise NotABundle("a line is no leaf, no entry and no end")


def _leaf(members: Members) -> LeafLine:
    leaf = Leaf(
        read_record(members.text("record").encode()),
        members.octets("signature", SIGNATURE_SIZE_BYTES),
        members.octets("public_key", KEY_SIZE_BYTES),
    )
    return LeafLine(
        position=members.count("position"),
        leaf=leaf,
        content=members.text("content").encode() if "content" in members else None,
        key=_key(members.inside("key", ("document", "signature"))) if "key" in members else None,
        holders=tuple(members.texts("holders")) if "holders" in members else None,
        policy=dict(members.scalars("policy")) if "policy" in members else None,
    )


def _key(members: Members) -> SignedAttestation:
    document, signature = members.text("document"), members.octets("signature", 64)
    return SignedAttestation(document.encode(), signature)


def processes_for(size_bytes: int) -> int:
    """Return how many processes are worth starting for a bundle of this size."""
    return 1 if size_bytes < 4 * _CHUNK_SIZE_BYTES_MAX else os.cpu_count() or 1


def examined(
    lines: Iterable[bytes], examine: Callable[[Sequence[bytes]], Sequence[Seen]], *, processes: int
) -> Iterator[Sequence[Seen]]:
    """Return what `examine` makes of the lines, chunk by chunk in their order.

    Raises:
        NotABundle: as reading the lines, or examining them.
    """
    if processes == 1:
        yield from map(examine, _chunks(lines))
        return
    # Started afresh, not forked: a fork would copy whatever threads the caller runs half-way.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        try:
            waiting: deque[Future[Sequence[Seen]]] = deque()
            for chunk in _chunks(lines):
                waiting.append(pool.submit(examine, chunk))
                if len(waiting) > 2 * processes:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _chunks(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    chunk: list[bytes] = []
    size_bytes = 0
    for line in lines:
        chunk.append(line)
        size_bytes += len(line)
        if len(chunk) == _CHUNK_LINES_MAX or size_bytes >= _CHUNK_SIZE_BYTES_MAX:
            yield chunk
            chunk, size_bytes = [], 0
    if chunk:
        yield chunk
