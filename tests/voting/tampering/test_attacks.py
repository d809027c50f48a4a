"""What somebody above the database could do to a vote, and what gives him away.

He may change every row and switch every trigger off. He holds neither an owner's phone, nor the
seed of the log's keys, nor the receipts and checkpoints that others keep.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.chassis.tlog.keys import LogKeys
from services.proofs.canonical import canonical
from services.proofs.check_receipt import Holdings
from services.proofs.leaf import Leaf
from services.proofs.receipt import Receipt
from services.proofs.tree import CompactRange, leaf_hash
from tests.support.postgres import Databases
from tests.voting.api.test_ballots import problem
from tests.voting.devices import device
from tests.voting.hall import CLOSES, COMMITTEE, LATER, LOG_KEYS, NOON, Announced, Hall, owner
from tests.voting.superuser import tamper, unguarded
from tests.voting.verifier import (
    ATTESTERS,
    bundle,
    failures,
    found_by_checker,
    judged_bundle,
    judged_receipt,
    pinned_keys,
    receipt_in,
)


@dataclass(frozen=True)
class Scene:
    """An open ballot with three votes, what their owners keep, and a way above everything."""

    ballot: Announced
    receipts: dict[str, Receipt]
    databases: Databases
    folder: Path

    @property
    def hall(self) -> Hall:
        return self.ballot.hall

    async def tamper(self, statement: str, *values: object) -> None:
        await tamper(self.databases, statement, *values)

    async def count(self) -> tuple[int, str] | None:
        """Count after the close; return the refusal, if there was one."""
        self.hall.clock.move_to(CLOSES)
        reply = await self.hall.post(f"{self.ballot.path}/result", COMMITTEE)
        return None if reply.status_code == 201 else problem(reply)

    async def bundle_failures(self, *receipts: str) -> list[str]:
        """Return the steps that fail on the bundle which the changed server exports."""
        content = await bundle(self.ballot, owner("ada"))
        held = [self.receipts[name] for name in receipts]
        keys = await pinned_keys(self.hall)
        return failures(judged_bundle(content, keys, self.folder, held))

    async def sighting(self, name: str) -> int:
        """Say which checkpoint an owner's app saw last, and return the answer's status."""
        note = self.receipts[name].proof.checkpoint.encoded()
        reply = await self.hall.house.client.post(
            self.hall.path("/log/sightings"), content=note, headers={"content-type": "text/plain"}
        )
        return reply.status_code


@pytest.fixture
async def scene(hall: Hall, databases: Databases, tmp_path: Path) -> Scene:
    """Three votes against, one after another."""
    ballot = await hall.announce("FUND_USE", openings="OWNERS")
    hall.clock.move_to(NOON)
    receipts = {}
    for name in ("ada", "bo", "cai"):
        answer = (await ballot.vote(name, "AGAINST")).json()
        receipts[name] = receipt_in(answer["receipt"])
        hall.clock.advance(seconds=1)
    assert await found_by_checker(hall) == set()
    return Scene(ballot, receipts, databases, tmp_path)


REFUSED = (409, "frozen-records-changed")
AGREEING = """UPDATE votes SET document = convert_to(
    replace(convert_from(document, 'UTF8'), 'AGAINST', 'AGREE'), 'UTF8') WHERE ballot_id = $1"""
EDITS = {
    "the document": AGREEING,
    "the document and its hash": """UPDATE votes SET document = d.document,
        document_sha256 = sha256(d.document) FROM (SELECT vote_id, convert_to(replace(
        convert_from(document, 'UTF8'), 'AGAINST', 'AGREE'), 'UTF8') AS document FROM votes) AS d
        WHERE d.vote_id = votes.vote_id AND ballot_id = $1""",
    "who it is for": """UPDATE votes SET entry_id = (SELECT entry_id FROM entry_holders e
        WHERE e.ballot_id = $1 AND holder = 'dan') WHERE ballot_id = $1 AND cast_by = 'ada'""",
    "its weight": "UPDATE votes SET area_centi = area_centi + 1 WHERE ballot_id = $1",
    "who cast it": """UPDATE votes SET cast_by = 'dan' WHERE ballot_id = $1 AND cast_by = 'ada'""",
    "that it exists": "DELETE FROM votes WHERE ballot_id = $1 AND cast_by = 'ada'",
    "whose key it was": """UPDATE device_keys SET holder = 'dan' WHERE holder = 'ada'
        AND estate_id = (SELECT estate_id FROM ballots WHERE ballot_id = $1)""",
    "an electorate's area": """UPDATE electorate_entries SET area_centi = area_centi + 1
        WHERE ballot_id = $1""",
    "an electorate's holder": """DELETE FROM entry_holders WHERE ballot_id = $1
        AND holder = 'fei'""",
    "the electorate's hash": """UPDATE announcements SET electorate_sha256 = repeat('0', 64)
        WHERE ballot_id = $1""",
    "the rules": """UPDATE announcements SET rules_document = convert_to(replace(
        convert_from(rules_document, 'UTF8'), '"den":3', '"den":4'), 'UTF8')
        WHERE ballot_id = $1""",
    "the rules, so that nobody can read them": """UPDATE announcements SET rules_document = 'x'
        WHERE ballot_id = $1""",
    "an item": "UPDATE items SET budget_fen = budget_fen + 1 WHERE ballot_id = $1",
    "the close": "UPDATE announcements SET closes_on = closes_on - 1 WHERE ballot_id = $1",
    "who may attest": """UPDATE announcements SET attesters = '["%s"]'
        WHERE ballot_id = $1"""
    % ("ab" * 32),
    "a leaf's signature": """UPDATE leaves SET signature = decode(repeat('00', 64), 'hex')
        WHERE subject = $1 AND kind = 'vote'""",
    "the head": """UPDATE heads SET range = set_byte(range, 0, (get_byte(range, 0) + 1) % 256)
        WHERE estate_id = (SELECT estate_id FROM ballots WHERE ballot_id = $1)""",
    "a leaf in the middle": "DELETE FROM leaves WHERE subject = $1 AND position = 5",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
async def test_a_superusers_edit_stops_the_count_and_is_found_by_the_checker(
    scene: Scene, edit: str
) -> None:
    await scene.tamper(edit, scene.ballot.ballot_id)
    assert await found_by_checker(scene.hall) != set()
    assert await scene.count() == REFUSED
    reply = await scene.hall.get(f"{scene.ballot.path}/result", owner("ada"))
    assert reply.status_code == 409


async def test_a_superusers_edit_of_a_counted_vote_fails_the_bundle(scene: Scene) -> None:
    assert await scene.count() is None
    assert await scene.bundle_failures("ada") == []
    await scene.tamper(AGREEING, scene.ballot.ballot_id)
    assert "contents have the hashes that the leaves name" in await scene.bundle_failures()
    assert "row-differs" in await found_by_checker(scene.hall)


async def test_a_superusers_edit_of_a_result_fails_the_bundle(scene: Scene) -> None:
    assert await scene.count() is None
    await scene.tamper(
        """UPDATE results SET document = convert_to(replace(convert_from(document, 'UTF8'),
           'NOT_PASSED', 'PASSED'), 'UTF8') WHERE ballot_id = $1""",
        scene.ballot.ballot_id,
    )
    assert await scene.bundle_failures() != []
    assert {"row-differs", "result-differs"} <= await found_by_checker(scene.hall)


@pytest.mark.parametrize(
    "edit", ["UPDATE electorate_entries SET area_centi = 1", "UPDATE announcements SET people = 9"]
)
async def test_a_superusers_edit_of_a_counted_electorate_is_found(scene: Scene, edit: str) -> None:
    assert await scene.count() is None
    await scene.tamper(f"{edit} WHERE ballot_id = $1", scene.ballot.ballot_id)
    assert await found_by_checker(scene.hall) != set()
    if "entries" in edit:
        assert await scene.bundle_failures() != []


CUT = (
    "DELETE FROM votes WHERE estate_id = $1 AND position >= 6",
    "DELETE FROM checkpoints WHERE estate_id = $1 AND size > 6",
    "DELETE FROM leaves WHERE estate_id = $1 AND position >= 6",
)


async def cut_tail(scene: Scene) -> None:
    """Take the last vote away so that the database is in order: an older head, nothing beyond."""
    estate_id = scene.hall.estate_id
    async with unguarded(scene.databases.superuser_url("voting")) as connection:
        for statement in CUT:
            await connection.execute(statement, estate_id)
        rows = await connection.fetch(
            "SELECT hash FROM leaves WHERE estate_id = $1 ORDER BY position", estate_id
        )
        kept = CompactRange().extended(row["hash"] for row in rows)
        await connection.execute(
            "UPDATE heads SET size = 6, range = $2 WHERE estate_id = $1", estate_id, kept.encoded()
        )
        await connection.execute(
            "DELETE FROM device_keys WHERE estate_id = $1 AND holder = 'cai'", estate_id
        )


async def test_a_tail_that_is_cut_off_is_found_by_who_saw_it(scene: Scene) -> None:
    await cut_tail(scene)
    # The database alone is in order again, so the checker cannot know.
    assert await found_by_checker(scene.hall) == set()
    # The owner whose vote is gone holds a checkpoint over it: the log signed what it denies.
    assert await scene.sighting("cai") == 409
    assert await scene.sighting("ada") == 200


async def test_a_vote_that_was_cut_off_is_missing_from_the_bundle(scene: Scene) -> None:
    await cut_tail(scene)
    assert await scene.count() is None
    assert await scene.bundle_failures("ada", "bo") == []
    assert await scene.bundle_failures("cai") != []


async def forged_leaf(scene: Scene, phone_of: str = "dan") -> tuple[Leaf, bytes]:
    """Return a vote that nobody cast, signed by a key of the forger's own."""
    document = canonical(await scene.ballot.document(phone_of, "AGREE"))
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32))
    forger = device(scene.hall.estate_id, phone_of, attester=stranger)
    return forger.sign(scene.ballot.ballot_id, document), document


