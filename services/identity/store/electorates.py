"""Electorates that were frozen for a purpose and are held until it is served."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, text

from services.chassis.database import Connection
from services.identity.domain.electorate import Electorate, ElectoratePolicy, SameOwnerRule
from services.identity.store.tables import frozen_electorates

_ENTRIES = text("""
    INSERT INTO frozen_entries (electorate_id, entry_id, kind, area_centi, party_ids, unit_ids)
    SELECT CAST(:electorate_id AS uuid), e.id, e.kind, e.area_centi,
           CAST(string_to_array(e.parties, ',') AS uuid[]),
           CAST(string_to_array(e.units, ',') AS uuid[])
      FROM unnest(CAST(:ids AS uuid[]), CAST(:kinds AS text[]), CAST(:areas AS bigint[]),
                  CAST(:parties AS text[]), CAST(:units AS text[]))
           AS e(id, kind, area_centi, parties, units)
""")


@dataclass(frozen=True, slots=True)
class HeldElectorate:
    """A frozen electorate that is still in use."""

    electorate_id: str
    policy: ElectoratePolicy
    content_sha256: str
    held_until: datetime


@dataclass(frozen=True, slots=True)
class FrozenHead:
    """What is known of a frozen electorate beside its entries."""

    electorate_id: str
    estate_id: str
    purpose: str
    register_version: int
    sha256: str
    frozen_at: datetime
    held_until: datetime


async def add(
    connection: Connection, head: FrozenHead, found: Electorate, *, entry_ids: list[str]
) -> None:
    """Keep a frozen electorate with its entries, in two statements whatever its size."""
    policy = found.policy
    statement = insert(frozen_electorates).values(
        id=head.electorate_id,
        estate_id=head.estate_id,
        purpose=head.purpose,
        register_version=head.register_version,
        parking_area_counts=policy.parking_area_counts,
        parking_as_person_counts=policy.parking_as_person_counts,
        same_owner_rule=policy.same_owner_rule.value,
        people=found.people,
        area_centi=found.area_centi,
        sha256=head.sha256,
        content_sha256=found.content_sha256,
        frozen_at=head.frozen_at,
        held_until=head.held_until,
    )
    await connection.execute(statement)
    entries = found.entries
    columns = {
        "electorate_id": head.electorate_id,
        "ids": entry_ids,
        "kinds": [entry.kind.value for entry in entries],
        "areas": [entry.area_centi for entry in entries],
        # PostgreSQL has no arrays of arrays of unequal length, so each list travels as text.
        "parties": [",".join(entry.holders) for entry in entries],
        "units": [",".join(entry.unit_ids) for entry in entries],
    }
    await connection.execute(_ENTRIES, columns)


async def held(
    connection: Connection, estate_id: str, *, now: datetime
) -> tuple[HeldElectorate, ...]:
    """Return the frozen electorates of an estate that are still in use."""
    query = select(frozen_electorates).where(
        frozen_electorates.c.estate_id == estate_id, frozen_electorates.c.held_until > now
    )
    return tuple(
        HeldElectorate(
            electorate_id=row.id,
            policy=ElectoratePolicy(
                row.parking_area_counts,
                row.parking_as_person_counts,
                SameOwnerRule(row.same_owner_rule),
            ),
            content_sha256=row.content_sha256,
            held_until=row.held_until,
        )
        for row in await connection.execute(query)
    )
