"""Read a register without importing it."""

import asyncio
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.chassis.sheets import SheetUnreadable, read_sheet
from services.identity.actions.parts import Parts
from services.identity.domain.errors import RegisterUnreadable
from services.identity.domain.register import RegisterReading, read_register
from services.identity.store import estates


async def check_register(
    parts: Parts, *, estate_id: str, content: bytes, media_type: str
) -> RegisterReading:
    """Return what the sheet says and everything that is wrong with it; nothing is kept.

    Raises:
        RegisterUnreadable: the file is no sheet.
    """
    async with parts.begin() as connection:
        estate = await estates.with_id(connection, estate_id)
    today = local_date(parts.clock.now(), estate.zone)
    return await asyncio.to_thread(reading_of, content, media_type, today)


def reading_of(content: bytes, media_type: str, today: date) -> RegisterReading:
    """Return the reading of a file; blocks, so it is called in a thread.

    Raises:
        RegisterUnreadable: the file is no sheet.
    """
    try:
        sheet = read_sheet(content, media_type=media_type)
    except SheetUnreadable as unreadable:
        raise RegisterUnreadable(unreadable.zh, unreadable.en, kind=unreadable.kind) from unreadable
    return read_register(sheet.header, sheet.rows, today=today)


def local_date(now: datetime, zone: str) -> date:
    """Return the date that the estate's calendar shows."""
    return now.astimezone(ZoneInfo(zone)).date()
