"""Collect cosignatures: the client of C2SP tlog-witness, against the witnesses of each estate.

A witness that is away holds nobody up: each has its own deadline, and the next round asks again.
No transaction is open while one is asked.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from sqlalchemy import MetaData, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.telemetry import log
from services.chassis.tlog.alarms import AlarmKind, Evidence, raise_alarm
from services.chassis.tlog.asking import Errand, HistoryRefused, ask
from services.chassis.tlog.parts import KeepsLogs
from services.chassis.tlog.policies import policy_in_force
from services.chassis.tlog.publishing import newest_checkpoint
from services.chassis.tlog.tables import log_tables
from services.chassis.tlog.witnesses import DEADLINE_SECONDS
from services.proofs.checkpoint import cosignature_parts
from services.proofs.note import SignatureLine
from services.proofs.refuted import Refuted
from services.proofs.witness import NotAnAnswer

_tables = log_tables(MetaData())
_policies, _cosignatures = _tables.witness_policies, _tables.cosignatures
ESTATES_AT_ONCE = 4
AHEAD_MAX = timedelta(minutes=5)
"""How far a witness's clock may be ahead of ours."""
_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('log witnesses', 0))")


@dataclass(frozen=True, slots=True)
class Collected:
    """What asking an estate's witnesses brought: the size they were asked for, and whose word."""

    size: int
    cosigned: tuple[str, ...]
    missing: tuple[str, ...]


async def collect_all(parts: KeepsLogs) -> None:
    """Collect for every estate that chose witnesses, if no other process is at it."""
    async with parts.begin() as holding:
        if not (await holding.execute(_TRY_LOCK)).scalar_one():
            return
        async with parts.begin() as connection:
            query = select(_policies.c.estate_id).distinct().order_by(_policies.c.estate_id)
            estates = list(await connection.scalars(query))
        slots = asyncio.Semaphore(ESTATES_AT_ONCE)
        away: set[str] = set()

        async def one(estate_id: str) -> None:
            async with slots:
                await _collect(parts, estate_id, away)

        failed = await asyncio.gather(*map(one, estates), return_exceptions=True)
    for estate_id, failure in zip(estates, failed, strict=True):
        if isinstance(failure, Exception):
            facts = {"estate": estate_id, "kind": type(failure).__name__}
            log.error("cosignatures not collected", extra=facts, exc_info=failure)


async def collect(parts: KeepsLogs, estate_id: str) -> Collected:
    """Ask each witness of an estate's policy that has not cosigned the newest checkpoint yet.

    Raises:
        LogUnknown: the estate has no log.
    """
    return await _collect(parts, estate_id, set())


async def _collect(parts: KeepsLogs, estate_id: str, away: set[str]) -> Collected:
    """Collect for one estate; who is `away` in this round is not asked again for every estate."""
    errands, cosigned, size = await _errands(parts, estate_id)
    asked = [one for one in errands if one.witness.name not in away]
    answers = await asyncio.gather(*(_run(parts, errand, away) for errand in asked))
    fresh = [one.witness.name for one, right in zip(asked, answers, strict=True) if right]
    missing = {one.witness.name for one in errands} - set(fresh)
    return Collected(size, tuple(sorted((*cosigned, *fresh))), tuple(sorted(missing)))


async def _errands(parts: KeepsLogs, estate_id: str) -> tuple[list[Errand], list[str], int]:
    async with parts.begin() as connection:
        checkpoint = await newest_checkpoint(connection, estate_id)
        policy = await policy_in_force(connection, estate_id)
        latest = await _latest(connection, estate_id)
    errands: list[Errand] = []
    cosigned: list[str] = []
    for key in policy.witnesses if policy else ():
        known_size = latest.get(key.encoded(), 0)
        known = parts.witnesses.known.get(key.name)
        if known_size == checkpoint.size:
            cosigned.append(key.name)
        elif known is None or known.key != key:
            log.warning("witness no longer known", extra={"witness": key.name})
        else:
            # A cosignature beyond the newest checkpoint: another process was faster, or the log was
            # cut. The witness will say which.
            stands = min(known_size, checkpoint.size)
            errands.append(Errand(estate_id, checkpoint, known, stands))
    return errands, cosigned, checkpoint.size


async def _latest(connection: AsyncConnection, estate_id: str) -> dict[str, int]:
    """Return the largest size that each witness cosigned."""
    query = (
        select(_cosignatures.c.witness, func.max(_cosignatures.c.size).label("size"))
        .where(_cosignatures.c.estate_id == estate_id)
        .group_by(_cosignatures.c.witness)
    )
    return {row.witness: row.size for row in await connection.execute(query)}


async def _run(parts: KeepsLogs, errand: Errand, away: set[str]) -> bool:
    """Have a checkpoint cosigned and keep the cosignature; return whether that was done."""
    name = errand.witness.name
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            line = await ask(parts, errand)
            _check_time(line, parts.clock.now())
    except HistoryRefused as refused:
        await _raise_refusal(parts, errand, refused)
        return False
    except (httpx.HTTPError, TimeoutError) as failed:
        log.warning("witness away", extra={"witness": name, "cause": repr(failed)})
        away.add(name)
        return False
    except Refuted as failed:
        log.warning("witness not understood", extra={"witness": name, "cause": repr(failed)})
        return False
    await _keep(parts, errand, line)
    return True


def _check_time(line: SignatureLine, now: datetime) -> None:
    posix_time, _ = cosignature_parts(line)
    if not 0 < posix_time <= (now + AHEAD_MAX).timestamp():
        raise NotAnAnswer("a cosignature of a time to come, or of none")


async def _keep(parts: KeepsLogs, errand: Errand, line: SignatureLine) -> None:
    values = {
        "estate_id": errand.estate_id,
        "size": errand.checkpoint.size,
        "witness": errand.witness.key.encoded(),
        "line": line.encoded(),
        "received_at": parts.clock.now(),
    }
    async with parts.begin() as connection:
        await connection.execute(insert(_cosignatures).values(values).on_conflict_do_nothing())


async def _raise_refusal(parts: KeepsLogs, errand: Errand, refused: HistoryRefused) -> None:
    """Record that a witness holds another history; where it stands makes the alarm, once."""
    witness = errand.witness.key.encoded()
    facts = {
        "checkpoint": errand.checkpoint.encoded(),
        "status": refused.status,
        "witness": witness,
        "witness_size": refused.size,
    }
    evidence = Evidence(AlarmKind.WITNESS_REFUSED, f"{witness}\n{refused.size}", facts)
    keys = parts.log_keys.of(errand.estate_id)
    async with parts.begin() as connection:
        at = parts.clock.now()
        await raise_alarm(connection, errand.estate_id, evidence, keys=keys, at=at)
