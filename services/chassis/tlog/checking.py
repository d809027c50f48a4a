"""The checker: replays an estate's log against everything that is stored about it.

    await snapshot(connection)                                      one picture, nothing is written
    report = await check_estate(connection, estate_id, keys, contents, at)
    kept = await check_and_keep(parts, estate_id, contents)         what the route does
    await check_all(parts, contents, older_than)                    what the background does

A service implements `contents.Contents` (with `Expected`, `Finding`, `rows_of` and `in_order`) and
hands it to `log_router` and to `background.log_work`.
"""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.once import Once
from services.chassis.telemetry import log
from services.chassis.tlog import estates, reports, vouching
from services.chassis.tlog.alarms import AlarmKind, Evidence, raise_alarm
from services.chassis.tlog.contents import Contents, guarded
from services.chassis.tlog.findings import unreadable
from services.chassis.tlog.keys import EstateKeys
from services.chassis.tlog.parts import KeepsLogs
from services.chassis.tlog.reports import CheckReport, Findings, KeptCheck
from services.chassis.tlog.walking import walk
from services.proofs.canonical import canonical

_SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('log checks', 0))")
_IN_ALARM_MAX = 10


async def snapshot(connection: AsyncConnection) -> None:
    """Make the transaction that was just begun one unmoving picture that cannot be written to."""
    await connection.execute(_SNAPSHOT)


async def check_estate(
    connection: AsyncConnection,
    estate_id: str,
    keys: EstateKeys,
    contents: Contents,
    at: datetime,
) -> CheckReport:
    """Check an estate's log in the transaction of `connection`, which must be a `snapshot`."""
    found = Findings()
    replay = await walk(connection, estate_id, keys, contents, found)
    await found.draw(vouching.wrong_cosignatures(connection, estate_id))
    await found.draw(vouching.wrong_alarms(connection, estate_id, keys))
    await found.draw(vouching.wrong_checks(connection, estate_id, keys, replay.size))
    await found.draw(guarded(contents.further(connection, estate_id, keys), unreadable))
    root = replay.range.root()
    return CheckReport(estate_id, at, replay.size, root, found.count, tuple(found.first))


async def check_and_keep(
    parts: KeepsLogs, estate_id: str, contents: Contents, once: Once | None = None
) -> KeptCheck:
    """Check an estate's log, keep the signed report, and raise an alarm if it did not pass."""
    keys = parts.log_keys.of(estate_id)
    async with parts.begin() as connection:
        await snapshot(connection)
        at = parts.clock.now()
        report = await check_estate(connection, estate_id, keys, contents, at)
    async with parts.begin(once) as connection:
        kept = await reports.keep(connection, report, keys)
        if not report.passed:
            evidence = _evidence(report, kept.check_id)
            await raise_alarm(connection, estate_id, evidence, keys=keys, at=at)
        return await once.keep(connection, kept) if once else kept


async def check_all(parts: KeepsLogs, contents: Contents, older_than: timedelta) -> None:
    """Check each estate whose last check is `older_than` this, if no other process is at it."""
    async with parts.begin() as holding:
        if not (await holding.execute(_TRY_LOCK)).scalar_one():
            return
        since = parts.clock.now() - older_than
        async with parts.begin() as connection:
            due = await estates.not_checked_since(connection, since)
        for estate_id in due:
            try:
                await check_and_keep(parts, estate_id, contents)
            except Exception as failed:  # noqa: BLE001 - one log must not keep the others unchecked
                facts = {"estate": estate_id, "kind": type(failed).__name__}
                log.error("log not checked", extra=facts, exc_info=failed)


def _evidence(report: CheckReport, check_id: str) -> Evidence:
    """Return the alarm's evidence; the same findings again raise no further alarm."""
    findings = [reports.written(one) for one in report.findings]
    facts = {
        "check_id": check_id,
        "findings": findings[:_IN_ALARM_MAX],
        "found": report.found,
        "size": report.size,
    }
    return Evidence(AlarmKind.CHECK_FAILED, canonical(findings).decode(), facts)
