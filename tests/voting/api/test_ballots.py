"""Drafting and announcing, over HTTP on the real database."""

import base64
import uuid
from collections.abc import Callable

import httpx
import pytest

from services.voting.domain.rules import current_rules
from tests.voting.fakes import Answer, ForgetfulIdentity
from tests.voting.hall import COMMITTEE, OPENS, WINDOW, Hall, Person, owner

NAIVE = base64.urlsafe_b64encode(f"2026-01-01T00:00:00 {uuid.uuid4()}".encode()).decode()
OTHERS = ("property_management_committee", "residents_committee")


def problem(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["type"].removeprefix("/problems/voting/")


async def test_a_committee_drafts_a_ballot_of_several_items(hall: Hall) -> None:
    attachment = {
        "name": "报价单.pdf",
        "sha256": "ab" * 32,
        "size_bytes": 1024,
        "media_type": "application/pdf",
    }
    items = [
        {"kind": "FUND_USE", "title": "水沟", "budget_fen": 100, "attachments": [attachment]},
        {"kind": "OPINION_SURVEY", "title": "满意度", "description": "您是否满意？"},
    ]
    body = {"title": "会议", "meeting": "EXTRAORDINARY", "items": items}
    reply = await hall.post("/ballots", COMMITTEE, body)
    assert reply.status_code == 201
    drafted = reply.json()
    assert drafted["state"] == "DRAFT"
    assert (drafted["convener"], drafted["convening_article"]) == ("committee", "HZ 24")
    assert [item["number"] for item in drafted["items"]] == [1, 2]
    assert drafted["items"][0]["attachments"] == [attachment]
    seen = await hall.get(f"/ballots/{drafted['ballot_id']}", COMMITTEE)
    assert seen.json() == drafted


@pytest.mark.parametrize("role", OTHERS)
async def test_an_estate_without_a_committee_can_act(hall: Hall, role: str) -> None:
    body = Person(("person", role))
    drafted = await hall.draft("FUND_USE", who=body, convening_reason="NO_COMMITTEE_YET")
    assert (drafted["convener"], drafted["convening_article"]) == (role, "HZ 40")


@pytest.mark.parametrize("role", OTHERS)
async def test_another_body_without_a_reason_is_refused(hall: Hall, role: str) -> None:
    body = {"title": "会议", "meeting": "REGULAR", "items": [{"kind": "FUND_USE", "title": "甲"}]}
    reply = await hall.post("/ballots", Person(("person", role)), body)
    assert problem(reply) == (409, "convening-reason-needed")


@pytest.mark.parametrize(
    "roles", [("person", "verified", "owner"), ("person", "property_manager"), ("person",)]
)
async def test_nobody_else_drafts(hall: Hall, roles: tuple[str, ...]) -> None:
    body = {"title": "会议", "meeting": "REGULAR", "items": [{"kind": "FUND_USE", "title": "甲"}]}
    assert (await hall.post("/ballots", Person(roles, owner="ada"), body)).status_code == 403


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [("FUND_USE_EMERGENCY", "kind-not-voted"), ("CHANGE_THE_LAW", "kind-unknown")],
)
async def test_a_kind_that_is_not_voted_on_is_refused(hall: Hall, kind: str, refusal: str) -> None:
    body = {"title": "会议", "meeting": "REGULAR", "items": [{"kind": kind, "title": "甲"}]}
    assert problem(await hall.post("/ballots", COMMITTEE, body)) == (409, refusal)


