"""Retried is once: the vote that was taken answers its sender for ever, and nobody else."""

from dataclasses import dataclass, replace

import httpx
import pytest

from services.proofs.canonical import canonical
from tests.support.tokens import bearer
from tests.voting.api.test_ballots import problem
from tests.voting.api.test_votes import turnout
from tests.voting.hall import CLOSES, COMMITTEE, NOON, Announced, Hall, Person, owner

NO_KEYS: frozenset[str] = frozenset()
ADA = owner("ada")
EVIDENCE = "ab" * 32


@pytest.fixture
async def ballot(hall: Hall) -> Announced:
    """An open ballot of one item."""
    announced = await hall.announce("FUND_USE")
    hall.clock.move_to(NOON)
    return announced


@dataclass(frozen=True)
class Sent:
    """A request that was answered, to be sent again."""

    ballot: Announced
    body: dict[str, object]
    vote_id: str
    reply: httpx.Response

    async def again(self, who: Person, *, keys: frozenset[str] | None = None) -> httpx.Response:
        """Send it as `who` with the `keys` that identity names for him now."""
        hall = self.ballot.hall
        headers = bearer(hall.token(who, keys=keys)) | {"idempotency-key": self.vote_id}
        path = hall.path(f"{self.ballot.path}/votes")
        return await hall.house.client.post(path, json=self.body, headers=headers)


async def sent(ballot: Announced, who: Person, document: dict[str, object]) -> Sent:
    """Send a vote that is taken."""
    reply = await ballot.send(who, document)
    assert reply.status_code == 201, reply.text
    return Sent(ballot, ballot.signed(who, document), str(document["vote_id"]), reply)


async def test_a_vote_sent_again_after_its_key_was_revoked_gets_the_same_answer(
    ballot: Announced,
) -> None:
    vote = await sent(ballot, ADA, await ballot.document("ada"))
    await ballot.vote("bo")
    again = await vote.again(ADA, keys=NO_KEYS)
    assert (again.status_code, again.content) == (201, vote.reply.content)
    ballot.hall.clock.move_to(CLOSES)
    for keys in (None, NO_KEYS):
        late = await vote.again(ADA, keys=keys)
        assert (late.status_code, late.content) == (201, vote.reply.content)
    assert await turnout(ballot) == 2


async def test_a_vote_sent_again_after_its_card_ended_gets_the_same_answer(
    ballot: Announced,
) -> None:
    vote = await sent(ballot, ADA, await ballot.document("ada"))
    family_now = Person(("person", "verified", "dependent"), owner="ada")
    again = await vote.again(family_now, keys=NO_KEYS)
    assert (again.status_code, again.content) == (201, vote.reply.content)


async def test_an_entered_vote_sent_again_after_its_key_was_revoked_gets_the_same_answer(
    ballot: Announced,
) -> None:
    document = await ballot.document("ada", channel="PAPER", evidence_sha256=EVIDENCE)
    vote = await sent(ballot, COMMITTEE, document)
    again = await vote.again(COMMITTEE, keys=NO_KEYS)
    assert (again.status_code, again.content) == (201, vote.reply.content)
    # The owner for whom it was entered did not send it.
    assert problem(await vote.again(ADA)) == (403, "channel-not-yours")


async def test_another_document_under_the_id_of_a_taken_vote_is_refused_as_ever(
    ballot: Announced,
) -> None:
    document = await ballot.document("ada", "AGREE")
    vote = await sent(ballot, ADA, document)
    other = canonical(document | {"choices": {ballot.item_ids[0]: "AGAINST"}})
    changed = replace(vote, body=ballot.hall.phone("ada").body(ballot.ballot_id, other))
    assert problem(await changed.again(ADA, keys=NO_KEYS)) == (403, "key-not-registered")
    assert problem(await changed.again(ADA)) == (409, "vote-id-reused")


@pytest.mark.parametrize("keys", [None, NO_KEYS], ids=["own keys", "no keys"])
@pytest.mark.parametrize(
    "who",
    [
        owner("fei"),
        owner("bo"),
        COMMITTEE,
        Person(("person", "dependent")),
        # Without a pseudonym, as nobody who signed a vote is.
        Person(("person", "owner")),
    ],
    ids=["co-owner", "another owner", "committee", "family", "unverified"],
)
async def test_nobody_else_learns_that_a_vote_was_taken(
    ballot: Announced, who: Person, keys: frozenset[str] | None
) -> None:
    taken = await sent(ballot, owner("eva"), await ballot.document("eva"))
    not_taken = await ballot.document("eva")
    never_sent = replace(
        taken,
        body=ballot.signed(owner("eva"), not_taken),
        vote_id=str(not_taken["vote_id"]),
    )
    told, expected = await taken.again(who, keys=keys), await never_sent.again(who, keys=keys)
    assert told.status_code in {403, 422}
    assert (told.status_code, told.json()) == (expected.status_code, expected.json())


async def test_a_vote_does_not_answer_at_another_ballot(ballot: Announced, hall: Hall) -> None:
    vote = await sent(ballot, ADA, await ballot.document("ada"))
    later = {"opens_on": "2026-04-29", "closes_on": "2026-05-08"}
    other = await hall.announce("FUND_USE", window=later)
    elsewhere = replace(vote, ballot=other)
    assert problem(await elsewhere.again(ADA)) == (409, "another-ballot")
