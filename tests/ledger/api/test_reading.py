"""Reading over HTTP: pages, months, statements, tags; and who may."""

import itertools
import uuid

import pytest

from tests.ledger.people import Estate, done, problem
from tests.support.clocks import ClockStoppedAt

REASON = {"reason_code": "WRONG_AMOUNT", "reason": "多记一位"}
READS = ("/entries", "/balance", "/months?year=2026", "/statements/2026H1")


async def filled(estate: Estate, count: int = 5) -> None:
    await estate.open()
    rows = [f"2026-0{n % 3 + 1}-1{n},收入,利息,{n + 1}.00,示例银行,S{n}" for n in range(count)]
    await estate.published(*rows)


async def test_entries_are_paged_newest_first_without_loss_or_repetition(estate: Estate) -> None:
    await filled(estate)
    numbers: list[int] = []
    path = "/entries?limit=2"
    while path:
        reply = await estate.get(path)
        numbers += [one["number"] for one in reply.json()["entries"]]
        link = reply.links.get("next", {}).get("url")
        following = reply.json()["next_cursor"]
        assert (link is None) == (following is None)
        path = f"/entries?cursor={following}&limit=2" if following else ""
        assert link is None or link.endswith(path)
    assert numbers == [6, 5, 4, 3, 2, 1]


async def test_a_page_stays_where_it_was_while_entries_are_added(estate: Estate) -> None:
    await filled(estate)
    cursor = (await estate.get("/entries?limit=2")).json()["next_cursor"]
    await estate.published("2026-05-01,收入,利息,9.00,,S9")
    page = (await estate.get(f"/entries?limit=2&cursor={cursor}")).json()
    assert [one["number"] for one in page["entries"]] == [4, 3]


async def test_entries_of_one_month(estate: Estate) -> None:
    await filled(estate)
    reply = await estate.get("/entries?month=2026-02&limit=1")
    assert [one["occurred_on"][:7] for one in reply.json()["entries"]] == ["2026-02"]
    assert "month=2026-02" in reply.headers["link"]
    all_of_it = (await estate.get("/entries?month=2026-02")).json()["entries"]
    assert [one["amount_fen"] for one in all_of_it] == [500, 200]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/entries?month=2026-13", (404, "ledger/no-such-period")),
        ("/entries?cursor=x", (422, "chassis/malformed")),
        ("/entries?cursor=0", (422, "chassis/malformed")),
        ("/entries?limit=0", (422, "chassis/malformed")),
        ("/entries?limit=201", (422, "chassis/malformed")),
        ("/months", (422, "chassis/malformed")),
        ("/months?year=1999", (422, "chassis/malformed")),
        ("/months?year=2025", (404, "ledger/no-such-period")),
        ("/statements/2026H3", (404, "ledger/no-such-period")),
        ("/statements/2025H2", (404, "ledger/no-such-period")),
        ("/entries/17", (422, "chassis/malformed")),
        (f"/entries/{uuid.uuid4()}", (404, "ledger/no-such-entry")),
        ("/spending-limits", (404, "ledger/no-spending-limits")),
    ],
)
async def test_what_is_not_there_is_said_to_be_so(
    estate: Estate, path: str, expected: tuple[int, str]
) -> None:
    await estate.open()
    assert problem(await estate.get(path)) == expected


async def test_an_entry_shows_its_legs_and_what_it_rests_on(estate: Estate) -> None:
    await estate.open()
    await estate.usual_defaults()
    await estate.published("2026-01-06,支出,经营成本-能耗,975.58,供电公司,Z0010,一月电费")
    listed = (await estate.entries())[0]
    entry = (await estate.get(f"/entries/{listed['entry_id']}")).json()
    assert entry == listed
    assert (entry["kind"], entry["category"], entry["category_zh"]) == (
        "EXPENSE",
        "COST_ENERGY",
        "经营成本-能耗",
    )
    assert (entry["amount_fen"], entry["bank_fen"], entry["currency"]) == (97558, -97558, "CNY")
    assert (entry["occurred_on"], entry["booked_at"]) == ("2026-01-06", "2026-07-10T02:00:00Z")
    assert entry["authority"] == {
        "kind": "COST_OF_INCOME",
        "article": "CC 282",
        "contract_reference": "HT-2026-01",
        "item_id": None,
    }
    assert [(leg["account"], leg["amount_fen"]) for leg in entry["legs"]] == [
        ("BANK", -97558),
        ("COST_ENERGY", 97558),
    ]
    assert entry["memo"] == "一月电费"


