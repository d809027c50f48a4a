"""Give a verified person the main card of a unit that he holds."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from services.chassis.database import Connection
from services.identity.actions.parts import Asked, Parts
from services.identity.domain.account import Actor
from services.identity.domain.answers import Answer, SourceAnswer, settled
from services.identity.domain.card import Card, main_card, masked_room
from services.identity.domain.errors import (
    CardAlreadyIssued,
    DeskCheckNeeded,
    NotAnOwnerOfThisUnit,
    NotVerified,
    RegisterDiffers,
    RegisterMissing,
    RegisterNotSignedOff,
    TitleNotConfirmed,
    UnitUnknown,
    VerificationLimitReached,
)
from services.identity.domain.estate import Estate
from services.identity.domain.sign_in import VERIFICATIONS_MAX
from services.identity.domain.unit import Holder, Place
from services.identity.store import accounts, cards, estates, proofs, register_reads
from services.identity.store.register_reads import ListedUnit
from services.identity.store.sealed_register import document_index


@dataclass(frozen=True)
class _Claim:
    """A proved person, the unit he claims, and the name under which it lists him."""

    actor: Actor
    party_id: str
    holder: Holder
    estate: Estate
    unit: ListedUnit
    registered_name: str | None


async def claim_card(parts: Parts, asked: Asked, *, estate_id: str, place: Place) -> Card:
    """Issue the card when the signed-off register lists the person as a holder of the unit.

    The title registry is asked only when the register does not list him (HZ 13). It never makes a
    card by itself: a match opens a case, because register and title then differ. What it said is
    kept, in a transaction of its own, before the claim is refused.

    Raises:
        NotVerified: the account is nobody yet.
        RegisterMissing: nothing was imported.
        RegisterNotSignedOff: nothing may rest on the register yet.
        UnitUnknown: the register has no such unit.
        DeskCheckNeeded: the unit is developer's stock.
        CardAlreadyIssued: he holds this card.
        VerificationLimitReached: the registry denied too many of his claims today.
        RegisterDiffers: the register and the person's name or title contradict each other.
        NotAnOwnerOfThisUnit: neither names him.
        TitleNotConfirmed: the title registry could not tell.
    """
    now = parts.clock.now()
    async with parts.begin(asked.once) as connection:
        claim = await _claim(parts, connection, asked, estate_id=estate_id, place=place)
        if claim.registered_name == claim.holder.name:
            return await asked.once.keep(connection, await _issued(connection, claim, now))
        if await _is_guessing(connection, claim, now):
            raise VerificationLimitReached
    answer = await _title(parts, claim) if claim.registered_name is None else None
    async with parts.begin(asked.once) as connection:
        await proofs.lock_claims_of(connection, claim.actor.account_id)
        # Counted again: of claims made at once, each was the first when it began.
        guessing = await _is_guessing(connection, claim, now)
        await _record(parts, connection, claim, answer=answer, now=now)
    raise VerificationLimitReached if guessing else _refusal(answer)


async def _claim(
    parts: Parts, connection: Connection, asked: Asked, *, estate_id: str, place: Place
) -> _Claim:
    actor = await accounts.acting(connection, asked.caller.session)
    proved = await accounts.proved_name(connection, actor.account_id, sealer=parts.sealer)
    if actor.party_id is None or proved is None:
        raise NotVerified
    estate = await estates.with_id(connection, estate_id)
    await cards.await_register(connection, estate_id, changing=False)
    unit = await _claimable(connection, estate_id, place)
    registered = await register_reads.registered_name(
        connection, unit, party_id=actor.party_id, sealer=parts.sealer
    )
    document = await register_reads.document_of(connection, actor.party_id, sealer=parts.sealer)
    return _Claim(actor, actor.party_id, Holder(proved, document), estate, unit, registered)


async def _claimable(connection: Connection, estate_id: str, place: Place) -> ListedUnit:
    register = await estates.current_register(connection, estate_id)
    if register is None:
        raise RegisterMissing
    if register.signed_off is None:
        raise RegisterNotSignedOff
    unit = await register_reads.unit_at(
        connection, estate_id, version=register.version, place=place
    )
    if unit is None:
        raise UnitUnknown
    if unit.delivery.developer_stock:
        raise DeskCheckNeeded
    return unit


async def _issued(connection: Connection, claim: _Claim, now: datetime) -> Card:
    place = claim.unit.place
    card = main_card(
        str(uuid4()),
        estate=(claim.estate.estate_id, claim.estate.zone),
        room=(claim.unit.unit_id, masked_room(place.building, place.stairwell, place.room)),
        now=now,
    )
    account_id = claim.actor.account_id
    if not await cards.add(connection, card, account_id=account_id, party_id=claim.party_id):
        raise CardAlreadyIssued
    return card


async def _is_guessing(connection: Connection, claim: _Claim, now: datetime) -> bool:
    window, limit = VERIFICATIONS_MAX
    denied = await proofs.count_denials(
        connection, claim.actor.account_id, source=proofs.PROPERTY_REGISTRY, since=now - window
    )
    return denied >= limit


async def _title(parts: Parts, claim: _Claim) -> SourceAnswer:
    answer = await parts.property_registry.match(
        claim.holder, unit_code=claim.unit.unit_code, reference=str(uuid4())
    )
    return settled(answer, now=parts.clock.now())


async def _record(
    parts: Parts,
    connection: Connection,
    claim: _Claim,
    *,
    answer: SourceAnswer | None,
    now: datetime,
) -> None:
    """Keep what the registry said, and the contradiction if there is one."""
    answer_id = None
    if answer is not None:
        answer_id = str(uuid4())
        question = proofs.Question(
            answer_id=answer_id,
            source=proofs.PROPERTY_REGISTRY,
            account_id=claim.actor.account_id,
            document_index=document_index(parts.sealer, claim.holder.document),
            unit_id=claim.unit.unit_id,
            asked_at=now,
        )
        await proofs.add_answer(connection, question, answer)
    if answer is None or answer.answer is Answer.MATCH:
        case = proofs.Case(
            case_id=str(uuid4()),
            estate_id=claim.estate.estate_id,
            unit_id=claim.unit.unit_id,
            party_id=claim.party_id,
            account_id=claim.actor.account_id,
            kind="NAME_DIFFERS" if answer is None else "HOLDER_NOT_LISTED",
            answer_id=answer_id,
        )
        await proofs.open_case(connection, case, now=now)


def _refusal(answer: SourceAnswer | None) -> Exception:
    if answer is None or answer.answer is Answer.MATCH:
        return RegisterDiffers()
    if answer.answer is Answer.NO_MATCH:
        return NotAnOwnerOfThisUnit()
    return TitleNotConfirmed(answer=answer.answer.value)