async def insert_vote(
    scene: Scene, leaf: Leaf, document: bytes, position: int, *, keys: LogKeys | None = None
) -> None:
    """Put a vote into the log and compute everything above it anew, as far as keys allow."""
    hall, ballot_id = scene.hall, scene.ballot.ballot_id
    estate_id = hall.estate_id
    vote = json.loads(document)
    attestation = device(estate_id, "dan", attester=Ed25519PrivateKey.from_private_bytes(bytes(32)))
    async with unguarded(scene.databases.superuser_url("voting")) as connection:
        for table in ("votes", "leaves"):
            # Twice, because a key may stand in its own way half-way.
            for move in ("position + 1000", "position - 999"):
                await connection.execute(
                    f"UPDATE {table} SET position = {move} WHERE estate_id = $1 AND position >= $2",
                    estate_id,
                    position,
                )
        await connection.execute(
            """INSERT INTO leaves (estate_id, position, kind, subject, sha256, signature,
               public_key, hash) VALUES ($1, $2, 'vote', $3, $4, $5, $6, $7)""",
            estate_id,
            position,
            ballot_id,
            leaf.record.sha256,
            leaf.signature,
            leaf.public_key,
            leaf_hash(leaf.encoded()),
        )
        await connection.execute(
            """INSERT INTO votes (estate_id, vote_id, ballot_id, entry_id, area_centi, channel,
               cast_by, position, cast_at, document, document_sha256)
               VALUES ($1, $2, $3, $4, 10000, 'PHONE', 'dan', $5, $6, $7, $8)""",
            estate_id,
            vote["vote_id"],
            ballot_id,
            vote["entry_id"],
            position,
            NOON,
            document,
            leaf.record.sha256,
        )
        await connection.execute(
            """INSERT INTO device_keys VALUES ($1, $2, 'OWNER', 'dan', $3, $4, $5)""",
            estate_id,
            leaf.public_key,
            attestation.attestation.document,
            attestation.attestation.signature,
            NOON,
        )
        rows = await connection.fetch(
            "SELECT hash FROM leaves WHERE estate_id = $1 ORDER BY position", estate_id
        )
        kept = CompactRange().extended(row["hash"] for row in rows)
        await connection.execute(
            "UPDATE heads SET size = $2, range = $3 WHERE estate_id = $1",
            estate_id,
            kept.size,
            kept.encoded(),
        )
        signed = (keys or LogKeys("voting", bytes(32))).of(estate_id)
        checkpoint = signed.checkpoint(kept.size, kept.root(), NOON)
        await connection.execute(
            """INSERT INTO checkpoints (estate_id, size, root, made_at, note)
               VALUES ($1, $2, $3, $4, $5)""",
            estate_id,
            kept.size,
            kept.root(),
            NOON,
            checkpoint.encoded(),
        )