@pytest.mark.parametrize(
    "changed",
    [
        {"items": []},
        {"meeting": "SECRET"},
        {"title": ""},
        {"title": 7},
        {"surprise": 1},
        {"items": [{"kind": "FUND_USE", "title": "甲", "budget_fen": 0}]},
        {"items": [{"kind": "FUND_USE", "title": "甲", "budget_fen": 1.5}]},
        {"items": [{"kind": "FUND_USE", "title": "甲", "budget_fen": "1"}]},
        {"items": [{"kind": "FUND_USE", "title": "甲", "weight": 2}]},
    ],
    ids=str,
)
async def test_a_malformed_draft_is_422(hall: Hall, changed: dict[str, object]) -> None:
    good = {"title": "会议", "meeting": "REGULAR", "items": [{"kind": "FUND_USE", "title": "甲"}]}
    assert (await hall.post("/ballots", COMMITTEE, good | changed)).status_code == 422


async def test_one_announcement_freezes_schedule_rules_and_electorate(hall: Hall) -> None:
    draft = await hall.draft("FUND_USE")
    reply = await hall.post(f"/ballots/{draft['ballot_id']}/announcement", COMMITTEE, WINDOW)
    frozen = reply.json()
    assert frozen["opens_at"] == "2026-04-03T16:00:00Z"
    assert frozen["closes_at"] == "2026-04-11T16:00:00Z"
    assert frozen["rules"]["sha256"] == current_rules().sha256
    assert frozen["rules"]["policies"]["same_owner_rule"] == "identical_owner_set"
    assert (frozen["electorate"]["people"], frozen["electorate"]["area_m2"]) == (6, "600.00")
    seen = (await hall.get(f"/ballots/{draft['ballot_id']}", owner("ada"))).json()
    assert (seen["state"], seen["announcement"]) == ("ANNOUNCED", frozen)


async def test_identity_is_asked_once_to_hold_the_electorate_until_the_close(hall: Hall) -> None:
    await hall.announce()
    assert [asked[1] for asked in hall.identity.asked] == [
        {"purpose": "BALLOT", "hold_until": "2026-04-11T16:00:00Z"}
    ]


@pytest.mark.parametrize(
    ("meeting", "opens_on", "closes_on", "refusal"),
    [
        ("REGULAR", "2026-04-03", "2026-04-10", "notice-too-short"),
        ("REGULAR", "2026-04-04", "2026-04-07", "voting-too-short"),
        ("REGULAR", "2026-04-04", "2026-06-03", "voting-too-long"),
        ("EXTRAORDINARY", "2026-03-26", "2026-04-04", "notice-too-short"),
        ("REGULAR", "2026-04-04", "2026-04-03", "voting-too-short"),
    ],
)
async def test_an_unlawful_schedule_is_refused_before_anything_is_frozen(
    hall: Hall, meeting: str, opens_on: str, closes_on: str, refusal: str
) -> None:
    draft = await hall.draft("FUND_USE", meeting=meeting)
    body = {"opens_on": opens_on, "closes_on": closes_on}
    reply = await hall.post(f"/ballots/{draft['ballot_id']}/announcement", COMMITTEE, body)
    assert problem(reply) == (409, refusal)
    assert "HZ" in reply.json()["article"]
    assert hall.identity.asked == []
    seen = (await hall.get(f"/ballots/{draft['ballot_id']}", COMMITTEE)).json()
    assert seen == draft


@pytest.mark.parametrize(
    ("meeting", "opens_on", "closes_on"),
    [
        ("REGULAR", "2026-04-04", "2026-04-08"),
        ("REGULAR", "2026-04-04", "2026-06-02"),
        ("EXTRAORDINARY", "2026-03-27", "2026-04-03"),
    ],
)
async def test_the_shortest_notice_and_voting_are_lawful(
    hall: Hall, meeting: str, opens_on: str, closes_on: str
) -> None:
    draft = await hall.draft("FUND_USE", meeting=meeting)
    body = {"opens_on": opens_on, "closes_on": closes_on}
    reply = await hall.post(f"/ballots/{draft['ballot_id']}/announcement", COMMITTEE, body)
    assert reply.status_code == 201


