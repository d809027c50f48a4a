"""Check what stands beside the leaves: cosignatures, witness policies, alarms, earlier checks."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from sqlalchemy import MetaData, Row, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.tlog import alarms, reports
from services.chassis.tlog.contents import Expected, Finding, rows_of
from services.chassis.tlog.findings import finding
from services.chassis.tlog.keys import EstateKeys
from services.chassis.tlog.policies import WitnessPolicy, read_policy
from services.chassis.tlog.tables import log_tables
from services.proofs.canonical import NotCanonical, read_canonical
from services.proofs.checkpoint import check_cosignature, read_checkpoint
from services.proofs.instants import rfc3339
from services.proofs.leaf import Kind, SignatureWrong, record_of
from services.proofs.note import read_signature_lines, read_verifier_key
from services.proofs.refuted import Refuted

_tables = log_tables(MetaData())
_policies, _checkpoints = _tables.witness_policies, _tables.checkpoints
_cosignatures, _alarms, _checks = _tables.cosignatures, _tables.alarms, _tables.checks


async def expected_policies(
    connection: AsyncConnection, estate_id: str
) -> AsyncIterator[Expected | Finding]:
    """Yield the leaf that each version of the witness policy must have."""
    query = select(_policies).where(_policies.c.estate_id == estate_id)
    number = 0
    async for row in rows_of(connection, query.order_by(_policies.c.position)):
        number += 1
        policy = _policy(row)
        if policy is None:
            yield finding("policy-unreadable", table="witness_policies", key=row.version)
        elif not policy.version == row.version == number:
            yield finding("policy-version-wrong", table="witness_policies", key=row.version)
        record = record_of(Kind.WITNESSES, estate_id, row.document)
        yield Expected(row.position, record, "witness_policies", str(row.version))


async def wrong_cosignatures(connection: AsyncConnection, estate_id: str) -> AsyncIterator[Finding]:
    """Yield what is wrong with the cosignatures of an estate's checkpoints."""
    chosen = await _witnesses(connection, estate_id)
    query = (
        select(_cosignatures, _checkpoints.c.note)
        .outerjoin(
            _checkpoints,
            and_(
                _checkpoints.c.estate_id == _cosignatures.c.estate_id,
                _checkpoints.c.size == _cosignatures.c.size,
            ),
        )
        .where(_cosignatures.c.estate_id == estate_id)
    )
    async for row in rows_of(connection, query):
        code = _wrong_cosignature(row, chosen)
        if code:
            key = f"{row.size} {row.witness}"
            yield finding(code, table="cosignatures", key=key)


async def wrong_alarms(
    connection: AsyncConnection, estate_id: str, keys: EstateKeys
) -> AsyncIterator[Finding]:
    """Yield the alarms whose rows are not what the service signed."""
    query = select(_alarms).where(_alarms.c.estate_id == estate_id)
    async for row in rows_of(connection, query):
        says = {
            "alarm_id": row.alarm_id,
            "estate_id": estate_id,
            "format": alarms.FORMAT,
            "kind": row.kind,
            "raised_at": rfc3339(row.raised_at),
        }
        if _signed_members(row, says, keys) is None:
            yield finding("alarm-wrong", table="alarms", key=row.alarm_id)


async def wrong_checks(
    connection: AsyncConnection, estate_id: str, keys: EstateKeys, size: int
) -> AsyncIterator[Finding]:
    """Yield what is wrong with earlier checks, and where they contradict what is there now."""
    query = select(_checks).where(_checks.c.estate_id == estate_id)
    async for row in rows_of(connection, query.order_by(_checks.c.checked_at)):
        says = {
            "check_id": str(row.check_id),
            "checked_at": rfc3339(row.checked_at),
            "estate_id": estate_id,
            "format": reports.FORMAT,
            "passed": row.passed,
        }
        written = _signed_members(row, says, keys)
        if written is None:
            yield finding("check-wrong", table="checks", key=row.check_id)
        elif row.passed:
            for one in await _contradictions(connection, estate_id, written, size):
                yield finding(one, table="checks", key=row.check_id)


async def _contradictions(
    connection: AsyncConnection, estate_id: str, written: Mapping[str, Any], size: int
) -> list[str]:
    if written["size"] > size:
        return ["log-shrank"]
    query = select(_checkpoints.c.root).where(
        _checkpoints.c.estate_id == estate_id, _checkpoints.c.size == written["size"]
    )
    roots = [root.hex() for root in await connection.scalars(query)]
    same = written["size"] == 0 or roots == [written["root"]]
    return [] if same else ["history-changed"]


def _policy(row: Row[Any]) -> WitnessPolicy | None:
    try:
        return read_policy(row.document)
    except (Refuted, UnicodeDecodeError):
        return None


async def _witnesses(connection: AsyncConnection, estate_id: str) -> frozenset[str]:
    query = select(_policies.c.document).where(_policies.c.estate_id == estate_id)
    policies = [_policy(row) for row in await connection.execute(query)]
    return frozenset(key.encoded() for one in policies if one for key in one.witnesses)


def _wrong_cosignature(row: Row[Any], chosen: frozenset[str]) -> str | None:
    if row.note is None:
        return "cosignature-stray"
    if row.witness not in chosen:
        return "witness-unknown"
    try:
        (line,) = read_signature_lines(row.line)
        check_cosignature(read_checkpoint(row.note), read_verifier_key(row.witness), line)
        same = line.encoded() == row.line and line.by(read_verifier_key(row.witness))
    except (Refuted, ValueError):
        same = False
    return None if same else "cosignature-wrong"


def _signed_members(
    row: Row[Any], says: Mapping[str, Any], keys: EstateKeys
) -> Mapping[str, Any] | None:
    """Return the members of a signed document that says what its row says, or none."""
    try:
        keys.check_statement(row.document, row.signature)
        written = read_canonical(row.document)
    except (SignatureWrong, NotCanonical):
        return None
    agrees = isinstance(written, dict) and says.items() <= written.items()
    return written if isinstance(written, dict) and agrees else None
