"""Ballots as they were drafted, with what was added to them since."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, and_, insert, select, tuple_

from services.chassis.database import Connection
from services.proofs.announced import Attachment, Item, Openings, Schedule
from services.proofs.electorate import Weight
from services.voting.domain.ballot import Announcement, Ballot, FrozenRoll, FrozenRules
from services.voting.domain.convening import Convener, ConveningReason
from services.voting.domain.schedule import Meeting
from services.voting.store.tables import announcements, ballots, items, results

_ANNOUNCED = (
    "announced_at", "zone", "opens_on", "closes_on", "rules_version", "rules_sha256", "policies",
    "electorate_id", "electorate_frozen_at", "electorate_policy", "electorate_sha256",
    "people", "area_centi", "attesters", "announced_by", "position",
)  # fmt: skip


async def add(connection: Connection, ballot: Ballot, *, drafted_by: str) -> None:
    """Store a draft with its items, in the one transaction in which that is possible."""
    await connection.execute(
        insert(ballots).values(
            estate_id=ballot.estate_id,
            ballot_id=ballot.ballot_id,
            title=ballot.title,
            meeting=ballot.meeting,
            convener=ballot.convener,
            convening_reason=ballot.convening_reason,
            drafted_at=ballot.drafted_at,
            drafted_by=drafted_by,
            openings=ballot.openings,
        )
    )
    key = {"estate_id": ballot.estate_id, "ballot_id": ballot.ballot_id}
    # asdict goes all the way down, so the attachments are plain mappings for the JSON column.
    await connection.execute(insert(items), [key | asdict(item) for item in ballot.items])


async def find(connection: Connection, estate_id: str, ballot_id: str) -> Ballot | None:
    """Return one ballot, or nothing."""
    query = _ballots().where(ballots.c.estate_id == estate_id, ballots.c.ballot_id == ballot_id)
    rows = (await connection.execute(query)).all()
    found = await _with_items(connection, estate_id, rows)
    return found[0] if found else None


async def page(
    connection: Connection,
    estate_id: str,
    *,
    before: tuple[datetime, str] | None,
    limit: int,
    drafts: bool,
) -> list[Ballot]:
    """Return the estate's ballots from the newest, `drafts` among them or not.

    `before` is the drafting instant and the id of the last ballot that was seen.
    """
    query = _ballots().where(ballots.c.estate_id == estate_id)
    if before is not None:
        query = query.where(tuple_(ballots.c.drafted_at, ballots.c.ballot_id) < before)
    if not drafts:
        query = query.where(announcements.c.announced_at.is_not(None))
    newest = (ballots.c.drafted_at.desc(), ballots.c.ballot_id.desc())
    rows = (await connection.execute(query.order_by(*newest).limit(limit))).all()
    return await _with_items(connection, estate_id, rows)


async def ballot_of_item(connection: Connection, estate_id: str, item_id: str) -> str | None:
    """Return the id of the ballot that an item belongs to, or nothing."""
    query = select(items.c.ballot_id).where(
        items.c.estate_id == estate_id, items.c.item_id == item_id
    )
    return (await connection.execute(query)).scalar_one_or_none()


def _ballots() -> Select[Any]:
    announced = [announcements.c[name] for name in _ANNOUNCED]
    return (
        select(ballots, *announced, results.c.counted_at)
        .outerjoin(announcements, _same_ballot(announcements))
        .outerjoin(results, _same_ballot(results))
    )


def _same_ballot(other: Table) -> ColumnElement[bool]:
    return and_(other.c.estate_id == ballots.c.estate_id, other.c.ballot_id == ballots.c.ballot_id)


async def _with_items(
    connection: Connection, estate_id: str, rows: Sequence[Row[Any]]
) -> list[Ballot]:
    if not rows:
        return []
    query = select(items).where(
        items.c.estate_id == estate_id, items.c.ballot_id.in_([row.ballot_id for row in rows])
    )
    by_ballot: dict[str, list[Item]] = defaultdict(list)
    for item in await connection.execute(query.order_by(items.c.number)):
        by_ballot[item.ballot_id].append(_item(item))
    return [_ballot(row, tuple(by_ballot[row.ballot_id])) for row in rows]


def _item(row: Row[Any]) -> Item:
    return Item(
        item_id=row.item_id,
        number=row.number,
        kind=row.kind,
        title=row.title,
        description=row.description,
        budget_fen=row.budget_fen,
        attachments=tuple(Attachment(**attachment) for attachment in row.attachments),
    )


def _ballot(row: Row[Any], questions: tuple[Item, ...]) -> Ballot:
    reason = row.convening_reason
    return Ballot(
        estate_id=row.estate_id,
        ballot_id=row.ballot_id,
        title=row.title,
        meeting=Meeting(row.meeting),
        convener=Convener(row.convener),
        convening_reason=ConveningReason(reason) if reason is not None else None,
        drafted_at=row.drafted_at,
        openings=Openings(row.openings),
        items=questions,
        announcement=_announcement(row) if row.announced_at is not None else None,
        counted_at=row.counted_at,
    )


def _announcement(row: Row[Any]) -> Announcement:
    return Announcement(
        schedule=Schedule(row.zone, row.announced_at, row.opens_on, row.closes_on),
        rules=FrozenRules(row.rules_version, row.rules_sha256, row.policies),
        roll=FrozenRoll(
            electorate_id=row.electorate_id,
            frozen_at=row.electorate_frozen_at,
            policy=row.electorate_policy,
            sha256=row.electorate_sha256,
            weight=Weight(row.people, row.area_centi),
        ),
        attesters=frozenset(bytes.fromhex(one) for one in row.attesters),
        announced_by=row.announced_by,
        position=row.position,
    )
