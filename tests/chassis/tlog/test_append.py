"""Appending and proving against the tree's own arithmetic, and against rivals."""

import asyncio
import contextlib
import sys
import uuid
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.chassis.tlog import append, proving
from services.chassis.tlog.append import Logged
from services.chassis.tlog.checking import check_estate, snapshot
from services.chassis.tlog.publishing import checkpoint_at, newest_checkpoint
from services.proofs.tree import (
    CompactRange,
    check_consistency,
    check_inclusion,
    consistency_path,
    inclusion_path,
    leaf_hash,
    root_of,
)
from tests.chassis.tlog.notices import (
    NoticeContents,
    Parts,
    blank_leaves,
    publish,
    publish_in,
)
from tests.support.log_database import LogDatabase

EVERY = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class TreeByDefinition:
    """A tree of which every hash is kept."""

    def __init__(self, hashes: Sequence[bytes]) -> None:
        self._hashes = hashes

    def root(self, size: int) -> bytes:
        return root_of(self._hashes[:size])

    def subtree(self, first: int, end: int) -> bytes:
        return root_of(self._hashes[first:end])


async def append_blank(parts: Parts, estate_id: str, count: int) -> Logged:
    async with parts.begin() as connection:
        head = await append.lock(connection, estate_id)
        leaves = blank_leaves(estate_id, head.size, count)
        keys, at = parts.log_keys.of(estate_id), head.instant(parts.clock.now())
        return await append.append(connection, head, leaves, keys=keys, at=at)


def blank_tree(estate_id: str, size: int) -> TreeByDefinition:
    return TreeByDefinition([leaf_hash(one.encoded()) for one in blank_leaves(estate_id, 0, size)])


@EVERY
@given(batches=st.lists(st.integers(1, 40), min_size=1, max_size=8))
async def test_every_batch_gives_the_roots_and_paths_of_the_tree(
    parts: Parts, batches: list[int]
) -> None:
    estate_id = str(uuid.uuid4())
    tree = blank_tree(estate_id, sum(batches))
    size = 0
    for count in batches:
        logged = await append_blank(parts, estate_id, count)
        assert logged.first == size
        size += count
        assert (logged.checkpoint.size, logged.checkpoint.root) == (size, tree.root(size))
        for position, path in enumerate(logged.paths, start=logged.first):
            assert list(path) == inclusion_path(position, size, tree.subtree)


@EVERY
@given(batches=st.lists(st.integers(1, 120), min_size=2, max_size=10))
async def test_all_pairs_of_checkpoints_are_consistent(parts: Parts, batches: list[int]) -> None:
    estate_id = str(uuid.uuid4())
    checkpoints = [(await append_blank(parts, estate_id, one)).checkpoint for one in batches]
    tree = blank_tree(estate_id, sum(batches))
    async with parts.begin() as connection:
        for number, new in enumerate(checkpoints):
            for old in checkpoints[: number + 1]:
                path = await proving.consistency(connection, estate_id, old.size, new.size)
                assert path == consistency_path(old.size, new.size, tree.subtree)
                check_consistency(old.size, new.size, path, old_root=old.root, root=new.root)


@EVERY
@given(data=st.data(), size=st.integers(1, 900))
async def test_every_leaf_is_proved_in_every_later_tree(
    parts: Parts, data: st.DataObject, size: int
) -> None:
    estate_id = str(uuid.uuid4())
    await append_blank(parts, estate_id, size)
    tree = blank_tree(estate_id, size)
    async with parts.begin() as connection:
        for _ in range(5):
            reached = data.draw(st.integers(1, size))
            position = data.draw(st.integers(0, reached - 1))
            path = await proving.inclusion(connection, estate_id, position, reached)
            assert path == inclusion_path(position, reached, tree.subtree)
            assert await proving.root(connection, estate_id, reached) == tree.root(reached)
            kept = await proving.compact_range(connection, estate_id, reached)
            assert (
                kept.encoded()
                == CompactRange()
                .extended(leaf_hash(one.encoded()) for one in blank_leaves(estate_id, 0, reached))
                .encoded()
            )


