"""What the database itself refuses: by grants, by triggers, and at the end of a transaction.

Each attempt is made as the running role and as the owner of the tables, whom no grant binds.
"""

import uuid
from collections.abc import Awaitable, Callable
from datetime import date

import asyncpg
import pytest

from tests.ledger.builders import BOOKED_AT
from tests.ledger.people import Estate
from tests.support.postgres import Databases

DAY = date(2026, 1, 12)
ENTRY = """
INSERT INTO entries (estate_id, entry_id, number, kind, occurred_on, leg_count, amount_fen,
                     counterparty, memo, booked_at, booked_by, document, position)
VALUES ($1, $2, $3, $4, $5, $6, $7, '', '', $8, 'manager', $9, $10)
"""
LEG = """
INSERT INTO legs (estate_id, entry_id, leg_number, account, occurred_on, amount_fen)
VALUES ($1, $2, $3, $4, $5, $6)
"""
HEAD = """
INSERT INTO heads (estate_id, size, range) VALUES ($1, 0, '') ON CONFLICT DO NOTHING
"""
SIZE = "SELECT size FROM heads WHERE estate_id = $1 FOR UPDATE"
LEAF = """
INSERT INTO leaves (estate_id, position, kind, subject, sha256, signature, public_key, hash)
VALUES ($1, $2, 'entry', $3, sha256($4), $5, $6, $6)
"""
CHECKPOINT = """
INSERT INTO checkpoints (estate_id, size, root, made_at, note) VALUES ($1, $2, $3, $4, '')
"""
GROWN = "UPDATE heads SET size = $2, range = $3 WHERE estate_id = $1"
DOCUMENT = b"{}"


@pytest.fixture(params=["app", "owner"])
def connection(
    request: pytest.FixtureRequest, as_app: asyncpg.Connection, as_owner: asyncpg.Connection
) -> asyncpg.Connection:
    """A connection as the running role, and again as the owner of the tables."""
    return as_app if request.param == "app" else as_owner


@pytest.fixture
def estate_id() -> str:
    return str(uuid.uuid4())


class Posting:
    """Posts by hand, past every rule in the code."""

    def __init__(self, connection: asyncpg.Connection, estate_id: str) -> None:
        self.connection = connection
        self.estate_id = estate_id

    async def logged(self, subject: str) -> int:
        """Append a leaf that names `DOCUMENT`, with everything that a log asks of one."""
        await self.connection.execute(HEAD, self.estate_id)
        size: int = await self.connection.fetchval(SIZE, self.estate_id)
        grown = size + 1
        await self.connection.execute(GROWN, self.estate_id, grown, bytes(32 * grown.bit_count()))
        leaf = (self.estate_id, size, subject, DOCUMENT, bytes(64), bytes(32))
        await self.connection.execute(LEAF, *leaf)
        checkpoint = (self.estate_id, grown, bytes(32), BOOKED_AT)
        await self.connection.execute(CHECKPOINT, *checkpoint)
        return size

    async def entry(
        self,
        number: int = 1,
        *,
        legs: int = 2,
        fen: int = 100,
        kind: str = "INCOME",
        document: bytes = DOCUMENT,
    ) -> str:
        entry_id = str(uuid.uuid4())
        position = await self.logged(entry_id)
        header = (entry_id, number, kind, DAY, legs, fen, BOOKED_AT, document, position)
        await self.connection.execute(ENTRY, self.estate_id, *header)
        return entry_id

    async def leg(
        self, entry_id: str, number: int, fen: int, *, on: date = DAY, account: str = "BANK"
    ) -> None:
        await self.connection.execute(LEG, self.estate_id, entry_id, number, account, on, fen)

    async def whole(self, number: int = 1) -> str:
        entry_id = await self.entry(number)
        await self.leg(entry_id, 1, 100)
        await self.leg(entry_id, 2, -100, account="INTEREST")
        return entry_id


@pytest.fixture
def posting(connection: asyncpg.Connection, estate_id: str) -> Posting:
    return Posting(connection, estate_id)


async def refused(posting: Posting, work: Callable[[], Awaitable[object]], name: str) -> None:
    """Do `work` in a transaction and expect the constraint `name` to refuse it, at the latest
    when it commits."""
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as error:
        async with posting.connection.transaction():
            await work()
    assert error.value.constraint_name == name


