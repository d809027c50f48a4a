"""The Merkle tree: roots and paths, judged by an implementation that is not ours."""

import functools
import hashlib
from collections.abc import Sequence

import pymerkle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from services.proofs.tree import (
    EMPTY_ROOT,
    CompactRange,
    NotConsistent,
    NotIncluded,
    check_consistency,
    check_inclusion,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_of,
)

SIZE_MAX = 3_000
ENTRIES = [str(number).encode() for number in range(SIZE_MAX)]
HASHES = [leaf_hash(entry) for entry in ENTRIES]


@functools.cache
def the_oracle() -> pymerkle.InmemoryTree:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    tree.append_entries(ENTRIES)
    return tree


@functools.cache
def subtree(first: int, end: int) -> bytes:
    return root_of(HASHES[first:end])


def sizes(least: int = 0) -> some.SearchStrategy[int]:
    return some.integers(least, SIZE_MAX)


def test_every_root_up_to_three_thousand_leaves_is_the_oracles() -> None:
    oracle, grown = the_oracle(), CompactRange()
    for size in range(SIZE_MAX + 1):
        assert grown.root() == oracle.get_root(size), size
        if size < SIZE_MAX:
            grown = grown.extended([HASHES[size]])


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert root_of([]) == EMPTY_ROOT == hashlib.sha256(b"").digest()


@settings(max_examples=300, deadline=None)
@given(some.data())
def test_the_oracle_accepts_our_inclusion_paths(data: some.DataObject) -> None:
    oracle = the_oracle()
    size = data.draw(sizes(1))
    position = data.draw(some.integers(0, size - 1))
    path = inclusion_path(position, size, subtree)
    theirs = oracle.prove_inclusion(position + 1, size)
    theirs_path, theirs.path = theirs.path, [HASHES[position], *path]
    root = oracle.get_root(size)
    pymerkle.verify_inclusion(HASHES[position], root, theirs, index=position + 1, size=size)
    check_inclusion(HASHES[position], position, size, theirs_path[1:], root)


@settings(max_examples=300, deadline=None)
@given(some.data())
def test_the_oracle_accepts_our_consistency_paths(data: some.DataObject) -> None:
    oracle = the_oracle()
    size = data.draw(sizes(2))
    old_size = data.draw(some.integers(1, size - 1))
    old_root, root = oracle.get_root(old_size), oracle.get_root(size)
    path = consistency_path(old_size, size, subtree)
    check_consistency(old_size, size, path, old_root=old_root, root=root)
    theirs = oracle.prove_consistency(old_size, size)
    # RFC 9162 leaves out what the reader knows: the old root, where it is a node of the new tree.
    last_old, first_new, *others = path if old_size & (old_size - 1) else [old_root, *path]
    # It stops at the first node beyond the old tree, which the oracle makes from its first leaf.
    walk = theirs.path[: theirs.subset.index(1)]
    assert _folded(walk, theirs.rule) == first_new
    theirs.path = [*walk, last_old, *others]
    pymerkle.verify_consistency(old_root, root, theirs, prior_size=old_size, later_size=size)


def _folded(walk: Sequence[bytes], rule: Sequence[int]) -> bytes:
    top, *siblings = walk
    for sibling, right in zip(siblings, rule, strict=False):
        top = node_hash(sibling, top) if right else node_hash(top, sibling)
    return top


@pytest.mark.parametrize("size", range(65))
def test_each_pair_of_sizes_is_consistent_and_with_no_other_root(size: int) -> None:
    root = subtree(0, size) if size else EMPTY_ROOT
    for old_size in range(size + 1):
        old_root = subtree(0, old_size) if old_size else EMPTY_ROOT
        path = consistency_path(old_size, size, subtree)
        check_consistency(old_size, size, path, old_root=old_root, root=root)
        for wrong in _changed(path):
            with pytest.raises(NotConsistent):
                check_consistency(old_size, size, wrong, old_root=old_root, root=root)
        with pytest.raises(NotConsistent):
            check_consistency(old_size, size, path, old_root=bytes(32), root=root)
        if old_size:
            with pytest.raises(NotConsistent):
                check_consistency(old_size, size, path, old_root=old_root, root=bytes(32))