async def test_the_edges_of_tiles_are_proved_on_every_level(parts: Parts, estate_id: str) -> None:
    sizes = [255, 256, 257, 511, 512, 513, 65535, 65536, 65537, 65536 + 256 + 7]
    roots: dict[int, bytes] = {}
    for before, size in pairwise([0, *sizes]):
        roots[size] = (await append_blank(parts, estate_id, size - before)).checkpoint.root
    hashes = [leaf_hash(one.encoded()) for one in blank_leaves(estate_id, 0, sizes[-1])]
    assert all(roots[size] == root_of(hashes[:size]) for size in sizes)
    async with parts.begin() as connection:
        for size in sizes:
            for position in {0, 254, 255, 256, 65534, 65535, 65536, size // 2, size - 1}:
                if position < size:
                    path = await proving.inclusion(connection, estate_id, position, size)
                    check_inclusion(hashes[position], position, size, path, roots[size])
            for old in sizes:
                if old <= size:
                    path = await proving.consistency(connection, estate_id, old, size)
                    check_consistency(old, size, path, old_root=roots[old], root=roots[size])


async def test_a_proof_beyond_the_log_is_no_proof(parts: Parts, estate_id: str) -> None:
    await append_blank(parts, estate_id, 3)
    async with parts.begin() as connection:
        with pytest.raises(proving.NotStored):
            await proving.inclusion(connection, estate_id, 2, 9)
        with pytest.raises(ValueError, match="no such leaf"):
            await proving.inclusion(connection, estate_id, 3, 3)


async def history_is_one(parts: Parts, estate_id: str, commits: int, leaves: int) -> None:
    async with parts.begin() as connection:
        await snapshot(connection)
        keys, at = parts.log_keys.of(estate_id), parts.clock.now()
        report = await check_estate(connection, estate_id, keys, NoticeContents(), at)
        assert (report.findings, report.size) == ((), leaves)
        sizes = [
            size
            for size in range(1, leaves + 1)
            if await checkpoint_at(connection, estate_id, size) is not None
        ]
    assert len(sizes) == commits
    assert sizes[-1:] == ([leaves] if leaves else [])


class ChangedItsMind(Exception):
    """A transaction that is rolled back after it appended."""


async def rival(parts: Parts, estate_id: str, number: int, turns: list[tuple[int, bool]]) -> None:
    for turn, (count, commits) in enumerate(turns):
        with contextlib.suppress(ChangedItsMind):
            async with parts.begin() as connection:
                documents = [b"%d %d %d" % (number, turn, one) for one in range(count)]
                await publish_in(connection, parts, estate_id, documents)
                await asyncio.sleep(0)
                if not commits:
                    raise ChangedItsMind


TURNS = st.lists(st.tuples(st.integers(1, 9), st.booleans()), max_size=5)


@EVERY
@given(rivals=st.lists(TURNS, min_size=2, max_size=4))
async def test_rivals_make_one_history_without_a_gap(
    parts: Parts, rivals: list[list[tuple[int, bool]]]
) -> None:
    estate_id = str(uuid.uuid4())
    rivals.append([(1, True)])
    await asyncio.gather(*(rival(parts, estate_id, *one) for one in enumerate(rivals)))
    committed = [count for turns in rivals for count, commits in turns if commits]
    await history_is_one(parts, estate_id, len(committed), sum(committed))


async def test_two_processes_make_one_history(
    parts: Parts, logs: LogDatabase, estate_id: str
) -> None:
    turns = 40
    program = ("-m", "tests.chassis.tlog.rival_process", logs.app_url, estate_id, str(turns))
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, *program, name)
        for name in ("east", "west")
    ]
    assert [await one.wait() for one in processes] == [0, 0]
    await history_is_one(parts, estate_id, 2 * turns, 2 * turns)


async def test_what_is_rolled_back_leaves_nothing(parts: Parts, estate_id: str) -> None:
    await publish(parts, estate_id, b"stays")
    async with parts.begin() as connection:
        before = await newest_checkpoint(connection, estate_id)
    await rival(parts, estate_id, 1, [(300, False)])
    async with parts.begin() as connection:
        assert await newest_checkpoint(connection, estate_id) == before
    await history_is_one(parts, estate_id, 1, 1)
    assert (await publish(parts, estate_id, b"next")).first == 1


async def test_instants_never_run_backwards(parts: Parts, estate_id: str) -> None:
    await publish(parts, estate_id, b"one")
    parts.clock.advance(minutes=-5)
    await publish(parts, estate_id, b"two")
    async with parts.begin() as connection:
        head = await append.lock(connection, estate_id)
        assert head.instant(parts.clock.now()) > parts.clock.now()
        keys, late = parts.log_keys.of(estate_id), parts.clock.now()
        with pytest.raises(ValueError, match="backwards"):
            await append.append(connection, head, blank_leaves(estate_id, 2, 1), keys=keys, at=late)
        with pytest.raises(ValueError, match="grows"):
            await append.append(connection, head, [], keys=keys, at=head.instant(late))
    await history_is_one(parts, estate_id, 2, 2)


async def test_a_log_that_never_began_is_locked_by_one_at_a_time(
    parts: Parts, estate_id: str
) -> None:
    firsts = [publish(parts, estate_id, b"%d" % number) for number in range(5)]
    logged = await asyncio.gather(*firsts)
    assert sorted(one.first for one in logged) == [0, 1, 2, 3, 4]