async def posted(posting: Posting) -> str:
    async with posting.connection.transaction():
        return await posting.whole()


async def test_a_whole_entry_is_accepted(posting: Posting) -> None:
    entry_id = await posted(posting)
    count = "SELECT count(*) FROM legs WHERE estate_id = $1 AND entry_id = $2"
    assert await posting.connection.fetchval(count, posting.estate_id, entry_id) == 2


async def test_a_header_without_legs_fails(posting: Posting) -> None:
    async def work() -> None:
        await posting.entry()

    await refused(posting, work, "entry_has_its_legs")


async def test_an_entry_with_one_leg_fails(posting: Posting) -> None:
    async def work() -> None:
        await posting.leg(await posting.entry(), 1, 100)

    await refused(posting, work, "entry_has_its_legs")


async def test_a_header_of_one_leg_fails(posting: Posting) -> None:
    async def work() -> None:
        await posting.entry(legs=1)

    await refused(posting, work, "ck_entries_legs")


async def test_an_unbalanced_entry_fails(posting: Posting) -> None:
    async def work() -> None:
        entry_id = await posting.entry()
        await posting.leg(entry_id, 1, 100)
        await posting.leg(entry_id, 2, -99)

    await refused(posting, work, "entry_balances")


async def test_an_entry_of_another_amount_than_its_legs_fails(posting: Posting) -> None:
    async def work() -> None:
        entry_id = await posting.entry(fen=101)
        await posting.leg(entry_id, 1, 100)
        await posting.leg(entry_id, 2, -100)

    await refused(posting, work, "entry_balances")


async def test_an_empty_leg_fails(posting: Posting) -> None:
    async def work() -> None:
        entry_id = await posting.entry(legs=3)
        for number, fen in ((1, 100), (2, -100), (3, 0)):
            await posting.leg(entry_id, number, fen)

    await refused(posting, work, "entry_balances")


async def test_a_balanced_pair_added_later_to_an_old_entry_fails(posting: Posting) -> None:
    entry_id = await posted(posting)

    async def work() -> None:
        await posting.leg(entry_id, 3, 500)
        await posting.leg(entry_id, 4, -500)

    await refused(posting, work, "entry_has_its_legs")


async def test_a_leg_that_names_another_estate_fails(posting: Posting) -> None:
    entry_id = await posted(posting)
    stranger = Posting(posting.connection, str(uuid.uuid4()))

    async def work() -> None:
        await stranger.leg(entry_id, 3, 100)

    await refused(stranger, work, "fk_legs_estate_id_entry_id_occurred_on_entries")


async def test_a_leg_of_another_day_than_its_entry_fails(posting: Posting) -> None:
    async def work() -> None:
        entry_id = await posting.entry()
        await posting.leg(entry_id, 1, 100, on=date(2026, 2, 1))

    await refused(posting, work, "fk_legs_estate_id_entry_id_occurred_on_entries")


async def test_a_number_that_leaves_a_gap_fails(posting: Posting) -> None:
    async def work() -> None:
        await posting.whole(number=2)

    await refused(posting, work, "entry_numbers_have_no_gap")


async def test_an_entry_whose_leaf_names_another_document_fails(posting: Posting) -> None:
    async def work() -> None:
        await posting.entry(document=b"[]")

    await refused(posting, work, "content_is_logged")


async def test_two_entries_do_not_share_a_leaf(posting: Posting) -> None:
    async def work() -> None:
        await posting.whole()
        header = (str(uuid.uuid4()), 2, "INCOME", DAY, 2, 100, BOOKED_AT, DOCUMENT, 0)
        await posting.connection.execute(ENTRY, posting.estate_id, *header)

    await refused(posting, work, "uq_entries_estate_id_position")


async def test_a_number_is_used_once(posting: Posting) -> None:
    await posted(posting)
    await refused(posting, posting.entry, "uq_entries_estate_id_number")


async def test_a_second_opening_fails(posting: Posting) -> None:
    async def work() -> None:
        await posting.entry(1, kind="OPENING")
        await posting.entry(2, kind="OPENING")

    await refused(posting, work, "uq_entries_estate_id_opening")


async def test_an_expense_without_authority_fails(posting: Posting) -> None:
    async def work() -> None:
        await posting.entry(kind="EXPENSE")

    await refused(posting, work, "ck_entries_authority")