async def test_a_ballot_is_announced_once(hall: Hall) -> None:
    announced = await hall.announce()
    hall.clock.advance(hours=1)
    later = {"opens_on": "2026-04-05", "closes_on": "2026-04-11"}
    reply = await hall.post(f"{announced.path}/announcement", COMMITTEE, later)
    assert problem(reply) == (409, "already-announced")
    seen = (await hall.get(announced.path, COMMITTEE)).json()
    assert seen["announcement"]["opens_on"] == "2026-04-04"


async def test_the_same_announcement_again_gets_the_same_answer(hall: Hall) -> None:
    draft = await hall.draft("FUND_USE")
    path, key = f"/ballots/{draft['ballot_id']}/announcement", str(uuid.uuid4())
    first = await hall.post(path, COMMITTEE, WINDOW, key=key)
    hall.clock.move_to(OPENS)
    again = await hall.post(path, COMMITTEE, WINDOW, key=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert len(hall.identity.asked) == 1


async def test_without_a_signed_off_register_nothing_is_announced(hall: Hall) -> None:
    hall.identity.refuse = {"type": "/problems/identity/register-not-signed-off"}
    draft = await hall.draft("FUND_USE")
    reply = await hall.post(f"/ballots/{draft['ballot_id']}/announcement", COMMITTEE, WINDOW)
    assert problem(reply) == (409, "register-not-signed-off")
    assert (await hall.get(f"/ballots/{draft['ballot_id']}", owner("ada"))).status_code == 404


async def test_any_other_refusal_of_identity_is_passed_on_by_name(hall: Hall) -> None:
    hall.identity.refuse = {"type": "/problems/chassis/key-reused"}
    draft = await hall.draft("FUND_USE")
    reply = await hall.post(f"/ballots/{draft['ballot_id']}/announcement", COMMITTEE, WINDOW)
    assert problem(reply) == (409, "electorate-refused")
    assert reply.json()["because"] == "/problems/chassis/key-reused"


async def test_an_absent_identity_is_said_and_the_announcement_can_be_tried_again(
    hall: Hall,
) -> None:
    flats = hall.identity.flats
    hall.house.identity = ForgetfulIdentity(flats=flats)
    draft = await hall.draft("FUND_USE")
    path, key = f"/ballots/{draft['ballot_id']}/announcement", str(uuid.uuid4())
    away = await hall.post(path, COMMITTEE, WINDOW, key=key)
    assert away.status_code == 503
    assert away.json()["neighbour"] == "identity"
    again = await hall.post(path, COMMITTEE, WINDOW, key=key)
    assert again.status_code == 201
    first, second = hall.identity.asked
    assert first == second


def _taller(answer: Answer) -> Answer:
    entry, *others = answer["entries"]
    return answer | {"entries": [entry | {"area_m2": "100.01"}, *others], "area_m2": "600.01"}


@pytest.mark.parametrize(
    ("spoil", "mismatch"),
    [
        (lambda answer: answer | {"sha256": "0" * 64}, "sha256"),
        (lambda answer: answer | {"people": 7}, "totals"),
        (lambda answer: answer | {"zone": "Asia/Hangzhou"}, "zone"),
        (lambda answer: answer | {"estate_id": str(uuid.uuid4())}, "estate"),
        (lambda answer: answer | {"area_m2": "600"}, "answer"),
        (lambda answer: {name: answer[name] for name in answer if name != "entries"}, "answer"),
        (_taller, "sha256"),
    ],
)
async def test_an_electorate_that_is_not_what_it_says_is_not_used(
    hall: Hall, spoil: Callable[[Answer], Answer], mismatch: str
) -> None:
    hall.identity.spoil = spoil
    draft = await hall.draft("FUND_USE")
    reply = await hall.post(f"/ballots/{draft['ballot_id']}/announcement", COMMITTEE, WINDOW)
    assert problem(reply) == (502, "electorate-not-verified")
    assert reply.json()["mismatch"] == mismatch


async def test_an_estate_further_west_would_outlive_its_hold_and_is_refused(hall: Hall) -> None:
    hall.identity.zone = "Asia/Kolkata"
    draft = await hall.draft("FUND_USE")
    reply = await hall.post(f"/ballots/{draft['ballot_id']}/announcement", COMMITTEE, WINDOW)
    assert problem(reply) == (502, "electorate-not-verified")


async def test_an_estate_further_east_votes_by_its_own_midnight(hall: Hall) -> None:
    hall.identity.zone = "Asia/Tokyo"
    draft = await hall.draft("FUND_USE")
    reply = await hall.post(f"/ballots/{draft['ballot_id']}/announcement", COMMITTEE, WINDOW)
    assert reply.json()["opens_at"] == "2026-04-03T15:00:00Z"


async def test_a_draft_is_seen_by_those_who_convene_and_by_nobody_else(hall: Hall) -> None:
    draft = await hall.draft("FUND_USE")
    path = f"/ballots/{draft['ballot_id']}"
    for reader in (owner("ada"), Person(("person", "auditor"))):
        assert (await hall.get(path, reader)).status_code == 404
        assert (await hall.get("/ballots", reader)).json() == {"ballots": []}
    for part in ("turnout", "result", "entries/mine", "votes/mine"):
        assert (await hall.get(f"{path}/{part}", owner("ada"))).status_code == 404
    listed = (await hall.get("/ballots", COMMITTEE)).json()["ballots"]
    assert [one["ballot_id"] for one in listed] == [draft["ballot_id"]]


async def test_ballots_are_paged_from_the_newest_without_gap_or_repetition(hall: Hall) -> None:
    made = []
    for _ in range(5):
        made.append((await hall.announce()).ballot_id)
        hall.clock.advance(minutes=1)
    seen: list[str] = []
    path = "/ballots?limit=2"
    while path:
        reply = await hall.get(path, owner("ada"))
        seen += [one["ballot_id"] for one in reply.json()["ballots"]]
        link = reply.headers.get("link", "")
        path = link.partition(">")[0].removeprefix(f"</v1/estates/{hall.estate_id}")
    assert seen == made[::-1]


@pytest.mark.parametrize("cursor", ["x", "AAAA", "bm90IGEgZGF0ZQ==", "MjAyNi0wMS0wMQ==", NAIVE])
async def test_a_cursor_that_is_not_ours_is_422(hall: Hall, cursor: str) -> None:
    assert (await hall.get(f"/ballots?cursor={cursor}", COMMITTEE)).status_code == 422


async def test_another_estates_ballot_does_not_exist_here(hall: Hall) -> None:
    announced = await hall.announce()
    elsewhere = Hall(hall.house, str(uuid.uuid4()))
    assert (await elsewhere.get(announced.path, owner("ada"))).status_code == 404
    stranger = elsewhere.token(owner("ada"))
    reply = await hall.house.client.get(
        hall.path(announced.path), headers={"authorization": f"Bearer {stranger}"}
    )
    assert reply.status_code == 403


async def test_the_rule_table_is_open_to_anyone(hall: Hall) -> None:
    reply = await hall.house.client.get("/v1/decision-rules")
    shown = reply.json()
    assert (shown["version"], shown["sha256"]) == (current_rules().version, current_rules().sha256)
    again = await hall.house.client.get(
        "/v1/decision-rules", headers={"if-none-match": reply.headers["etag"]}
    )
    assert again.status_code == 304


async def test_nobodys_vote_is_opened_unless_the_draft_says_so(hall: Hall) -> None:
    assert (await hall.draft("FUND_USE"))["openings"] == "NONE"
    draft = await hall.draft("FUND_USE", openings="OFFICIALS")
    assert draft["openings"] == "OFFICIALS"
    items = [{"kind": "FUND_USE", "title": "事项"}]
    body = {"title": "会议", "meeting": "REGULAR", "items": items, "openings": "EVERYBODY"}
    assert (await hall.post("/ballots", COMMITTEE, body)).status_code == 422
