"""What a check found, as a signed document that stays."""

import uuid
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import MetaData, Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.tlog.contents import Finding
from services.chassis.tlog.keys import EstateKeys
from services.chassis.tlog.tables import log_tables
from services.proofs.canonical import canonical
from services.proofs.instants import rfc3339

_checks = log_tables(MetaData()).checks
FORMAT = "owner-card/log-check@v1"
FINDINGS_MAX = 100


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check of one estate's log found.

    `findings` holds the first hundred; `found` counts all of them.
    """

    estate_id: str
    checked_at: datetime
    size: int
    root: bytes
    found: int
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return self.found == 0


@dataclass(frozen=True, slots=True)
class KeptCheck:
    """A check as it is kept; `document` is canonical JSON and says everything."""

    check_id: str
    checked_at: datetime
    passed: bool
    document: bytes
    signature: bytes


class Findings:
    """Findings as they come: all counted, the first ones kept."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[Finding] = []

    def add(self, findings: Iterable[Finding]) -> None:
        """Take some in."""
        for one in findings:
            self.count += 1
            if len(self.first) < FINDINGS_MAX:
                self.first.append(one)

    async def draw(self, findings: AsyncIterator[Finding]) -> None:
        """Take in all that come."""
        async for one in findings:
            self.add([one])


def written(finding: Finding) -> dict[str, object]:
    """Return a finding as documents write it; what does not apply is absent."""
    members = {name: getattr(finding, name) for name in Finding.__slots__}
    return {name: value for name, value in members.items() if value is not None}


async def keep(connection: AsyncConnection, report: CheckReport, keys: EstateKeys) -> KeptCheck:
    """Sign a report and keep it."""
    check_id = str(uuid.uuid4())
    document = canonical(
        {
            "check_id": check_id,
            "checked_at": rfc3339(report.checked_at),
            "estate_id": report.estate_id,
            "findings": [written(one) for one in report.findings],
            "format": FORMAT,
            "found": report.found,
            "passed": report.passed,
            "root": report.root.hex(),
            "size": report.size,
        }
    )
    kept = KeptCheck(
        check_id, report.checked_at, report.passed, document, keys.sign_statement(document)
    )
    await connection.execute(
        insert(_checks).values(
            estate_id=report.estate_id,
            check_id=kept.check_id,
            checked_at=kept.checked_at,
            passed=kept.passed,
            document=kept.document,
            signature=kept.signature,
        )
    )
    return kept


async def newest(connection: AsyncConnection, estate_id: str, *, limit: int) -> list[KeptCheck]:
    """Return the newest checks of an estate, newest first."""
    query = (
        select(_checks)
        .where(_checks.c.estate_id == estate_id)
        .order_by(_checks.c.checked_at.desc(), _checks.c.check_id)
        .limit(limit)
    )
    return [_kept(row) for row in await connection.execute(query)]


def _kept(row: Row[Any]) -> KeptCheck:
    return KeptCheck(str(row.check_id), row.checked_at, row.passed, row.document, row.signature)
