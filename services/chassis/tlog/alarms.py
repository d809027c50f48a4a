"""Alarms: what was found that no honest log shows, with the evidence, signed, for ever.

An alarm's id follows from its evidence, so repeating what was found does not add another.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import MetaData, Row, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.telemetry import log
from services.chassis.tlog.keys import EstateKeys
from services.chassis.tlog.tables import log_tables
from services.proofs.canonical import canonical
from services.proofs.instants import rfc3339

_alarms = log_tables(MetaData()).alarms
FORMAT = "owner-card/log-alarm@v1"


class AlarmKind(StrEnum):
    """What an alarm is about."""

    FORKED = "log-forked"  # a checkpoint of ours is not in our history
    WITNESS_REFUSED = "witness-refused"  # a witness holds another history
    CHECK_FAILED = "check-failed"  # what is stored contradicts itself or its signatures


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm as it is kept; `document` is canonical JSON and holds the evidence."""

    alarm_id: str
    kind: AlarmKind
    raised_at: datetime
    document: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an alarm rests on; `about` alone makes its id."""

    kind: AlarmKind
    about: str
    facts: Mapping[str, Any]


async def raise_alarm(
    connection: AsyncConnection,
    estate_id: str,
    evidence: Evidence,
    *,
    keys: EstateKeys,
    at: datetime,
) -> Alarm:
    """Record an alarm and say so in the process's log, or return the one that was raised before."""
    alarm_id = hashlib.sha256(f"{evidence.kind}\n{evidence.about}".encode()).hexdigest()
    document = alarm_document(estate_id, alarm_id, evidence, at)
    values = {
        "estate_id": estate_id,
        "alarm_id": alarm_id,
        "kind": evidence.kind.value,
        "raised_at": at,
        "document": document,
        "signature": keys.sign_statement(document),
    }
    added = insert(_alarms).values(values).on_conflict_do_nothing().returning(_alarms.c.alarm_id)
    if (await connection.execute(added)).one_or_none() is not None:
        facts = {"estate": estate_id, "alarm": alarm_id, "kind": evidence.kind.value}
        log.error("log alarm", extra=facts)
    query = select(_alarms).where(_alarms.c.estate_id == estate_id, _alarms.c.alarm_id == alarm_id)
    return alarm_of((await connection.execute(query)).one())


def alarm_document(estate_id: str, alarm_id: str, evidence: Evidence, at: datetime) -> bytes:
    """Return the canonical bytes that are signed."""
    return canonical(
        {
            "alarm_id": alarm_id,
            "estate_id": estate_id,
            "evidence": dict(evidence.facts),
            "format": FORMAT,
            "kind": evidence.kind.value,
            "raised_at": rfc3339(at),
        }
    )


def alarm_of(row: Row[Any]) -> Alarm:
    """Return the alarm that a row keeps."""
    return Alarm(row.alarm_id, AlarmKind(row.kind), row.raised_at, row.document, row.signature)


async def newest(
    connection: AsyncConnection, estate_id: str, *, before: str | None, limit: int
) -> list[Alarm]:
    """Return alarms of an estate, newest first; `before` is the id of the last one seen."""
    query = select(_alarms).where(_alarms.c.estate_id == estate_id)
    if before is not None:
        seen = select(_alarms.c.raised_at, _alarms.c.alarm_id).where(
            _alarms.c.estate_id == estate_id, _alarms.c.alarm_id == before
        )
        query = query.where(
            tuple_(_alarms.c.raised_at, _alarms.c.alarm_id) < seen.scalar_subquery()
        )
    query = query.order_by(_alarms.c.raised_at.desc(), _alarms.c.alarm_id.desc()).limit(limit)
    return [alarm_of(row) for row in await connection.execute(query)]
