"""Replace an estate's register by a new version, all or nothing."""

import asyncio
import hashlib
from datetime import date, datetime

from services.chassis.database import Connection
from services.chassis.sealing import Sealer
from services.identity.actions.check_register import local_date, reading_of
from services.identity.actions.parts import Asked, Parts
from services.identity.domain.electorate import electorate
from services.identity.domain.errors import ElectorateHeld, RegisterDefective
from services.identity.domain.estate import RegisterImport, RegisterVersion
from services.identity.domain.register import RegisterReading
from services.identity.store import (
    accounts,
    cards,
    electorates,
    estates,
    register_reads,
    register_writes,
)
from services.identity.store.sealed_register import SealedRegister, sealed_register


async def import_register(
    parts: Parts, asked: Asked, *, estate_id: str, content: bytes, media_type: str
) -> RegisterImport:
    """Import a register without defects; its sign-off begins anew.

    Cards whose holders are no longer listed end. Reading and sealing happen in a thread between
    two transactions; the first only looks whether this request was answered before, so that a
    retry does not read the sheet again.

    Raises:
        RegisterUnreadable: the file is no sheet.
        RegisterDefective: it has defects; they are all listed.
        ElectorateHeld: it would change an electorate that a ballot still holds.
    """
    async with parts.begin(asked.once) as connection:
        estate = await estates.with_id(connection, estate_id)
    now = parts.clock.now()
    today = local_date(now, estate.zone)
    reading, sealed = await asyncio.to_thread(_prepared, parts.sealer, content, media_type, today)
    async with parts.begin(asked.once) as connection:
        actor = await accounts.acting(connection, asked.caller.session)
        await estates.with_id(connection, estate_id, lock=True)
        version = await _version(connection, estate_id, reading, now)
        await register_writes.add_version(
            connection,
            estate_id,
            version,
            sheet_sha256=hashlib.sha256(content).digest(),
            imported_by=actor.account_id,
        )
        await register_writes.write(connection, estate_id, version.version, sealed, now=now)
        await _check_held(connection, estate_id, version)
        await cards.await_register(connection, estate_id, changing=True)
        ended = await cards.end_former_holders(
            connection, estate_id, version=version.version, now=now
        )
        return await asked.once.keep(connection, RegisterImport(version, ended))


async def _version(
    connection: Connection, estate_id: str, reading: RegisterReading, now: datetime
) -> RegisterVersion:
    return RegisterVersion(
        version=await register_writes.next_version(connection, estate_id),
        rows=reading.rows,
        units=reading.unit_count,
        parking_spaces=reading.parking_space_count,
        imported_at=now,
    )


def _prepared(
    sealer: Sealer, content: bytes, media_type: str, today: date
) -> tuple[RegisterReading, SealedRegister]:
    reading = reading_of(content, media_type, today)
    if reading.defects:
        raise RegisterDefective(
            rows=reading.rows,
            units=reading.unit_count,
            parking_spaces=reading.parking_space_count,
            defects=[defect.document for defect in reading.defects],
        )
    return reading, sealed_register(sealer, reading.units, reading.holdings)


async def _check_held(connection: Connection, estate_id: str, version: RegisterVersion) -> None:
    """Refuse a register under which an electorate that is still held would be another."""
    held = await electorates.held(connection, estate_id, now=version.imported_at)
    if not held:
        return
    units, organisations = await register_reads.electorate_units(
        connection, estate_id, version=version.version
    )
    for one in held:
        found = electorate(units, one.policy, organisations)
        if found.content_sha256 != one.content_sha256:
            raise ElectorateHeld(
                electorate_id=one.electorate_id, held_until=one.held_until.isoformat()
            )
