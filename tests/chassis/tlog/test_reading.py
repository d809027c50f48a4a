"""The log as anybody reads it."""

import hashlib
import uuid

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from services.chassis.tlog import append, proving
from services.proofs.checkpoint import read_checkpoint
from services.proofs.note import decoded
from services.proofs.tiles import Tile, TiledTree, bundles_of, read_tile_path, tiles_of
from services.proofs.tree import check_consistency, inclusion_path, leaf_hash
from services.proofs.trusted_keys import read_trusted_keys
from tests.chassis.tlog.notices import Parts, blank_leaves, client_of, publish, served


async def fill(parts: Parts, estate_id: str, count: int) -> None:
    async with parts.begin() as connection:
        head = await append.lock(connection, estate_id)
        leaves = blank_leaves(estate_id, head.size, count)
        keys, at = parts.log_keys.of(estate_id), head.instant(parts.clock.now())
        await append.append(connection, head, leaves, keys=keys, at=at)


def log_of(estate_id: str) -> str:
    return f"/v1/estates/{estate_id}/log"


async def test_the_checkpoint_is_signed_with_its_time(parts: Parts, estate_id: str) -> None:
    logged = await publish(parts, estate_id, b"one", b"two")
    async with client_of(served(parts), estate_id) as client:
        reply = await client.get(f"{log_of(estate_id)}/checkpoint")
        pinned = (await client.get(f"{log_of(estate_id)}/keys")).text
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert reply.headers["cache-control"] == "public, max-age=5"
    assert reply.text == logged.checkpoint.encoded()
    keys = read_trusted_keys(pinned)
    assert keys.signed_at(read_checkpoint(reply.text)) == int(parts.clock.now().timestamp())
    assert (keys.estate_id, keys.service, keys.quorum) == (estate_id, "notices", 0)


async def test_a_checkpoint_that_did_not_change_is_not_sent_again(
    parts: Parts, estate_id: str
) -> None:
    await publish(parts, estate_id, b"one")
    path = f"{log_of(estate_id)}/checkpoint"
    async with client_of(served(parts), estate_id) as client:
        known = {"if-none-match": (await client.get(path)).headers["etag"]}
        assert (await client.get(path, headers=known)).status_code == 304
        await publish(parts, estate_id, b"two")
        assert (await client.get(path, headers=known)).status_code == 200


@pytest.mark.parametrize("size", [1, 255, 256, 257, 66_000])
async def test_the_tiles_make_the_tree(parts: Parts, estate_id: str, size: int) -> None:
    await fill(parts, estate_id, size)
    held: dict[Tile, list[bytes]] = {}
    async with client_of(served(parts), estate_id) as client:
        for tile in tiles_of(size):
            if tile.level or tile.index in {0, 255, 256, 257, size >> 8}:
                reply = await client.get(f"{log_of(estate_id)}/{tile.path}")
                assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
                held[tile] = tile.hashes(reply.content)
        root = read_checkpoint((await client.get(f"{log_of(estate_id)}/checkpoint")).text).root
        bundle = list(bundles_of(size))[-1]
        entries = bundle.entries((await client.get(f"{log_of(estate_id)}/{bundle.path}")).content)
    assert TiledTree(size, held.__getitem__).subtree(0, size) == root
    (last,) = blank_leaves(estate_id, size - 1, 1)
    assert entries[-1] == last.encoded()
    assert len(entries[-1]) == 128
    async with parts.begin() as connection:
        path = await proving.inclusion(connection, estate_id, size - 1, size)
    assert path == inclusion_path(size - 1, size, TiledTree(size, held.__getitem__).subtree)


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("tile/0/001", "beyond-log"),
        ("tile/0/000", "beyond-log"),
        ("tile/0/000.p/4", "beyond-log"),
        ("tile/1/000.p/1", "beyond-log"),
        ("tile/entries/x001/067.p/17", "beyond-log"),
        ("tile/0/000.p/0", "no-such-tile"),
        ("tile/0/000.p/256", "no-such-tile"),
        ("tile/0/000.p/03", "no-such-tile"),
        ("tile/64/000", "no-such-tile"),
        ("tile/00/000", "no-such-tile"),
        ("tile/0/0", "no-such-tile"),
        ("tile/data/000", "no-such-tile"),
        ("tile/0/x000/000", "no-such-tile"),
        ("tile/0/x999/x999/999", "beyond-log"),
    ],
)
async def test_what_the_log_has_not_reached_is_not_there(
    parts: Parts, estate_id: str, path: str, slug: str
) -> None:
    await publish(parts, estate_id, b"one", b"two", b"three")
    async with client_of(served(parts), estate_id) as client:
        assert (await client.get(f"{log_of(estate_id)}/tile/0/000.p/3")).status_code == 200
        reply = await client.get(f"{log_of(estate_id)}/{path}")
    assert reply.status_code == 404
    assert reply.json()["type"] == f"/problems/notices/{slug}"


