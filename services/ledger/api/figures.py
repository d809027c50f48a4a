"""Reading the sums: balance and months."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.chassis.application import parts_of
from services.chassis.problems import refusals
from services.chassis.revalidation import NOT_MODIFIED
from services.ledger.actions.list_months import list_months as months_of
from services.ledger.actions.parts import Parts
from services.ledger.actions.show_balance import show_balance as balance_of
from services.ledger.api.figure_bodies import BalanceOut, MonthsOut
from services.ledger.api.problems import PROBLEMS
from services.ledger.api.versions import Tagged
from services.ledger.api.who import PREFIX, READERS, EstateId
from services.ledger.domain import errors
from services.ledger.domain.period import YEAR_MAX, YEAR_MIN

router = APIRouter(prefix=PREFIX, tags=["figures"], dependencies=READERS)
Held = Annotated[Parts, Depends(parts_of(Parts))]


@router.get(
    "/balance",
    operation_id="show_balance",
    summary="共有收入结余 / Balance of common revenue",
    response_model=BalanceOut,
    responses=NOT_MODIFIED,
)
async def show_balance(estate_id: EstateId, parts: Held, tagging: Tagged) -> object:
    """The sum of everything published."""
    seen = await balance_of(parts, estate_id)
    return tagging.answer(seen.version, BalanceOut.of(seen.value))


@router.get(
    "/months",
    operation_id="list_months",
    summary="逐月收支 / Income, expense and balance by month",
    response_model=MonthsOut,
    responses=NOT_MODIFIED | refusals(PROBLEMS, errors.PeriodUnknown),
)
async def list_months(
    estate_id: EstateId,
    parts: Held,
    tagging: Tagged,
    year: Annotated[int, Query(ge=YEAR_MIN, le=YEAR_MAX, examples=[2026])],
) -> object:
    """The twelve months of a year; each opens with what the one before closed with."""
    seen = await months_of(parts, estate_id, year)
    return tagging.answer(seen.version, MonthsOut.of(seen.value))
