"""The Merkle tree of RFC 9162, 2.1: hashing, roots, inclusion and consistency.

Everything works on hashes of leaves and asks for subtrees through a function, so that a log of ten
million leaves is proved from a few hundred stored hashes. Positions count from 0, sizes are numbers
of leaves.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

from services.proofs.refuted import Refuted

HASH_SIZE_BYTES = 32
EMPTY_ROOT = hashlib.sha256().digest()

Subtree = Callable[[int, int], bytes]
"""Returns the hash of the whole subtree over the leaves from `first` (included) to `end`."""


class NotIncluded(Refuted):
    """A path does not lead from the leaf to the root."""


class NotConsistent(Refuted):
    """The larger tree does not begin with the smaller one."""


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf (RFC 9162, 2.1.1): the prefix 0x00 tells it from a node."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root over hashes of leaves; of none it is the hash of nothing."""
    return CompactRange().extended(hashes).root()


class CompactRange:
    """The roots of the perfect subtrees that a tree of `size` leaves falls into, largest first.

    It is all that appending needs to remember: one hash for each bit that is set in `size`.
    """

    __slots__ = ("hashes", "size")

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        """Take up a range that was kept.

        Raises:
            ValueError: it has not one hash of 32 bytes for each set bit of its size.
        """
        self.size = size
        self.hashes = tuple(hashes)
        if size < 0 or len(self.hashes) != size.bit_count():
            raise ValueError("a compact range has one hash for each set bit of its size")
        if any(len(one) != HASH_SIZE_BYTES for one in self.hashes):
            raise ValueError("a hash has 32 bytes")

    @classmethod
    def read(cls, size: int, kept: bytes) -> "CompactRange":
        """Return the range that `encoded` wrote."""
        step = HASH_SIZE_BYTES
        return cls(size, (kept[at : at + step] for at in range(0, len(kept), step)))

    def encoded(self) -> bytes:
        """Return the hashes one after another."""
        return b"".join(self.hashes)

    def extended(
        self, hashes: Iterable[bytes], seen: Callable[[int, int, bytes], None] | None = None
    ) -> "CompactRange":
        """Return the range with further leaves, given by their hashes.

        `seen` is told every subtree that gets complete on the way: its height (0 for a leaf), its
        index among the subtrees of that height, and its hash.
        """
        stack, size = list(self.hashes), self.size
        for one in hashes:
            height, index, top = 0, size, one
            if seen:
                seen(0, index, top)
            while index & 1:
                top = node_hash(stack.pop(), top)
                height, index = height + 1, index >> 1
                if seen:
                    seen(height, index, top)
            stack.append(top)
            size += 1
        return CompactRange(size, stack)

    def root(self) -> bytes:
        """Return the root of the tree (RFC 9162, 2.1.1)."""
        if not self.hashes:
            return EMPTY_ROOT
        top = self.hashes[-1]
        for one in reversed(self.hashes[:-1]):
            top = node_hash(one, top)
        return top


def split(size: int) -> int:
    """Return the largest power of two smaller than `size`: where a tree divides."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_path(position: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return the path from a leaf to the root of the tree of `size` leaves (RFC 9162, 2.1.3.1).

    `subtree` is asked only for spans of whole siblings.

    Raises:
        ValueError: the tree has no such leaf.
    """
    if not 0 <= position < size:
        raise ValueError("no such leaf in a tree of this size")
    path: list[bytes] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + split(end - first)
        if position < middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(first, middle))
            first = middle
    return path[::-1]


def consistency_path(old_size: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return the proof that the tree of `size` begins with that of `old_size` (RFC 9162, 2.1.4.1).

    It is empty where nothing needs proving: from the empty tree, and from a tree to itself.

    Raises:
        ValueError: the smaller tree is larger.
    """
    if not 0 <= old_size <= size:
        raise ValueError("the older tree is the smaller one")
    if old_size in {0, size}:
        return []
    path: list[bytes] = []
    first, end, whole = 0, size, True
    while old_size != end:
        middle = first + split(end - first)
        if old_size <= middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(first, middle))
            first, whole = middle, False
    if not whole:
        path.append(subtree(first, end))
    return path[::-1]


def check_inclusion(
    leaf: bytes, position: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Check that a leaf, given by its hash, is at `position` (RFC 9162, 2.1.3.2).

    Raises:
        NotIncluded: it is not, or the path has another length than the tree's shape asks for.
    """
    if not 0 <= position < size:
        raise NotIncluded("no such position")
    fn, sn, top = position, size - 1, leaf
    for one in path:
        if sn == 0:
            raise NotIncluded("the path is too long")
        if fn & 1 or fn == sn:
            top = node_hash(one, top)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            top = node_hash(top, one)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or top != root:
        raise NotIncluded("the path does not lead to the root")


def check_consistency(
    old_size: int, size: int, path: Sequence[bytes], *, old_root: bytes, root: bytes
) -> None:
    """Check that the tree of `size` begins with the tree of `old_size` (RFC 9162, 2.1.4.2).

    Raises:
        NotConsistent: it does not, or the proof has another length than the shape asks for.
    """
    if not 0 <= old_size <= size:
        raise NotConsistent("the older tree is the smaller one")
    if old_size in {0, size}:
        expected = EMPTY_ROOT if old_size == 0 else root
        if path or old_root != expected:
            raise NotConsistent("two roots for one size")
        return
    nodes = list(path)
    if old_size & (old_size - 1) == 0:
        nodes.insert(0, old_root)
    if not nodes or _climbed(old_size, size, nodes) != (old_root, root):
        raise NotConsistent("the proof does not lead to both roots")


def _climbed(old_size: int, size: int, nodes: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Return the two roots that a proof leads to, or none if its length is wrong."""
    fn, sn = old_size - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old_top = top = nodes[0]
    for one in nodes[1:]:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            old_top, top = node_hash(one, old_top), node_hash(one, top)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            top = node_hash(top, one)
        fn, sn = fn >> 1, sn >> 1
    return (old_top, top) if sn == 0 else None
