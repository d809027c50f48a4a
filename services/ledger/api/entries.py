"""Publishing and reading entries."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.chassis.application import parts_of
from services.chassis.once import Once, once_for
from services.chassis.problems import refusals
from services.chassis.revalidation import NOT_MODIFIED
from services.ledger.actions.list_entries import list_entries as page_of
from services.ledger.actions.parts import Parts
from services.ledger.actions.publish_import import publish_import as publish
from services.ledger.actions.reverse_entry import reverse_entry as reverse
from services.ledger.actions.set_opening_balance import set_opening_balance as open_books
from services.ledger.actions.show_entry import show_entry as entry_with_id
from services.ledger.api.entry_bodies import (
    EntriesOut,
    EntryOut,
    OpeningBalanceIn,
    PublicationIn,
    PublicationOut,
    ReversalIn,
)
from services.ledger.api.problems import PROBLEMS
from services.ledger.api.versions import Tagged
from services.ledger.api.who import MANAGER, PREFIX, READERS, EntryId, EstateId
from services.ledger.domain import errors
from services.ledger.domain.period import Month, month_named

router = APIRouter(prefix=PREFIX, tags=["entries"])
Held = Annotated[Parts, Depends(parts_of(Parts))]


@dataclass(frozen=True)
class Asked:
    """Which entries a reader asks for, and from where on."""

    month: Month | None
    before: int | None
    limit: int


async def _asked(
    month: Annotated[
        str | None, Query(description="发生月份 / month", examples=["2026-01"])
    ] = None,
    cursor: Annotated[str | None, Query(pattern=r"^[1-9][0-9]{0,17}$")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Asked:
    return Asked(month_named(month) if month else None, int(cursor) if cursor else None, limit)


@router.put(
    "/opening-balance",
    operation_id="set_opening_balance",
    summary="登记期初结余 / State the opening balance, once",
    dependencies=MANAGER,
    responses=refusals(PROBLEMS, errors.OpeningInFuture, errors.OpeningBalanceAlreadySet),
)
async def set_opening_balance(
    estate_id: EstateId,
    body: OpeningBalanceIn,
    once: Annotated[Once, Depends(once_for(EntryOut, status=200))],
    parts: Held,
) -> EntryOut:
    """An entry like others, and the first that an estate needs."""
    made = await open_books(parts, once, estate_id, body.amount_fen, as_of_on=body.as_of_on)
    return EntryOut.of(made)


@router.post(
    "/publications",
    operation_id="publish_import",
    summary="公布一次导入 / Publish an import",
    status_code=201,
    dependencies=MANAGER,
    responses=refusals(
        PROBLEMS,
        errors.ImportUnknown,
        errors.ImportAlreadyPublished,
        errors.OpeningBalanceMissing,
        errors.DatedBeforeOpening,
        errors.VoucherAlreadyPublished,
        errors.SpendingWithoutAuthority,
        errors.AuthorityDoesNotFit,
        errors.SpendingLimitsMissing,
        errors.SpendingBeyondLimits,
        errors.ItemUnknown,
        errors.ItemUndecided,
        errors.ItemNotPassed,
        errors.ItemOfAnotherKind,
        errors.ItemWithoutBudget,
        errors.SpendingBeyondBudget,
        errors.DraftsChanged,
    ),
)
async def publish_import(
    estate_id: EstateId,
    body: PublicationIn,
    once: Annotated[Once, Depends(once_for(PublicationOut))],
    parts: Held,
) -> PublicationOut:
    """All drafts become entries, each expense covered by what allows it, or none does."""
    return PublicationOut.of(await publish(parts, once, estate_id, body.import_id))


@router.get(
    "/entries",
    operation_id="list_entries",
    summary="收支明细 / Entries, newest first",
    dependencies=READERS,
    response_model=EntriesOut,
    responses=NOT_MODIFIED | refusals(PROBLEMS, errors.PeriodUnknown),
)
async def list_entries(
    estate_id: EstateId,
    parts: Held,
    tagging: Tagged,
    asked: Annotated[Asked, Depends(_asked)],
) -> object:
    """Follow `next_cursor`, or the Link header, for older ones."""
    seen = await page_of(
        parts, estate_id, before=asked.before, limit=asked.limit, month=asked.month
    )
    if seen.value.following:
        tagging.link_next(cursor=seen.value.following, limit=asked.limit, month=asked.month)
    return tagging.answer(seen.version, EntriesOut.of(seen.value))


@router.get(
    "/entries/{entry_id}",
    operation_id="show_entry",
    summary="一笔收支 / One entry",
    dependencies=READERS,
    response_model=EntryOut,
    responses=NOT_MODIFIED | refusals(PROBLEMS, errors.EntryUnknown),
)
async def show_entry(
    estate_id: EstateId, entry_id: EntryId, parts: Held, tagging: Tagged
) -> object:
    """With its legs, what it rests on, and the entry that took it back."""
    seen = await entry_with_id(parts, estate_id, entry_id)
    return tagging.answer(seen.version, EntryOut.of(seen.value))


@router.post(
    "/entries/{entry_id}/reversal",
    operation_id="reverse_entry",
    summary="冲销 / Take an entry back",
    status_code=201,
    dependencies=MANAGER,
    responses=refusals(
        PROBLEMS, errors.EntryUnknown, errors.EntryAlreadyReversed, errors.EntryNotReversible
    ),
)
async def reverse_entry(
    estate_id: EstateId,
    entry_id: EntryId,
    body: ReversalIn,
    once: Annotated[Once, Depends(once_for(EntryOut))],
    parts: Held,
) -> EntryOut:
    """A mirrored entry of today; the right one is imported and published like any other."""
    because = (body.reason_code, body.reason)
    return EntryOut.of(await reverse(parts, once, estate_id, entry_id, because))