@pytest.mark.parametrize("position", [5, 7], ids=["in the middle", "at the end"])
async def test_an_inserted_vote_stops_the_count_and_is_found(scene: Scene, position: int) -> None:
    leaf, document = await forged_leaf(scene)
    await insert_vote(scene, leaf, document, position)
    found = await found_by_checker(scene.hall)
    assert {"checkpoint-signature-wrong", "vote-differs", "key-unfounded"} <= found
    assert await scene.count() == REFUSED


async def test_a_chain_that_is_recomputed_with_the_logs_own_keys_is_caught_outside(
    scene: Scene,
) -> None:
    """Even who stole the log's seed cannot attest a key, nor take back what owners hold."""
    leaf, document = await forged_leaf(scene)
    await insert_vote(scene, leaf, document, 5, keys=LOG_KEYS)
    assert {"vote-differs", "key-unfounded"} <= await found_by_checker(scene.hall)
    assert await scene.count() == REFUSED
    # Two histories signed by one log: every receipt from before proves it.
    assert await scene.sighting("bo") == 409
    assert await scene.sighting("cai") == 409


async def test_an_old_vote_is_not_replayed_into_another_ballot(scene: Scene) -> None:
    hall = scene.hall
    hall.clock.move_to(CLOSES)
    kept = scene.receipts["ada"]
    body = {
        "document": kept.document.decode(),
        "signature": kept.leaf.signature.hex(),
        "key": {
            "document": kept.key.document.decode() if kept.key else "",
            "signature": kept.key.signature.hex() if kept.key else "",
        },
    }
    other = await hall.announce("FUND_USE", window=LATER)
    # As it was sent: the document names the ballot that it was made for.
    key = json.loads(kept.document)["vote_id"]
    reply = await hall.post(f"{other.path}/votes", owner("ada"), body, key=key)
    assert problem(reply) == (409, "another-ballot")
    # With the other ballot and its items written in, the signature is over something else.
    document = json.loads(kept.document) | {
        "ballot_id": other.ballot_id,
        "choices": {other.item_ids[0]: "AGAINST"},
    }
    body["document"] = canonical(document).decode()
    reply = await hall.post(f"{other.path}/votes", owner("ada"), body, key=key)
    assert problem(reply) == (422, "signature-wrong")


