"""Publishing half-years over HTTP: once each, again when entries came in, by whom and when."""

import asyncio
import hashlib
import json
import uuid

import asyncpg
import pytest

from services.proofs.half_year import read_published
from tests.ledger.people import Estate, done, problem
from tests.support.clocks import ClockStoppedAt

PATH = "/statements/2026H1"
STORED = "SELECT document FROM statements WHERE estate_id = $1 ORDER BY version"


async def filled(estate: Estate) -> None:
    await estate.open()
    await estate.usual_defaults()
    await estate.published(
        "2026-01-08,收入,利息,30.62,示例银行,S1",
        "2026-03-06,支出,经营成本-能耗,9.75,供电公司,Z1",
    )


async def test_a_half_year_is_published_as_its_entries_say(
    estate: Estate, as_app: asyncpg.Connection
) -> None:
    await filled(estate)
    live = (await estate.get(PATH)).json()
    assert live["published"] is None
    made = done(await estate.publish_half_year()).json()
    figures = live.keys() - {"published"}
    assert {name: made[name] for name in figures} == {name: live[name] for name in figures}
    assert (made["version"], made["supersedes"], made["entries_count"]) == (1, None, 3)
    assert (made["leaf_index"], made["published_at"]) == (3, "2026-07-10T02:00:00Z")
    document = (await as_app.fetch(STORED, estate.id))[0]["document"]
    assert made["document_sha256"] == hashlib.sha256(document).hexdigest()
    assert read_published(document).statement_id == made["statement_id"]
    assert json.loads(document)["closing_fen"] == 12000000 + 3062 - 975
    assert (await estate.get(PATH)).json()["published"] == {
        "statement_id": made["statement_id"],
        "version": 1,
        "published_at": made["published_at"],
        "equal": True,
    }


async def test_it_is_not_published_twice_while_nothing_changed(estate: Estate) -> None:
    await filled(estate)
    key = str(uuid.uuid4())
    first = done(await estate.publish_half_year(key=key))
    assert (await estate.publish_half_year(key=key)).content == first.content
    again = await estate.publish_half_year()
    assert problem(again) == (409, "ledger/statement-unchanged")
    assert again.json()["version"] == 1
    # A reversal of today counts into today's half-year, and leaves this one as it is.
    await estate.reverse((await estate.entries())[0]["entry_id"])
    assert problem(await estate.publish_half_year()) == (409, "ledger/statement-unchanged")


async def test_entries_that_came_in_later_make_a_further_version(estate: Estate) -> None:
    await filled(estate)
    first = done(await estate.publish_half_year()).json()
    await estate.published("2026-05-02,收入,利息,1.00,示例银行,S2")
    seen = (await estate.get(PATH)).json()
    assert (seen["published"]["version"], seen["published"]["equal"]) == (1, False)
    second = done(await estate.publish_half_year(role="committee")).json()
    assert (second["version"], second["supersedes"]) == (2, first["statement_id"])
    assert second["closing_fen"] == first["closing_fen"] + 100
    assert (await estate.get(PATH)).json()["published"]["equal"] is True
    listed = (await estate.get(f"{PATH}/publications")).json()["publications"]
    assert listed == [second, first]
    # Each is summed again from the entries that it was published of.
    assert await estate.findings() == []


async def test_what_was_published_is_read_with_a_tag(estate: Estate) -> None:
    await filled(estate)
    path = f"{PATH}/publications"
    empty = await estate.get(path)
    assert empty.json() == {"publications": []}
    tag = empty.headers["etag"]
    assert (await estate.get(path, **{"if-none-match": tag})).status_code == 304
    done(await estate.publish_half_year())
    assert (await estate.get(path, **{"if-none-match": tag})).status_code == 200


@pytest.mark.parametrize(
    ("hour", "day"), [(15, "2026-06-30T15:59:59Z"), (16, "2026-06-30T16:00:00Z")]
)
async def test_a_half_year_is_over_when_its_last_day_is_over_in_hangzhou(
    estate: Estate, clock: ClockStoppedAt, hour: int, day: str
) -> None:
    minutes = 59 if hour == 15 else 0
    clock.move_to(clock.now().replace(month=6, day=30, hour=hour, minute=minutes, second=minutes))
    await filled(estate)
    reply = await estate.publish_half_year()
    if hour == 15:
        assert problem(reply) == (409, "ledger/period-not-ended")
        facts = reply.json()
        assert (facts["last_on"], facts["article"]) == ("2026-06-30", "HZ 30")
    else:
        assert done(reply).json()["published_at"] == day


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("2026H2", (409, "ledger/period-not-ended")),
        ("2025H2", (404, "ledger/no-such-period")),
        ("2026H3", (404, "ledger/no-such-period")),
    ],
)
async def test_a_half_year_that_cannot_be_published_is_refused(
    estate: Estate, period: str, expected: tuple[int, str]
) -> None:
    await filled(estate)
    assert problem(await estate.publish_half_year(period)) == expected


@pytest.mark.parametrize("role", ["owner", "street_office", "auditor", "housing_bureau"])
async def test_only_the_manager_and_the_committees_publish(estate: Estate, role: str) -> None:
    reply = await estate.publish_half_year(role=role)
    assert problem(reply) == (403, "chassis/role-missing")


@pytest.mark.parametrize("role", ["dependent", "verified", "person"])
async def test_publications_are_read_as_statements_are(estate: Estate, role: str) -> None:
    assert (await estate.get(f"{PATH}/publications", role)).status_code == 403


async def test_publishing_at_once_makes_one_version(estate: Estate) -> None:
    await filled(estate)
    replies = await asyncio.gather(*(estate.publish_half_year() for _ in range(4)))
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]


async def test_a_first_version_before_anything_moved_is_all_opening(estate: Estate) -> None:
    await estate.open(500)
    made = done(await estate.publish_half_year()).json()
    assert (made["opening_fen"], made["closing_fen"], made["categories"]) == (500, 500, [])
    assert await estate.findings() == []
