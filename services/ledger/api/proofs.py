"""Proofs: the receipt of an entry, and everything published in one file."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from services.chassis.application import parts_of
from services.chassis.problems import refusals
from services.chassis.tlog.refusals import LOG_PROBLEMS, LogUnknown
from services.ledger.actions.export_bundle import export_bundle as lines_of
from services.ledger.actions.parts import Parts
from services.ledger.actions.show_receipt import show_receipt as receipt_of
from services.ledger.api.problems import PROBLEMS
from services.ledger.api.proof_bodies import ReceiptOut
from services.ledger.api.who import PREFIX, READERS, EntryId, EstateId
from services.ledger.domain import errors
from services.proofs.canonical import INTEGER_MAX

router = APIRouter(prefix=PREFIX, tags=["proofs"], dependencies=READERS)
Held = Annotated[Parts, Depends(parts_of(Parts))]
JSON_LINES = "application/jsonl"
LINES: dict[int | str, dict[str, Any]] = {
    200: {"content": {JSON_LINES: {"schema": {"type": "string"}}}}
}


@router.get(
    "/entries/{entry_id}/receipt",
    operation_id="show_entry_receipt",
    summary="一笔收支的凭据 / Receipt of an entry",
    responses=refusals(PROBLEMS, errors.EntryUnknown, errors.CheckpointUnknown),
)
async def show_receipt(
    estate_id: EstateId,
    entry_id: EntryId,
    parts: Held,
    size: Annotated[
        int | None, Query(ge=1, le=INTEGER_MAX, description="检查点的大小 / size of a checkpoint")
    ] = None,
) -> ReceiptOut:
    """Keep it: it proves the entry for ever, also against this service."""
    return ReceiptOut.of(await receipt_of(parts, estate_id, entry_id, size=size))


@router.get(
    "/bundle",
    operation_id="export_ledger_bundle",
    summary="导出全部已公布内容 / Everything published, with the log",
    response_class=StreamingResponse,
    responses=LINES | refusals(LOG_PROBLEMS, LogUnknown),
)
async def export_bundle(estate_id: EstateId, parts: Held) -> StreamingResponse:
    """JSON lines that `python -m services.proofs.check bundle` recomputes every figure from."""
    lines = await lines_of(parts, estate_id)
    name = f'attachment; filename="ledger-{estate_id}.jsonl"'
    return StreamingResponse(lines, media_type=JSON_LINES, headers={"content-disposition": name})
