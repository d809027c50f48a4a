"""Freeze an estate's electorate for a ballot."""

from datetime import datetime
from uuid import uuid4

from services.chassis.database import Connection
from services.chassis.once import Once
from services.identity.actions.parts import Parts
from services.identity.domain.electorate import (
    Electorate,
    FrozenElectorate,
    electorate,
    frozen_entries,
    frozen_sha256,
)
from services.identity.domain.errors import RegisterMissing, RegisterNotSignedOff
from services.identity.domain.estate import RegisterVersion
from services.identity.domain.pseudonym import VOTING
from services.identity.store import electorates, estates, register_reads


async def freeze_electorate(
    parts: Parts, once: Once, *, estate_id: str, purpose: str, hold_until: datetime
) -> FrozenElectorate:
    """Freeze and keep the electorate, and hold the register still for it until `hold_until`.

    Raises:
        RegisterMissing: nothing was imported.
        RegisterNotSignedOff: the data governance is not done.
    """
    async with parts.begin(once) as connection:
        estate = await estates.with_id(connection, estate_id, lock=True)
        register = await _signed_off(connection, estate_id)
        policy = await estates.policy_of(connection, estate_id)
        units, organisations = await register_reads.electorate_units(
            connection, estate_id, version=register.version
        )
        found = electorate(units, policy, organisations)
        frozen, entry_ids = _frozen(parts, found, estate_id=estate_id, zone=estate.zone)
        head = electorates.FrozenHead(
            electorate_id=frozen.electorate_id,
            estate_id=estate_id,
            purpose=purpose,
            register_version=register.version,
            sha256=frozen.sha256,
            frozen_at=frozen.frozen_at,
            held_until=hold_until,
        )
        await electorates.add(connection, head, found, entry_ids=entry_ids)
        return await once.keep(connection, frozen)


async def _signed_off(connection: Connection, estate_id: str) -> RegisterVersion:
    register = await estates.current_register(connection, estate_id)
    if register is None:
        raise RegisterMissing
    if register.signed_off is None:
        raise RegisterNotSignedOff
    return register


def _frozen(
    parts: Parts, found: Electorate, *, estate_id: str, zone: str
) -> tuple[FrozenElectorate, list[str]]:
    entry_ids = [str(uuid4()) for _ in found.entries]
    entries = frozen_entries(found, entry_ids, lambda party: parts.pseudonyms.of(VOTING, party))
    frozen = FrozenElectorate(
        electorate_id=str(uuid4()),
        estate_id=estate_id,
        zone=zone,
        frozen_at=parts.clock.now(),
        policy=found.policy,
        people=found.people,
        area_centi=found.area_centi,
        sha256=frozen_sha256(estate_id, found.policy.document, entries),
        attesters=parts.attesters.public_keys,
        entries=entries,
    )
    return frozen, entry_ids
