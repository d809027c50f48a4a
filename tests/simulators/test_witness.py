"""The simulated witness, held against the protocol: growth is cosigned, everything else is not."""

import hashlib
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.proofs.checkpoint import Checkpoint, log_key, sign_checkpoint
from services.proofs.note import KeyType, VerifierKey
from services.proofs.tree import consistency_path, leaf_hash, root_of
from services.proofs.witness import AddCheckpoint, read_cosignatures, read_size
from simulators import witness
from tests.simulators.conftest import CONTROL, client_into

NAME = "witness.example/street-office"
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS_KEY = VerifierKey(NAME, KeyType.COSIGNATURE, WITNESS.public_key().public_bytes_raw())
LOG = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34)))
HASHES = [leaf_hash(bytes([number])) for number in range(20)]
FORKED = [leaf_hash(bytes([100 + number])) for number in range(20)]


@pytest.fixture
async def client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> httpx.AsyncClient:
    """A witness that knows one log."""
    (tmp_path / "seed").write_text(bytes(range(32)).hex())
    monkeypatch.setenv("SIMULATOR_WITNESS_NAME", NAME)
    monkeypatch.setenv("SIMULATOR_WITNESS_SEED_FILE", str(tmp_path / "seed"))
    monkeypatch.setenv("SIMULATOR_CONTROL_SECRET", CONTROL["authorization"].split()[1])
    client = client_into(witness.from_environment)
    shown = {"key": log_key(LOG.public_key().public_bytes_raw()).encoded()}
    assert (await client.post("/control/logs", json=shown, headers=CONTROL)).status_code == 201
    return client


def signed(size: int, hashes: list[bytes] = HASHES, key: Ed25519PrivateKey = LOG) -> Checkpoint:
    return sign_checkpoint(key, size, root_of(hashes[:size]))


def growth(old: int, size: int, hashes: list[bytes] = HASHES) -> str:
    path = consistency_path(old, size, lambda first, end: root_of(hashes[first:end]))
    return AddCheckpoint(old, tuple(path), signed(size, hashes)).encoded()


async def add(client: httpx.AsyncClient, body: str) -> httpx.Response:
    return await client.post("/add-checkpoint", content=body.encode())


async def test_growth_is_cosigned_each_time(client: httpx.AsyncClient) -> None:
    for old, size in ((0, 3), (3, 8), (8, 8), (8, 20)):
        reply = await add(client, growth(old, size))
        assert reply.status_code == 200
        (line,) = read_cosignatures(reply.text, signed(size), WITNESS_KEY)
        assert signed(size).with_signatures([line]).cosigned_at(WITNESS_KEY) > 0


async def test_who_starts_elsewhere_is_told_where_the_witness_stands(
    client: httpx.AsyncClient,
) -> None:
    await add(client, growth(0, 8))
    reply = await add(client, growth(3, 20))
    assert (reply.status_code, reply.headers["content-type"]) == (409, "text/x.tlog.size")
    assert read_size(reply.text) == 8


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (growth(8, 20, FORKED), 422),
        (growth(8, 8, FORKED), 409),
        (growth(0, 5), 409),
        (AddCheckpoint(9, (), signed(8)).encoded(), 400),
        (AddCheckpoint(8, (), signed(20)).encoded(), 422),
        (AddCheckpoint(8, (), signed(20, key=OTHER)).encoded(), 404),
        (growth(8, 20).replace("\n20\n", "\n19\n"), 403),
        ("old 8\n", 400),
        ("", 400),
        (hashlib.sha256().hexdigest(), 400),
    ],
    ids=[
        "a fork",
        "a fork of one size",
        "a rollback",
        "an old size beyond the new",
        "no proof",
        "an unknown log",
        "a changed size",
        "half a request",
        "nothing",
        "something else",
    ],
)
async def test_what_is_not_growth_is_not_cosigned(
    client: httpx.AsyncClient, body: str, status: int
) -> None:
    await add(client, growth(0, 8))
    assert (await add(client, body)).status_code == status
    # And it stands where it stood.
    assert (await add(client, growth(8, 20))).status_code == 200


async def test_it_can_be_told_to_answer_badly(client: httpx.AsyncClient) -> None:
    told = {"answer": "unavailable", "times": 1}
    await client.put("/control/behaviour", json=told, headers=CONTROL)
    assert (await add(client, growth(0, 8))).status_code == 503
    assert (await add(client, growth(0, 8))).status_code == 200


async def test_strangers_cannot_show_it_logs(client: httpx.AsyncClient) -> None:
    shown = {"key": log_key(OTHER.public_key().public_bytes_raw()).encoded()}
    assert (await client.post("/control/logs", json=shown)).status_code == 404
