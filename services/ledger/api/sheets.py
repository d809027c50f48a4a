"""Preparing: sheets checked and imported, drafts and what they rest on."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from services.chassis.application import parts_of
from services.chassis.once import Once, once_for
from services.chassis.problems import refusals
from services.ledger.actions.check_sheet import check_sheet as check
from services.ledger.actions.discard_import import discard_import as discard
from services.ledger.actions.import_sheet import import_sheet as bring_in
from services.ledger.actions.list_drafts import list_drafts as drafts_of
from services.ledger.actions.parts import Parts
from services.ledger.actions.set_draft_authority import set_draft_authority as set_authority
from services.ledger.api.authority_bodies import AuthorityIn
from services.ledger.api.problems import PROBLEMS
from services.ledger.api.sheet_bodies import (
    SHEET,
    DraftOut,
    DraftsOut,
    OnlyPeriod,
    SheetCheckOut,
    SheetImportOut,
    Uploaded,
)
from services.ledger.api.who import MANAGER, PREFIX, PREPARERS, UUID, DraftId, EstateId, ImportId
from services.ledger.domain import errors

router = APIRouter(prefix=PREFIX, tags=["preparing"])
Held = Annotated[Parts, Depends(parts_of(Parts))]


@router.post(
    "/sheet-checks",
    operation_id="check_sheet",
    summary="校验收支表，不导入 / Dry run of a sheet",
    dependencies=MANAGER,
    openapi_extra=SHEET,
    responses=refusals(PROBLEMS, errors.SheetUnfit, errors.PeriodUnknown),
)
async def check_sheet(
    estate_id: EstateId, upload: Uploaded, period: OnlyPeriod, parts: Held
) -> SheetCheckOut:
    """Return every defect by line; nothing is kept, so no key is needed."""
    return SheetCheckOut.of(await check(parts, estate_id, upload, period=period))


@router.post(
    "/sheet-imports",
    operation_id="import_sheet",
    summary="导入收支表为草稿 / Import a sheet as drafts",
    status_code=201,
    dependencies=MANAGER,
    openapi_extra=SHEET,
    responses=refusals(
        PROBLEMS,
        errors.SheetUnfit,
        errors.SheetDefective,
        errors.SheetAlreadyImported,
        errors.PeriodUnknown,
    ),
)
async def import_sheet(
    estate_id: EstateId,
    upload: Uploaded,
    period: OnlyPeriod,
    once: Annotated[Once, Depends(once_for(SheetImportOut))],
    parts: Held,
) -> SheetImportOut:
    """All lines become drafts, or none and the problem lists every defect."""
    return SheetImportOut.of(await bring_in(parts, once, estate_id, upload, period=period))


@router.delete(
    "/sheet-imports/{import_id}",
    operation_id="discard_import",
    summary="撤回未公布的导入 / Discard an import that is not published",
    status_code=204,
    dependencies=MANAGER,
    responses=refusals(PROBLEMS, errors.ImportUnknown, errors.ImportAlreadyPublished),
)
async def discard_import(
    estate_id: EstateId,
    import_id: ImportId,
    once: Annotated[Once, Depends(once_for(None, status=204))],
    parts: Held,
) -> Response:
    """The drafts go with it; what is published stays."""
    await discard(parts, once, estate_id, import_id)
    return Response(status_code=204)


@router.get(
    "/drafts",
    operation_id="list_drafts",
    summary="待公布的草稿 / Drafts that wait for publication",
    dependencies=PREPARERS,
)
async def list_drafts(
    estate_id: EstateId,
    parts: Held,
    import_id: Annotated[str | None, Query(pattern=UUID)] = None,
) -> DraftsOut:
    """Each with what it would rest on if it were published now."""
    return DraftsOut.of(await drafts_of(parts, estate_id, import_id=import_id))


@router.put(
    "/drafts/{draft_id}/authority",
    operation_id="set_draft_authority",
    summary="注明一笔支出的依据 / Say what an expense rests on",
    dependencies=MANAGER,
    responses=refusals(
        PROBLEMS,
        errors.DraftUnknown,
        errors.AuthorityIncomplete,
        errors.AuthorityDoesNotFit,
        errors.CategoryNeedsNoAuthority,
    ),
)
async def set_draft_authority(
    estate_id: EstateId,
    draft_id: DraftId,
    body: AuthorityIn,
    once: Annotated[Once, Depends(once_for(DraftOut, status=200))],
    parts: Held,
) -> DraftOut:
    """What it can still cover is checked when the import is published."""
    return DraftOut.of(await set_authority(parts, once, estate_id, draft_id, body.authority()))
