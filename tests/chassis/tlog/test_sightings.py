"""Owners' apps compare what they saw; two histories of one log do not stay unnoticed."""

import hashlib
import json
import uuid
from dataclasses import replace

import httpx
import pytest

from services.proofs.checkpoint import Checkpoint, sign_checkpoint
from services.proofs.note import SignatureLine, decoded
from services.proofs.tree import EMPTY_ROOT, check_consistency
from tests.chassis.tlog.notices import Parts, client_of, publish, served


async def sighted(parts: Parts, estate_id: str, note: str) -> httpx.Response:
    async with client_of(served(parts), estate_id) as client:
        path = f"/v1/estates/{estate_id}/log/sightings"
        return await client.post(path, json={"checkpoint": note})


async def alarms(parts: Parts, estate_id: str) -> list[dict[str, str]]:
    async with client_of(served(parts), estate_id) as client:
        reply = await client.get(f"/v1/estates/{estate_id}/log/alarms")
    listed: list[dict[str, str]] = reply.json()["alarms"]
    return listed


async def test_what_was_seen_is_proved_to_stand(parts: Parts, estate_id: str) -> None:
    seen = (await publish(parts, estate_id, b"one", b"two")).checkpoint
    newest = (await publish(parts, estate_id, b"three")).checkpoint
    for old in (seen, newest):
        reply = await sighted(parts, estate_id, old.encoded())
        assert reply.status_code == 200
        proof = reply.json()
        path = [decoded(one) for one in proof["path"]]
        assert proof["checkpoint"] == newest.encoded()
        check_consistency(old.size, newest.size, path, old_root=old.root, root=newest.root)
    assert await alarms(parts, estate_id) == []


async def test_a_sighting_may_come_as_it_is(parts: Parts, estate_id: str) -> None:
    seen = (await publish(parts, estate_id, b"one")).checkpoint
    async with client_of(served(parts), estate_id) as client:
        path = f"/v1/estates/{estate_id}/log/sightings"
        headers = {"content-type": "text/plain; charset=utf-8"}
        reply = await client.post(path, content=seen.encoded().encode(), headers=headers)
        assert reply.status_code == 200
        malformed = await client.post(path, json={"note": seen.encoded()})
        assert malformed.status_code == 422
        large = await client.post(path, content=b"x" * 70_000, headers=headers)
    assert large.json()["type"] == "/problems/notices/not-our-checkpoint"


def forged(parts: Parts, estate_id: str, size: int, root: bytes = bytes(32)) -> Checkpoint:
    """Return a checkpoint that the log's own key signed and its history does not hold."""
    return sign_checkpoint(parts.log_keys.of(estate_id).tree, size, root)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 1000])
async def test_another_history_of_this_log_raises_an_alarm(
    parts: Parts, estate_id: str, size: int
) -> None:
    await publish(parts, estate_id, b"one", b"two", b"three")
    other = forged(parts, estate_id, size)
    reply = await sighted(parts, estate_id, other.encoded())
    assert (reply.status_code, reply.json()["type"]) == (409, "/problems/notices/log-forked")
    (alarm,) = await alarms(parts, estate_id)
    assert reply.json()["alarm_id"] == alarm["alarm_id"]
    assert reply.json()["document"] == alarm["document"]
    evidence = json.loads(alarm["document"])["evidence"]
    assert evidence["checkpoint"] == other.encoded()
    keys = parts.log_keys.of(estate_id)
    keys.check_statement(alarm["document"].encode(), bytes.fromhex(alarm["signature"]))


async def test_one_tree_raises_one_alarm_whatever_stands_below_it(
    parts: Parts, estate_id: str
) -> None:
    await publish(parts, estate_id, b"one", b"two", b"three")
    other = forged(parts, estate_id, 2)
    for number in range(3):
        line = SignatureLine(f"idler-{number}", bytes(4), bytes([number]) * 64)
        note = other.with_signatures([line]).encoded()
        assert (await sighted(parts, estate_id, note)).status_code == 409
    timed = parts.log_keys.of(estate_id).checkpoint(2, other.root, parts.clock.now())
    assert (await sighted(parts, estate_id, timed.encoded())).status_code == 409
    (alarm,) = await alarms(parts, estate_id)
    assert "idler" not in alarm["document"]


async def test_the_empty_tree_is_the_beginning_of_every_log(parts: Parts, estate_id: str) -> None:
    await publish(parts, estate_id, b"one")
    reply = await sighted(parts, estate_id, forged(parts, estate_id, 0, EMPTY_ROOT).encoded())
    assert (reply.status_code, reply.json()["path"]) == (200, [])


async def test_without_our_signature_nothing_is_recorded(parts: Parts, estate_id: str) -> None:
    right = (await publish(parts, estate_id, b"one")).checkpoint
    stranger = parts.log_keys.of(str(uuid.uuid4()))
    of_another = stranger.checkpoint(1, bytes(32), parts.clock.now())
    line = replace(right.signatures[0], signature=bytes(64))
    unsigned = replace(right, root=bytes(32))
    misnamed = replace(of_another, origin=right.origin)
    wrong = Checkpoint(right.origin, 1, bytes(32), (line,))
    for note in (of_another, unsigned, misnamed, wrong):
        reply = await sighted(parts, estate_id, note.encoded())
        assert reply.json()["type"] == "/problems/notices/not-our-checkpoint"
    assert (await sighted(parts, estate_id, "nothing of a note")).status_code == 422
    assert await alarms(parts, estate_id) == []


async def test_an_estate_without_a_log_compares_nothing(parts: Parts, estate_id: str) -> None:
    reply = await sighted(parts, estate_id, forged(parts, estate_id, 1).encoded())
    assert (reply.status_code, reply.json()["type"]) == (404, "/problems/notices/no-such-log")


async def test_alarms_are_read_page_by_page(parts: Parts, estate_id: str) -> None:
    await publish(parts, estate_id, b"one")
    raised = []
    for number in range(5):
        root = hashlib.sha256(bytes([number])).digest()
        reply = await sighted(parts, estate_id, forged(parts, estate_id, 1, root).encoded())
        raised.append(reply.json()["alarm_id"])
        parts.clock.advance(seconds=number % 2)
    read: list[str] = []
    async with client_of(served(parts), estate_id) as client:
        path: str | None = f"/v1/estates/{estate_id}/log/alarms?limit=2"
        while path:
            reply = await client.get(path)
            read += [one["alarm_id"] for one in reply.json()["alarms"]]
            path = reply.links.get("next", {}).get("url")
    assert len(read) == 5
    assert set(read) == set(raised)
