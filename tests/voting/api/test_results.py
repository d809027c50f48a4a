"""Turnout while open, the count after the close, and what the ledger is told."""

import uuid

import pytest

from services.voting.domain.rules import current_rules
from tests.voting.api.test_ballots import problem
from tests.voting.hall import (
    CLOSES,
    COMMITTEE,
    LEDGER,
    NOON,
    Announced,
    Hall,
    Person,
    owner,
)

READERS = [owner("ada"), COMMITTEE, Person(("person", "dependent")), Person(("person", "auditor"))]


@pytest.fixture
async def voted(hall: Hall) -> Announced:
    """Five of six people, 450 of 600 m², have voted on three items and a poll; still open."""
    announced = await hall.announce(
        "COMMON_REVENUE_USE", "FUND_USE", "COMMON_PART_USE", "OPINION_SURVEY"
    )
    hall.clock.move_to(NOON)
    for name, *choices in (
        ("ada", "AGREE", "AGREE", "AGREE", "AGREE"),
        ("bo", "AGREE", "AGAINST", "AGREE", "AGREE"),
        ("cai", "AGREE", "AGAINST", "AGREE", "ABSTAIN"),
        ("dan", "AGAINST", "ABSTAIN", "AGAINST", "AGAINST"),
        ("eva", "FOLLOW_MAJORITY", "FOLLOW_MAJORITY", "ABSTAIN", "AGAINST"),
    ):
        assert (await announced.vote(name, *choices)).status_code == 201
    return announced


async def counted(voted: Announced) -> dict[str, object]:
    voted.hall.clock.move_to(CLOSES)
    reply = await voted.hall.post(f"{voted.path}/result", COMMITTEE)
    assert reply.status_code == 201, reply.text
    result: dict[str, object] = reply.json()
    return result


async def test_while_open_only_people_and_area_are_told(voted: Announced) -> None:
    for reader in READERS:
        reply = await voted.hall.get(f"{voted.path}/turnout", reader)
        assert reply.json() == {
            "ballot_id": voted.ballot_id,
            "state": "OPEN",
            "people": {"needed": 4, "reached": 5},
            "area_m2": {"needed": "400.00", "reached": "450.00"},
        }
        refused = await voted.hall.get(f"{voted.path}/result", reader)
        assert problem(refused) == (409, "not-counted-yet")
        assert "AGREE" not in (await voted.hall.get(voted.path, reader)).text


async def test_nobody_reads_anothers_choices(voted: Announced) -> None:
    for reader in READERS[1:]:
        assert (await voted.hall.get(f"{voted.path}/votes/mine", reader)).status_code == 403


