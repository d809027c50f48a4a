"""Cosignatures are collected from whoever an estate chose, and from nobody else."""

import asyncio
import gzip
import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from services.chassis.tlog.publishing import newest_checkpoint, published_checkpoint
from services.chassis.tlog.witnesses import read_witnesses
from services.chassis.tlog.witnessing import ESTATES_AT_ONCE, collect, collect_all
from services.proofs.checkpoint import Checkpoint, read_checkpoint
from services.proofs.leaf import Kind, record_of
from services.proofs.note import KeyType, SignatureLine, VerifierKey
from services.proofs.trusted_keys import QuorumMissed, read_trusted_keys
from services.proofs.witness import SIZE_TYPE
from tests.chassis.tlog.notices import Parts, client_of, publish, served, with_witnesses
from tests.chassis.tlog.policies import choose
from tests.support.witnesses import AbsentWitness, BabblingWitness, StrictWitness, reachable

STREET, BUREAU = "witness.street.example", "witness.bureau.example"


def watched(parts: Parts, estate_id: str, *witnesses: StrictWitness) -> Parts:
    for one in witnesses:
        one.trust(parts.log_keys.of(estate_id).log_key)
    return with_witnesses(parts, reachable(*witnesses))


async def published(parts: Parts, estate_id: str) -> Checkpoint:
    async with parts.begin() as connection:
        return await published_checkpoint(connection, estate_id)


async def alarm_kinds(parts: Parts, estate_id: str) -> list[str]:
    async with client_of(served(parts), estate_id) as client:
        listed = (await client.get(f"/v1/estates/{estate_id}/log/alarms")).json()["alarms"]
    return [one["kind"] for one in listed]


async def test_a_policy_is_a_leaf_and_is_public(parts: Parts, estate_id: str) -> None:
    parts = watched(parts, estate_id, StrictWitness(STREET, parts.clock))
    await publish(parts, estate_id, b"one")
    chosen = await choose(parts, estate_id, [STREET], quorum=1, role="street_office")
    assert chosen.status_code == 201
    async with client_of(served(parts), estate_id) as client:
        shown = await client.get(f"/v1/estates/{estate_id}/log/witness-policy")
        keys = read_trusted_keys((await client.get(f"/v1/estates/{estate_id}/log/keys")).text)
        entry = (await client.get(f"/v1/estates/{estate_id}/log/tile/entries/000.p/2")).content
    assert shown.json() == chosen.json()
    assert ([one.name for one in keys.witnesses], keys.quorum) == ([STREET], 1)
    document = shown.json()["document"].encode()
    assert set(json.loads(document)) == {"quorum", "set_at", "version", "witnesses"}
    assert entry[132:164] == record_of(Kind.WITNESSES, estate_id, document).checksum
    again = await choose(parts, estate_id, [], quorum=0)
    assert again.json()["version"] == 2


async def test_a_policy_names_known_witnesses_and_a_quorum_that_they_can_reach(
    parts: Parts, estate_id: str
) -> None:
    parts = watched(parts, estate_id, StrictWitness(STREET, parts.clock))
    stranger = await choose(parts, estate_id, [STREET, "evil.example"], quorum=1)
    assert stranger.json()["type"] == "/problems/notices/no-such-witness"
    assert stranger.json()["unknown"] == ["evil.example"]
    for names in ([STREET], [STREET, STREET]):
        greedy = await choose(parts, estate_id, names, quorum=2)
        assert greedy.json()["type"] == "/problems/notices/quorum-unreachable"
    assert (await choose(parts, estate_id, [STREET], quorum=1, role="owner")).status_code == 403


async def test_a_policy_may_begin_a_log(parts: Parts, estate_id: str) -> None:
    witness = StrictWitness(STREET, parts.clock)
    parts = watched(parts, estate_id, witness)
    assert (await choose(parts, estate_id, [STREET], quorum=1)).status_code == 201
    assert (await collect(parts, estate_id)).cosigned == (STREET,)
    assert (await published(parts, estate_id)).size == 1


