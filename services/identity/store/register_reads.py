"""Read the current register: for the electorate, for a claim, for the quality report."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import and_, func, select

from services.chassis.database import Connection
from services.chassis.sealing import Sealer
from services.identity.domain.documents import Document, DocumentType
from services.identity.domain.electorate import RegisteredUnit
from services.identity.domain.register_quality import QualityHolding, QualityUnit
from services.identity.domain.unit import AreaSource, Delivery, Place, Use
from services.identity.store.tables import holdings, parties, unit_versions, units


@dataclass(frozen=True, slots=True)
class ListedUnit:
    """A unit that somebody claims, as one version of the register lists it."""

    estate_id: str
    version: int
    unit_id: str
    place: Place
    unit_code: str
    delivery: Delivery


async def electorate_units(
    connection: Connection, estate_id: str, *, version: int
) -> tuple[tuple[RegisteredUnit, ...], frozenset[str]]:
    """Return the units of a version with their holders, and the parties that are organisations.

    Three plain reads joined here: right after an import the tables have no statistics yet, and a
    join in the database then takes a hundred times as long.
    """
    holders: dict[str, set[str]] = defaultdict(set)
    of_holdings = select(holdings.c.unit_id, holdings.c.party_id).where(
        holdings.c.estate_id == estate_id, holdings.c.version == version
    )
    for unit_id, party_id in await connection.execute(of_holdings):
        holders[unit_id].add(party_id)
    of_units = select(unit_versions).where(
        unit_versions.c.estate_id == estate_id, unit_versions.c.version == version
    )
    found = tuple(
        RegisteredUnit(
            unit_id=row.unit_id,
            area_centi=row.area_centi,
            particular_space=Use(row.use).particular_space,
            delivery=Delivery(row.delivery),
            holders=frozenset(holders[row.unit_id]),
        )
        for row in await connection.execute(of_units)
    )
    return found, await _organisations(connection, {one for of in holders.values() for one in of})


async def _organisations(connection: Connection, party_ids: set[str]) -> frozenset[str]:
    """Return those of the parties that are not natural persons."""
    query = select(parties.c.id).where(
        parties.c.of_organisation, parties.c.id == func.any(list(party_ids))
    )
    return frozenset((await connection.execute(query)).scalars())


async def unit_at(
    connection: Connection, estate_id: str, *, version: int, place: Place
) -> ListedUnit | None:
    """Return the unit at a place, if the version lists it."""
    query = (
        select(units.c.id, unit_versions.c.unit_code, unit_versions.c.delivery)
        .join(unit_versions, unit_versions.c.unit_id == units.c.id)
        .where(
            units.c.estate_id == estate_id,
            units.c.building == place.building,
            units.c.stairwell == place.stairwell,
            units.c.room == place.room,
            unit_versions.c.estate_id == estate_id,
            unit_versions.c.version == version,
        )
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return ListedUnit(estate_id, version, row.id, place, row.unit_code, Delivery(row.delivery))


async def registered_name(
    connection: Connection, unit: ListedUnit, *, party_id: str, sealer: Sealer
) -> str | None:
    """Return the name under which the register lists a party as holder of a unit, if it does."""
    query = select(holdings.c.id, holdings.c.name_sealed).where(
        holdings.c.estate_id == unit.estate_id,
        holdings.c.version == unit.version,
        holdings.c.unit_id == unit.unit_id,
        holdings.c.party_id == party_id,
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return sealer.open(row.name_sealed, context=f"holdings/name/{row.id}")


async def document_of(connection: Connection, party_id: str, *, sealer: Sealer) -> Document:
    """Return a party's document, to ask an outside source about it."""
    row = (await connection.execute(select(parties).where(parties.c.id == party_id))).one()
    number = sealer.open(row.number_sealed, context=f"parties/number/{party_id}")
    return Document(DocumentType(row.document_type), number)


async def quality_rows(
    connection: Connection, estate_id: str, *, version: int
) -> tuple[list[QualityUnit], list[QualityHolding]]:
    """Return what the quality report looks at."""
    of_units = select(unit_versions).where(
        unit_versions.c.estate_id == estate_id, unit_versions.c.version == version
    )
    of_holdings = (
        select(holdings, parties.c.of_organisation)
        .join(parties, parties.c.id == holdings.c.party_id)
        .where(and_(holdings.c.estate_id == estate_id, holdings.c.version == version))
    )
    found_units = [
        QualityUnit(
            Use(row.use), Delivery(row.delivery), AreaSource(row.area_source), row.area_centi
        )
        for row in await connection.execute(of_units)
    ]
    found_holdings = [
        QualityHolding(
            party_id=row.party_id,
            of_organisation=row.of_organisation,
            phone_index=row.phone_index,
            dated=row.acquired_on is not None,
            share_stated=row.share_numerator is not None,
        )
        for row in await connection.execute(of_holdings)
    ]
    return found_units, found_holdings
