"""Publish a half-year (HZ 30), or a further version of it after entries were added to it."""

import hashlib
import uuid

from services.chassis.once import Once
from services.chassis.tlog import append
from services.ledger.actions.parts import Parts
from services.ledger.actions.sum_half_year import sum_half_year
from services.ledger.domain.document import LoggedDocument, statement_bytes
from services.ledger.domain.period import HalfYear
from services.ledger.domain.reading import LoggedStatement
from services.ledger.domain.statement import check_ended, next_version
from services.ledger.store import entries, statements
from services.proofs.leaf import Kind


async def publish_statement(
    parts: Parts, once: Once, estate_id: str, period: HalfYear
) -> LoggedStatement:
    """Log the half-year as its entries say now; from then on it can only be superseded.

    Raises:
        PeriodUnknown: the ledger begins after it.
        PeriodNotEnded: it is not over.
        StatementUnchanged: the newest version says the same.
    """
    async with parts.begin(once) as connection:
        head = await append.lock(connection, estate_id)
        at = head.instant(parts.now())
        check_ended(period, parts.day_of(at))
        newest = await statements.newest(connection, estate_id, period)
        published = next_version(
            await sum_half_year(connection, estate_id, period),
            newest.published if newest else None,
            statement_id=str(uuid.uuid4()),
            entries_count=await entries.last_number(connection, estate_id),
            published_at=at,
        )
        document = statement_bytes(estate_id, published, published_by=once.caller)
        keys = parts.log_keys.of(estate_id)
        leaf = keys.sign_content(Kind.STATEMENT, published.statement_id, document)
        made = await append.append(connection, head, [leaf], keys=keys, at=at)
        logged = LoggedDocument(document, made.first)
        await statements.add(
            connection, estate_id, published, published_by=once.caller, logged=logged
        )
        sha256 = hashlib.sha256(document).hexdigest()
        return await once.keep(connection, LoggedStatement(published, sha256, made.first))
