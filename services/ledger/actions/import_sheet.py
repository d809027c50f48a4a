"""Import a sheet as drafts: all of it, or nothing and the list of its defects."""

import hashlib
import uuid

from services.chassis.database import Connection
from services.chassis.once import Once
from services.chassis.tlog import append
from services.ledger.actions.mark_booked import mark_booked
from services.ledger.actions.parts import Parts
from services.ledger.actions.read_sheet import Upload, read_sheet
from services.ledger.domain.draft import KeptDraft, SheetImport
from services.ledger.domain.errors import SheetAlreadyImported, SheetDefective, SheetUnfit
from services.ledger.domain.period import HalfYear
from services.ledger.domain.sheet import Bounds, Reading
from services.ledger.store import drafts


async def import_sheet(
    parts: Parts, once: Once, estate_id: str, upload: Upload, *, period: HalfYear | None
) -> SheetImport:
    """Keep the drafts of a sheet without defects, waiting for publication.

    Raises:
        SheetUnfit: it cannot be read as a table, or has no lines.
        SheetDefective: lines are wrong, or their vouchers are booked; the facts list every defect.
        SheetAlreadyImported: the very same sheet is imported (its lines carry no vouchers).
    """
    reading = await read_sheet(upload, Bounds(parts.today(), period))
    made = SheetImport(
        import_id=str(uuid.uuid4()),
        sha256=hashlib.sha256(upload.content).hexdigest(),
        lines=reading.lines,
        imported_at=parts.now(),
    )
    async with parts.begin(once) as connection:
        # Held against a second import of the same vouchers, which would not see these yet.
        await append.lock(connection, estate_id)
        checked = await mark_booked(connection, estate_id, reading)
        _check_whole(checked)
        await _check_new(connection, estate_id, made.sha256)
        await drafts.add_import(connection, estate_id, made, imported_by=once.caller)
        kept = [KeptDraft(str(uuid.uuid4()), made.import_id, draft) for draft in checked.drafts]
        await drafts.add(connection, estate_id, kept)
        return await once.keep(connection, made)


def _check_whole(reading: Reading) -> None:
    if reading.defects:
        raise SheetDefective(
            f"共 {len(reading.defects)} 处问题，未导入任何一行。",
            f"{len(reading.defects)} defects; no line was imported.",
            rows=reading.lines,
            defects=[defect.as_fact() for defect in reading.defects],
        )
    if reading.lines == 0:
        raise SheetUnfit("表中没有数据行。", "The sheet has no lines.", kind="sheet_empty")


async def _check_new(connection: Connection, estate_id: str, sha256: str) -> None:
    same = await drafts.import_of_sheet(connection, estate_id, sha256)
    if same is not None:
        raise SheetAlreadyImported(
            "同一文件已导入。",
            "The very same sheet is imported already.",
            import_id=same.import_id,
            published_at=same.published_at.isoformat() if same.published_at else None,
        )
