"""A log as static files (C2SP tlog-tiles): where each hash and each entry lies, and back again.

A tile is 256 hashes of one height; the last of each level may be partial. Whoever has the tiles of
a tree can make every proof in it.
"""

import re
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from services.proofs.refuted import Refuted
from services.proofs.tree import HASH_SIZE_BYTES, CompactRange, node_hash, split

HEIGHT = 8
WIDTH = 1 << HEIGHT
LEVEL_MAX = 63
_PATH = re.compile(
    r"tile/(?P<level>entries|[0-9]{1,2})/(?P<index>(x[0-9]{3}/)*[0-9]{3})(\.p/(?P<width>[0-9]{1,3}))?"
)


class NotATile(Refuted):
    """A path names no tile, or a file does not hold what its path says."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One file of a log: hashes of a level, or entries (then the level is none)."""

    level: int | None
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where the file lies under the log's address."""
        level = "entries" if self.level is None else self.level
        partial = f".p/{self.width}" if self.width < WIDTH else ""
        return f"tile/{level}/{_index_path(self.index)}{partial}"

    @property
    def whole(self) -> "Tile":
        """The full tile that takes a partial one's place as the log grows."""
        return replace(self, width=WIDTH)

    def hashes(self, content: bytes) -> list[bytes]:
        """Return the hashes that the file holds; a full one serves for a partial one.

        Raises:
            NotATile: it has another size.
        """
        if len(content) not in {self.width * HASH_SIZE_BYTES, WIDTH * HASH_SIZE_BYTES}:
            raise NotATile(f"{self.path} holds not {self.width} hashes")
        starts = range(0, self.width * HASH_SIZE_BYTES, HASH_SIZE_BYTES)
        return [content[at : at + HASH_SIZE_BYTES] for at in starts]

    def entries(self, content: bytes) -> list[bytes]:
        """Return the entries that the file holds; a full one serves for a partial one.

        Raises:
            NotATile: it holds another number of entries, or an entry is cut off.
        """
        entries = list(_entries(content, self.path))
        if len(entries) not in {self.width, WIDTH}:
            raise NotATile(f"{self.path} holds not {self.width} entries")
        return entries[: self.width]


def encoded_entries(entries: Sequence[bytes]) -> bytes:
    """Return the content of a bundle of entries: each behind its length in two bytes."""
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def read_tile_path(path: str) -> Tile:
    """Return the tile that a path names.

    Raises:
        NotATile: it names none, or names it in another way than `Tile.path`.
    """
    matched = _PATH.fullmatch(path)
    if not matched:
        raise NotATile("no path of a tile")
    level = None if matched["level"] == "entries" else int(matched["level"])
    index = int(re.sub("[x/]", "", matched["index"]))
    tile = Tile(level, index, int(matched["width"] or WIDTH))
    if tile.path != path or not 0 < tile.width <= WIDTH or (level or 0) > LEVEL_MAX:
        raise NotATile("no path of a tile, or not in the one way")
    return tile


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield all tiles of hashes that a tree of `size` leaves consists of, level by level."""
    level = 0
    while size:
        yield from _level(level, size)
        level, size = level + 1, size >> HEIGHT


def bundles_of(size: int) -> Iterator[Tile]:
    """Yield all bundles of entries of a tree of `size` leaves."""
    yield from _level(None, size)


def is_tile_of(tile: Tile, size: int) -> bool:
    """Return whether a tree of `size` leaves has this tile, at this width or wider."""
    count = size >> HEIGHT * (tile.level or 0)
    return tile.index * WIDTH + tile.width <= count


class TiledTree:
    """The subtrees of a tree, from its tiles; `read` hands over a tile's hashes."""

    def __init__(self, size: int, read: Callable[[Tile], Sequence[bytes]]) -> None:
        self._size = size
        self._read = read

    def subtree(self, first: int, end: int) -> bytes:
        """Return the hash over the leaves from `first` (included) to `end`."""
        length = end - first
        if length & (length - 1) == 0 and first % length == 0:
            return self._perfect(length.bit_length() - 1, first)
        middle = first + split(length)
        return node_hash(self.subtree(first, middle), self.subtree(middle, end))

    def _perfect(self, height: int, first: int) -> bytes:
        level, inside = divmod(height, HEIGHT)
        at = first >> HEIGHT * level
        index, offset = divmod(at, WIDTH)
        width = min(WIDTH, (self._size >> HEIGHT * level) - index * WIDTH)
        hashes = self._read(Tile(level, index, width))
        return CompactRange().extended(hashes[offset : offset + (1 << inside)]).root()


def _level(level: int | None, count: int) -> Iterator[Tile]:
    full, partial = divmod(count, WIDTH)
    for index in range(full):
        yield Tile(level, index)
    if partial:
        yield Tile(level, full, partial)


def _index_path(index: int) -> str:
    groups = f"{index:,}".split(",")
    padded = [f"{group:0>3}" for group in groups]
    return "".join(f"x{group}/" for group in padded[:-1]) + padded[-1]


def _entries(content: bytes, path: str) -> Iterator[bytes]:
    at = 0
    while at < len(content):
        start = at + 2
        end = start + int.from_bytes(content[at:start], "big")
        if end > len(content):
            raise NotATile(f"an entry of {path} is cut off")
        yield content[start:end]
        at = end
