"""No vote without its owner: whose key signs what, and what is refused."""

import uuid
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.proofs.attestation import Capacity
from services.proofs.canonical import canonical
from tests.voting.api.test_ballots import problem
from tests.voting.api.test_votes import turnout
from tests.voting.devices import Device, device
from tests.voting.hall import CLOSES, COMMITTEE, NOON, Announced, Hall, Person, owner

EVIDENCE = "ab" * 32
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture
async def ballot(hall: Hall) -> Announced:
    """An open ballot of one item."""
    announced = await hall.announce("FUND_USE")
    hall.clock.move_to(NOON)
    return announced


async def entered(ballot: Announced, name: str, channel: str = "PAPER") -> dict[str, object]:
    """Return what an official enters for `name`."""
    return await ballot.document(name, channel=channel, evidence_sha256=EVIDENCE)


async def refused(ballot: Announced, signer: Device, who: Person) -> tuple[int, str]:
    reply = await ballot.send(who, await ballot.document("ada"), signer=signer)
    assert await turnout(ballot) == 0
    return problem(reply)


async def test_a_changed_vote_is_not_the_one_that_was_signed(ballot: Announced) -> None:
    document = await ballot.document("ada", "AGREE")
    body = ballot.signed(owner("ada"), document)
    other = document | {"choices": {ballot.item_ids[0]: "AGAINST"}}
    body["document"] = canonical(other).decode()
    key = str(document["vote_id"])
    reply = await ballot.hall.post(f"{ballot.path}/votes", owner("ada"), body, key=key)
    assert problem(reply) == (422, "signature-wrong")
    assert await turnout(ballot) == 0


async def test_a_signature_for_another_ballot_is_not_one_for_this(ballot: Announced) -> None:
    document = await ballot.document("ada")
    body = ballot.hall.phone("ada").body(str(uuid.uuid4()), canonical(document))
    key = str(document["vote_id"])
    reply = await ballot.hall.post(f"{ballot.path}/votes", owner("ada"), body, key=key)
    assert problem(reply) == (422, "signature-wrong")


async def test_another_owners_key_does_not_vote_for_me(ballot: Announced) -> None:
    phone = ballot.hall.phone("bo")
    assert await refused(ballot, phone, owner("ada")) == (403, "key-of-another")


async def test_a_key_of_another_estate_does_not_vote_here(ballot: Announced) -> None:
    phone = device(str(uuid.uuid4()), "ada")
    assert await refused(ballot, phone, owner("ada")) == (403, "key-of-another")


async def test_a_revoked_key_does_not_vote(ballot: Announced) -> None:
    # Attested once, and no longer among those that identity names for the account.
    phone = ballot.hall.phone("ada", number=2)
    assert await refused(ballot, phone, owner("ada")) == (403, "key-not-registered")


async def test_a_key_that_only_somebody_else_attests_does_not_vote(ballot: Announced) -> None:
    phone = device(ballot.hall.estate_id, "ada", attester=STRANGER)
    assert await refused(ballot, phone, owner("ada")) == (422, "key-not-attested")


async def test_an_attestation_with_another_holder_written_in_is_none(ballot: Announced) -> None:
    phone = ballot.hall.phone("bo")
    document = phone.attestation.document.replace(b'"bo"', b'"ada"')
    forged = replace(phone, attestation=replace(phone.attestation, document=document))
    token = ballot.hall.token(owner("ada"), keys=phone.registered)
    vote = await ballot.document("ada")
    body = ballot.signed(owner("ada"), vote, forged)
    headers = {"authorization": f"Bearer {token}", "idempotency-key": str(vote["vote_id"])}
    path = ballot.hall.path(f"{ballot.path}/votes")
    reply = await ballot.hall.house.client.post(path, json=body, headers=headers)
    assert problem(reply) == (422, "key-not-attested")


async def test_an_officials_key_does_not_sign_an_owners_vote(ballot: Announced) -> None:
    desk = device(ballot.hall.estate_id, "ada", Capacity.OFFICIAL)
    assert await refused(ballot, desk, owner("ada")) == (403, "key-not-for-channel")


@pytest.mark.parametrize("channel", ["PAPER", "TELEPHONE"])
async def test_an_official_enters_a_vote_and_it_says_so(ballot: Announced, channel: str) -> None:
    document = await entered(ballot, "ada", channel)
    reply = await ballot.send(COMMITTEE, document)
    assert reply.status_code == 201, reply.text
    assert reply.json()["channel"] == channel
    path = f"{ballot.path}/entries/mine"
    (entry,) = (await ballot.hall.get(path, owner("ada"))).json()["entries"]
    assert (entry["voted"], entry["channel"]) == (True, channel)
    # The owner did not cast it, and who entered it does not see it again.
    mine = await ballot.hall.get(f"{ballot.path}/votes/mine", owner("ada"))
    assert mine.json() == {"votes": []}
    receipt = f"{ballot.path}/votes/{document['vote_id']}/receipt"
    for who in (owner("ada"), COMMITTEE):
        assert problem(await ballot.hall.get(receipt, who)) == (404, "no-such-vote")


async def test_the_first_vote_stands_whichever_way_it_came(ballot: Announced) -> None:
    await ballot.send(COMMITTEE, await entered(ballot, "ada"))
    assert problem(await ballot.vote("ada")) == (409, "already-voted")
    await ballot.vote("bo")
    reply = await ballot.send(COMMITTEE, await entered(ballot, "bo"))
    assert problem(reply) == (409, "already-voted")


async def test_an_official_says_from_what_he_enters(ballot: Announced) -> None:
    reply = await ballot.send(COMMITTEE, await ballot.document("ada", channel="PAPER"))
    assert problem(reply) == (422, "evidence-missing")


async def test_an_owner_enters_no_papers(ballot: Announced) -> None:
    document = await entered(ballot, "ada")
    reply = await ballot.send(owner("ada"), document)
    assert problem(reply) == (403, "channel-not-yours")
    phone = ballot.hall.phone("ada")
    reply = await ballot.send(COMMITTEE, document, signer=phone)
    assert problem(reply) == (403, "key-not-for-channel")


@pytest.mark.parametrize("role", ["property_manager", "street_office", "housing_bureau", "auditor"])
async def test_who_does_not_convene_enters_no_papers(ballot: Announced, role: str) -> None:
    document = await entered(ballot, "ada")
    reply = await ballot.send(Person(("person", role)), document)
    assert reply.json()["type"] == "/problems/chassis/role-missing"
    as_owner_too = Person(("person", "owner", role), owner="bo")
    assert problem(await ballot.send(as_owner_too, document)) == (403, "channel-not-yours")
    assert await turnout(ballot) == 0


async def test_an_official_enters_no_vote_for_an_entry_that_is_none(ballot: Announced) -> None:
    document = await entered(ballot, "ada") | {"entry_id": str(uuid.uuid4())}
    reply = await ballot.send(COMMITTEE, document)
    assert problem(reply) == (409, "entry-not-in-electorate")


async def test_the_result_says_which_way_the_votes_came(ballot: Announced) -> None:
    await ballot.vote("ada")
    await ballot.send(COMMITTEE, await entered(ballot, "bo"))
    await ballot.send(COMMITTEE, await entered(ballot, "cai", "TELEPHONE"))
    await ballot.vote("dan")
    ballot.hall.clock.move_to(CLOSES)
    reply = await ballot.hall.post(f"{ballot.path}/result", COMMITTEE)
    assert reply.json()["by_channel"] == {"PHONE": 2, "PAPER": 1, "TELEPHONE": 1}
