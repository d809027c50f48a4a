"""What voting's logs must hold, derived anew from the rows for the checker to compare."""

from collections.abc import AsyncIterator

from services.chassis.database import Connection
from services.chassis.tlog.contents import Expected, Finding, in_order
from services.chassis.tlog.keys import EstateKeys
from services.proofs.leaf import Kind
from services.voting.store.checked_announcements import expected_announcements
from services.voting.store.checked_results import expected_results, recounted_results
from services.voting.store.checked_rows import stray_rows, unfounded_keys
from services.voting.store.checked_votes import expected_votes


class VotingContents:
    """The contents of voting's logs."""

    kinds = frozenset(
        {Kind.BALLOT, Kind.RULES, Kind.ELECTORATE, Kind.SCHEDULE, Kind.VOTE, Kind.RESULT}
    )

    async def expected(
        self, connection: Connection, estate_id: str, _keys: EstateKeys
    ) -> AsyncIterator[Expected | Finding]:
        """Yield what every leaf must be, in the order of positions."""
        merged = in_order(
            expected_announcements(connection, estate_id),
            expected_votes(connection, estate_id),
            expected_results(connection, estate_id),
        )
        async for one in merged:
            yield one

    async def further(
        self, connection: Connection, estate_id: str, _keys: EstateKeys
    ) -> AsyncIterator[Finding]:
        """Yield rows that belong to nothing, keys that nobody attested, results that are wrong."""
        for findings in (
            stray_rows(connection, estate_id),
            unfounded_keys(connection, estate_id),
            recounted_results(connection, estate_id),
        ):
            async for one in findings:
                yield one