async def test_cosignatures_are_collected_and_published(parts: Parts, estate_id: str) -> None:
    both = [StrictWitness(STREET, parts.clock), StrictWitness(BUREAU, parts.clock, 2)]
    parts = watched(parts, estate_id, *both)
    await publish(parts, estate_id, *(b"%d" % number for number in range(300)))
    await choose(parts, estate_id, [STREET, BUREAU], quorum=2)
    async with client_of(served(parts), estate_id, "committee") as client:
        path = f"/v1/estates/{estate_id}/log/"
        headers = {"idempotency-key": str(uuid.uuid4())}
        reply = await client.post(f"{path}cosignatures", headers=headers)
        assert reply.json() == {"size": 301, "cosigned": [BUREAU, STREET], "missing": []}
        cosigned = read_checkpoint((await client.get(f"{path}checkpoint")).text)
        keys = read_trusted_keys((await client.get(f"{path}keys")).text)
        assert set(keys.check_quorum(cosigned)) == {STREET, BUREAU}
        # What is not cosigned yet is not published in its place.
        newer = await publish(parts, estate_id, b"more")
        assert read_checkpoint((await client.get(f"{path}checkpoint")).text) == cosigned
        await collect(parts, estate_id)
        now = read_checkpoint((await client.get(f"{path}checkpoint")).text)
    assert (now.size, now.root) == (newer.checkpoint.size, newer.checkpoint.root)
    assert both[0].asked == [0, 301]


async def test_before_any_quorum_the_newest_is_shown(parts: Parts, estate_id: str) -> None:
    parts = watched(parts, estate_id, AbsentWitness(STREET, parts.clock))
    await publish(parts, estate_id, b"one")
    await choose(parts, estate_id, [STREET], quorum=1)
    shown = await published(parts, estate_id)
    assert shown.size == 2
    async with client_of(served(parts), estate_id) as client:
        keys = read_trusted_keys((await client.get(f"/v1/estates/{estate_id}/log/keys")).text)
    with pytest.raises(QuorumMissed):
        keys.check_quorum(shown)


async def test_one_witness_that_is_away_holds_nobody_up(parts: Parts, estate_id: str) -> None:
    away, there = AbsentWitness(STREET, parts.clock), StrictWitness(BUREAU, parts.clock, 2)
    parts = watched(parts, estate_id, away, there)
    await publish(parts, estate_id, b"one")
    await choose(parts, estate_id, [STREET, BUREAU], quorum=1)
    collected = await collect(parts, estate_id)
    assert (collected.cosigned, collected.missing) == ((BUREAU,), (STREET,))
    assert [line.name for line in (await published(parts, estate_id)).signatures][2:] == [BUREAU]
    assert await alarm_kinds(parts, estate_id) == []


async def test_a_witness_that_stands_elsewhere_is_asked_from_there(
    parts: Parts, estate_id: str
) -> None:
    """It has seen the log before us, from another of our processes whose word was lost."""
    witness = StrictWitness(STREET, parts.clock)
    parts = watched(parts, estate_id, witness)
    seen = (await publish(parts, estate_id, b"one", b"two", b"three")).checkpoint
    await choose(parts, estate_id, [STREET], quorum=1)
    witness.seen[seen.origin] = seen
    assert (await collect(parts, estate_id)).cosigned == (STREET,)
    assert witness.asked == [0, 3]


async def test_a_witness_that_lost_its_memory_is_asked_from_the_beginning(
    parts: Parts, estate_id: str
) -> None:
    witness = StrictWitness(STREET, parts.clock)
    parts = watched(parts, estate_id, witness)
    await publish(parts, estate_id, b"one")
    await choose(parts, estate_id, [STREET], quorum=1)
    await collect(parts, estate_id)
    await publish(parts, estate_id, b"two")
    witness.seen.clear()
    assert (await collect(parts, estate_id)).cosigned == (STREET,)
    assert witness.asked == [0, 2, 0]


async def test_a_refusal_raises_one_alarm_however_often_it_is_repeated(
    parts: Parts, estate_id: str
) -> None:
    witness = StrictWitness(STREET, parts.clock)
    parts = watched(parts, estate_id, witness)
    await publish(parts, estate_id, b"one")
    await choose(parts, estate_id, [STREET], quorum=1)
    keys = parts.log_keys.of(estate_id)
    other = keys.checkpoint(1, bytes(32), parts.clock.now())
    witness.seen[other.origin] = other
    for _ in range(3):
        assert (await collect(parts, estate_id)).missing == (STREET,)
        await publish(parts, estate_id, uuid.uuid4().bytes)
    assert await alarm_kinds(parts, estate_id) == ["witness-refused"]


