"""Who announces, in which days, and what is asked of identity for it."""

import uuid
from collections.abc import Callable

import pytest

from tests.voting.api.test_ballots import problem
from tests.voting.fakes import Answer
from tests.voting.hall import COMMITTEE, WINDOW, Hall, Person

RESIDENTS = Person(("person", "residents_committee"))


async def test_a_body_does_not_announce_what_another_drafted(hall: Hall) -> None:
    draft = await hall.draft("FUND_USE")
    path = f"/ballots/{draft['ballot_id']}"
    reply = await hall.post(f"{path}/announcement", RESIDENTS, WINDOW)
    assert problem(reply) == (403, "draft-of-another-body")
    assert hall.identity.asked == []
    assert (await hall.get(path, COMMITTEE)).json() == draft


async def test_a_body_in_the_committees_place_announces_its_own_draft(hall: Hall) -> None:
    draft = await hall.draft("FUND_USE", who=RESIDENTS, convening_reason="COMMITTEE_REFUSES")
    path = f"/ballots/{draft['ballot_id']}/announcement"
    assert problem(await hall.post(path, COMMITTEE, WINDOW)) == (403, "draft-of-another-body")
    assert (await hall.post(path, RESIDENTS, WINDOW)).status_code == 201


@pytest.mark.parametrize(
    "day", [1775260800, "1775260800", "2026-04-04T00:00:00", "20260404", None, "0000-01-01"]
)
async def test_a_day_is_written_one_way(hall: Hall, day: object) -> None:
    draft = await hall.draft("FUND_USE")
    path = f"/ballots/{draft['ballot_id']}/announcement"
    assert (await hall.post(path, COMMITTEE, WINDOW | {"opens_on": day})).status_code == 422


async def test_an_announcement_that_came_to_nothing_leaves_other_days_open(hall: Hall) -> None:
    draft = await hall.draft("FUND_USE")
    path = f"/ballots/{draft['ballot_id']}/announcement"
    hall.identity.spoil = lambda answer: answer | {"sha256": "0" * 64}
    assert problem(await hall.post(path, COMMITTEE, WINDOW)) == (502, "electorate-not-verified")
    hall.identity.spoil = lambda answer: answer
    other = {"opens_on": "2026-04-05", "closes_on": "2026-04-12"}
    assert (await hall.post(path, COMMITTEE, other)).status_code == 201
    first, second = hall.identity.asked
    assert first[1]["hold_until"] != second[1]["hold_until"]
    # One key for two requests is what identity refuses, however often it is asked.
    assert first[0] != second[0]


def _held_twice(answer: Answer) -> Answer:
    entry, *others = answer["entries"]
    return answer | {"entries": [entry | {"holders": ["ada", "ada"]}, *others]}


def _unnamed(answer: Answer) -> Answer:
    entry, *others = answer["entries"]
    return answer | {"entries": [entry | {"entry_id": "first"}, *others]}


@pytest.mark.parametrize(
    ("spoil", "mismatch"),
    [
        (lambda answer: answer | {"policy": {}}, "policy"),
        (lambda answer: answer | {"policy": answer["policy"] | {"more": 2**60}}, "answer"),
        (lambda answer: answer | {"electorate_id": "the first"}, "answer"),
        (_held_twice, "holders"),
        (_unnamed, "answer"),
    ],
)
async def test_an_electorate_that_cannot_be_kept_is_not_used(
    hall: Hall, spoil: Callable[[Answer], Answer], mismatch: str
) -> None:
    hall.identity.spoil = spoil
    draft = await hall.draft("FUND_USE")
    reply = await hall.post(f"/ballots/{draft['ballot_id']}/announcement", COMMITTEE, WINDOW)
    assert problem(reply) == (502, "electorate-not-verified")
    assert reply.json()["mismatch"] == mismatch


async def test_the_same_announcement_asked_twice_has_one_key(hall: Hall) -> None:
    draft = await hall.draft("FUND_USE")
    path = f"/ballots/{draft['ballot_id']}/announcement"
    hall.identity.refuse = {"type": "/problems/identity/register-not-signed-off"}
    for _ in range(2):
        await hall.post(path, COMMITTEE, WINDOW, key=str(uuid.uuid4()))
    assert len({key for key, _ in hall.identity.asked}) == 1
