"""Votes that must not count, through the gateway: each refused by its name, nothing kept of it."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.journeys.conftest import Owners
from tests.journeys.estate import ITEM, Ballot, Estate
from tests.support.whole import Whole, done, problem

Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
async def ballot(whole: Whole, estate: Estate) -> Ballot:
    """A ballot of two items that is open for sixty days."""
    found = await estate.announced(ITEM, ITEM | {"kind": "FUND_USE"}, voting_days=60)
    whole.move_to(found.opens_at + timedelta(hours=8))
    return found


@pytest.fixture
async def vote(ballot: Ballot, owners: Owners) -> dict[str, Any]:
    """A good vote document of Bela, who never gets it through here."""
    return ballot.document(await ballot.entry_of(owners.bela))


async def test_the_witness_sees_a_single_vote(
    whole: Whole, ballot: Ballot, owners: Owners, vote: dict[str, Any]
) -> None:
    document = vote | {"entry_id": await ballot.entry_of(owners.anna)}
    with pytest.raises(AssertionError, match=r"voting\.votes"):
        async with whole.unchanged("voting.heads", "voting.leaves", "voting.checkpoints"):
            done(await ballot.cast(owners.anna, document))


def other_item(document: dict[str, Any]) -> None:
    document["choices"][str(uuid.uuid4())] = "AGREE"


def item_left_out(document: dict[str, Any]) -> None:
    document["choices"].popitem()


def unknown_choice(document: dict[str, Any]) -> None:
    document["choices"] |= dict.fromkeys(document["choices"], "PERHAPS")


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (other_item, (409, "voting/item-not-published")),
        (item_left_out, (409, "voting/item-unanswered")),
        (unknown_choice, (422, "voting/choice-unknown")),
        (lambda d: d.update(ballot_id=str(uuid.uuid4())), (409, "voting/another-ballot")),
        (lambda d: d.update(entry_id=str(uuid.uuid4())), (403, "voting/entry-of-another")),
        (lambda d: d.update(choices={}), (422, "voting/vote-unreadable")),
        (lambda d: d.update(choices=["AGREE"]), (422, "voting/vote-unreadable")),
        (lambda d: d.update(salt="00"), (422, "voting/vote-unreadable")),
        (lambda d: d.update(weight=7), (422, "voting/vote-unreadable")),
        (lambda d: d.pop("salt"), (422, "voting/vote-unreadable")),
        (lambda d: d.update(entry_id=None), (422, "voting/vote-unreadable")),
    ],
)
async def test_a_document_that_does_not_answer_this_ballot_is_refused(
    whole: Whole,
    ballot: Ballot,
    owners: Owners,
    vote: dict[str, Any],
    change: Change,
    refusal: tuple[int, str],
) -> None:
    change(vote)
    async with whole.unchanged():
        reply = await ballot.cast(owners.bela, vote)
    assert problem(reply) == refusal


@pytest.mark.parametrize(
    "spelled",
    [
        lambda vote: json.dumps(vote, sort_keys=True).encode(),
        lambda vote: json.dumps(vote, separators=(",", ":")).encode()[::-1],
        lambda vote: json.dumps(vote, separators=(",", ":"), sort_keys=True).encode() + b"\n",
        lambda vote: b"\xef\xbb\xbf" + json.dumps(vote, separators=(",", ":")).encode(),
        lambda vote: json.dumps(
            dict(sorted(vote.items(), reverse=True)), separators=(",", ":")
        ).encode(),
    ],
    ids=["spaces", "backwards", "trailing newline", "byte order mark", "other order"],
)
async def test_only_canonical_bytes_are_a_vote(
    whole: Whole,
    ballot: Ballot,
    owners: Owners,
    vote: dict[str, Any],
    spelled: Callable[[dict[str, Any]], bytes],
) -> None:
    async with whole.unchanged():
        reply = await ballot.cast_bytes(owners.bela, spelled(vote), key=vote["vote_id"])
    assert problem(reply) == (422, "voting/vote-unreadable")


async def test_a_member_written_twice_makes_no_vote(
    whole: Whole, ballot: Ballot, owners: Owners, vote: dict[str, Any]
) -> None:
    canonical = json.dumps(vote, separators=(",", ":"), sort_keys=True).encode()
    twice = canonical[:-1] + b',"vote_id":"' + vote["vote_id"].encode() + b'"}'
    async with whole.unchanged():
        reply = await ballot.cast_bytes(owners.bela, twice, key=vote["vote_id"])
    assert problem(reply) == (422, "voting/vote-unreadable")


async def test_the_key_of_a_vote_is_its_own_id(
    whole: Whole, ballot: Ballot, owners: Owners, vote: dict[str, Any]
) -> None:
    canonical = json.dumps(vote, separators=(",", ":"), sort_keys=True).encode()
    async with whole.unchanged():
        other = await ballot.cast_bytes(owners.bela, canonical, key=str(uuid.uuid4()))
        none = await ballot.cast_bytes(owners.bela, canonical, key="")
    assert problem(other) == (422, "voting/key-is-not-the-vote-id")
    assert problem(none) == (400, "chassis/key-missing")


async def test_nobody_votes_for_anothers_unit(
    whole: Whole, ballot: Ballot, owners: Owners, vote: dict[str, Any]
) -> None:
    async with whole.unchanged():
        reply = await ballot.cast(owners.carl, vote)
    assert problem(reply) == (403, "voting/entry-of-another")


async def test_a_family_card_does_not_vote(
    whole: Whole, ballot: Ballot, owners: Owners, vote: dict[str, Any]
) -> None:
    async with whole.unchanged():
        reply = await ballot.cast(owners.family, vote)
    assert problem(reply) == (403, "voting/dependent-card-cannot-vote")


async def test_an_entry_votes_once_whoever_of_its_owners_comes_second(
    whole: Whole, ballot: Ballot, owners: Owners
) -> None:
    entry_id = await ballot.entry_of(owners.carl)
    assert await ballot.entry_of(owners.dora) == entry_id
    first = ballot.document(entry_id)
    taken = await ballot.cast(owners.carl, first)
    async with whole.unchanged():
        again = await ballot.cast(owners.carl, ballot.document(entry_id))
        partner = await ballot.cast(owners.dora, ballot.document(entry_id))
        same_id = await ballot.cast(
            owners.dora, ballot.document(entry_id, vote_id=first["vote_id"])
        )
        retried = await ballot.cast(owners.carl, first)
    assert problem(again) == problem(partner) == (409, "voting/already-voted")
    assert problem(same_id) == (409, "voting/vote-id-reused")
    assert (retried.status_code, retried.json()) == (201, taken.json())


async def test_nothing_is_voted_on_that_was_not_announced(
    whole: Whole, estate: Estate, ballot: Ballot, owners: Owners, vote: dict[str, Any]
) -> None:
    drafted = await estate.draft()
    draft = Ballot(estate, drafted["ballot_id"], [], ballot.opens_at, ballot.closes_at)
    async with whole.unchanged():
        reply = await draft.cast(owners.bela, vote | {"ballot_id": draft.ballot_id})
        seen = await estate.ask("GET", draft.path, owners.bela)
    assert problem(reply) == problem(seen) == (404, "voting/no-such-ballot")


async def test_an_open_ballot_has_no_result_and_is_not_counted(
    whole: Whole, estate: Estate, ballot: Ballot, owners: Owners
) -> None:
    async with whole.unchanged():
        result = await estate.ask("GET", f"{ballot.path}/result", owners.bela)
        counted = await estate.ask("POST", f"{ballot.path}/result", estate.convener)
        turnout = await estate.get(f"{ballot.path}/turnout", owners.bela)
    assert problem(result) == (409, "voting/not-counted-yet")
    assert problem(counted) == (409, "voting/still-open")
    assert "AGREE" not in json.dumps(turnout)
    assert "agree" not in json.dumps(turnout)


async def test_a_vote_counts_from_midnight_of_the_first_day_to_midnight_after_the_last(
    whole: Whole, estate: Estate, owners: Owners
) -> None:
    ballot = await estate.announced()
    assert ballot.closes_at - ballot.opens_at == timedelta(days=5)
    anna, bela = await ballot.entry_of(owners.anna), await ballot.entry_of(owners.bela)
    early = ballot.document(bela)
    async with whole.unchanged():
        before = await ballot.cast(owners.bela, early)
    whole.move_to(ballot.opens_at - timedelta(seconds=30))
    last_minute_of_notice = await ballot.cast(owners.bela, early)
    whole.move_to(ballot.opens_at)
    first = await ballot.cast(owners.anna, ballot.document(anna))
    whole.move_to(ballot.closes_at - timedelta(seconds=60))
    last = await ballot.cast(owners.bela, early)
    # 24:00 of the last day is 00:00 of the next, and late (CC 203).
    whole.move_to(ballot.closes_at)
    late = ballot.document(await ballot.entry_of(owners.carl))
    async with whole.unchanged():
        after = await ballot.cast(owners.carl, late)
    assert problem(before) == problem(last_minute_of_notice) == (409, "voting/ballot-not-open")
    assert (first.status_code, last.status_code) == (201, 201)
    assert problem(after) == (409, "voting/ballot-closed")