async def test_a_witness_beyond_our_log_raises_an_alarm(parts: Parts, estate_id: str) -> None:
    witness = StrictWitness(STREET, parts.clock)
    parts = watched(parts, estate_id, witness)
    await publish(parts, estate_id, b"one")
    await choose(parts, estate_id, [STREET], quorum=1)
    beyond = parts.log_keys.of(estate_id).checkpoint(900, bytes(32), parts.clock.now())
    witness.seen[beyond.origin] = beyond
    assert (await collect(parts, estate_id)).missing == (STREET,)
    assert await alarm_kinds(parts, estate_id) == ["witness-refused"]


def packed(content: bytes) -> httpx.Response:
    headers = {"content-encoding": "gzip"}
    return httpx.Response(200, content=gzip.compress(content), headers=headers)


def padded(content: bytes) -> httpx.Response:
    idle = SignatureLine("idler", bytes(4), bytes(64)).encoded().encode()
    return httpx.Response(200, content=content + idle * 200)


SIZE = {"content-type": SIZE_TYPE}
BABBLE = {
    "an error": [httpx.Response(500)],
    "no such log": [httpx.Response(404)],
    "nonsense": [httpx.Response(200, text="nonsense")],
    "nothing": [httpx.Response(200)],
    "no size": [httpx.Response(409, text="many\n", headers=SIZE)],
    "too much": [httpx.Response(200, content=b"x" * 20_000)],
    "elsewhere": [httpx.Response(302, headers={"location": "http://127.0.0.1/"})],
    "restless": [httpx.Response(409, text=f"{size}\n", headers=SIZE) for size in (1, 0, 2)],
}


@pytest.mark.parametrize("said", BABBLE.values(), ids=BABBLE.keys())
async def test_what_is_no_answer_is_dropped_without_an_alarm(
    parts: Parts, estate_id: str, said: list[httpx.Response]
) -> None:
    witness = BabblingWitness(STREET, parts.clock, 1, *said)
    parts = watched(parts, estate_id, witness)
    await publish(parts, estate_id, b"one", b"two")
    await choose(parts, estate_id, [STREET], quorum=1)
    assert (await collect(parts, estate_id)).missing == (STREET,)
    assert await alarm_kinds(parts, estate_id) == []
    assert len((await published(parts, estate_id)).signatures) == 2


async def test_a_newer_checkpoint_waits_for_its_quorum(parts: Parts, estate_id: str) -> None:
    street, bureau = StrictWitness(STREET, parts.clock), StrictWitness(BUREAU, parts.clock, 2)
    parts = watched(parts, estate_id, street, bureau)
    await choose(parts, estate_id, [STREET, BUREAU], quorum=2)
    assert (await collect(parts, estate_id)).missing == ()
    seen = await published(parts, estate_id)
    await publish(parts, estate_id, b"one")
    parts = watched(parts, estate_id, street, AbsentWitness(BUREAU, parts.clock, 2))
    assert (await collect(parts, estate_id)).missing == (BUREAU,)
    assert await published(parts, estate_id) == seen


@pytest.mark.parametrize("harm", [packed, padded])
async def test_an_answer_that_could_fill_the_memory_is_dropped_though_it_is_right(
    parts: Parts, estate_id: str, harm: Callable[[bytes], httpx.Response]
) -> None:
    witness = StrictWitness(STREET, parts.clock)
    parts = watched(parts, estate_id, witness)
    await choose(parts, estate_id, [STREET], quorum=1)
    async with parts.begin() as connection:
        said = witness.cosigned(await newest_checkpoint(connection, estate_id))
    answers = (harm(said.content), said)
    parts = watched(parts, estate_id, BabblingWitness(STREET, parts.clock, 1, *answers))
    assert (await collect(parts, estate_id)).missing == (STREET,)
    assert (await collect(parts, estate_id)).missing == ()


async def test_a_cosignature_of_another_checkpoint_is_dropped(parts: Parts, estate_id: str) -> None:
    witness = StrictWitness(STREET, parts.clock)
    parts = watched(parts, estate_id, witness)
    logged = await publish(parts, estate_id, b"one")
    await choose(parts, estate_id, [STREET], quorum=1)
    said = witness.cosigned(logged.checkpoint)
    parts = watched(parts, estate_id, BabblingWitness(STREET, parts.clock, 1, said))
    assert (await collect(parts, estate_id)).missing == (STREET,)
    assert len((await published(parts, estate_id)).signatures) == 2


