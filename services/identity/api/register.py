"""Routes of an estate's register: try, import, look, sign off."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from services.chassis.callers import Caller, allow
from services.chassis.once import Once, once_for
from services.chassis.problems import refusals
from services.chassis.sheets import MEDIA_TYPES
from services.identity.actions.check_register import check_register
from services.identity.actions.import_register import import_register
from services.identity.actions.parts import Asked
from services.identity.actions.show_register_quality import show_register_quality
from services.identity.actions.sign_off_register import sign_off_register
from services.identity.api.doors import STAFF, EstateId, PartsOf
from services.identity.api.estate_bodies import (
    QualityOut,
    RegisterCheckOut,
    RegisterImportOut,
    RegisterOut,
    SignOffIn,
)
from services.identity.api.problems import PROBLEMS
from services.identity.domain import errors
from services.identity.domain.roles import REGISTER_KEEPERS, SIGNERS_OFF

router = APIRouter(tags=["register"], prefix="/v1/estates/{estate_id}")

KEEPERS = tuple(sorted(role.value for role in REGISTER_KEEPERS))
SIGNERS = tuple(sorted(role.value for role in SIGNERS_OFF))
SHEET: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "业主清册原文件 / The register file as it is; the header is line 1",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES
        },
    }
}


def media_type(request: Request) -> str:
    """Return the type that the sender gave the file."""
    return request.headers.get("content-type", "")


@router.post(
    "/register-checks",
    operation_id="check_register",
    summary="试读业主清册 / Read a register without importing it",
    openapi_extra=SHEET,
    responses=refusals(PROBLEMS, errors.EstateUnknown, errors.RegisterUnreadable),
)
async def check_register_(
    estate_id: EstateId,
    request: Request,
    _caller: Annotated[Caller, Depends(allow(*KEEPERS))],
    parts: PartsOf,
) -> RegisterCheckOut:
    """Return every defect by line and column, with what to do about it; nothing is kept."""
    content, kind = await request.body(), media_type(request)
    reading = await check_register(parts, estate_id=estate_id, content=content, media_type=kind)
    return RegisterCheckOut.of(reading)


@router.post(
    "/register-imports",
    status_code=201,
    operation_id="import_register",
    summary="导入业主清册 / Import a register, all or nothing",
    openapi_extra=SHEET,
    responses=refusals(
        PROBLEMS,
        errors.SessionEnded,
        errors.EstateUnknown,
        errors.RegisterUnreadable,
        errors.RegisterDefective,
        errors.ElectorateHeld,
    ),
)
async def import_register_(
    estate_id: EstateId,
    request: Request,
    caller: Annotated[Caller, Depends(allow(*KEEPERS))],
    once: Annotated[Once, Depends(once_for(RegisterImportOut))],
    parts: PartsOf,
) -> RegisterImportOut:
    """Replace the register by a new version; its sign-off begins anew."""
    asked, content, kind = Asked(caller, once), await request.body(), media_type(request)
    done = await import_register(
        parts, asked, estate_id=estate_id, content=content, media_type=kind
    )
    return RegisterImportOut.of(done)


@router.get(
    "/register-quality",
    operation_id="show_register_quality",
    summary="清册质量报告 / How good the register is",
    responses=refusals(PROBLEMS, errors.EstateUnknown, errors.RegisterMissing),
)
async def show_register_quality_(
    estate_id: EstateId,
    _caller: Annotated[Caller, Depends(allow(*STAFF))],
    parts: PartsOf,
) -> QualityOut:
    """Return the figures of the current version."""
    return QualityOut.of(await show_register_quality(parts, estate_id=estate_id))


@router.post(
    "/register-sign-off",
    status_code=201,
    operation_id="sign_off_register",
    summary="确认数据治理完成 / Declare the data governance done",
    responses=refusals(
        PROBLEMS,
        errors.SessionEnded,
        errors.EstateUnknown,
        errors.RegisterMissing,
        errors.RegisterChanged,
        errors.RegisterAlreadySignedOff,
    ),
)
async def sign_off_register_(
    estate_id: EstateId,
    body: SignOffIn,
    caller: Annotated[Caller, Depends(allow(*SIGNERS))],
    once: Annotated[Once, Depends(once_for(RegisterOut))],
    parts: PartsOf,
) -> RegisterOut:
    """Sign the current version off; name the version that was looked at to be sure."""
    asked = Asked(caller, once)
    signed = await sign_off_register(parts, asked, estate_id=estate_id, version=body.version)
    return RegisterOut.of(signed)
