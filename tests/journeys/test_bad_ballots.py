"""Ballots that the law does not allow (HZ 19, 20): refused when announced, kept as drafts."""

from typing import Any

import pytest

from tests.journeys.conftest import City
from tests.journeys.estate import ITEM, Estate
from tests.support.whole import Whole, done, problem


@pytest.mark.parametrize(
    ("meeting", "notice_days", "voting_days", "slug"),
    [
        ("REGULAR", 14, 5, "notice-too-short"),
        ("EXTRAORDINARY", 6, 5, "notice-too-short"),
        ("REGULAR", 15, 4, "voting-too-short"),
        ("REGULAR", 15, 61, "voting-too-long"),
        ("REGULAR", 15, 0, "voting-too-short"),
        ("REGULAR", -30, 5, "notice-too-short"),
    ],
)
async def test_a_schedule_outside_the_law_freezes_nothing(
    whole: Whole, estate: Estate, meeting: str, notice_days: int, voting_days: int, slug: str
) -> None:
    drafted = await estate.draft(meeting=meeting)
    async with whole.unchanged():
        reply = await estate.announce(
            drafted["ballot_id"], notice_days=notice_days, voting_days=voting_days
        )
    assert problem(reply) == (409, f"voting/{slug}")
    assert reply.json()["article"].startswith("HZ")
    seen = await estate.get(f"/ballots/{drafted['ballot_id']}", estate.convener)
    assert (seen["state"], seen["announcement"]) == ("DRAFT", None)


@pytest.mark.parametrize(
    ("meeting", "notice_days", "voting_days"),
    [("REGULAR", 15, 5), ("REGULAR", 15, 60), ("EXTRAORDINARY", 7, 5)],
)
async def test_the_neighbouring_schedules_are_lawful(
    estate: Estate, meeting: str, notice_days: int, voting_days: int
) -> None:
    drafted = await estate.draft(meeting=meeting)
    reply = await estate.announce(
        drafted["ballot_id"], notice_days=notice_days, voting_days=voting_days
    )
    assert done(reply)["electorate"]["people"] > 0


async def test_what_was_announced_stays_as_it_was_announced(whole: Whole, estate: Estate) -> None:
    ballot = await estate.announced()
    async with whole.unchanged():
        reply = await estate.announce(ballot.ballot_id, voting_days=10)
    assert problem(reply) == (409, "voting/already-announced")


async def test_no_ballot_is_announced_before_the_register_is_signed_off(
    whole: Whole, city: City, register: bytes
) -> None:
    estate = await city.found()
    drafted = await estate.draft()
    async with whole.unchanged():
        empty = await estate.announce(drafted["ballot_id"])
    await estate.import_register(register)
    async with whole.unchanged():
        unsigned = await estate.announce(drafted["ballot_id"])
    assert problem(empty) == (409, "voting/electorate-refused")
    assert problem(unsigned) == (409, "voting/register-not-signed-off")
    await estate.sign_off()
    done(await estate.announce(drafted["ballot_id"]))


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"items": [ITEM | {"kind": "PAINT_IT_RED"}]}, (409, "voting/kind-unknown")),
        ({"items": [ITEM | {"kind": "FUND_USE_EMERGENCY"}]}, (409, "voting/kind-not-voted")),
        ({"items": []}, (422, "chassis/malformed")),
        ({"items": [ITEM] * 51}, (422, "chassis/malformed")),
        ({"items": [ITEM | {"budget_fen": 0}]}, (422, "chassis/malformed")),
        ({"items": [ITEM | {"budget_fen": -1}]}, (422, "chassis/malformed")),
        ({"items": [ITEM | {"budget_fen": 8600.125}]}, (422, "chassis/malformed")),
        ({"items": [ITEM | {"budget_fen": "8600"}]}, (422, "chassis/malformed")),
        ({"title": "   "}, (422, "chassis/malformed")),
        ({"meeting": "PARTY"}, (422, "chassis/malformed")),
        ({"passed": True}, (422, "chassis/malformed")),
        ({"convening_reason": None}, (409, "voting/convening-reason-needed")),
    ],
)
async def test_a_draft_that_makes_no_sense_is_not_kept(
    whole: Whole, estate: Estate, changed: dict[str, Any], refusal: tuple[int, str]
) -> None:
    good = {"title": "表决", "meeting": "REGULAR", "convening_reason": "NO_COMMITTEE_YET"}
    body = good | {"items": [ITEM]} | changed
    async with whole.unchanged():
        reply = await estate.ask("POST", "/ballots", estate.convener, json=body)
    assert problem(reply) == refusal
