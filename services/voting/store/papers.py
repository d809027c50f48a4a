"""The papers that votes are held against; of an announced ballot nothing ever changes."""

from collections import OrderedDict

from sqlalchemy import func, select

from services.chassis.database import Begin, Connection
from services.proofs.announced import Schedule
from services.voting.domain.casting import BallotPaper
from services.voting.store.tables import announcements, items

_ANNOUNCED = ("zone", "announced_at", "opens_on", "closes_on", "policies", "attesters")


class Papers:
    """The papers that one process has read, the most recently asked for among them."""

    def __init__(self, begin: Begin, *, kept_max: int = 1024) -> None:
        self._begin = begin
        self._kept_max = kept_max
        self._kept: OrderedDict[tuple[str, str], BallotPaper] = OrderedDict()

    async def of(self, estate_id: str, ballot_id: str) -> BallotPaper | None:
        """Return the paper of an announced ballot, or nothing."""
        key = (estate_id, ballot_id)
        paper = self._kept.get(key)
        if paper is None:
            async with self._begin() as connection:
                paper = await find(connection, estate_id, ballot_id)
            # What was not found may be announced a moment later, so only papers are kept.
            if paper is None:
                return None
        self._kept[key] = paper
        self._kept.move_to_end(key)
        if len(self._kept) > self._kept_max:
            self._kept.popitem(last=False)
        return paper


async def find(connection: Connection, estate_id: str, ballot_id: str) -> BallotPaper | None:
    """Return the paper of an announced ballot as it is stored, or nothing."""
    published = select(func.array_agg(items.c.item_id)).where(
        items.c.estate_id == estate_id, items.c.ballot_id == ballot_id
    )
    query = select(
        *(announcements.c[name] for name in _ANNOUNCED),
        published.scalar_subquery().label("item_ids"),
    ).where(announcements.c.estate_id == estate_id, announcements.c.ballot_id == ballot_id)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return BallotPaper(
        estate_id=estate_id,
        ballot_id=ballot_id,
        item_ids=frozenset(row.item_ids),
        schedule=Schedule(row.zone, row.announced_at, row.opens_on, row.closes_on),
        follow_offered=row.policies["follow_majority_option"] == "allowed",
        attesters=frozenset(bytes.fromhex(one) for one in row.attesters),
    )
