"""What an estate's spending rests on: the chart, category defaults, and the rules' limits."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.chassis.application import parts_of
from services.chassis.once import Once, once_for
from services.chassis.problems import refusals
from services.ledger.actions.list_category_authorities import list_category_authorities as defaults
from services.ledger.actions.parts import Parts
from services.ledger.actions.set_category_authorities import set_category_authorities as set_all
from services.ledger.actions.set_spending_limits import set_spending_limits as set_limits
from services.ledger.actions.show_spending_limits import show_spending_limits as limits_of
from services.ledger.api.authority_bodies import CategoryAuthoritiesIn, CategoryAuthoritiesOut
from services.ledger.api.chart_bodies import CHART, CategoriesOut
from services.ledger.api.figure_bodies import SpendingLimitsIn, SpendingLimitsOut
from services.ledger.api.problems import PROBLEMS
from services.ledger.api.who import (
    COMMITTEES,
    MANAGER,
    PREFIX,
    PREPARERS,
    READERS,
    SIGNED_IN,
    EstateId,
)
from services.ledger.domain import errors

router = APIRouter(tags=["rules"])
Held = Annotated[Parts, Depends(parts_of(Parts))]


@router.get(
    "/v1/ledger/categories",
    operation_id="list_categories",
    summary="收支类别表 / Chart of categories",
    dependencies=SIGNED_IN,
)
async def list_categories() -> CategoriesOut:
    """The same for every estate."""
    return CHART


@router.get(
    f"{PREFIX}/category-authorities",
    operation_id="list_category_authorities",
    summary="各类支出的默认依据 / Default authority of each category",
    dependencies=PREPARERS,
)
async def list_category_authorities(estate_id: EstateId, parts: Held) -> CategoryAuthoritiesOut:
    """What an expense rests on when its draft does not say it itself."""
    return CategoryAuthoritiesOut.of(await defaults(parts, estate_id))


@router.put(
    f"{PREFIX}/category-authorities",
    operation_id="set_category_authorities",
    summary="登记各类支出的默认依据 / Set the default authorities",
    dependencies=MANAGER,
    responses=refusals(
        PROBLEMS,
        errors.CategoryUnknown,
        errors.CategoryNeedsNoAuthority,
        errors.AuthorityIncomplete,
        errors.AuthorityDoesNotFit,
    ),
)
async def set_category_authorities(
    estate_id: EstateId,
    body: CategoryAuthoritiesIn,
    once: Annotated[Once, Depends(once_for(CategoryAuthoritiesOut, status=200))],
    parts: Held,
) -> CategoryAuthoritiesOut:
    """The list replaces what stood before."""
    return CategoryAuthoritiesOut.of(await set_all(parts, once, estate_id, body.by_category()))


@router.get(
    f"{PREFIX}/spending-limits",
    operation_id="show_spending_limits",
    summary="议事规则约定的次数和额度 / What may be spent without a vote",
    dependencies=READERS,
    responses=refusals(PROBLEMS, errors.SpendingLimitsUnknown),
)
async def show_spending_limits(estate_id: EstateId, parts: Held) -> SpendingLimitsOut:
    """Both the count and the amounts hold (HZ 16(10))."""
    return SpendingLimitsOut.of(await limits_of(parts, estate_id))


@router.put(
    f"{PREFIX}/spending-limits",
    operation_id="set_spending_limits",
    summary="登记议事规则约定的次数和额度 / Enter the limits of the rules of procedure",
    dependencies=COMMITTEES,
    responses=refusals(PROBLEMS, errors.LimitsUnreasonable),
)
async def set_spending_limits(
    estate_id: EstateId,
    body: SpendingLimitsIn,
    once: Annotated[Once, Depends(once_for(SpendingLimitsOut, status=200))],
    parts: Held,
) -> SpendingLimitsOut:
    """A further version; it governs what is published from now on."""
    return SpendingLimitsOut.of(await set_limits(parts, once, estate_id, body.limits()))