@pytest.mark.parametrize("size", range(1, 65))
def test_each_leaf_is_included_at_its_place_and_at_no_other(size: int) -> None:
    root = subtree(0, size)
    for position in range(size):
        path = inclusion_path(position, size, subtree)
        check_inclusion(HASHES[position], position, size, path, root)
        for other in range(size + 1):
            if other != position:
                with pytest.raises(NotIncluded):
                    check_inclusion(HASHES[position], other, size, path, root)
        for wrong in _changed(path):
            with pytest.raises(NotIncluded):
                check_inclusion(HASHES[position], position, size, wrong, root)


def _changed(path: list[bytes]) -> list[list[bytes]]:
    wrong = [[*path, bytes(32)], [bytes(32), *path]]
    for at in range(len(path)):
        wrong += [path[:at] + path[at + 1 :], [*path[:at], bytes(32), *path[at + 1 :]]]
    return wrong


def test_hashes_that_are_cut_at_another_byte_are_no_path() -> None:
    old_root, root = subtree(0, 3), subtree(0, 4)
    seed, sibling, left = consistency_path(3, 4, subtree)
    joined = left + seed
    cut = [joined[40:], sibling, joined[:40]]
    with pytest.raises(NotConsistent):
        check_consistency(3, 4, cut, old_root=old_root, root=root)
    (path,) = inclusion_path(1, 2, subtree)
    with pytest.raises(NotIncluded):
        check_inclusion(HASHES[1], 1, 2, [path[:31]], subtree(0, 2))


def test_a_log_that_signs_a_root_of_another_shape_gains_nothing() -> None:
    """The paths lead to the roots, but are not as long as a tree of that size is high."""
    leaf, extra = HASHES[0], HASHES[9]
    with pytest.raises(NotIncluded):
        check_inclusion(leaf, 0, 1, [extra], node_hash(extra, leaf))
    with pytest.raises(NotIncluded):
        check_inclusion(leaf, 0, 4, [extra], node_hash(leaf, extra))
    with pytest.raises(NotConsistent):
        check_consistency(1, 4, [extra], old_root=leaf, root=node_hash(leaf, extra))
    longer = [*consistency_path(3, 4, subtree), extra]
    old_root, root = (node_hash(extra, subtree(0, size)) for size in (3, 4))
    with pytest.raises(NotConsistent):
        check_consistency(3, 4, longer, old_root=old_root, root=root)
    with pytest.raises(NotConsistent):
        check_consistency(3, 4, [], old_root=subtree(0, 3), root=subtree(0, 4))


@pytest.mark.parametrize(("position", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_outside_the_tree_has_no_path(position: int, size: int) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion_path(position, size, subtree)
    with pytest.raises(NotIncluded):
        check_inclusion(HASHES[0], position, size, [], HASHES[0])


def test_a_smaller_tree_does_not_continue_a_larger_one() -> None:
    with pytest.raises(ValueError, match="smaller one"):
        consistency_path(3, 2, subtree)
    with pytest.raises(NotConsistent):
        check_consistency(3, 2, [], old_root=subtree(0, 3), root=subtree(0, 2))


@given(some.integers(0, 300), some.integers(0, 300))
def test_a_range_that_was_kept_goes_on_as_if_it_never_stopped(first: int, more: int) -> None:
    kept = CompactRange().extended(HASHES[:first])
    taken_up = CompactRange.read(kept.size, kept.encoded())
    assert taken_up.extended(HASHES[first : first + more]).root() == root_of(HASHES[: first + more])


@pytest.mark.parametrize(
    ("size", "hashes"), [(1, []), (3, [bytes(32)]), (-1, []), (1, [bytes(31)]), (0, [bytes(32)])]
)
def test_a_range_of_another_shape_is_refused(size: int, hashes: list[bytes]) -> None:
    with pytest.raises(ValueError, match="hash"):
        CompactRange(size, hashes)


def test_a_growing_range_tells_every_subtree_that_gets_complete() -> None:
    seen: dict[tuple[int, int], bytes] = {}

    def note(height: int, index: int, top: bytes) -> None:
        assert (height, index) not in seen
        seen[height, index] = top

    CompactRange().extended(HASHES[:5], note).extended(HASHES[5:37], note)
    expected = {
        (height, index): subtree(index << height, (index + 1) << height)
        for height in range(6)
        for index in range(37 >> height)
    }
    assert seen == expected