async def test_nothing_uncommitted_is_shown(parts: Parts, estate_id: str) -> None:
    await publish(parts, estate_id, b"one")
    async with client_of(served(parts), estate_id) as client, parts.begin() as connection:
        head = await append.lock(connection, estate_id)
        keys, at = parts.log_keys.of(estate_id), head.instant(parts.clock.now())
        leaves = blank_leaves(estate_id, 1, 1)
        await append.append(connection, head, leaves, keys=keys, at=at)
        assert (await client.get(f"{log_of(estate_id)}/tile/0/000.p/2")).status_code == 404
        shown = await client.get(f"{log_of(estate_id)}/checkpoint")
    assert read_checkpoint(shown.text).size == 1


async def test_consistency_is_shown_between_any_two_sizes(parts: Parts, estate_id: str) -> None:
    roots = {}
    for count in (3, 1, 300):
        documents = [hashlib.sha256(b"%d %d" % (count, one)).digest() for one in range(count)]
        logged = await publish(parts, estate_id, *documents)
        roots[logged.checkpoint.size] = logged.checkpoint
    path = f"{log_of(estate_id)}/consistency"
    async with client_of(served(parts), estate_id) as client:
        for old, older in roots.items():
            for new, newer in roots.items():
                reply = await client.get(path, params={"old": old, "new": new})
                if old > new:
                    assert reply.json()["type"] == "/problems/notices/sizes-backwards"
                    continue
                proof = reply.json()
                hashes = [decoded(one) for one in proof["path"]]
                check_consistency(old, new, hashes, old_root=older.root, root=newer.root)
                assert proof["checkpoint"] == newer.encoded()
                assert proof["old_checkpoint"] == older.encoded()
        between = (await client.get(path, params={"old": 2, "new": 4})).json()
        beyond = await client.get(path, params={"old": 2, "new": 305})
    assert between["old_checkpoint"] is None
    assert (beyond.status_code, beyond.json()["size"]) == (404, 304)


@pytest.mark.parametrize(
    "what",
    [
        "checkpoint",
        "keys",
        "tile/0/000",
        "consistency?old=0&new=0",
        "checks",
        "alarms",
        "witness-policy",
    ],
)
async def test_an_estate_without_a_log_has_nothing_to_show(parts: Parts, what: str) -> None:
    estate_id = str(uuid.uuid4())
    async with client_of(served(parts), estate_id) as client:
        assert (await client.get(f"{log_of(estate_id)}/{what}")).status_code == 404


def test_an_independent_validator_accepts_the_contract(parts: Parts) -> None:
    document = served(parts).openapi()
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_the_leaf_in_the_entry_is_the_leaf_in_the_tree() -> None:
    (leaf,) = blank_leaves(str(uuid.uuid4()), 0, 1)
    assert len(leaf.encoded()) == 128
    assert len(leaf_hash(leaf.encoded())) == 32
    assert read_tile_path("tile/entries/x001/067.p/17") == Tile(None, 1067, 17)