@pytest.mark.parametrize("ahead", [timedelta(minutes=6), timedelta(days=400)])
async def test_a_cosignature_of_a_time_to_come_is_dropped(
    parts: Parts, estate_id: str, ahead: timedelta
) -> None:
    witness = StrictWitness(STREET, parts.clock)
    parts = watched(parts, estate_id, witness)
    await publish(parts, estate_id, b"one")
    await choose(parts, estate_id, [STREET], quorum=1)
    now = parts.clock.now()
    parts.clock.move_to(now + ahead)
    early = witness.cosigned(await published(parts, estate_id))
    parts.clock.move_to(now)
    parts = watched(parts, estate_id, BabblingWitness(STREET, parts.clock, 1, early))
    assert (await collect(parts, estate_id)).missing == (STREET,)


async def test_a_witness_that_the_operator_forgot_is_not_asked(
    parts: Parts, estate_id: str
) -> None:
    witness = StrictWitness(STREET, parts.clock)
    chosen = watched(parts, estate_id, witness)
    await publish(chosen, estate_id, b"one")
    await choose(chosen, estate_id, [STREET], quorum=1)
    for others in ([], [StrictWitness(STREET, parts.clock, 9)]):
        collected = await collect(watched(parts, estate_id, *others), estate_id)
        assert collected.cosigned == ()
    assert witness.asked == []


async def test_all_estates_are_collected_for_by_one_process_at_a_time(parts: Parts) -> None:
    name = f"witness.{uuid.uuid4()}.example"
    estates = [str(uuid.uuid4()) for _ in range(3)]
    witness = StrictWitness(name, parts.clock)
    parts = watched(parts, estates[0], witness)
    for one in estates:
        witness.trust(parts.log_keys.of(one).log_key)
        await publish(parts, one, b"one")
        await choose(parts, one, [name], quorum=1)
    await asyncio.gather(collect_all(parts), collect_all(parts))
    await collect_all(parts)
    for one in estates:
        assert len((await published(parts, one)).signatures) == 3
    assert witness.asked == [0, 0, 0]


async def test_a_witness_that_is_away_is_asked_once_a_round(parts: Parts) -> None:
    name = f"witness.{uuid.uuid4()}.example"
    witness = AbsentWitness(name, parts.clock)
    parts = with_witnesses(parts, reachable(witness))
    for _ in range(ESTATES_AT_ONCE + 5):
        estate_id = str(uuid.uuid4())
        await publish(parts, estate_id, b"one")
        await choose(parts, estate_id, [name], quorum=1)
    await collect_all(parts)
    assert 1 <= len(witness.asked) <= ESTATES_AT_ONCE


@pytest.fixture
def witness_key() -> VerifierKey:
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    return VerifierKey(STREET, KeyType.COSIGNATURE, public)


async def test_the_operators_file_is_read(tmp_path: Path, witness_key: VerifierKey) -> None:
    listed = {"name": STREET, "url": f"https://{STREET}/", "key": witness_key.encoded()}
    path = tmp_path / "witnesses.json"
    path.write_text(json.dumps([listed]))
    read = read_witnesses(path)
    assert read.known[STREET].key == witness_key
    assert read.known[STREET].url == f"https://{STREET}"
    await read.close()
    none = read_witnesses(None)
    assert none.known == {}
    await none.close()


MISTAKES = {
    "another name": {"name": BUREAU},
    "no scheme": {"url": "witness.street.example"},
    "a log's key": {"key": "log"},
    "no key": {"key": "nonsense"},
    "too much": {"more": 1},
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
async def test_a_malformed_file_of_witnesses_is_refused(
    tmp_path: Path, witness_key: VerifierKey, mistake: dict[str, object]
) -> None:
    of_log = VerifierKey(STREET, KeyType.ED25519, witness_key.public_key).encoded()
    listed = {"name": STREET, "url": "https://w", "key": witness_key.encoded()} | mistake
    listed = {name: of_log if one == "log" else one for name, one in listed.items()}
    path = tmp_path / "witnesses.json"
    path.write_text(json.dumps([listed]))
    with pytest.raises(ValueError, match=r".+"):
        read_witnesses(path)


async def test_a_witness_is_named_once(tmp_path: Path, witness_key: VerifierKey) -> None:
    listed = {"name": STREET, "url": "https://w", "key": witness_key.encoded()}
    path = tmp_path / "witnesses.json"
    path.write_text(json.dumps([listed, listed]))
    with pytest.raises(ValueError, match="twice"):
        read_witnesses(path)