@pytest.mark.parametrize("path", READS)
async def test_nothing_new_costs_no_body(estate: Estate, path: str) -> None:
    await filled(estate)
    tag = (await estate.get(path)).headers["etag"]
    known = await estate.get(path, **{"if-none-match": f'"other", {tag}'})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", tag)
    await estate.published("2026-05-01,收入,利息,9.00,,S9")
    changed = await estate.get(path, **{"if-none-match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


async def test_a_reversal_mirrors_into_today_and_leaves_the_published_half_year(
    estate: Estate, clock: ClockStoppedAt
) -> None:
    await filled(estate)
    before = (await estate.get("/statements/2026H1")).json()
    mistake = (await estate.entries())[0]
    path = f"/entries/{mistake['entry_id']}"
    mirror = done(await estate.send("POST", f"{path}/reversal", REASON)).json()
    assert (mirror["kind"], mirror["number"], mirror["occurred_on"]) == (
        "REVERSAL",
        7,
        "2026-07-10",
    )
    assert mirror["bank_fen"] == -mistake["bank_fen"]
    assert mirror["reverses"] == {"entry_id": mistake["entry_id"], **REASON}
    seen = (await estate.get(path)).json()
    assert seen == mistake | {"reversed_by": mirror["entry_id"]}
    assert (await estate.get("/statements/2026H1")).json() == before
    second_half = (await estate.get("/statements/2026H2")).json()
    assert second_half["opening_fen"] == before["closing_fen"]
    assert second_half["income_fen"] == -mistake["amount_fen"]
    assert second_half["closing_fen"] == await estate.balance()
    clock.advance(days=1)


async def test_a_day_begins_in_hangzhou(estate: Estate, clock: ClockStoppedAt) -> None:
    await filled(estate)
    clock.move_to(clock.now().replace(hour=16, minute=30))
    mistake = (await estate.entries())[0]["entry_id"]
    mirror = done(await estate.send("POST", f"/entries/{mistake}/reversal", REASON)).json()
    assert mirror["occurred_on"] == "2026-07-11"


async def test_an_entry_is_reversed_once(estate: Estate) -> None:
    await filled(estate)
    entries = await estate.entries()
    path = f"/entries/{entries[0]['entry_id']}/reversal"
    mirror = done(await estate.send("POST", path, REASON)).json()
    again = await estate.send("POST", path, REASON)
    assert problem(again) == (409, "ledger/entry-already-reversed")
    assert again.json()["reversed_by"] == mirror["entry_id"]
    for other in (mirror["entry_id"], entries[-1]["entry_id"]):
        reply = await estate.send("POST", f"/entries/{other}/reversal", REASON)
        assert problem(reply) == (409, "ledger/entry-not-reversible")
    unknown = await estate.send("POST", f"/entries/{uuid.uuid4()}/reversal", REASON)
    assert problem(unknown) == (404, "ledger/no-such-entry")
    assert len(await estate.entries()) == 7


@pytest.mark.parametrize(
    "body",
    [
        {"reason_code": "WRONG_AMOUNT", "reason": ""},
        {"reason_code": "MOOD", "reason": "x"},
        {"reason": "x"},
        {"reason_code": "OTHER", "reason": "a\x01b"},
    ],
)
async def test_a_reversal_gives_its_reason(estate: Estate, body: dict[str, str]) -> None:
    await filled(estate)
    entry_id = (await estate.entries())[0]["entry_id"]
    reply = await estate.send("POST", f"/entries/{entry_id}/reversal", body)
    assert problem(reply) == (422, "chassis/malformed")


async def test_the_months_of_a_year_follow_each_other(estate: Estate) -> None:
    await filled(estate)
    answer = (await estate.get("/months?year=2026")).json()
    months = answer["months"]
    assert (answer["year"], answer["currency"], len(months)) == (2026, "CNY", 12)
    assert months[0]["opening_fen"] == 12000000
    assert [one["income_fen"] for one in months[:4]] == [500, 700, 300, 0]
    for before, after in itertools.pairwise(months):
        assert after["opening_fen"] == before["closing_fen"]
    assert months[-1]["closing_fen"] == await estate.balance()
    following = (await estate.get("/months?year=2027")).json()["months"]
    assert following[0]["opening_fen"] == months[-1]["closing_fen"]


async def test_an_estate_whose_books_are_not_open_has_nothing(estate: Estate) -> None:
    assert (await estate.get("/balance")).json() == {
        "balance_fen": 0,
        "currency": "CNY",
        "opened_on": None,
    }
    assert (await estate.get("/entries")).json() == {"entries": [], "next_cursor": None}
    assert problem(await estate.get("/statements/2026H1")) == (404, "ledger/no-such-period")


READERS = (
    "owner",
    "committee",
    "property_management_committee",
    "residents_committee",
    "property_manager",
    "street_office",
    "auditor",
    "housing_bureau",
)


@pytest.mark.parametrize("role", READERS)
async def test_owners_and_officials_read(estate: Estate, role: str) -> None:
    await estate.open()
    for path in READS:
        assert (await estate.get(path, role)).status_code == 200


@pytest.mark.parametrize("role", ["dependent", "verified", "person"])
async def test_nobody_else_reads(estate: Estate, role: str) -> None:
    await estate.open()
    for path in (*READS, "/spending-limits", "/drafts", "/category-authorities"):
        assert (await estate.get(path, role)).status_code == 403


async def test_an_owner_of_another_estate_is_refused(estate: Estate) -> None:
    await estate.open()
    async with estate.client("owner") as client:
        for path in READS:
            reply = await client.get(f"http://service/v1/estates/{uuid.uuid4()}/ledger{path}")
            assert problem(reply) == (403, "chassis/not-of-this-estate")


@pytest.mark.parametrize("role", ["owner", "committee", "street_office", "auditor"])
async def test_only_the_property_manager_writes(estate: Estate, role: str) -> None:
    some = str(uuid.uuid4())
    for method, path, body in (
        ("PUT", "/opening-balance", {"amount_fen": 1, "as_of_on": "2026-01-01"}),
        ("POST", "/sheet-checks", b"x"),
        ("POST", "/sheet-imports", b"x"),
        ("DELETE", f"/sheet-imports/{some}", None),
        ("POST", "/publications", {"import_id": some}),
        ("PUT", f"/drafts/{some}/authority", {"kind": "AUDIT"}),
        ("PUT", "/category-authorities", {"authorities": []}),
        ("POST", f"/entries/{some}/reversal", REASON),
    ):
        reply = await estate.send(method, path, body, role=role)
        assert problem(reply) == (403, "chassis/role-missing"), path


async def test_limits_are_the_committees_to_set_and_the_owners_to_see(estate: Estate) -> None:
    body = {"uses_max": 3, "amount_each_max_fen": 100, "amount_total_max_fen": 200}
    refused = await estate.send("PUT", "/spending-limits", body, role="property_manager")
    assert problem(refused) == (403, "chassis/role-missing")
    await estate.allow()
    done(await estate.send("PUT", "/spending-limits", body, role="residents_committee"))
    seen = (await estate.get("/spending-limits")).json()
    assert (seen["version"], seen["uses_max"], seen["currency"]) == (2, 3, "CNY")


async def test_limits_that_contradict_each_other_are_refused(estate: Estate) -> None:
    body = {"uses_max": 3, "amount_each_max_fen": 201, "amount_total_max_fen": 200}
    reply = await estate.send("PUT", "/spending-limits", body, role="committee")
    assert problem(reply) == (409, "ledger/limits-unreasonable")


async def test_defaults_are_replaced_as_a_whole(estate: Estate) -> None:
    await estate.usual_defaults()
    await estate.default(AUDIT_FEES="AUDIT")
    listed = (await estate.get("/category-authorities", "auditor")).json()["authorities"]
    assert [(one["category"], one["article"]) for one in listed] == [("AUDIT_FEES", "HZ 37")]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([{"category": "GOLD", "kind": "AUDIT"}], (409, "ledger/no-such-category")),
        ([{"category": "INTEREST", "kind": "AUDIT"}], (409, "ledger/category-needs-no-authority")),
        ([{"category": "BANK", "kind": "AUDIT"}], (409, "ledger/category-needs-no-authority")),
        ([{"category": "COST_ENERGY", "kind": "AUDIT"}], (409, "ledger/authority-does-not-fit")),
        (
            [{"category": "COST_ENERGY", "kind": "COST_OF_INCOME"}],
            (409, "ledger/authority-incomplete"),
        ),
        ([{"category": "AUDIT_FEES", "kind": "AUDIT"}] * 2, (422, "chassis/malformed")),
    ],
)
async def test_defaults_that_cannot_be_are_refused(
    estate: Estate, told: list[dict[str, str]], expected: tuple[int, str]
) -> None:
    reply = await estate.send("PUT", "/category-authorities", {"authorities": told})
    assert problem(reply) == expected


async def test_the_chart_is_there_for_anyone_signed_in(estate: Estate) -> None:
    async with estate.client() as client:
        chart = (await client.get("http://service/v1/ledger/categories")).json()["categories"]
    by_code = {one["code"]: one for one in chart}
    assert by_code["LIFT_ADVERTISING"]["name_zh"] == "电梯广告"
    assert by_code["REPAIR_RENEWAL"]["authorities"] == ["PASSED_ITEM", "RULES_LIMIT"]
    assert {one["direction"] for one in chart} == {"INCOME", "EXPENSE"}
