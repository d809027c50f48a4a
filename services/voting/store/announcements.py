"""Announcements: schedule, rules and electorate, frozen in one transaction."""

from collections.abc import Sequence

from sqlalchemy import insert, select

from services.chassis.database import Connection
from services.voting.domain.ballot import Ballot
from services.voting.domain.electorate import ElectorateEntry
from services.voting.store.tables import announcements, electorate_entries, entry_holders


async def add(connection: Connection, ballot: Ballot, *, rules_document: bytes) -> None:
    """Store the announcement of a ballot; its roll follows, its leaves are logged already."""
    announced = ballot.announced()
    schedule, rules, roll = announced.schedule, announced.rules, announced.roll
    await connection.execute(
        insert(announcements).values(
            estate_id=ballot.estate_id,
            ballot_id=ballot.ballot_id,
            announced_at=schedule.announced_at,
            announced_by=announced.announced_by,
            zone=schedule.zone,
            opens_on=schedule.opens_on,
            closes_on=schedule.closes_on,
            opens_at=schedule.opens_at,
            closes_at=schedule.closes_at,
            rules_version=rules.version,
            rules_sha256=rules.sha256,
            rules_document=rules_document,
            policies=dict(rules.policies),
            electorate_id=roll.electorate_id,
            electorate_frozen_at=roll.frozen_at,
            electorate_policy=dict(roll.policy),
            electorate_sha256=roll.sha256,
            people=roll.weight.people,
            area_centi=roll.weight.area_centi,
            attesters=sorted(one.hex() for one in announced.attesters),
            position=announced.position,
            ballot_document=ballot.notice().encoded(),
            schedule_document=schedule.encoded(),
        )
    )


async def add_roll(
    connection: Connection, key: tuple[str, str], entries: Sequence[ElectorateEntry]
) -> None:
    """Store the frozen roll, in the transaction of its announcement and in no other."""
    estate_id, ballot_id = key
    ballot: dict[str, object] = {"estate_id": estate_id, "ballot_id": ballot_id}
    if not entries:
        return
    await connection.execute(
        insert(electorate_entries),
        [
            ballot
            | {
                "entry_id": entry.entry_id,
                "kind": entry.kind.value,
                "area_centi": entry.area_centi,
                "units": entry.units,
            }
            for entry in entries
        ],
    )
    await connection.execute(
        insert(entry_holders),
        [
            ballot | {"entry_id": entry.entry_id, "holder": holder}
            for entry in entries
            for holder in entry.holders
        ],
    )


async def rules_document(connection: Connection, estate_id: str, ballot_id: str) -> bytes:
    """Return the rule table that an announced ballot is decided by."""
    query = select(announcements.c.rules_document).where(
        announcements.c.estate_id == estate_id, announcements.c.ballot_id == ballot_id
    )
    document: bytes = (await connection.execute(query)).scalar_one()
    return document


async def documents(
    connection: Connection, estate_id: str, ballot_id: str
) -> tuple[bytes, bytes, bytes]:
    """Return what was logged of an announcement: the ballot, its rules and its schedule."""
    query = select(
        announcements.c.ballot_document,
        announcements.c.rules_document,
        announcements.c.schedule_document,
    ).where(announcements.c.estate_id == estate_id, announcements.c.ballot_id == ballot_id)
    notice, rules, schedule = (await connection.execute(query)).one()
    return notice, rules, schedule
