"""Look up the entry of a flat, for whoever enters the vote that it gave on paper."""

from uuid import uuid4

from services.identity.actions.parts import Asked, Parts
from services.identity.domain.electorate import EntryOfUnit
from services.identity.domain.errors import ElectorateUnknown, EntryUnknown, UnitUnknown
from services.identity.domain.unit import Place
from services.identity.store import accounts, entry_lookups


async def look_up_entry(
    parts: Parts, asked: Asked, *, estate_id: str, electorate_id: str, place: Place
) -> EntryOfUnit:
    """Return the entry behind which the unit stood at the freeze, and keep that it was asked.

    Who knows which flat is which entry can read how it voted once a ballot is opened, so it must
    stay known who asked for which; also when the unit turns out to stand behind none.

    Raises:
        ElectorateUnknown: the estate has no such frozen electorate.
        UnitUnknown: the estate has no such unit.
        EntryUnknown: the unit counted for nothing, or came into the register later.
    """
    async with parts.begin(asked.once) as connection:
        actor = await accounts.acting(connection, asked.caller.session)
        if not await entry_lookups.is_frozen(connection, electorate_id, estate_id=estate_id):
            raise ElectorateUnknown
        unit_id = await entry_lookups.unit_at(connection, estate_id, place)
        if unit_id is None:
            raise UnitUnknown
        asked_at = parts.clock.now()
        lookup = entry_lookups.Lookup(
            str(uuid4()), electorate_id, unit_id, asked_by=actor.account_id, asked_at=asked_at
        )
        await entry_lookups.add(connection, lookup)
        found = await entry_lookups.entry_of(connection, electorate_id, unit_id=unit_id)
        if found is not None:
            return await asked.once.keep(connection, found)
    # After the commit, or it would be forgotten that somebody asked.
    raise EntryUnknown
