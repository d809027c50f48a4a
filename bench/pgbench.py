"""`pgbench` beside the appender: the same rows on the same tables, one transaction a vote."""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from migrations import prepare
from services.chassis.embedded import Cluster, binaries

_DATABASE = "voting_pgbench"
_ENTRIES = 400_000
_ESTATE = "11111111-1111-4111-8111-111111111111"
_BALLOT = "22222222-2222-4222-8222-222222222222"
_RATE = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_DOCUMENT = "repeat('x', 330)::bytea"

# What one vote asks, whichever way it is stored.
_ASK = f"""
SELECT nextval('vote_number') AS number \\gset
SELECT (SELECT area_centi FROM electorate_entries WHERE estate_id = '{_ESTATE}'
          AND ballot_id = '{_BALLOT}' AND entry_id = md5(:number::text)::uuid),
       EXISTS (SELECT FROM entry_holders WHERE estate_id = '{_ESTATE}'
          AND ballot_id = '{_BALLOT}' AND holder = 'owner ' || :number
          AND entry_id = md5(:number::text)::uuid),
       EXISTS (SELECT FROM votes WHERE estate_id = '{_ESTATE}' AND ballot_id = '{_BALLOT}'
          AND entry_id = md5(:number::text)::uuid);
"""

# What one vote writes at `:position`.
_WRITE = f"""
INSERT INTO leaves (estate_id, position, kind, subject, sha256, signature, public_key, hash)
VALUES ('{_ESTATE}', :position, 'vote', '{_BALLOT}', sha256(:number::text::bytea),
        decode(repeat('ab', 64), 'hex'), sha256(:number::text::bytea),
        sha256(:number::text::bytea));
INSERT INTO votes (estate_id, vote_id, ballot_id, entry_id, area_centi, channel, cast_by, position,
                   cast_at, document, document_sha256)
VALUES ('{_ESTATE}', gen_random_uuid(), '{_BALLOT}', md5(:number::text)::uuid, 8000, 'PHONE',
        'owner ' || :number, :position, now(), {_DOCUMENT}, sha256(:number::text::bytea));
INSERT INTO device_keys (estate_id, public_key, capacity, holder, document, signature,
                         first_used_at)
VALUES ('{_ESTATE}', sha256(:number::text::bytea), 'OWNER', 'owner ' || :number,
        repeat('x', 300)::bytea, decode(repeat('ab', 64), 'hex'), now()) ON CONFLICT DO NOTHING;
"""

HEAD_ROW = (
    "BEGIN;\n"
    f"SELECT size AS position, last_at FROM heads WHERE estate_id = '{_ESTATE}'"
    " FOR UPDATE \\gset\n"
    + _ASK
    + f"""
UPDATE heads SET size = :position + 1, last_at = greatest(last_at, now()),
       range = decode(repeat('ab', 32 * bit_count((:position + 1)::bigint::bit(64))::int), 'hex')
 WHERE estate_id = '{_ESTATE}';
"""
    + _WRITE
    + f"""
INSERT INTO checkpoints (estate_id, size, root, made_at, note)
VALUES ('{_ESTATE}', :position + 1, sha256(:number::text::bytea), now(), repeat('x', 440));
COMMIT;
"""
)
"""Behind the estate's locked head row, with positions that have no gaps."""

FREE = (
    "BEGIN;\n"
    + _ASK
    + "SELECT nextval('free_position') AS position \\gset\n"
    + _WRITE
    + "COMMIT;\n"
)
"""With positions from a sequence, no head and no checkpoint: nobody waits for anybody."""

_FILL = (
    "CREATE SEQUENCE vote_number CACHE 1",
    # Beyond every position that a head gives out.
    "CREATE SEQUENCE free_position START 1000000000",
    f"""INSERT INTO electorate_entries SELECT '{_ESTATE}', '{_BALLOT}', md5(n::text)::uuid,
        'OWNERS', 8000, 1 FROM generate_series(1, {_ENTRIES}) n""",
    f"""INSERT INTO entry_holders SELECT '{_ESTATE}', '{_BALLOT}', 'owner ' || n,
        md5(n::text)::uuid FROM generate_series(1, {_ENTRIES}) n""",
    f"INSERT INTO heads VALUES ('{_ESTATE}', 0, '', now())",
    "GRANT USAGE ON SEQUENCE vote_number, free_position TO voting_app",
)
_UNGUARDED = (
    "ALTER TABLE electorate_entries DISABLE TRIGGER USER",
    "ALTER TABLE entry_holders DISABLE TRIGGER USER",
    "SET session_replication_role = replica",
)


@dataclass(frozen=True)
class Pgbench:
    """A database with voting's tables and an electorate, for `pgbench` alone."""

    url: str
    superuser_url: str
    folder: Path

    @classmethod
    async def prepared(cls, cluster: Cluster, urls: dict[str, str], folder: Path) -> "Pgbench":
        """Create and fill the database."""
        admin = await asyncpg.connect(cluster.admin_url())
        await admin.execute(f"CREATE DATABASE {_DATABASE} OWNER voting_migrator")
        await admin.close()
        owner = urls["VOTING_MIGRATION_URL"].removesuffix("voting") + _DATABASE
        await asyncio.to_thread(prepare.upgrade, "voting", owner)
        superuser_url = cluster.admin_url(_DATABASE)
        filling = await asyncpg.connect(superuser_url)
        for statement in (*_UNGUARDED, *_FILL):
            await filling.execute(statement)
        await filling.execute("VACUUM ANALYZE")
        await filling.close()
        url = urls["VOTING_DATABASE_URL"].removesuffix("voting") + _DATABASE
        return cls(url, superuser_url, folder)

    async def rate(self, script: str, clients: int, seconds: int) -> float:
        """Return how many transactions a second `clients` finish."""
        # Without a head the leaves follow none; all other triggers and references stay.
        follow = "DISABLE TRIGGER" if script == FREE else "ENABLE ALWAYS TRIGGER"
        admin = await asyncpg.connect(self.superuser_url)
        await admin.execute(f"ALTER TABLE leaves {follow} leaves_follow")
        await admin.close()
        path = self.folder / "script.sql"
        path.write_text(script)
        parts = urlsplit(self.url)
        how = ("-n", "-M", "prepared", "-j", "2", "-c", str(clients), "-T", str(seconds))
        running = await asyncio.create_subprocess_exec(
            *(binaries() / "pgbench", *how, "-f", path, "-h", str(parts.hostname)),
            *("-p", str(parts.port), "-U", str(parts.username), parts.path.removeprefix("/")),
            env={"PGPASSWORD": str(parts.password)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, failed = await running.communicate()
        found = _RATE.search(said.decode())
        if running.returncode != 0 or found is None:
            raise RuntimeError(failed.decode())
        return float(found[1])
