"""Spending that nothing allows and bookings that cannot stand: refused when they are published."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.journeys.conftest import City, Owners
from tests.journeys.estate import ITEM, Estate
from tests.support.whole import Whole, done, problem

HEADER = "日期,收支,类别,金额,对方,凭证号,备注,依据,合同号,表决事项\n"
REPAIR = "2026-05-13,支出,维修更新,{yuan},工程队,{voucher},,{authority}\n"
LIMITS = {"uses_max": 2, "amount_each_max_fen": 500_00, "amount_total_max_fen": 800_00}
LEDGER = "/ledger"


async def imported(estate: Estate, *lines: str) -> str:
    """Return the import of a sheet of lines."""
    content = (HEADER + "".join(lines)).encode()
    made = done(await estate.upload(f"{LEDGER}/sheet-imports", content))
    return str(made["import_id"])


async def publish(estate: Estate, import_id: str, key: str | None = None) -> Any:
    """Publish an import, under a key of its own unless one is given."""
    headers = {"idempotency-key": key or str(uuid.uuid4())}
    body = {"import_id": import_id}
    path = f"{LEDGER}/publications"
    return await estate.ask("POST", path, estate.manager, json=body, headers=headers)


def repair(yuan: str, authority: str = "", voucher: str | None = None) -> str:
    """Return a line of a repair; without an authority it relies on the category's."""
    filled = authority or ",,"
    return REPAIR.format(yuan=yuan, voucher=voucher or uuid.uuid4().hex[:12], authority=filled)


@pytest.fixture(scope="module")
async def books(city: City) -> Estate:
    """An estate with an opening balance, and nothing that allows an expense."""
    estate = await city.found()
    opening = {"amount_fen": 100_000_00, "as_of_on": "2026-01-01"}
    done(await estate.ask("PUT", f"{LEDGER}/opening-balance", estate.manager, json=opening))
    return estate


async def refused(whole: Whole, estate: Estate, *lines: str) -> tuple[int, str]:
    """Import lines, be refused their publication, and discard them."""
    import_id = await imported(estate, *lines)
    async with whole.unchanged():
        reply = await publish(estate, import_id)
    path = f"{LEDGER}/sheet-imports/{import_id}"
    done(await estate.ask("DELETE", path, estate.manager))
    return problem(reply)


async def test_nothing_is_published_before_the_opening_balance(whole: Whole, city: City) -> None:
    estate = await city.found()
    line = "2026-05-13,收入,利息,1.00,银行,,,,,\n"
    assert await refused(whole, estate, line) == (409, "ledger/opening-balance-missing")


@pytest.mark.parametrize(
    ("limits", "yuan", "slug"),
    [
        (None, ["10.00"], "spending-limits-missing"),
        (LIMITS, ["500.01"], "spending-beyond-limits"),
        (LIMITS, ["400.00", "400.01"], "spending-beyond-limits"),
        (LIMITS, ["1.00", "1.00", "1.00"], "spending-beyond-limits"),
    ],
)
async def test_spending_stays_within_what_the_rules_allow(
    whole: Whole, city: City, limits: Mapping[str, int] | None, yuan: list[str], slug: str
) -> None:
    estate = await city.found()
    opening = {"amount_fen": 0, "as_of_on": "2026-01-01"}
    done(await estate.ask("PUT", f"{LEDGER}/opening-balance", estate.manager, json=opening))
    if limits is not None:
        path = f"{LEDGER}/spending-limits"
        done(await estate.ask("PUT", path, estate.convener, json=dict(limits)))
    lines = [repair(one, "RULES_LIMIT,,") for one in yuan]
    assert await refused(whole, estate, *lines) == (409, f"ledger/{slug}")


async def test_an_expense_without_authority_is_not_published(whole: Whole, books: Estate) -> None:
    assert await refused(whole, books, repair("10.00")) == (
        409,
        "ledger/spending-without-authority",
    )
    before_opening = "2025-12-31,收入,利息,1.00,银行,,,,,\n"
    assert await refused(whole, books, before_opening) == (409, "ledger/dated-before-opening")