@pytest.mark.parametrize("part", ["turnout", "result"])
async def test_a_client_that_polls_is_told_when_nothing_changed(
    voted: Announced, part: str
) -> None:
    if part == "result":
        await counted(voted)
    path = f"{voted.path}/{part}"
    first = await voted.hall.get(path, owner("ada"))
    same = await voted.hall.get(path, owner("ada"), {"if-none-match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    other = await voted.hall.get(path, owner("ada"), {"if-none-match": '"something"'})
    assert other.status_code == 200


async def test_a_new_vote_changes_the_turnouts_tag(voted: Announced) -> None:
    path = f"{voted.path}/turnout"
    first = await voted.hall.get(path, owner("ada"))
    await voted.vote("developer")
    again = await voted.hall.get(path, owner("ada"), {"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.json()["people"]["reached"]) == (200, 6)


async def test_nothing_is_counted_before_the_close(voted: Announced) -> None:
    reply = await voted.hall.post(f"{voted.path}/result", COMMITTEE)
    assert problem(reply) == (409, "still-open")
    assert (await voted.hall.get(f"{voted.path}/result", COMMITTEE)).status_code == 409


async def test_the_result_shows_its_arithmetic(voted: Announced) -> None:
    result = await counted(voted)
    assert (result["people_voted"], result["area_voted_m2"]) == (5, "450.00")
    items = result["items"]
    assert isinstance(items, list)
    revenue, fund, ground, poll = items
    # Three agree, one against, one follows: the majority is theirs in both measures.
    assert (revenue["outcome"], revenue["agree_people"]) == ("PASSED", 4)
    assert revenue["cast"]["follow_majority"]["direction"] == "AGREE"
    assert revenue["statement_zh"] == [
        "参与表决 5 人 ≥ 需 4 人",
        "参与表决 450.00 平方米 ≥ 需 400.00 平方米",
        "同意 4 人 ≥ 需 3 人",
        "同意 350.00 平方米 ≥ 需 225.01 平方米",
        "本事项通过。",
    ]
    assert (fund["outcome"], fund["needed_people"]) == ("NOT_PASSED", 3)
    assert fund["cast"]["follow_majority"]["direction"] == "AGAINST"
    # Three of five would pass at one half; three quarters need four.
    assert (ground["quorum_met"], ground["passed"]) == (True, False)
    assert ground["statement_en"][2] == "Agreeing: 3 people < 4 people needed, 1 people missing"
    assert ground["majority"]["articles"] == ["CC 278(1)(8)", "HZ 16(8)"]
    assert (poll["outcome"], poll["passed"], poll["quorum"]) == ("REPORTED", None, None)


async def test_every_kind_of_the_table_is_announced_voted_on_and_counted(hall: Hall) -> None:
    rules = current_rules().rules
    announced = await hall.announce(*sorted(rules))
    hall.clock.move_to(NOON)
    said = {"ada": "AGREE", "bo": "AGREE", "cai": "AGREE", "dan": "AGAINST", "eva": "AGAINST"}
    for name, choice in said.items():
        reply = await announced.vote(name, *(choice for _ in announced.item_ids))
        assert reply.status_code == 201
    items = (await counted(announced))["items"]
    assert isinstance(items, list)
    assert [item["kind"] for item in items] == sorted(rules)
    # Three of five people and 300 of 450 m² are more than one half and less than three quarters.
    outcomes = {"ORDINARY": "PASSED", "SPECIAL": "NOT_PASSED", None: "REPORTED"}
    for item in items:
        rule = rules[item["kind"]]
        assert item["counted_as"] == rule.counted_as
        assert item["outcome"] == outcomes[rule.threshold]


async def test_the_result_names_what_it_was_counted_under(voted: Announced) -> None:
    announcement = (await voted.hall.get(voted.path, COMMITTEE)).json()["announcement"]
    result = await counted(voted)
    assert result["rules"] == {
        "version": current_rules().version,
        "sha256": current_rules().sha256,
    }
    electorate = {"people": 6, "area_m2": "600.00", "sha256": announcement["electorate"]["sha256"]}
    assert result["electorate"] == electorate


async def test_everybody_reads_the_result_that_was_published(voted: Announced) -> None:
    result = await counted(voted)
    for reader in READERS:
        shown = await voted.hall.get(f"{voted.path}/result", reader)
        assert shown.json() == result
    seen = (await voted.hall.get(voted.path, owner("ada"))).json()
    assert (seen["state"], seen["counted_at"]) == ("COUNTED", "2026-04-11T16:00:00Z")


async def test_a_ballot_is_counted_once(voted: Announced) -> None:
    voted.hall.clock.move_to(CLOSES)
    key = str(uuid.uuid4())
    first = await voted.hall.post(f"{voted.path}/result", COMMITTEE, key=key)
    replayed = await voted.hall.post(f"{voted.path}/result", COMMITTEE, key=key)
    assert replayed.content == first.content
    again = await voted.hall.post(f"{voted.path}/result", COMMITTEE)
    assert problem(again) == (409, "already-counted")


async def test_a_draft_is_not_counted(hall: Hall) -> None:
    draft = await hall.draft("FUND_USE")
    reply = await hall.post(f"/ballots/{draft['ballot_id']}/result", COMMITTEE)
    assert problem(reply) == (409, "not-announced")


async def test_owners_do_not_count(voted: Announced) -> None:
    voted.hall.clock.move_to(CLOSES)
    assert (await voted.hall.post(f"{voted.path}/result", owner("ada"))).status_code == 403


async def test_nobody_voting_is_no_quorum(hall: Hall) -> None:
    announced = await hall.announce("FUND_USE")
    result = await counted(announced)
    items = result["items"]
    assert isinstance(items, list)
    assert (items[0]["quorum_met"], items[0]["passed"]) == (False, False)


async def authority(ballot: Announced, number: int) -> dict[str, object]:
    path = f"/internal/v1/estates/{{estate_id}}/items/{ballot.item_ids[number]}/authority"
    reply = await ballot.hall.get(path, LEDGER)
    assert reply.status_code == 200
    told: dict[str, object] = reply.json()
    return told


async def test_before_the_count_an_item_authorises_nothing(voted: Announced) -> None:
    assert await authority(voted, 0) == {
        "item_id": voted.item_ids[0],
        "ballot_id": voted.ballot_id,
        "kind": "COMMON_REVENUE_USE",
        "title": "事项 COMMON_REVENUE_USE",
        "state": "UNDECIDED",
        "budget_fen": 860000,
        "decided_at": None,
    }


async def test_after_the_count_the_ledger_is_told_what_passed(voted: Announced) -> None:
    await counted(voted)
    told = [await authority(voted, number) for number in range(4)]
    assert [one["state"] for one in told] == ["PASSED", "NOT_PASSED", "NOT_PASSED", "UNDECIDED"]
    at = "2026-04-11T16:00:00Z"
    assert [one["decided_at"] for one in told] == [at, at, at, None]


async def test_only_the_ledger_asks_and_only_about_what_was_published(hall: Hall) -> None:
    draft = await hall.draft("FUND_USE")
    path = f"/internal/v1/estates/{{estate_id}}/items/{draft['items'][0]['item_id']}/authority"
    assert problem(await hall.get(path, LEDGER)) == (404, "no-such-item")
    assert (await hall.get(path, COMMITTEE)).status_code == 401