async def test_two_owners_receipts_are_not_swapped(scene: Scene) -> None:
    keys = await pinned_keys(scene.hall)
    # Given bo's receipt, ada asks whether her own phone signed it, and whether it is her vote.
    mine = Holdings(ATTESTERS, scene.hall.phone("ada").public_key)
    assert failures(judged_receipt(scene.receipts["ada"], keys, mine)) == []
    assert failures(judged_receipt(scene.receipts["bo"], keys, mine)) == [
        "the key is the one of your phone"
    ]
    # Given her own document in bo's receipt, the record names another hash.
    patched = replace(scene.receipts["bo"], document=scene.receipts["ada"].document)
    assert failures(judged_receipt(patched, keys)) == ["the record names the document's hash"]


async def test_a_leaf_with_another_keys_signature_is_no_vote_of_mine(scene: Scene) -> None:
    keys = await pinned_keys(scene.hall)
    kept = scene.receipts["ada"]
    other = scene.hall.phone("bo").sign(scene.ballot.ballot_id, kept.document)
    resigned = replace(kept, leaf=replace(kept.leaf, signature=other.signature))
    assert failures(judged_receipt(resigned, keys)) == ["the receipt's key signed the record"]
    rekeyed = replace(kept, leaf=other)
    assert failures(judged_receipt(rekeyed, keys)) != []
    await scene.tamper(
        "UPDATE leaves SET signature = $2, public_key = $3, hash = $4"
        " WHERE estate_id = $1 AND position = 4",
        scene.hall.estate_id,
        other.signature,
        other.public_key,
        leaf_hash(other.encoded()),
    )
    assert {"checkpoint-root-wrong", "vote-differs"} <= await found_by_checker(scene.hall)
    assert await scene.count() == REFUSED


async def test_a_checkpoint_of_another_estate_proves_nothing_here(scene: Scene, hall: Hall) -> None:
    other = Hall(hall.house, "33333333-3333-4333-8333-333333333333")
    foreign = LogKeys("voting", bytes(range(32))).of(other.estate_id)
    kept = scene.receipts["ada"]
    ours = kept.proof.checkpoint
    moved = foreign.checkpoint(ours.size, ours.root, NOON)
    swapped = replace(kept, proof=replace(kept.proof, checkpoint=moved))
    keys = await pinned_keys(scene.hall)
    assert failures(judged_receipt(swapped, keys)) == [
        "the log of this estate signed the checkpoint"
    ]
