"""Casting, over HTTP on the real database under the role that may only insert."""

import asyncio
import json
import random
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from services.proofs.canonical import canonical
from tests.voting.api.test_ballots import problem
from tests.voting.fakes import Flat, SteadyIdentity
from tests.voting.hall import CLOSES, COMMITTEE, NOON, OPENS, Announced, Hall, Person, owner

TICK = timedelta(microseconds=1)
UNKNOWN = str(uuid.uuid4())


@pytest.fixture
async def ballot(hall: Hall) -> Announced:
    """A ballot of two items, open since yesterday."""
    announced = await hall.announce("COMMON_REVENUE_USE", "COMMON_PART_USE")
    hall.clock.move_to(NOON)
    return announced


async def turnout(ballot: Announced) -> int:
    reply = await ballot.hall.get(f"{ballot.path}/turnout", COMMITTEE)
    return int(reply.json()["people"]["reached"])


async def test_an_owner_votes_and_gets_an_answer_to_keep(ballot: Announced) -> None:
    document = await ballot.document("ada", "AGREE", "FOLLOW_MAJORITY")
    reply = await ballot.send(owner("ada"), document)
    assert reply.status_code == 201
    cast = reply.json()
    assert cast["vote_id"] == document["vote_id"]
    assert cast["entry_id"] == document["entry_id"]
    assert cast["cast_at"] == "2026-04-05T04:00:00Z"
    # The four leaves of the announcement come first.
    assert cast["position"] == cast["receipt"]["leaf_index"] == 4
    assert cast["receipt"]["document"] == canonical(document).decode()
    del cast["receipt"]
    mine = (await ballot.hall.get(f"{ballot.path}/votes/mine", owner("ada"))).json()["votes"]
    assert mine == [
        cast | {"choices": document["choices"], "document": canonical(document).decode()}
    ]


async def test_the_vote_path_asks_no_neighbour(ballot: Announced) -> None:
    ballot.hall.house.identity = SteadyIdentity()
    assert (await ballot.vote("ada")).status_code == 201
    assert ballot.hall.identity.asked == []


async def test_an_owner_sees_his_entries_and_whether_they_have_voted(ballot: Announced) -> None:
    path = f"{ballot.path}/entries/mine"
    (entry,) = (await ballot.hall.get(path, owner("eva"))).json()["entries"]
    assert (entry["area_m2"], entry["kind"], entry["units"]) == ("50.00", "OWNERS", 1)
    assert (entry["voted"], entry["voted_at"], entry["channel"]) == (False, None, None)
    await ballot.vote("fei")
    (entry,) = (await ballot.hall.get(path, owner("eva"))).json()["entries"]
    assert (entry["voted"], entry["channel"]) == (True, "PHONE")
    assert entry["voted_at"] == "2026-04-05T04:00:00Z"
    assert (await ballot.hall.get(path, owner("stranger"))).json() == {"entries": []}


async def test_the_same_vote_again_gets_the_same_answer(ballot: Announced) -> None:
    document = await ballot.document("ada")
    first = await ballot.send(owner("ada"), document)
    ballot.hall.clock.advance(hours=3)
    again = await ballot.send(owner("ada"), document)
    ballot.hall.clock.move_to(CLOSES)
    late = await ballot.send(owner("ada"), document)
    assert first.status_code == again.status_code == late.status_code == 201
    assert first.content == again.content == late.content
    assert await turnout(ballot) == 1


async def test_a_vote_id_stands_for_one_document(ballot: Announced) -> None:
    document = await ballot.document("ada", "AGREE", "AGREE")
    await ballot.send(owner("ada"), document)
    other = await ballot.document("ada", "AGAINST", "AGREE", vote_id=document["vote_id"])
    assert problem(await ballot.send(owner("ada"), other)) == (409, "vote-id-reused")
    mine = (await ballot.hall.get(f"{ballot.path}/votes/mine", owner("ada"))).json()["votes"]
    assert [vote["choices"] for vote in mine] == [document["choices"]]


async def test_a_vote_id_is_not_used_for_another_entry_either(ballot: Announced) -> None:
    taken = await ballot.document("ada")
    await ballot.send(owner("ada"), taken)
    other = await ballot.document("bo", vote_id=taken["vote_id"])
    assert problem(await ballot.send(owner("bo"), other)) == (409, "vote-id-reused")
    assert await turnout(ballot) == 1


@pytest.mark.parametrize("second", ["eva", "fei"])
async def test_r5_the_first_valid_vote_of_an_entry_stands(ballot: Announced, second: str) -> None:
    await ballot.vote("eva")
    assert problem(await ballot.vote(second)) == (409, "already-voted")
    assert await turnout(ballot) == 1


