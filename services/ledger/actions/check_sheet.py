"""Say everything that is wrong with a sheet, and change nothing."""

from services.ledger.actions.mark_booked import mark_booked
from services.ledger.actions.parts import Parts
from services.ledger.actions.read_sheet import Upload, read_sheet
from services.ledger.domain.period import HalfYear
from services.ledger.domain.sheet import Bounds, Reading
from services.ledger.store import snapshots


async def check_sheet(
    parts: Parts, estate_id: str, upload: Upload, *, period: HalfYear | None
) -> Reading:
    """Return what an import of the sheet would find.

    Raises:
        SheetUnfit: it cannot be read as a table.
    """
    reading = await read_sheet(upload, Bounds(parts.today(), period))
    async with parts.begin() as connection:
        await snapshots.hold(connection)
        return await mark_booked(connection, estate_id, reading)
