"""Owners' apps as witnesses: each says which checkpoint it saw last and learns whether it stands.

Only this log can sign a checkpoint that raises an alarm, and one tree raises one alarm: what is
kept as evidence is the text with the log's own signatures, whatever else stood below it.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.tlog import proving
from services.chassis.tlog.alarms import Alarm, AlarmKind, Evidence, raise_alarm
from services.chassis.tlog.keys import EstateKeys
from services.chassis.tlog.parts import KeepsLogs
from services.chassis.tlog.publishing import Consistency, checkpoint_at, newest_checkpoint
from services.chassis.tlog.refusals import LogForked, NotOurCheckpoint
from services.proofs.checkpoint import Checkpoint, NotACheckpoint, read_checkpoint
from services.proofs.leaf import SignatureWrong
from services.proofs.tree import EMPTY_ROOT, NotConsistent, check_consistency


async def compare_sighting(parts: KeepsLogs, estate_id: str, note: str) -> Consistency:
    """Prove that the log still begins with the checkpoint that somebody saw.

    Raises:
        NotOurCheckpoint: this log did not sign it; nothing is recorded.
        LogUnknown: the estate has no log.
        LogForked: the log signed it and does not contain it; an alarm is recorded.
    """
    keys = parts.log_keys.of(estate_id)
    seen = _signed_by_us(note, keys)
    async with parts.begin() as connection:
        ours = await newest_checkpoint(connection, estate_id)
        path = await _path_from(connection, estate_id, seen, ours)
        if path is not None:
            old = await checkpoint_at(connection, estate_id, seen.size)
            return Consistency(seen.size, ours.size, path, old or seen, ours)
        at = parts.clock.now()
        alarm = await _raise(connection, estate_id, (seen, ours), keys=keys, at=at)
    raise LogForked(alarm.alarm_id, alarm.document, alarm.signature)


def _signed_by_us(note: str, keys: EstateKeys) -> Checkpoint:
    """Return what this log signed of a note: its text and its own right signatures."""
    try:
        seen = read_checkpoint(note)
        seen.check_signed(keys.log_key)
    except (NotACheckpoint, SignatureWrong) as refused:
        raise NotOurCheckpoint from refused
    lines = [seen.line_by(keys.log_key)]
    try:
        seen.cosigned_at(keys.time_key)
        lines.append(seen.line_by(keys.time_key))
    except SignatureWrong:
        pass  # A tree head without a time is our word all the same.
    bare = Checkpoint(seen.origin, seen.size, seen.root)
    return bare.with_signatures(line for line in lines if line)


async def _path_from(
    connection: AsyncConnection, estate_id: str, seen: Checkpoint, ours: Checkpoint
) -> tuple[bytes, ...] | None:
    """Return the proof that our newest tree begins with the one that was seen, if it does."""
    if seen.size > ours.size or (seen.size == 0 and seen.root != EMPTY_ROOT):
        return None
    try:
        path = await proving.consistency(connection, estate_id, seen.size, ours.size)
        check_consistency(seen.size, ours.size, path, old_root=seen.root, root=ours.root)
    except (NotConsistent, proving.NotStored):
        return None
    return tuple(path)


async def _raise(
    connection: AsyncConnection,
    estate_id: str,
    both: tuple[Checkpoint, Checkpoint],
    *,
    keys: EstateKeys,
    at: datetime,
) -> Alarm:
    seen, ours = both
    facts = {"checkpoint": seen.encoded(), "newest": ours.encoded()}
    evidence = Evidence(AlarmKind.FORKED, seen.text, facts)
    return await raise_alarm(connection, estate_id, evidence, keys=keys, at=at)
