"""Publishing over HTTP: all or nothing, each expense covered by what allows it."""

import asyncio
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from services.ledger.domain.money import parse
from tests.ledger.fakes import BrokenVoting, SilentVoting, Voting
from tests.ledger.people import Estate, done, problem
from tests.support.clocks import ClockStoppedAt
from tests.support.tokens import TestIssuer

ITEM = "5b0c2c1e-9d1f-4f55-8a4e-3a8f6d0d7b11"
REPAIR = "2026-02-01,支出,维修更新,{yuan},工程队,{voucher}"


def repair(yuan: str, voucher: str, **changed: str) -> str:
    item = f",,表决事项,,{changed['item']}" if "item" in changed else ""
    return REPAIR.format(yuan=yuan, voucher=voucher) + item


async def test_half_a_year_is_published_and_read(estate: Estate, zijin: Path) -> None:
    expected = json.loads((zijin / "common_revenue_2026H1.expected.json").read_text())
    await estate.open(parse(expected["opening"]))
    await estate.usual_defaults()
    await estate.allow()
    content = (zijin / "common_revenue_2026H1.csv").read_bytes()
    made = done(await estate.send("POST", "/sheet-imports", content)).json()
    answer = done(await estate.publish(made["import_id"])).json()
    assert (answer["entries"], answer["first_number"], answer["last_number"]) == (92, 2, 93)
    assert answer["balance_fen"] == parse(expected["closing"])
    statement = (await estate.get("/statements/2026H1")).json()
    for figure in ("opening", "income", "expense", "closing"):
        assert statement[f"{figure}_fen"] == parse(expected[figure])
    months = {one["month"]: one for one in statement["months"]}
    for month, figures in expected["months"].items():
        assert months[month]["income_fen"] == parse(figures["income"])
        assert months[month]["expense_fen"] == parse(figures["expense"])
    assert await estate.balance() == parse(expected["closing"])
    assert (await estate.get("/drafts", "property_manager")).json() == {"drafts": []}


async def test_a_publication_sent_again_is_answered_again(estate: Estate) -> None:
    await estate.open()
    import_id = await estate.imported("2026-01-08,收入,利息,30.62,,S1")
    key = str(uuid.uuid4())
    first = done(await estate.publish(import_id, key))
    again = done(await estate.publish(import_id, key))
    assert again.content == first.content
    other = await estate.publish(import_id)
    assert problem(other) == (409, "ledger/import-already-published")
    assert len(await estate.entries()) == 2


async def test_publications_at_once_publish_once(estate: Estate) -> None:
    await estate.open()
    import_id = await estate.imported("2026-01-08,收入,利息,30.62,,S1")
    replies = await asyncio.gather(*(estate.publish(import_id) for _ in range(4)))
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]
    assert [one["number"] for one in await estate.entries()] == [2, 1]


async def test_an_import_that_is_not_there_is_not_published(estate: Estate) -> None:
    reply = await estate.publish(str(uuid.uuid4()))
    assert problem(reply) == (404, "ledger/no-such-import")


async def test_nothing_is_published_before_the_opening_balance(estate: Estate) -> None:
    import_id = await estate.imported("2026-01-08,收入,利息,30.62,,S1")
    reply = await estate.publish(import_id)
    assert problem(reply) == (409, "ledger/opening-balance-missing")


async def test_one_uncovered_expense_holds_everything_back(estate: Estate) -> None:
    await estate.open()
    import_id = await estate.imported(
        "2026-01-08,收入,利息,30.62,,S1", repair("1.00", "Z1"), "2026-01-09,收入,利息,1.00,,S2"
    )
    reply = await estate.publish(import_id)
    assert problem(reply) == (409, "ledger/spending-without-authority")
    assert (reply.json()["lines"], reply.json()["article"]) == ([3], "HZ 16(10)")
    assert len(await estate.entries()) == 1
    await estate.default(REPAIR_RENEWAL="RULES_LIMIT")
    await estate.allow()
    assert done(await estate.publish(import_id)).json()["first_number"] == 2


@pytest.mark.parametrize(
    ("limits", "limit"),
    [
        ({"uses": 1}, "uses_max"),
        ({"each": 149}, "amount_each_max_fen"),
        ({"each": 150, "total": 299}, "amount_total_max_fen"),
    ],
)
async def test_spending_within_the_rules_counts_what_is_published(
    estate: Estate, limits: dict[str, int], limit: str
) -> None:
    await estate.open()
    await estate.default(REPAIR_RENEWAL="RULES_LIMIT")
    await estate.allow()
    await estate.published(repair("1.50", "Z1"))
    await estate.allow(**limits)
    import_id = await estate.imported(repair("1.50", "Z2"))
    reply = await estate.publish(import_id)
    assert problem(reply) == (409, "ledger/spending-beyond-limits")
    assert (reply.json()["limit"], reply.json()["line"]) == (limit, 2)
    assert await estate.balance() == 12000000 - 150


