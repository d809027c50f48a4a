"""Write a whole register version in a handful of statements, whatever its size."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, insert, select, text

from services.chassis.database import Connection
from services.identity.domain.estate import RegisterVersion
from services.identity.domain.unit import AreaSource, Place, Unit
from services.identity.store.sealed_register import SealedParty, SealedRegister
from services.identity.store.tables import parties, register_versions, units

_PARTIES = text("""
    INSERT INTO parties (id, document_index, document_type, number_sealed, of_organisation,
                         created_at)
    SELECT p.*, CAST(:now AS timestamptz)
      FROM unnest(CAST(:ids AS uuid[]), CAST(:indexes AS bytea[]), CAST(:types AS text[]),
                  CAST(:numbers AS bytea[]), CAST(:organisations AS boolean[])) AS p
        ON CONFLICT (document_index) DO NOTHING
""")

_UNITS = text("""
    INSERT INTO units (id, estate_id, building, stairwell, room)
    SELECT u.id, CAST(:estate_id AS uuid), u.building, u.stairwell, u.room
      FROM unnest(CAST(:ids AS uuid[]), CAST(:buildings AS text[]), CAST(:stairwells AS text[]),
                  CAST(:rooms AS text[])) AS u(id, building, stairwell, room)
        ON CONFLICT (estate_id, building, stairwell, room) DO NOTHING
""")

_UNIT_VERSIONS = text("""
    INSERT INTO unit_versions (estate_id, version, unit_id, unit_code, use, delivery,
                               area_register_centi, area_survey_centi, area_contract_centi,
                               area_centi, area_source)
    SELECT CAST(:estate_id AS uuid), CAST(:version AS integer), u.*
      FROM unnest(CAST(:ids AS uuid[]), CAST(:codes AS text[]), CAST(:uses AS text[]),
                  CAST(:deliveries AS text[]), CAST(:registered AS integer[]),
                  CAST(:surveyed AS integer[]), CAST(:contracted AS integer[]),
                  CAST(:areas AS integer[]), CAST(:sources AS text[])) AS u
""")

_HOLDINGS = text("""
    INSERT INTO holdings (estate_id, version, id, unit_id, party_id, share_numerator,
                          share_denominator, name_sealed, phone_sealed, phone_index, acquired_on)
    SELECT CAST(:estate_id AS uuid), CAST(:version AS integer), h.*
      FROM unnest(CAST(:ids AS uuid[]), CAST(:unit_ids AS uuid[]), CAST(:party_ids AS uuid[]),
                  CAST(:numerators AS integer[]), CAST(:denominators AS integer[]),
                  CAST(:names AS bytea[]), CAST(:phones AS bytea[]),
                  CAST(:phone_indexes AS bytea[]), CAST(:dates AS date[])) AS h
""")


async def next_version(connection: Connection, estate_id: str) -> int:
    """Return the number of the estate's next register version; the estate must be locked."""
    query = select(func.coalesce(func.max(register_versions.c.version), 0)).where(
        register_versions.c.estate_id == estate_id
    )
    latest: int = (await connection.execute(query)).scalar_one()
    return latest + 1


async def add_version(
    connection: Connection,
    estate_id: str,
    version: RegisterVersion,
    *,
    sheet_sha256: bytes,
    imported_by: str,
) -> None:
    """Write the head of a new version."""
    statement = insert(register_versions).values(
        estate_id=estate_id,
        version=version.version,
        rows=version.rows,
        units=version.units,
        parking_spaces=version.parking_spaces,
        sheet_sha256=sheet_sha256,
        imported_by=imported_by,
        imported_at=version.imported_at,
    )
    await connection.execute(statement)


async def write(
    connection: Connection, estate_id: str, version: int, register: SealedRegister, *, now: datetime
) -> None:
    """Write all units and holdings of a version."""
    party_ids = await ensure_parties(connection, register.parties, now=now)
    unit_ids = await _ensure_units(connection, estate_id, register)
    placed = {"estate_id": estate_id, "version": version}
    await connection.execute(_UNIT_VERSIONS, placed | _unit_columns(register, unit_ids))
    holdings = register.holdings
    columns = {
        "ids": [one.holding_id for one in holdings],
        "unit_ids": [unit_ids[one.place] for one in holdings],
        "party_ids": [party_ids[one.document_index] for one in holdings],
        "numerators": [one.share and one.share[0] for one in holdings],
        "denominators": [one.share and one.share[1] for one in holdings],
        "names": [one.name_sealed for one in holdings],
        "phones": [one.phone_sealed for one in holdings],
        "phone_indexes": [one.phone_index for one in holdings],
        "dates": [one.acquired_on for one in register.plain],
    }
    await connection.execute(_HOLDINGS, placed | columns)


async def ensure_parties(
    connection: Connection, wanted: tuple[SealedParty, ...], *, now: datetime
) -> dict[bytes, str]:
    """Return the ids of parties by document index, made now where they are missing.

    Written in the order of the index, so that two imports at once cannot wait for each other.
    """
    ordered = sorted(wanted, key=lambda one: one.document_index)
    indexes = [one.document_index for one in ordered]
    columns = {
        "now": now,
        "ids": [one.party_id for one in ordered],
        "indexes": indexes,
        "types": [one.document_type for one in ordered],
        "numbers": [one.number_sealed for one in ordered],
        "organisations": [one.of_organisation for one in ordered],
    }
    await connection.execute(_PARTIES, columns)
    query = select(parties.c.document_index, parties.c.id).where(
        parties.c.document_index == func.any(indexes)
    )
    return {row.document_index: row.id for row in await connection.execute(query)}


async def _ensure_units(
    connection: Connection, estate_id: str, register: SealedRegister
) -> dict[Place, str]:
    """Return the ids of the estate's units by place; a place keeps its id for good."""
    columns = {
        "estate_id": estate_id,
        "ids": [unit_id for unit_id, _ in register.units],
        "buildings": [unit.place.building for _, unit in register.units],
        "stairwells": [unit.place.stairwell for _, unit in register.units],
        "rooms": [unit.place.room for _, unit in register.units],
    }
    await connection.execute(_UNITS, columns)
    query = select(units).where(units.c.estate_id == estate_id)
    rows = await connection.execute(query)
    return {Place(row.building, row.stairwell, row.room): row.id for row in rows}


def _unit_columns(register: SealedRegister, unit_ids: Mapping[Place, str]) -> dict[str, object]:
    described: list[Unit] = [unit for _, unit in register.units]
    return {
        "ids": [unit_ids[unit.place] for unit in described],
        "codes": [unit.unit_code for unit in described],
        "uses": [unit.use.value for unit in described],
        "deliveries": [unit.delivery.value for unit in described],
        "registered": [unit.areas.get(AreaSource.REGISTER) for unit in described],
        "surveyed": [unit.areas.get(AreaSource.SURVEY) for unit in described],
        "contracted": [unit.areas.get(AreaSource.CONTRACT) for unit in described],
        "areas": [unit.area_centi for unit in described],
        "sources": [unit.area_source.value for unit in described],
    }
