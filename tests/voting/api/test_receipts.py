"""What an owner keeps of a vote is accepted by the verifier, now and to every later checkpoint."""

import uuid

import pytest

from services.proofs.check_receipt import Holdings
from services.proofs.steps import Verdict
from tests.voting.api.test_ballots import problem
from tests.voting.hall import CLOSES, COMMITTEE, NOON, Announced, Hall, Person, owner
from tests.voting.verifier import ATTESTERS, failures, judged_receipt, pinned_keys, receipt_in


@pytest.fixture
async def ballot(hall: Hall) -> Announced:
    """An open ballot of one item."""
    announced = await hall.announce("FUND_USE")
    hall.clock.move_to(NOON)
    return announced


async def test_the_answer_to_a_vote_is_a_receipt_that_verifies(ballot: Announced) -> None:
    answer = (await ballot.vote("ada")).json()
    keys = await pinned_keys(ballot.hall)
    receipt = receipt_in(answer["receipt"])
    held = Holdings(ATTESTERS, ballot.hall.phone("ada").public_key, receipt.document)
    report = judged_receipt(receipt, keys, held)
    assert failures(report) == []
    assert report.verdict() is Verdict.PASS


async def test_votes_that_share_a_commit_have_a_path_each(ballot: Announced) -> None:
    keys = await pinned_keys(ballot.hall)
    for name in ("ada", "bo", "cai", "dan", "eva"):
        receipt = receipt_in((await ballot.vote(name)).json()["receipt"])
        assert failures(judged_receipt(receipt, keys)) == []


async def test_a_receipt_is_renewed_to_the_newest_checkpoint_and_to_any(ballot: Announced) -> None:
    first = (await ballot.vote("ada")).json()
    for name in ("bo", "cai", "dan"):
        await ballot.vote(name)
    keys = await pinned_keys(ballot.hall)
    path = f"{ballot.path}/votes/{first['vote_id']}/receipt"
    newest = receipt_in((await ballot.hall.get(path, owner("ada"))).json())
    assert newest.proof.checkpoint.size == 8
    assert newest.document.decode() == first["receipt"]["document"]
    for size in (5, 6, 7, 8):
        reply = await ballot.hall.get(f"{path}?size={size}", owner("ada"))
        receipt = receipt_in(reply.json())
        assert receipt.proof.checkpoint.size == size
        assert failures(judged_receipt(receipt, keys)) == []
    same = await ballot.hall.get(f"{path}?size=5", owner("ada"))
    assert same.json() == first["receipt"]


async def test_there_is_no_receipt_to_a_checkpoint_that_is_none(ballot: Announced) -> None:
    vote_id = (await ballot.vote("ada")).json()["vote_id"]
    path = f"{ballot.path}/votes/{vote_id}/receipt"
    # Four leaves were the announcement's, the vote is the fifth, nothing is beyond.
    for size in (1, 4, 6, 2**53):
        reply = await ballot.hall.get(f"{path}?size={size}", owner("ada"))
        assert problem(reply) == (404, "no-such-checkpoint")
    assert (await ballot.hall.get(f"{path}?size=0", owner("ada"))).status_code == 422


@pytest.mark.parametrize(
    "who",
    [owner("bo"), COMMITTEE, Person(("person", "auditor")), Person(("person", "dependent"))],
    ids=["another owner", "committee", "auditor", "dependent"],
)
async def test_a_receipt_is_for_its_owner_only(ballot: Announced, who: Person) -> None:
    vote_id = (await ballot.vote("ada")).json()["vote_id"]
    path = f"{ballot.path}/votes/{vote_id}/receipt"
    assert problem(await ballot.hall.get(path, who)) == (404, "no-such-vote")


async def test_a_co_owner_has_no_receipt_of_the_others_vote(ballot: Announced) -> None:
    vote_id = (await ballot.vote("eva")).json()["vote_id"]
    path = f"{ballot.path}/votes/{vote_id}/receipt"
    assert problem(await ballot.hall.get(path, owner("fei"))) == (404, "no-such-vote")
    assert (await ballot.hall.get(path, owner("eva"))).status_code == 200
    other = f"{ballot.path}/votes/{uuid.uuid4()}/receipt"
    assert problem(await ballot.hall.get(other, owner("eva"))) == (404, "no-such-vote")


async def test_the_log_is_read_without_a_token_and_says_nothing_of_choices(
    ballot: Announced,
) -> None:
    document = await ballot.document("ada", "AGAINST")
    await ballot.send(owner("ada"), document)
    client, path = ballot.hall.house.client, ballot.hall.path
    checkpoint = await client.get(path("/log/checkpoint"))
    assert checkpoint.status_code == 200
    assert "\n5\n" in checkpoint.text
    tile = await client.get(path("/log/tile/entries/000.p/5"))
    assert tile.status_code == 200
    assert b"AGAINST" not in tile.content
    ballot.hall.clock.move_to(CLOSES)