async def test_without_limits_nothing_rests_on_them(estate: Estate) -> None:
    await estate.open()
    await estate.default(REPAIR_RENEWAL="RULES_LIMIT")
    reply = await estate.publish(await estate.imported(repair("1.50", "Z1")))
    assert problem(reply) == (409, "ledger/spending-limits-missing")


async def test_limits_are_not_broken_by_publishing_at_once(estate: Estate) -> None:
    await estate.open()
    await estate.default(REPAIR_RENEWAL="RULES_LIMIT")
    await estate.allow(uses=2)
    imports = [await estate.imported(repair("1.00", f"Z{one}")) for one in range(5)]
    replies = await asyncio.gather(*(estate.publish(one) for one in imports))
    assert sorted(reply.status_code for reply in replies) == [201, 201, 409, 409, 409]
    assert [one["number"] for one in await estate.entries()] == [3, 2, 1]


async def test_a_reversed_use_gives_its_room_back(estate: Estate) -> None:
    await estate.open()
    await estate.default(REPAIR_RENEWAL="RULES_LIMIT")
    await estate.allow(uses=1)
    await estate.published(repair("1.00", "Z1"))
    mistake = (await estate.entries())[0]
    body = {"reason_code": "WRONG_AMOUNT", "reason": "多记"}
    done(await estate.send("POST", f"/entries/{mistake['entry_id']}/reversal", body))
    # The right entry may name the same paper.
    await estate.published(repair("0.90", "Z1"))
    assert await estate.balance() == 12000000 - 90


async def test_a_passed_item_is_asked_about_and_covers_its_budget(
    estate: Estate, voting: Voting
) -> None:
    voting.has(estate.id, ITEM, budget_fen=100000)
    await estate.open()
    await estate.published(repair("600.00", "Z1", item=ITEM), repair("1.00", "Z2", item=ITEM))
    assert voting.asked == [f"/internal/v1/estates/{estate.id}/items/{ITEM}/authority"]
    assert voting.authorizations == ["Bearer token-for-voting"]
    too_much = await estate.imported(repair("399.01", "Z3", item=ITEM))
    reply = await estate.publish(too_much)
    assert problem(reply) == (409, "ledger/spending-beyond-budget")
    assert reply.json()["left_fen"] == 39900
    await estate.published(repair("399.00", "Z4", item=ITEM))
    authority = (await estate.entries())[0]["authority"]
    assert (authority["kind"], authority["item_id"]) == ("PASSED_ITEM", ITEM)


async def test_a_budget_is_not_overspent_by_publishing_at_once(
    estate: Estate, voting: Voting
) -> None:
    voting.has(estate.id, ITEM, budget_fen=100000)
    await estate.open()
    imports = [await estate.imported(repair("400.00", f"Z{one}", item=ITEM)) for one in range(4)]
    replies = await asyncio.gather(*(estate.publish(one) for one in imports))
    assert sorted(reply.status_code for reply in replies) == [201, 201, 409, 409]
    assert await estate.balance() == 12000000 - 80000


@pytest.mark.parametrize(
    ("told", "slug"),
    [
        ({"state": "UNDECIDED", "decided_at": None}, "item-undecided"),
        ({"state": "NOT_PASSED"}, "item-not-passed"),
        ({"kind": "FUND_USE"}, "item-of-another-kind"),
        ({"kind": "COMMITTEE_EXPENSES"}, "item-of-another-kind"),
        ({"budget_fen": None}, "item-without-budget"),
        (None, "no-such-item"),
    ],
)
async def test_an_item_that_does_not_cover_it_is_refused(
    estate: Estate, voting: Voting, told: dict[str, Any] | None, slug: str
) -> None:
    if told is not None:
        voting.has(estate.id, ITEM, **told)
    await estate.open()
    import_id = await estate.imported(repair("1.00", "Z1", item=ITEM))
    reply = await estate.publish(import_id)
    assert problem(reply) == (409, f"ledger/{slug}")
    assert (reply.json()["article"], reply.json()["item_id"]) == ("HZ 16(10)", ITEM)
    assert len(await estate.entries()) == 1


async def test_an_item_of_another_estate_covers_nothing_here(
    estate: Estate, voting: Voting
) -> None:
    voting.has(str(uuid.uuid4()), ITEM)
    await estate.open()
    import_id = await estate.imported(repair("1.00", "Z1", item=ITEM))
    assert problem(await estate.publish(import_id)) == (409, "ledger/no-such-item")


