"""Read an uploaded sheet, off the event loop; the first step of checking and of importing one."""

import asyncio
from dataclasses import dataclass

from services.chassis import sheets
from services.ledger.domain import sheet
from services.ledger.domain.errors import SheetUnfit
from services.ledger.domain.sheet import Bounds, Line, Reading


@dataclass(frozen=True)
class Upload:
    """A sheet as it was sent."""

    content: bytes
    media_type: str


async def read_sheet(upload: Upload, bounds: Bounds) -> Reading:
    """Return what the uploaded sheet says, seen by itself.

    Raises:
        SheetUnfit: it cannot be read as a table.
    """
    return await asyncio.to_thread(_read, upload, bounds)


def _read(upload: Upload, bounds: Bounds) -> Reading:
    try:
        table = sheets.read_sheet(upload.content, media_type=upload.media_type)
    except sheets.SheetUnreadable as unreadable:
        raise SheetUnfit(unreadable.zh, unreadable.en, kind=unreadable.kind) from unreadable
    lines = (Line(row.line, row.cells) for row in table.rows)
    return sheet.read(table.header, lines, bounds)
