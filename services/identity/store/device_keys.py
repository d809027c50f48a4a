"""Device keys and their end; both are rows that stay."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, exists, func, select, text
from sqlalchemy.dialects.postgresql import insert

from services.chassis.database import Connection
from services.chassis.sealing import Sealer
from services.identity.domain.device_key import DeviceKey, KeyRegistration, Revoked
from services.identity.store.tables import device_key_revocations, device_keys
from services.proofs.attestation import Capacity
from services.proofs.leaf import key_hash


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Whose key it is, which code confirmed it, and since when its holder has been told."""

    account_id: str
    code_id: str
    noticed_at: datetime
    registered_at: datetime


async def lock_keys_of(connection: Connection, account_id: str) -> None:
    """Let other registrations of this account wait for this transaction."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:account, 6))")
    await connection.execute(lock, {"account": account_id})


async def add(
    connection: Connection, wanted: KeyRegistration, confirmed: Confirmed, *, sealer: Sealer
) -> bool:
    """Keep a key; false when it was registered before, by anybody."""
    statement = (
        insert(device_keys)
        .values(
            key_hash=key_hash(wanted.public_key),
            public_key=wanted.public_key,
            estate_id=wanted.estate_id,
            account_id=confirmed.account_id,
            card_id=wanted.card_id,
            label_sealed=sealer.seal(wanted.label, context=_label_of(wanted.key_id)),
            step_up_code_id=confirmed.code_id,
            noticed_at=confirmed.noticed_at,
            registered_at=confirmed.registered_at,
        )
        .on_conflict_do_nothing(index_elements=["key_hash"])
        .returning(device_keys.c.key_hash)
    )
    return (await connection.execute(statement)).one_or_none() is not None


async def is_taken(connection: Connection, key_id: str) -> bool:
    """Whether a key was ever registered."""
    query = select(device_keys.c.key_hash).where(device_keys.c.key_hash == bytes.fromhex(key_id))
    return (await connection.execute(query)).one_or_none() is not None


async def count_living(connection: Connection, account_id: str, *, estate_id: str) -> int:
    """Return how many living keys an account has on an estate, whatever for."""
    query = select(func.count()).where(
        device_keys.c.account_id == account_id,
        device_keys.c.estate_id == estate_id,
        ~_revoked(),
    )
    found: int = (await connection.execute(query)).scalar_one()
    return found


async def of_account(
    connection: Connection, account_id: str, *, estate_id: str, sealer: Sealer
) -> tuple[DeviceKey, ...]:
    """Return every key of an account on an estate, revoked ones too, the oldest first."""
    query = (
        select(device_keys, device_key_revocations.c.revoked_at)
        .outerjoin(
            device_key_revocations, device_key_revocations.c.key_hash == device_keys.c.key_hash
        )
        .where(device_keys.c.account_id == account_id, device_keys.c.estate_id == estate_id)
        .order_by(device_keys.c.registered_at, device_keys.c.key_hash)
    )
    return tuple(_key(row, sealer) for row in await connection.execute(query))


async def is_living(
    connection: Connection, key_id: str, *, account_id: str, estate_id: str
) -> bool:
    """Whether the account has this living key on the estate."""
    query = select(device_keys.c.key_hash).where(
        device_keys.c.key_hash == bytes.fromhex(key_id),
        device_keys.c.account_id == account_id,
        device_keys.c.estate_id == estate_id,
        ~_revoked(),
    )
    return (await connection.execute(query)).one_or_none() is not None


async def revoke(
    connection: Connection,
    key_id: str,
    *,
    reason: Revoked,
    noticed_at: datetime | None,
    now: datetime,
) -> bool:
    """Write that a key ended; false when it had ended before."""
    statement = (
        insert(device_key_revocations)
        .values(
            key_hash=bytes.fromhex(key_id),
            reason=reason.value,
            noticed_at=noticed_at,
            revoked_at=now,
        )
        .on_conflict_do_nothing()
        .returning(device_key_revocations.c.key_hash)
    )
    return (await connection.execute(statement)).one_or_none() is not None


def _revoked() -> ColumnElement[bool]:
    return exists().where(device_key_revocations.c.key_hash == device_keys.c.key_hash)


def _key(row: Row[tuple[object, ...]], sealer: Sealer) -> DeviceKey:
    key_id = row.key_hash.hex()
    return DeviceKey(
        key_id=key_id,
        capacity=Capacity.OFFICIAL if row.card_id is None else Capacity.OWNER,
        card_id=row.card_id,
        label=sealer.open(row.label_sealed, context=_label_of(key_id)),
        registered_at=row.registered_at,
        revoked_at=row.revoked_at,
    )


def _label_of(key_id: str) -> str:
    return f"device_keys/label/{key_id}"
