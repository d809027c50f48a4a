"""Route by which an official finds the entry of a flat whose paper vote he enters."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.chassis.callers import Caller, allow
from services.chassis.once import Once, once_for
from services.chassis.problems import refusals
from services.identity.actions.look_up_entry import look_up_entry
from services.identity.actions.parts import Asked
from services.identity.api.doors import OFFICIALS, ElectorateId, EstateId, PartsOf
from services.identity.api.electorate_bodies import EntryLookupIn, EntryLookupOut
from services.identity.api.problems import PROBLEMS
from services.identity.domain import errors

router = APIRouter(tags=["electorate"])


def electorate_named(estate_id: EstateId, electorate_id: ElectorateId) -> tuple[str, str]:
    """Return the frozen electorate that the path names, with its estate."""
    return estate_id, electorate_id


@router.post(
    "/v1/estates/{estate_id}/electorates/{electorate_id}/entry-lookups",
    status_code=201,
    operation_id="look_up_entry",
    summary="按房屋查名册条目 / Which entry of a frozen electorate a flat belongs to",
    responses=refusals(
        PROBLEMS,
        errors.SessionEnded,
        errors.ElectorateUnknown,
        errors.UnitUnknown,
        errors.EntryUnknown,
    ),
)
async def look_up_entry_(
    named: Annotated[tuple[str, str], Depends(electorate_named)],
    body: EntryLookupIn,
    caller: Annotated[Caller, Depends(allow(*OFFICIALS))],
    once: Annotated[Once, Depends(once_for(EntryLookupOut))],
    parts: PartsOf,
) -> EntryLookupOut:
    """Look the entry up; not a GET, as a place has no business in a URL and each asking is kept."""
    asked, place, (estate_id, electorate_id) = Asked(caller, once), body.place(), named
    return EntryLookupOut.of(
        await look_up_entry(
            parts, asked, estate_id=estate_id, electorate_id=electorate_id, place=place
        )
    )
