"""What outside sources answered, what was proved by it, and where it contradicts the register."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from services.chassis.database import Connection
from services.identity.domain.answers import Answer, SourceAnswer
from services.identity.store.tables import discrepancy_cases, provider_answers, verifications

REAL_NAME = "REAL_NAME"
PROPERTY_REGISTRY = "PROPERTY_REGISTRY"


@dataclass(frozen=True, slots=True)
class Question:
    """Who asked which source about whom, and about which unit."""

    answer_id: str
    source: str
    account_id: str
    document_index: bytes
    unit_id: str | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class ClaimedPerson:
    """A claim to be somebody, as it is kept whatever the answer was."""

    verification_id: str
    question: Question
    consent_version: str
    document_type: str
    name_sealed: bytes


@dataclass(frozen=True, slots=True)
class Case:
    """A contradiction between the register and a person's title, waiting for people to settle."""

    case_id: str
    estate_id: str
    unit_id: str
    party_id: str
    account_id: str
    kind: str
    answer_id: str | None


async def add_answer(connection: Connection, question: Question, answer: SourceAnswer) -> None:
    """Keep one answer of one source."""
    statement = insert(provider_answers).values(
        id=question.answer_id,
        source=question.source,
        provider=answer.provider,
        answer=answer.answer.value,
        reference=answer.reference,
        as_of=answer.as_of,
        expires_at=answer.expires_at,
        asked_at=question.asked_at,
        account_id=question.account_id,
        document_index=question.document_index,
        unit_id=question.unit_id,
    )
    await connection.execute(statement)


async def lock_claims_of(connection: Connection, account_id: str) -> None:
    """Let the answers about other claims of this account wait for this transaction."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:account, 4))")
    await connection.execute(lock, {"account": account_id})


async def count_denials(
    connection: Connection, account_id: str, *, source: str, since: datetime
) -> int:
    """Return how often a source denied what an account claimed: the measure of guessing."""
    denied = (Answer.NO_MATCH.value, Answer.INCONCLUSIVE.value)
    query = select(func.count()).where(
        provider_answers.c.account_id == account_id,
        provider_answers.c.source == source,
        provider_answers.c.asked_at > since,
        provider_answers.c.answer.in_(denied),
    )
    found: int = (await connection.execute(query)).scalar_one()
    return found


async def add_verification(connection: Connection, claim: ClaimedPerson) -> None:
    """Keep that somebody claimed to be a person, under which consent, with which answer."""
    statement = insert(verifications).values(
        id=claim.verification_id,
        account_id=claim.question.account_id,
        provider_answer_id=claim.question.answer_id,
        consent_version=claim.consent_version,
        document_type=claim.document_type,
        name_sealed=claim.name_sealed,
        made_at=claim.question.asked_at,
    )
    await connection.execute(statement)


async def open_case(connection: Connection, case: Case, *, now: datetime) -> None:
    """Open a case, once for each unit, person and kind of contradiction."""
    statement = upsert(discrepancy_cases).values(
        id=case.case_id,
        estate_id=case.estate_id,
        unit_id=case.unit_id,
        party_id=case.party_id,
        account_id=case.account_id,
        kind=case.kind,
        provider_answer_id=case.answer_id,
        opened_at=now,
    )
    await connection.execute(statement.on_conflict_do_nothing())
