"""Routes of one's own account: who one is, proving it, one's cards."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.chassis.callers import Caller, allow
from services.chassis.once import Once, once_for
from services.chassis.problems import refusals
from services.identity.actions.claim_card import claim_card
from services.identity.actions.issue_dependent_card import issue_dependent_card
from services.identity.actions.list_my_cards import list_my_cards
from services.identity.actions.parts import Asked
from services.identity.actions.show_me import show_me
from services.identity.actions.verify_person import verify_person
from services.identity.api.doors import CardId, EstateId, PartsOf
from services.identity.api.people_bodies import (
    CardClaimIn,
    CardOut,
    CardsOut,
    DependentIn,
    MeOut,
    VerificationIn,
    VerificationOut,
)
from services.identity.api.problems import PROBLEMS
from services.identity.domain import errors
from services.identity.domain.card import UserType

router = APIRouter(tags=["people"])


def main_card_named(estate_id: EstateId, card_id: CardId) -> tuple[str, str]:
    """Return the main card that the path names, with its estate."""
    return estate_id, card_id


@router.get(
    "/v1/me",
    operation_id="show_me",
    summary="我的账号 / One's own account, masked",
    responses=refusals(PROBLEMS, errors.SessionEnded),
)
async def show_me_(caller: Annotated[Caller, Depends(allow("person"))], parts: PartsOf) -> MeOut:
    """Return level, masked name and roles."""
    return MeOut.of(await show_me(parts, caller))


@router.get(
    "/v1/me/cards",
    operation_id="list_my_cards",
    summary="我的业主卡 / One's own cards",
    responses=refusals(PROBLEMS, errors.SessionEnded),
)
async def list_my_cards_(
    caller: Annotated[Caller, Depends(allow("person"))], parts: PartsOf
) -> CardsOut:
    """Return main and dependent cards, valid and ended."""
    return CardsOut(cards=[CardOut.of(card) for card in await list_my_cards(parts, caller)])


@router.post(
    "/v1/verifications",
    status_code=201,
    operation_id="verify_person",
    summary="实名认证 / Prove one's real name",
    responses=refusals(
        PROBLEMS,
        errors.SessionEnded,
        errors.DeskCheckNeeded,
        errors.DocumentNumberWrong,
        errors.AccountAlreadyVerified,
        errors.PersonAlreadyVerified,
        errors.VerificationLimitReached,
    ),
)
async def verify_person_(
    body: VerificationIn,
    caller: Annotated[Caller, Depends(allow("person"))],
    once: Annotated[Once, Depends(once_for(VerificationOut))],
    parts: PartsOf,
) -> VerificationOut:
    """Answer with what the provider said; only `match` raises the level."""
    return VerificationOut.of(await verify_person(parts, Asked(caller, once), body.claim()))


@router.post(
    "/v1/estates/{estate_id}/cards",
    status_code=201,
    operation_id="claim_card",
    summary="申领业主卡 / Claim the card of a unit that one holds",
    responses=refusals(
        PROBLEMS,
        errors.SessionEnded,
        errors.EstateUnknown,
        errors.NotVerified,
        errors.RegisterMissing,
        errors.RegisterNotSignedOff,
        errors.UnitUnknown,
        errors.DeskCheckNeeded,
        errors.CardAlreadyIssued,
        errors.RegisterDiffers,
        errors.NotAnOwnerOfThisUnit,
        errors.TitleNotConfirmed,
        errors.VerificationLimitReached,
    ),
)
async def claim_card_(
    estate_id: EstateId,
    body: CardClaimIn,
    caller: Annotated[Caller, Depends(allow("verified"))],
    once: Annotated[Once, Depends(once_for(CardOut))],
    parts: PartsOf,
) -> CardOut:
    """Issue the card when the signed-off register lists the person."""
    asked = Asked(caller, once)
    return CardOut.of(await claim_card(parts, asked, estate_id=estate_id, place=body.place()))


@router.post(
    "/v1/estates/{estate_id}/cards/{card_id}/dependents",
    status_code=201,
    operation_id="issue_dependent_card",
    summary="发放附属卡 / Hang a family, tenant or other card on one's main card",
    responses=refusals(
        PROBLEMS,
        errors.SessionEnded,
        errors.CardUnknown,
        errors.CardNotOnline,
        errors.AccountUnknown,
        errors.HolderOfMainCard,
        errors.CardAlreadyIssued,
    ),
)
async def issue_dependent_card_(
    main: Annotated[tuple[str, str], Depends(main_card_named)],
    body: DependentIn,
    caller: Annotated[Caller, Depends(allow("verified"))],
    once: Annotated[Once, Depends(once_for(CardOut))],
    parts: PartsOf,
) -> CardOut:
    """Issue a card that never votes and ends with the main card."""
    asked, kind = Asked(caller, once), UserType(body.user_type)
    card = await issue_dependent_card(
        parts, asked, main, account_id=body.account_id, user_type=kind
    )
    return CardOut.of(card)
