"""The steps by which anybody checks a mirrored log: every entry and every tile."""

from pathlib import Path

from services.proofs.check_checkpoint import check_made, check_witnessed
from services.proofs.checkpoint import Checkpoint, NotACheckpoint, read_checkpoint
from services.proofs.leaf import LEAF_SIZE_BYTES
from services.proofs.note import NOTE_SIZE_BYTES_MAX
from services.proofs.refuted import Refuted
from services.proofs.steps import Report, Unreadable
from services.proofs.tiles import HEIGHT, WIDTH, NotATile, Tile, TiledTree, bundles_of, tiles_of
from services.proofs.tree import CompactRange, leaf_hash
from services.proofs.trusted_keys import TrustedKeys

# A full bundle of Sigsum leaves has 33,280 bytes; what is longer holds something else.
_FILE_SIZE_BYTES_MAX = WIDTH * (LEAF_SIZE_BYTES + 2)


class Incomplete(Refuted):
    """A file that a tree of this size consists of is missing."""


class RootDiffers(Refuted):
    """The files make another root than the log signed."""


class Mirror:
    """A log as static files in a folder, as C2SP's tlog-tiles lays them out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def checkpoint(self) -> Checkpoint:
        """Return the checkpoint that the folder claims to mirror.

        Raises:
            Unreadable: there is none.
        """
        try:
            with (self._folder / "checkpoint").open("rb") as file:
                return read_checkpoint(file.read(NOTE_SIZE_BYTES_MAX + 1).decode())
        except (OSError, UnicodeDecodeError, NotACheckpoint) as refused:
            raise Unreadable(f"{self._folder}: no checkpoint ({refused})") from refused

    def content(self, tile: Tile) -> bytes:
        """Return a tile's file; the full tile serves where the partial one is gone.

        Raises:
            Incomplete: neither is there.
            NotATile: it is larger than any tile.
            Unreadable: it is there and cannot be read.
        """
        for path in (self._folder / tile.path, self._folder / tile.whole.path):
            content = _content(path)
            if content is not None:
                if len(content) > _FILE_SIZE_BYTES_MAX:
                    raise NotATile(f"{tile.path} is larger than any tile")
                return content
        raise Incomplete(f"{tile.path} is missing")

    def hashes(self, tile: Tile) -> list[bytes]:
        """Return the hashes of a tile."""
        return tile.hashes(self.content(tile))

    def tree(self, size: int) -> TiledTree:
        """Return the tree of `size` leaves as the tiles make it."""
        return TiledTree(size, self.hashes)


def _content(path: Path) -> bytes | None:
    """Return as much of a file as a tile may have and one byte more, or nothing without one."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return file.read(_FILE_SIZE_BYTES_MAX + 1)
    except OSError as refused:
        raise Unreadable(f"{path}: {refused.strerror}") from refused


def check_log(mirror: Mirror, keys: TrustedKeys, report: Report) -> None:
    """Check a mirrored log step by step; memory does not grow with it.

    Raises:
        Unreadable: the folder has no checkpoint, or a file in it cannot be read.
        Stopped: a step failed on which the later ones build.
    """
    checkpoint = mirror.checkpoint()
    check_made(checkpoint, keys, report)
    check_witnessed(checkpoint, keys, report)
    with report.independent("全部条目得出签名的根", "the entries make the signed root") as finding:
        _check_root(_from_entries(mirror, checkpoint.size), checkpoint)
        finding.detail = f"{checkpoint.size} entries"
    with report.independent("全部瓦片得出签名的根", "the tiles make the signed root") as finding:
        finding.detail = f"{_checked_tiles(mirror, checkpoint)} tiles"


def _check_root(grown: CompactRange, checkpoint: Checkpoint) -> None:
    if grown.root() != checkpoint.root:
        raise RootDiffers("another root")


def _from_entries(mirror: Mirror, size: int) -> CompactRange:
    grown = CompactRange()
    for bundle in bundles_of(size):
        entries = bundle.entries(mirror.content(bundle))
        if any(len(entry) != LEAF_SIZE_BYTES for entry in entries):
            raise NotATile(
                f"{bundle.path} holds an entry that is no leaf of {LEAF_SIZE_BYTES} bytes"
            )
        grown = grown.extended(leaf_hash(entry) for entry in entries)
    return grown


def _checked_tiles(mirror: Mirror, checkpoint: Checkpoint) -> int:
    """Return how many tiles there are, each of which is made of those below it."""
    above = _Levels(mirror)
    grown, count = CompactRange(), 0
    for tile in tiles_of(checkpoint.size):
        count += 1
        if tile.level == 0:
            grown = grown.extended(mirror.hashes(tile), above.take)
    above.check_rest()
    _check_root(grown, checkpoint)
    return count


class _Levels:
    """What the tiles above level 0 must hold, as it becomes known from below."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self._made: dict[int, list[bytes]] = {}
        self._full: dict[int, int] = {}

    def take(self, height: int, index: int, top: bytes) -> None:
        level, inside = divmod(height, HEIGHT)
        if inside or not level:
            return
        made = self._made.setdefault(level, [])
        made.append(top)
        if len(made) == WIDTH:
            self._check(Tile(level, index // WIDTH), made)
            self._full[level] = index // WIDTH + 1
            made.clear()

    def check_rest(self) -> None:
        for level, made in self._made.items():
            if made:
                self._check(Tile(level, self._full.get(level, 0), len(made)), made)

    def _check(self, tile: Tile, made: list[bytes]) -> None:
        if self._mirror.hashes(tile) != made:
            raise NotATile(f"{tile.path} is not made of the tiles below it")
