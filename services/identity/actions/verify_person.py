"""Prove by the real-name provider who stands behind an account."""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from services.chassis.database import Connection
from services.chassis.sheets import fold
from services.identity.actions.parts import Asked, Parts
from services.identity.domain.account import Actor, PersonClaim, Verification
from services.identity.domain.answers import Answer, SourceAnswer, assurance_level, settled
from services.identity.domain.documents import Document, canonical_number, fault_in
from services.identity.domain.errors import (
    AccountAlreadyVerified,
    DeskCheckNeeded,
    DocumentNumberWrong,
    PersonAlreadyVerified,
    VerificationLimitReached,
)
from services.identity.domain.names import canonical_name
from services.identity.domain.sign_in import VERIFICATIONS_MAX
from services.identity.domain.unit import Holder
from services.identity.store import accounts, proofs, register_writes
from services.identity.store.sealed_register import SealedParty, sealed_party


async def verify_person(parts: Parts, asked: Asked, claim: PersonClaim) -> Verification:
    """Ask the provider, keep its answer whatever it is, and link account and person on a match.

    Two transactions, because the provider is asked between them: the first finds out whether it
    may be asked at all (and whether this very request was answered before), the second writes. It
    counts the denials again: of claims made at once, each was the first when it began.

    Raises:
        DeskCheckNeeded: an organisation cannot be proved by phone.
        DocumentNumberWrong: the number cannot be one.
        AccountAlreadyVerified: the account is somebody already.
        VerificationLimitReached: too many claims of this account were denied today.
        PersonAlreadyVerified: another account is this person.
    """
    now = parts.clock.now()
    holder = _holder(claim, now)
    async with parts.begin(asked.once) as connection:
        actor = await accounts.acting(connection, asked.caller.session)
        if actor.party_id is not None:
            raise AccountAlreadyVerified
        if await _is_guessing(connection, actor, now):
            raise VerificationLimitReached
    answer = await parts.real_name.check(holder, reference=str(uuid4()))
    answer = settled(answer, now=now)
    party = sealed_party(parts.sealer, holder.document)
    kept = _kept(parts, claim, actor, party, now)
    async with parts.begin(asked.once) as connection:
        linked, refusal = await _recorded(connection, actor, party, kept=kept, answer=answer)
        if refusal is None:
            level = assurance_level(verified=linked, holds_card=False)
            return await asked.once.keep(
                connection, Verification(kept.verification_id, answer.answer.value, level)
            )
    # After the commit: the provider's answer stays on file although nothing came of it.
    raise refusal


def _holder(claim: PersonClaim, now: datetime) -> Holder:
    if claim.document_type.of_organisation:
        raise DeskCheckNeeded
    document = Document(claim.document_type, canonical_number(fold(claim.document_number)))
    fault = fault_in(document, today=now.date())
    if fault is not None:
        raise DocumentNumberWrong(fault=fault.value)
    return Holder(canonical_name(fold(claim.name)), document)


async def _is_guessing(connection: Connection, actor: Actor, now: datetime) -> bool:
    window, limit = VERIFICATIONS_MAX
    denied = await proofs.count_denials(
        connection, actor.account_id, source=proofs.REAL_NAME, since=now - window
    )
    return denied >= limit


def _kept(
    parts: Parts, claim: PersonClaim, actor: Actor, party: SealedParty, now: datetime
) -> proofs.ClaimedPerson:
    verification_id = str(uuid4())
    name = canonical_name(fold(claim.name))
    return proofs.ClaimedPerson(
        verification_id=verification_id,
        question=proofs.Question(
            answer_id=str(uuid4()),
            source=proofs.REAL_NAME,
            account_id=actor.account_id,
            document_index=party.document_index,
            unit_id=None,
            asked_at=now,
        ),
        consent_version=claim.consent_version,
        document_type=claim.document_type.value,
        name_sealed=parts.sealer.seal(name, context=f"verifications/name/{verification_id}"),
    )


async def _recorded(
    connection: Connection,
    actor: Actor,
    party: SealedParty,
    *,
    kept: proofs.ClaimedPerson,
    answer: SourceAnswer,
) -> tuple[bool, type[Exception] | None]:
    """Keep the answer; return whether account and person are one now, or why they cannot be."""
    now = kept.question.asked_at
    await proofs.lock_claims_of(connection, actor.account_id)
    guessing = await _is_guessing(connection, actor, now)
    await proofs.add_answer(connection, kept.question, answer)
    await proofs.add_verification(connection, kept)
    if guessing:
        return False, VerificationLimitReached
    if answer.answer is not Answer.MATCH:
        return False, None
    party_ids = await register_writes.ensure_parties(connection, (party,), now=now)
    person = replace(actor, party_id=party_ids[party.document_index])
    verification_id = kept.verification_id
    linked = await accounts.link(connection, person, verification_id=verification_id, now=now)
    return linked, None if linked else PersonAlreadyVerified