async def test_only_an_item_that_passed_allows_an_expense(
    whole: Whole, estate: Estate, owners: Owners
) -> None:
    opening = {"amount_fen": 0, "as_of_on": "2026-01-01"}
    done(await estate.ask("PUT", f"{LEDGER}/opening-balance", estate.manager, json=opening))
    unknown = f"PASSED_ITEM,,{uuid.uuid4()}"
    assert await refused(whole, estate, repair("10.00", unknown)) == (409, "ledger/no-such-item")
    ballot = await estate.announced(ITEM)
    item = f"PASSED_ITEM,,{ballot.item_ids[0]}"
    assert await refused(whole, estate, repair("10.00", item)) == (409, "ledger/item-undecided")
    whole.move_to(ballot.opens_at + timedelta(hours=9))
    done(await ballot.cast(owners.anna, ballot.document(await ballot.entry_of(owners.anna))))
    whole.move_to(ballot.closes_at + timedelta(hours=9))
    counted = done(await estate.ask("POST", f"{ballot.path}/result", estate.convener))
    assert counted["items"][0]["passed"] is False
    assert await refused(whole, estate, repair("10.00", item)) == (409, "ledger/item-not-passed")


async def test_what_is_published_is_published_once(whole: Whole, books: Estate) -> None:
    line = "2026-05-13,收入,利息,12.34,银行,S0001,,,,\n"
    import_id, key = await imported(books, line), str(uuid.uuid4())
    first = await publish(books, import_id, key)
    assert first.status_code == 201
    async with whole.unchanged():
        again = await publish(books, import_id)
        retried = await publish(books, import_id, key)
        same_sheet = await books.upload(f"{LEDGER}/sheet-imports", (HEADER + line).encode())
        path = f"{LEDGER}/sheet-imports/{import_id}"
        discarded = await books.ask("DELETE", path, books.manager)
    assert problem(again) == problem(discarded) == (409, "ledger/import-already-published")
    assert (retried.status_code, retried.content) == (201, first.content)
    assert problem(same_sheet) == (409, "ledger/sheet-defective")
    assert same_sheet.json()["defects"][0]["kind"] == "duplicate_voucher"


async def test_an_entry_is_taken_back_once_and_the_opening_balance_never(
    whole: Whole, books: Estate
) -> None:
    await publish(books, await imported(books, "2026-05-14,收入,利息,9.00,银行,S0002,,,,\n"))
    entries = (await books.get(f"{LEDGER}/entries?limit=200", books.manager))["entries"]
    newest, oldest = entries[0]["entry_id"], entries[-1]["entry_id"]
    body = {"reason_code": "WRONG_AMOUNT", "reason": "多记"}

    async def reverse(entry_id: str) -> Any:
        path = f"{LEDGER}/entries/{entry_id}/reversal"
        return await books.ask("POST", path, books.manager, json=body)

    assert (await reverse(newest)).status_code == 201
    async with whole.unchanged():
        again, opening = await reverse(newest), await reverse(oldest)
        nothing = await reverse(str(uuid.uuid4()))
    assert problem(again) == (409, "ledger/entry-already-reversed")
    assert problem(opening) == (409, "ledger/entry-not-reversible")
    assert problem(nothing) == (404, "ledger/no-such-entry")


@pytest.mark.parametrize("amount", [-1, 100.5, "100", True, None, 10**30])
async def test_an_amount_is_a_whole_number_of_fen(
    whole: Whole, books: Estate, amount: object
) -> None:
    async with whole.unchanged():
        opening = {"amount_fen": amount, "as_of_on": "2026-01-01"}
        path = f"{LEDGER}/opening-balance"
        balance = await books.ask("PUT", path, books.manager, json=opening)
        limits = LIMITS | {"amount_each_max_fen": amount}
        path = f"{LEDGER}/spending-limits"
        limited = await books.ask("PUT", path, books.convener, json=limits)
    assert problem(balance) == problem(limited) == (422, "chassis/malformed")


async def test_the_opening_balance_is_stated_once(whole: Whole, books: Estate) -> None:
    opening = {"amount_fen": 1, "as_of_on": "2026-01-02"}
    async with whole.unchanged():
        reply = await books.ask("PUT", f"{LEDGER}/opening-balance", books.manager, json=opening)
    assert problem(reply) == (409, "ledger/opening-balance-already-set")


async def test_no_balance_is_known_on_a_day_to_come(whole: Whole, city: City) -> None:
    estate = await city.found()
    tomorrow = whole.today() + timedelta(days=1)
    opening = {"amount_fen": 1, "as_of_on": tomorrow.isoformat()}
    async with whole.unchanged():
        reply = await estate.ask("PUT", f"{LEDGER}/opening-balance", estate.manager, json=opening)
    assert problem(reply) == (409, "ledger/opening-in-future")