async def test_a_co_owner_does_not_see_how_the_other_voted(ballot: Announced) -> None:
    await ballot.vote("eva")
    mine = await ballot.hall.get(f"{ballot.path}/votes/mine", owner("fei"))
    assert mine.json() == {"votes": []}


@pytest.mark.parametrize("who", ["bo", "stranger"])
async def test_nobody_votes_for_anothers_unit(ballot: Announced, who: str) -> None:
    document = await ballot.document("ada")
    assert problem(await ballot.send(owner(who), document)) == (403, "entry-of-another")
    assert await turnout(ballot) == 0


async def test_who_is_not_verified_has_no_key_to_vote_with(ballot: Announced) -> None:
    document = await ballot.document("ada")
    reply = await ballot.send(Person(("person", "owner")), document)
    assert problem(reply) == (403, "key-of-another")


async def test_an_entry_that_does_not_exist_is_refused_like_anothers(ballot: Announced) -> None:
    document = await ballot.document("ada", entry_id=UNKNOWN)
    assert problem(await ballot.send(owner("ada"), document)) == (403, "entry-of-another")


async def test_a_family_card_never_votes(ballot: Announced) -> None:
    document = await ballot.document("ada")
    family = Person(("person", "verified", "dependent"), owner="ada")
    reply = await ballot.send(family, document)
    assert problem(reply) == (403, "dependent-card-cannot-vote")
    assert reply.json()["article"] == "HZ 90(4)"
    assert await turnout(ballot) == 0


async def test_officials_do_not_vote(ballot: Announced) -> None:
    reply = await ballot.send(COMMITTEE, await ballot.document("ada"))
    assert problem(reply) == (403, "channel-not-yours")
    auditor = Person(("person", "auditor"))
    assert (await ballot.send(auditor, await ballot.document("ada"))).status_code == 403


async def test_the_developer_votes_for_his_stock(ballot: Announced) -> None:
    assert (await ballot.vote("developer")).status_code == 201


@pytest.mark.parametrize(
    ("instant", "answer"),
    [
        (OPENS - TICK, (409, "ballot-not-open")),
        (OPENS, None),
        (CLOSES - TICK, None),
        (CLOSES, (409, "ballot-closed")),
        (CLOSES + TICK, (409, "ballot-closed")),
    ],
)
async def test_d4_the_window_is_exact_to_the_tick(
    ballot: Announced, instant: datetime, answer: tuple[int, str] | None
) -> None:
    ballot.hall.clock.move_to(instant)
    reply = await ballot.vote("ada")
    if answer is None:
        assert reply.status_code == 201
        return
    assert problem(reply) == answer
    assert reply.json()["opens_at"] == "2026-04-03T16:00:00Z"
    assert reply.json()["closes_at"] == "2026-04-11T16:00:00Z"
    assert await turnout(ballot) == 0


async def test_an_unpublished_item_is_refused(ballot: Announced) -> None:
    document = await ballot.document("ada")
    choices = dict.fromkeys([*ballot.item_ids, UNKNOWN], "AGREE")
    reply = await ballot.send(owner("ada"), document | {"choices": choices})
    assert problem(reply) == (409, "item-not-published")
    assert (reply.json()["items"], reply.json()["article"]) == ([UNKNOWN], "HZ 19")


async def test_an_item_of_another_ballot_is_not_published_here(ballot: Announced) -> None:
    ballot.hall.clock.move_to(OPENS - timedelta(days=16))
    other = await ballot.hall.announce("FUND_USE")
    ballot.hall.clock.move_to(NOON)
    choices = dict.fromkeys([*ballot.item_ids, *other.item_ids], "AGREE")
    reply = await ballot.send(owner("ada"), await ballot.document("ada") | {"choices": choices})
    assert problem(reply) == (409, "item-not-published")


async def test_every_item_takes_a_choice(ballot: Announced) -> None:
    document = await ballot.document("ada")
    reply = await ballot.send(owner("ada"), document | {"choices": {ballot.item_ids[0]: "ABSTAIN"}})
    assert problem(reply) == (409, "item-unanswered")
    assert reply.json()["items"] == ballot.item_ids[1:]


@pytest.mark.parametrize("choice", ["MAYBE", "agree", "", None, 1])
async def test_an_unknown_choice_is_refused(ballot: Announced, choice: object) -> None:
    document = await ballot.document("ada")
    choices = dict.fromkeys(ballot.item_ids, choice)
    reply = await ballot.send(owner("ada"), document | {"choices": choices})
    assert problem(reply) == (422, "choice-unknown")