async def test_a_reversal_of_nothing_fails(posting: Posting) -> None:
    async def work() -> None:
        await posting.entry(kind="REVERSAL")

    await refused(posting, work, "ck_entries_reversal")


CHANGES = [
    "UPDATE entries SET memo = 'another' WHERE estate_id = $1",
    "UPDATE entries SET occurred_on = occurred_on + 1 WHERE estate_id = $1",
    "DELETE FROM entries WHERE estate_id = $1",
    "UPDATE legs SET amount_fen = amount_fen * 2 WHERE estate_id = $1",
    "DELETE FROM legs WHERE estate_id = $1",
    "UPDATE spending_limits SET uses_max = 99 WHERE estate_id = $1",
    "DELETE FROM spending_limits WHERE estate_id = $1",
    "UPDATE statements SET document = document || '\\x20' WHERE estate_id = $1",
    "DELETE FROM statements WHERE estate_id = $1",
    "UPDATE leaves SET sha256 = sha256('x') WHERE estate_id = $1",
    "DELETE FROM leaves WHERE estate_id = $1",
    "DELETE FROM checkpoints WHERE estate_id = $1",
    "DELETE FROM heads WHERE estate_id = $1",
]
KEPT = ("entries", "legs", "statements", "spending_limits", "leaves", "checkpoints", "heads")


@pytest.mark.parametrize("change", CHANGES)
async def test_the_running_role_has_no_right_to_change_what_is_published(
    as_app: asyncpg.Connection, estate: Estate, change: str
) -> None:
    await estate.open()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await as_app.execute(change, estate.id)


@pytest.mark.parametrize("change", CHANGES)
async def test_a_trigger_keeps_even_the_owner_from_changing_it(
    as_owner: asyncpg.Connection, estate: Estate, change: str
) -> None:
    await estate.open()
    await estate.allow()
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as error:
        await as_owner.execute(change, estate.id)
    assert error.value.constraint_name == ("head_grows" if "heads" in change else "append_only")


@pytest.mark.parametrize("table", KEPT)
async def test_nobody_empties_a_table(
    as_app: asyncpg.Connection, as_owner: asyncpg.Connection, table: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await as_app.execute(f"TRUNCATE {table} CASCADE")
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as error:
        await as_owner.execute(f"TRUNCATE {table} CASCADE")
    assert error.value.constraint_name == "append_only"


async def test_a_head_only_grows(connection: asyncpg.Connection, estate: Estate) -> None:
    await estate.open()
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await connection.execute(
            "UPDATE heads SET size = 0, range = '' WHERE estate_id = $1", estate.id
        )


async def test_triggers_fire_even_for_a_session_that_plays_a_replica(
    databases: Databases, estate: Estate
) -> None:
    await estate.open()
    superuser = await asyncpg.connect(databases.superuser_url("ledger"))
    try:
        await superuser.execute("SET session_replication_role = replica")
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await superuser.execute(
                "UPDATE legs SET amount_fen = 0 WHERE estate_id = $1", estate.id
            )
    finally:
        await superuser.close()


async def test_numbers_have_no_gap_after_a_publication_that_failed(estate: Estate) -> None:
    await estate.open()
    await estate.published("2026-01-08,收入,利息,1.00,,S1")
    bare = await estate.imported("2026-01-08,支出,维修更新,1.00,,Z1")
    assert (await estate.publish(bare)).status_code == 409
    await estate.published("2026-01-08,收入,利息,1.00,,S2")
    assert [one["number"] for one in await estate.entries()] == [3, 2, 1]


async def test_the_stored_document_is_what_was_hashed_and_balances(
    as_app: asyncpg.Connection, estate: Estate
) -> None:
    await estate.open()
    await estate.published("2026-01-08,收入,利息,30.62,示例银行,S1")
    query = """
        SELECT convert_from(document, 'UTF8')::jsonb AS document,
               encode(sha256(document), 'hex') AS sha256
          FROM entries WHERE estate_id = $1 ORDER BY number
    """
    rows = await as_app.fetch(query, estate.id)
    shown = {one["number"]: one["document_sha256"] for one in await estate.entries()}
    assert shown == {number: row["sha256"] for number, row in enumerate(rows, start=1)}
    assert '"amount_fen": -3062' in rows[1]["document"]
