"""Tiles: their places, their widths, and every hash of a tree found again in them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from services.proofs.tiles import (
    NotATile,
    Tile,
    TiledTree,
    bundles_of,
    encoded_entries,
    is_tile_of,
    read_tile_path,
    tiles_of,
)
from services.proofs.tree import root_of
from tests.support.signed_log import SignedLog

LOG = SignedLog.of(70_000)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(63, 67, 1), "tile/63/067.p/1"),
        (Tile(0, 1_234_067), "tile/0/x001/x234/067"),
        (Tile(None, 1_000, 255), "tile/entries/x001/000.p/255"),
    ],
)
def test_a_tile_lies_where_the_specification_says(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert read_tile_path(path) == tile


@given(
    some.builds(
        Tile,
        some.none() | some.integers(0, 63),
        some.integers(0, 10**12),
        some.integers(1, 256),
    )
)
def test_a_path_is_read_back(tile: Tile) -> None:
    assert read_tile_path(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/067",
        "tile/0/001/067",
        "tile/0/x001",
        "tile/0/1000",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/",
        "tile/0/000/",
        "tile/data/000",
        "tile/0/٠٠٠",
        "/tile/0/000",
        "tile/0/../0/000",
        "tile/0/000\n",
    ],
)
def test_what_is_no_path_of_a_tile_is_refused(path: str) -> None:
    with pytest.raises(NotATile):
        read_tile_path(path)


def test_a_tree_of_seventy_thousand_leaves_has_the_tiles_of_the_specifications_example() -> None:
    tiles = list(tiles_of(70_000))
    assert [
        sum(tile.level == level and tile.width == 256 for tile in tiles) for level in range(3)
    ] == [
        273,
        1,
        0,
    ]
    assert [tile for tile in tiles if tile.width < 256] == [
        Tile(0, 273, 112),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]
    assert list(tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(tiles_of(0)) == list(bundles_of(0)) == []
    assert list(bundles_of(300)) == [Tile(None, 0), Tile(None, 1, 44)]


@given(some.integers(0, 200_000), some.integers(0, 3), some.integers(0, 800), some.integers(1, 256))
def test_a_tree_has_a_tile_as_soon_as_it_has_its_last_hash(
    size: int, level: int, index: int, width: int
) -> None:
    tile = Tile(level, index, width)
    needed = (index * 256 + width) * 256**level
    assert is_tile_of(tile, size) == (needed <= size)
    assert all(is_tile_of(one, size) for one in tiles_of(size))
    assert all(is_tile_of(one, size) for one in bundles_of(size))


@settings(max_examples=60, deadline=None)
@given(some.data())
def test_every_subtree_is_found_in_the_tiles(data: some.DataObject) -> None:
    size = data.draw(some.sampled_from([1, 2, 255, 256, 257, 513, 65_535, 65_536, 65_537, 70_000]))
    have = set(tiles_of(size))

    def read(tile: Tile) -> list[bytes]:
        assert tile in have
        return tile.hashes(LOG.tile(tile))

    tree = TiledTree(size, read)
    assert tree.subtree(0, size) == LOG.subtree(0, size)
    height = data.draw(some.integers(0, (size - 1).bit_length()))
    index = data.draw(some.integers(0, (size - 1) >> height))
    first, end = index << height, min((index + 1) << height, size)
    assert tree.subtree(first, end) == root_of(LOG.hashes[first:end])


@given(some.lists(some.binary(max_size=300), min_size=1, max_size=256))
def test_a_bundle_of_entries_is_read_back(entries: list[bytes]) -> None:
    tile = Tile(None, 0, len(entries))
    assert tile.entries(encoded_entries(entries)) == entries


def test_a_full_tile_serves_for_a_partial_one() -> None:
    tile = Tile(0, 0, 3)
    assert tile.hashes(LOG.tile(tile.whole)) == LOG.hashes[:3]
    bundle = Tile(None, 0, 3)
    assert bundle.entries(LOG.tile(bundle.whole)) == [leaf.encoded() for leaf in LOG.leaves[:3]]


@pytest.mark.parametrize("size_bytes", [0, 31, 32, 65, 96, 8191, 8193])
def test_a_tile_of_another_size_is_refused(size_bytes: int) -> None:
    with pytest.raises(NotATile):
        Tile(0, 0, 2).hashes(bytes(size_bytes))


@pytest.mark.parametrize(
    "content", [b"", b"\x00", b"\x00\x01", b"\x00\x01a", b"\x00\x01a\x00\x02b"]
)
def test_entries_that_are_cut_off_are_refused(content: bytes) -> None:
    with pytest.raises(NotATile):
        Tile(None, 0, 2).entries(content)