async def test_another_ballots_vote_is_refused(ballot: Announced) -> None:
    document = await ballot.document("ada") | {"ballot_id": UNKNOWN}
    assert problem(await ballot.send(owner("ada"), document)) == (409, "another-ballot")


async def test_a_ballot_that_does_not_exist_takes_no_vote(ballot: Announced) -> None:
    nowhere = Announced(ballot.hall, UNKNOWN, ballot.item_ids)
    document = await ballot.document("ada") | {"ballot_id": UNKNOWN}
    assert problem(await nowhere.send(owner("ada"), document)) == (404, "no-such-ballot")


async def test_a_draft_takes_no_vote(ballot: Announced) -> None:
    draft = await ballot.hall.draft("FUND_USE")
    nowhere = Announced(ballot.hall, draft["ballot_id"], [draft["items"][0]["item_id"]])
    document = await nowhere.document("ada", entry_id=UNKNOWN)
    assert problem(await nowhere.send(owner("ada"), document)) == (404, "no-such-ballot")


async def test_the_key_of_a_vote_is_its_own_id(ballot: Announced) -> None:
    document = await ballot.document("ada")
    reply = await ballot.send(owner("ada"), document, key=UNKNOWN)
    assert problem(reply) == (422, "key-is-not-the-vote-id")
    shouted = await ballot.send(owner("ada"), document, key="not a uuid")
    assert shouted.status_code == 400


@pytest.mark.parametrize(
    "spelled",
    [
        lambda document: json.dumps(document).encode(),
        lambda document: canonical(document) + b" ",
        lambda document: canonical({**document, "extra": 1}),
        lambda document: canonical({**document, "salt": "5A" * 32}),
        lambda _: b"AGREE",
        lambda _: b"",
        lambda _: b"\xef\xbf\xbd",
        lambda document: canonical(document).replace(b'"salt"', b'"entry_id":"","salt"'),
    ],
)
async def test_a_document_in_any_other_spelling_is_unreadable(
    ballot: Announced, spelled: Callable[[dict[str, object]], bytes]
) -> None:
    document = await ballot.document("ada")
    body = ballot.hall.phone("ada").body(ballot.ballot_id, spelled(document))
    key = str(document["vote_id"])
    reply = await ballot.hall.post(f"{ballot.path}/votes", owner("ada"), body, key=key)
    assert problem(reply) == (422, "vote-unreadable")
    assert await turnout(ballot) == 0


async def test_a_document_nested_a_thousand_deep_is_refused(ballot: Announced) -> None:
    content = b'{"choices":' * 1000 + b"1" + b"}" * 1000
    body = ballot.hall.phone("ada").body(ballot.ballot_id, content)
    reply = await ballot.hall.post(f"{ballot.path}/votes", owner("ada"), body)
    assert problem(reply) == (422, "vote-unreadable")


async def test_a_body_without_a_signature_is_malformed(ballot: Announced) -> None:
    document = await ballot.document("ada")
    key = str(document["vote_id"])
    bare = await ballot.hall.post(f"{ballot.path}/votes", owner("ada"), document, key=key)
    assert bare.status_code == 422
    body = ballot.signed(owner("ada"), document) | {"more": 1}
    more = await ballot.hall.post(f"{ballot.path}/votes", owner("ada"), body, key=key)
    assert more.status_code == 422
    assert await turnout(ballot) == 0


async def test_200_requests_at_once_for_one_entry_are_one_vote(ballot: Announced) -> None:
    documents = [await ballot.document("ada") for _ in range(20)] * 10
    replies = await asyncio.gather(*(ballot.send(owner("ada"), document) for document in documents))
    statuses = [reply.status_code for reply in replies]
    # One document was first; each of its ten sendings gets the one answer.
    assert statuses.count(201) == 10
    assert statuses.count(409) == 190
    assert len({reply.content for reply in replies if reply.status_code == 201}) == 1
    assert await turnout(ballot) == 1


async def test_votes_of_many_at_once_take_every_position_once(hall: Hall) -> None:
    people = [f"owner-{number}" for number in range(60)]
    hall.identity.flats[hall.estate_id] = [Flat("80.00", (name,)) for name in people]
    ballots = [await hall.announce(), await hall.announce()]
    hall.clock.move_to(NOON)
    documents = [
        (ballot, name, await ballot.document(name)) for ballot in ballots for name in people
    ]
    twice = documents * 2
    random.Random(7).shuffle(twice)
    replies = await asyncio.gather(
        *(ballot.send(owner(name), document) for ballot, name, document in twice)
    )
    assert {reply.status_code for reply in replies} == {201}
    positions = {reply.json()["vote_id"]: reply.json()["position"] for reply in replies}
    # Two announcements of four leaves each come first.
    assert sorted(positions.values()) == list(range(8, 128))
