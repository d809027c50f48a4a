"""Whose cosignatures an estate's published checkpoint needs; each version is a leaf of the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import MetaData, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.once import Once
from services.chassis.tlog import append
from services.chassis.tlog.head import Head
from services.chassis.tlog.keys import EstateKeys
from services.chassis.tlog.parts import KeepsLogs
from services.chassis.tlog.refusals import QuorumUnreachable, WitnessUnknown
from services.chassis.tlog.tables import log_tables
from services.proofs.canonical import canonical
from services.proofs.instants import instant_of, rfc3339
from services.proofs.leaf import Kind, Record, record_of
from services.proofs.members import Members, NotInForm, read_members
from services.proofs.note import VerifierKey, read_verifier_key

_policies = log_tables(MetaData()).witness_policies


@dataclass(frozen=True, slots=True)
class WitnessPolicy:
    """One version: the witnesses by their keys, and how many of them must have cosigned."""

    version: int
    witnesses: tuple[VerifierKey, ...]
    quorum: int
    set_at: datetime

    def document(self) -> bytes:
        """Return the content document, in canonical JSON."""
        return canonical(
            {
                "quorum": self.quorum,
                "set_at": rfc3339(self.set_at),
                "version": self.version,
                "witnesses": [{"key": one.encoded(), "name": one.name} for one in self.witnesses],
            }
        )

    def record(self, estate_id: str) -> Record:
        """Return the record that the leaf signs."""
        return record_of(Kind.WITNESSES, estate_id, self.document())


def read_policy(document: bytes) -> WitnessPolicy:
    """Return the policy that a content document writes.

    Raises:
        Refuted: it is malformed, or would be written otherwise.
    """
    members = read_members(document.decode(), ("quorum", "set_at", "version", "witnesses"))
    policy = WitnessPolicy(
        version=members.count("version"),
        witnesses=tuple(_witness(one) for one in members.many("witnesses")),
        quorum=members.count("quorum"),
        set_at=instant_of(members.text("set_at")),
    )
    if policy.document() != document:
        raise NotInForm("it would be written otherwise")
    return policy


def _witness(written: object) -> VerifierKey:
    return read_verifier_key(Members(written, ("key", "name")).text("key"))


async def policy_in_force(connection: AsyncConnection, estate_id: str) -> WitnessPolicy | None:
    """Return the estate's newest witness policy, or none if it never chose witnesses."""
    query = (
        select(_policies.c.document)
        .where(_policies.c.estate_id == estate_id)
        .order_by(_policies.c.version.desc())
        .limit(1)
    )
    document = (await connection.execute(query)).scalar_one_or_none()
    return None if document is None else read_policy(document)


async def set_witness_policy(
    parts: KeepsLogs, once: Once, estate_id: str, *, names: Sequence[str], quorum: int
) -> WitnessPolicy:
    """Choose an estate's witnesses among those that the operator knows, from now on.

    An estate may do so before anything else; the choice then begins its log.

    Raises:
        WitnessUnknown: the operator knows no witness of some name.
        QuorumUnreachable: more cosignatures than witnesses.
    """
    unknown = set(names) - set(parts.witnesses.known)
    if unknown:
        raise WitnessUnknown(unknown, parts.witnesses.known)
    if quorum > len(set(names)):
        raise QuorumUnreachable
    chosen = tuple(parts.witnesses.known[name].key for name in sorted(set(names)))
    async with parts.begin(once) as connection:
        head = await append.lock(connection, estate_id)
        before = await policy_in_force(connection, estate_id)
        at = head.instant(parts.clock.now())
        policy = WitnessPolicy(before.version + 1 if before else 1, chosen, quorum, at)
        await _keep(connection, head, policy, parts.log_keys.of(estate_id))
        return await once.keep(connection, policy)


async def _keep(
    connection: AsyncConnection, head: Head, policy: WitnessPolicy, keys: EstateKeys
) -> None:
    document = policy.document()
    leaf = keys.sign_content(Kind.WITNESSES, head.estate_id, document)
    logged = await append.append(connection, head, [leaf], keys=keys, at=policy.set_at)
    await connection.execute(
        insert(_policies).values(
            estate_id=head.estate_id,
            version=policy.version,
            position=logged.first,
            document=document,
        )
    )
