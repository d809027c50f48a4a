"""Which entry of a frozen electorate a unit stands behind, and who asked for it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import any_, insert, select

from services.chassis.database import Connection
from services.identity.domain.electorate import EntryOfUnit
from services.identity.domain.unit import Place
from services.identity.store.tables import (
    entry_lookups,
    frozen_electorates,
    frozen_entries,
    units,
)
from services.proofs.electorate import EntryKind


@dataclass(frozen=True, slots=True)
class Lookup:
    """What was asked, by whom."""

    lookup_id: str
    electorate_id: str
    unit_id: str
    asked_by: str
    asked_at: datetime


async def is_frozen(connection: Connection, electorate_id: str, *, estate_id: str) -> bool:
    """Whether the estate has a frozen electorate with this id."""
    query = select(frozen_electorates.c.id).where(
        frozen_electorates.c.id == electorate_id, frozen_electorates.c.estate_id == estate_id
    )
    return (await connection.execute(query)).one_or_none() is not None


async def unit_at(connection: Connection, estate_id: str, place: Place) -> str | None:
    """Return the id of the unit at a place; it is the same in every version of the register."""
    query = select(units.c.id).where(
        units.c.estate_id == estate_id,
        units.c.building == place.building,
        units.c.stairwell == place.stairwell,
        units.c.room == place.room,
    )
    found: str | None = (await connection.execute(query)).scalar_one_or_none()
    return found


async def entry_of(
    connection: Connection, electorate_id: str, *, unit_id: str
) -> EntryOfUnit | None:
    """Return the entry behind which the unit stood when the electorate was frozen."""
    query = select(frozen_entries.c.entry_id, frozen_entries.c.kind).where(
        frozen_entries.c.electorate_id == electorate_id,
        any_(frozen_entries.c.unit_ids) == unit_id,
    )
    row = (await connection.execute(query)).one_or_none()
    return EntryOfUnit(row.entry_id, EntryKind(row.kind)) if row else None


async def add(connection: Connection, lookup: Lookup) -> None:
    """Keep that somebody asked."""
    statement = insert(entry_lookups).values(
        id=lookup.lookup_id,
        electorate_id=lookup.electorate_id,
        unit_id=lookup.unit_id,
        asked_by=lookup.asked_by,
        asked_at=lookup.asked_at,
    )
    await connection.execute(statement)
