"""Routes of the electorate: its policy, a preview, and the freezing that voting asks for."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.chassis.callers import Caller, allow
from services.chassis.once import Once, once_for
from services.chassis.problems import refusals
from services.identity.actions.freeze_electorate import freeze_electorate
from services.identity.actions.parts import Asked
from services.identity.actions.preview_electorate import preview_electorate
from services.identity.actions.set_electorate_policy import set_electorate_policy
from services.identity.actions.show_electorate_policy import show_electorate_policy
from services.identity.api.doors import STAFF, EstateId, PartsOf
from services.identity.api.electorate_bodies import (
    ElectorateOut,
    FreezeIn,
    FrozenElectorateOut,
    PolicyIn,
    PolicyOut,
)
from services.identity.api.problems import PROBLEMS
from services.identity.domain import errors

router = APIRouter(tags=["electorate"])

RULE_KEEPERS = (
    "committee",
    "property_management_committee",
    "residents_committee",
    "street_office",
)


@router.get(
    "/v1/estates/{estate_id}/electorate-policy",
    operation_id="show_electorate_policy",
    summary="表决权计算规则 / What the estate decided where the law leaves a choice",
    responses=refusals(PROBLEMS, errors.EstateUnknown),
)
async def show_electorate_policy_(
    estate_id: EstateId,
    _caller: Annotated[Caller, Depends(allow(*STAFF))],
    parts: PartsOf,
) -> PolicyOut:
    """Return the policy in force."""
    return PolicyOut.of(await show_electorate_policy(parts, estate_id=estate_id))


@router.put(
    "/v1/estates/{estate_id}/electorate-policy",
    operation_id="set_electorate_policy",
    summary="设定表决权计算规则 / Set that policy",
    responses=refusals(PROBLEMS, errors.SessionEnded, errors.EstateUnknown),
)
async def set_electorate_policy_(
    estate_id: EstateId,
    body: PolicyIn,
    caller: Annotated[Caller, Depends(allow(*RULE_KEEPERS))],
    once: Annotated[Once, Depends(once_for(PolicyOut, status=200))],
    parts: PartsOf,
) -> PolicyOut:
    """Put a policy in force for electorates frozen from now on."""
    asked = Asked(caller, once)
    done = await set_electorate_policy(parts, asked, estate_id=estate_id, policy=body.policy())
    return PolicyOut.of(done)


@router.get(
    "/v1/estates/{estate_id}/electorate",
    operation_id="preview_electorate",
    summary="业主人数与面积预览 / People and area as they would be frozen now",
    responses=refusals(PROBLEMS, errors.EstateUnknown, errors.RegisterMissing),
)
async def preview_electorate_(
    estate_id: EstateId,
    _caller: Annotated[Caller, Depends(allow(*STAFF))],
    parts: PartsOf,
) -> ElectorateOut:
    """Return people, area and a hash of the current electorate."""
    return ElectorateOut.of(await preview_electorate(parts, estate_id=estate_id))


@router.post(
    "/internal/v1/estates/{estate_id}/electorates",
    status_code=201,
    operation_id="freeze_electorate",
    summary="冻结表决名册 / Freeze the electorate for a ballot",
    responses=refusals(
        PROBLEMS, errors.EstateUnknown, errors.RegisterMissing, errors.RegisterNotSignedOff
    ),
)
async def freeze_electorate_(
    estate_id: EstateId,
    body: FreezeIn,
    _caller: Annotated[Caller, Depends(allow("service:voting"))],
    once: Annotated[Once, Depends(once_for(FrozenElectorateOut))],
    parts: PartsOf,
) -> FrozenElectorateOut:
    """Freeze and keep the electorate; the key is of one ballot and one close."""
    hold, purpose = body.hold_until, body.purpose
    frozen = await freeze_electorate(
        parts, once, estate_id=estate_id, purpose=purpose, hold_until=hold
    )
    return FrozenElectorateOut.of(frozen)
