"""Routes of estates and of the people who work for them."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.chassis.callers import Caller, allow
from services.chassis.once import Once, once_for
from services.chassis.problems import refusals
from services.identity.actions.create_estate import create_estate
from services.identity.actions.grant_role import grant_role
from services.identity.actions.list_staff import list_staff
from services.identity.actions.parts import Asked
from services.identity.actions.revoke_role import revoke_role
from services.identity.actions.show_estate import show_estate
from services.identity.api.doors import STAFF, EstateId, GrantId, PartsOf
from services.identity.api.estate_bodies import EstateIn, EstateOut, EstateOverviewOut
from services.identity.api.people_bodies import GrantIn, GrantOut, StaffOut
from services.identity.api.problems import PROBLEMS
from services.identity.domain import errors

router = APIRouter(tags=["estates"])

APPOINTERS = ("street_office", "housing_bureau")


@router.post(
    "/v1/estates",
    status_code=201,
    operation_id="create_estate",
    summary="建立小区 / Create an estate",
    responses=refusals(PROBLEMS, errors.SessionEnded),
)
async def create_estate_(
    body: EstateIn,
    caller: Annotated[Caller, Depends(allow("housing_bureau"))],
    once: Annotated[Once, Depends(once_for(EstateOut))],
    parts: PartsOf,
) -> EstateOut:
    """Create the estate; its street office is appointed next."""
    estate = body.estate(parts.clock.now())
    return EstateOut.of(await create_estate(parts, Asked(caller, once), estate))


@router.get(
    "/v1/estates/{estate_id}",
    operation_id="show_estate",
    summary="小区概况 / The estate and how far its register is",
    responses=refusals(PROBLEMS, errors.EstateUnknown),
)
async def show_estate_(
    estate_id: EstateId,
    _caller: Annotated[Caller, Depends(allow(*STAFF, "owner", "dependent"))],
    parts: PartsOf,
) -> EstateOverviewOut:
    """Return the estate, the current register version and its sign-off."""
    return EstateOverviewOut.of(await show_estate(parts, estate_id=estate_id))


@router.post(
    "/v1/estates/{estate_id}/staff",
    status_code=201,
    operation_id="grant_role",
    summary="授予角色 / Give a verified person a role",
    responses=refusals(
        PROBLEMS,
        errors.SessionEnded,
        errors.EstateUnknown,
        errors.RoleNotYoursToGrant,
        errors.SelfGrant,
        errors.AccountUnknown,
        errors.GranteeNotVerified,
        errors.RoleAlreadyGranted,
    ),
)
async def grant_role_(
    estate_id: EstateId,
    body: GrantIn,
    caller: Annotated[Caller, Depends(allow(*APPOINTERS))],
    once: Annotated[Once, Depends(once_for(GrantOut))],
    parts: PartsOf,
) -> GrantOut:
    """Give a role; the bureau appoints the street office, the street office the rest."""
    asked = Asked(caller, once)
    grant = await grant_role(
        parts, asked, estate_id=estate_id, account_id=body.account_id, role=body.role
    )
    return GrantOut.of(grant)


@router.get(
    "/v1/estates/{estate_id}/staff",
    operation_id="list_staff",
    summary="角色名单 / Who holds which role",
    responses=refusals(PROBLEMS, errors.EstateUnknown),
)
async def list_staff_(
    estate_id: EstateId,
    _caller: Annotated[Caller, Depends(allow(*APPOINTERS))],
    parts: PartsOf,
) -> StaffOut:
    """Return the grants in force."""
    grants = await list_staff(parts, estate_id=estate_id)
    return StaffOut(staff=[GrantOut.of(grant) for grant in grants])


@router.delete(
    "/v1/estates/{estate_id}/staff/{grant_id}",
    status_code=204,
    operation_id="revoke_role",
    summary="收回角色 / Take a role back",
    responses=refusals(
        PROBLEMS, errors.SessionEnded, errors.GrantUnknown, errors.RoleNotYoursToGrant
    ),
)
async def revoke_role_(
    estate_id: EstateId,
    grant_id: GrantId,
    caller: Annotated[Caller, Depends(allow(*APPOINTERS))],
    once: Annotated[Once, Depends(once_for(None, status=204))],
    parts: PartsOf,
) -> None:
    """End a grant; both the grant and its end stay on file."""
    await revoke_role(parts, Asked(caller, once), estate_id=estate_id, grant_id=grant_id)