@pytest.mark.parametrize(
    "neighbour",
    [
        SilentVoting(),
        BrokenVoting(500, {}),
        BrokenVoting(200, {"item_id": ITEM, "state": "MAYBE"}),
        BrokenVoting(200, ["no", "object"]),
        BrokenVoting(403, {"type": "/problems/chassis/role-missing"}),
    ],
    ids=["silent", "failing", "misunderstood", "no-object", "refusing"],
)
async def test_without_voting_nothing_that_needs_it_is_published(
    estate: Estate,
    assembled: Callable[..., FastAPI],
    identity: TestIssuer,
    neighbour: object,
) -> None:
    await estate.open()
    import_id = await estate.imported(repair("1.00", "Z1", item=ITEM))
    alone = Estate(assembled(neighbour), identity, estate.id)
    reply = await alone.publish(import_id)
    assert problem(reply) == (503, "chassis/neighbour-away")
    assert reply.json()["neighbour"] == "voting"
    assert len(await estate.entries()) == 1
    harmless = await alone.imported("2026-01-08,收入,利息,30.62,,S1")
    done(await alone.publish(harmless))


async def test_a_publication_that_was_done_is_answered_again_without_voting(
    estate: Estate,
    voting: Voting,
    assembled: Callable[..., FastAPI],
    identity: TestIssuer,
) -> None:
    voting.has(estate.id, ITEM)
    await estate.open()
    import_id = await estate.imported(repair("1.00", "Z1", item=ITEM))
    key = str(uuid.uuid4())
    first = done(await estate.publish(import_id, key))
    alone = Estate(assembled(BrokenVoting(500, {})), identity, estate.id)
    assert done(await alone.publish(import_id, key)).content == first.content


async def test_a_draft_that_is_older_than_the_opening_is_refused(estate: Estate) -> None:
    await estate.open(as_of_on="2026-02-01")
    import_id = await estate.imported("2026-01-31,收入,利息,1.00,,S1")
    reply = await estate.publish(import_id)
    assert problem(reply) == (409, "ledger/dated-before-opening")


async def test_a_voucher_published_in_between_is_refused(estate: Estate) -> None:
    # A sheet that waited while another with the same voucher was published, corrected and freed.
    await estate.open()
    await estate.published("2026-01-08,收入,利息,30.62,,S1")
    mistake = (await estate.entries())[0]["entry_id"]
    body = {"reason_code": "BOOKED_TWICE", "reason": "重复"}
    done(await estate.send("POST", f"/entries/{mistake}/reversal", body))
    waiting = await estate.imported("2026-01-09,收入,利息,30.62,,S1")
    done(await estate.publish(waiting))
    assert await estate.balance() == 12003062


async def test_the_opening_balance_is_stated_once(estate: Estate, clock: ClockStoppedAt) -> None:
    body = {"amount_fen": 12000000, "as_of_on": "2026-01-01"}
    first = done(await estate.send("PUT", "/opening-balance", body)).json()
    clock.advance(days=1)
    assert done(await estate.send("PUT", "/opening-balance", body)).json() == first
    other = await estate.send("PUT", "/opening-balance", body | {"amount_fen": 1})
    assert problem(other) == (409, "ledger/opening-balance-already-set")
    assert (first["kind"], first["number"], first["bank_fen"]) == ("OPENING", 1, 12000000)
    assert first["legs"][1] == {
        "account": "OPENING_EQUITY",
        "account_zh": "期初结余",
        "amount_fen": -12000000,
    }


@pytest.mark.parametrize(
    "body",
    [
        {"amount_fen": -1, "as_of_on": "2026-01-01"},
        {"amount_fen": 1.5, "as_of_on": "2026-01-01"},
        {"amount_fen": "1", "as_of_on": "2026-01-01"},
        {"amount_fen": True, "as_of_on": "2026-01-01"},
        {"amount_fen": 10**15 + 1, "as_of_on": "2026-01-01"},
        {"amount_fen": 1, "as_of_on": "2026-02-30"},
        {"amount_fen": 1, "as_of_on": 20260101},
        {"amount_fen": 1, "as_of_on": "2026-01-01T00:00:00"},
        {"amount_fen": 1},
        {"amount_fen": 1, "as_of_on": "2026-01-01", "estate_id": "x"},
    ],
)
async def test_a_malformed_opening_balance_is_malformed(
    estate: Estate, body: dict[str, object]
) -> None:
    reply = await estate.send("PUT", "/opening-balance", body)
    assert problem(reply) == (422, "chassis/malformed")


async def test_an_unsafe_call_without_a_key_is_refused(estate: Estate) -> None:
    async with estate.client("property_manager") as client:
        reply = await client.put(
            "/opening-balance", json={"amount_fen": 1, "as_of_on": "2026-01-01"}
        )
    assert problem(reply) == (400, "chassis/key-missing")
    assert await estate.balance() == 0
