"""Half-years: as the entries say now, publishing them, and what was published."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from services.chassis.application import parts_of
from services.chassis.once import Once, once_for
from services.chassis.problems import refusals
from services.chassis.revalidation import NOT_MODIFIED
from services.ledger.actions.list_statement_publications import (
    list_statement_publications as publications_of,
)
from services.ledger.actions.parts import Parts
from services.ledger.actions.publish_statement import publish_statement as publish
from services.ledger.actions.show_statement import show_statement as statement_of
from services.ledger.api.problems import PROBLEMS
from services.ledger.api.statement_bodies import (
    StatementOut,
    StatementPublicationOut,
    StatementPublicationsOut,
)
from services.ledger.api.versions import Tagged
from services.ledger.api.who import PREFIX, PUBLISHERS, READERS, EstateId
from services.ledger.domain import errors
from services.ledger.domain.period import HalfYear, half_year_named

router = APIRouter(prefix=f"{PREFIX}/statements", tags=["statements"])
Held = Annotated[Parts, Depends(parts_of(Parts))]


async def _period(
    period: Annotated[str, Path(description="半年度 / half-year", examples=["2026H1"])],
) -> HalfYear:
    return half_year_named(period)


Period = Annotated[HalfYear, Depends(_period)]


@router.get(
    "/{period}",
    operation_id="show_statement",
    summary="半年度收支报表 / Half-year statement",
    dependencies=READERS,
    response_model=StatementOut,
    responses=NOT_MODIFIED | refusals(PROBLEMS, errors.PeriodUnknown),
)
async def show_statement(
    estate_id: EstateId, period: Period, parts: Held, tagging: Tagged
) -> object:
    """Opening + income - expense = closing, and whether the published version says the same."""
    seen = await statement_of(parts, estate_id, period)
    return tagging.answer(seen.version, StatementOut.of(seen.value))


@router.post(
    "/{period}/publications",
    operation_id="publish_statement",
    summary="公布半年度收支报表 / Publish a half-year",
    status_code=201,
    dependencies=PUBLISHERS,
    responses=refusals(
        PROBLEMS, errors.PeriodUnknown, errors.PeriodNotEnded, errors.StatementUnchanged
    ),
)
async def publish_statement(
    estate_id: EstateId,
    period: Period,
    once: Annotated[Once, Depends(once_for(StatementPublicationOut))],
    parts: Held,
) -> StatementPublicationOut:
    """Version 1, or a further one when entries were added to the half-year since."""
    return StatementPublicationOut.of(await publish(parts, once, estate_id, period))


@router.get(
    "/{period}/publications",
    operation_id="list_statement_publications",
    summary="已公布的半年度收支报表 / Published versions of a half-year",
    dependencies=READERS,
    response_model=StatementPublicationsOut,
    responses=NOT_MODIFIED | refusals(PROBLEMS, errors.PeriodUnknown),
)
async def list_statement_publications(
    estate_id: EstateId, period: Period, parts: Held, tagging: Tagged
) -> object:
    """What was once published stays, also when a later version supersedes it."""
    seen = await publications_of(parts, estate_id, period)
    return tagging.answer(seen.version, StatementPublicationsOut.of(seen.value))
