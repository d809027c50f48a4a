"""Declare the data governance of an estate's register done."""

from services.identity.actions.parts import Asked, Parts
from services.identity.domain.account import first_of
from services.identity.domain.errors import (
    RegisterAlreadySignedOff,
    RegisterChanged,
    RegisterMissing,
)
from services.identity.domain.estate import RegisterVersion, SignOff
from services.identity.domain.roles import SIGNERS_OFF
from services.identity.store import accounts, estates


async def sign_off_register(
    parts: Parts, asked: Asked, *, estate_id: str, version: int | None
) -> RegisterVersion:
    """Sign the current version off; whoever names a version signs that one or none.

    Raises:
        RegisterMissing: nothing was imported.
        RegisterChanged: the version named is no longer the current one.
        RegisterAlreadySignedOff: it was done before.
    """
    role = first_of(asked.caller.roles, SIGNERS_OFF)
    assert role is not None
    async with parts.begin(asked.once) as connection:
        actor = await accounts.acting(connection, asked.caller.session)
        await estates.with_id(connection, estate_id, lock=True)
        current = await estates.current_register(connection, estate_id)
        if current is None:
            raise RegisterMissing
        if version is not None and version != current.version:
            raise RegisterChanged(current_version=current.version)
        if current.signed_off is not None:
            raise RegisterAlreadySignedOff
        await estates.add_sign_off(
            connection,
            estate_id,
            version=current.version,
            signed_by=actor.account_id,
            sign_off=SignOff(role.value, parts.clock.now()),
        )
        signed = await estates.current_register(connection, estate_id)
        assert signed is not None
        return await asked.once.keep(connection, signed)
