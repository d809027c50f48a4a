"""Register the key by which a main card votes, or by which an official enters votes."""

from dataclasses import dataclass
from datetime import datetime

from services.chassis.database import Connection
from services.identity.actions.parts import Asked, Parts
from services.identity.domain.account import Actor
from services.identity.domain.card import CardStatus
from services.identity.domain.device_key import (
    KEYS_MAX,
    AttestedKey,
    KeyRegistration,
)
from services.identity.domain.errors import (
    CardNotOnline,
    CardUnknown,
    CodeNotAccepted,
    DeviceKeyLimitReached,
    DeviceKeyTaken,
    DeviceKeyUnusable,
    NotAnOfficial,
    PossessionNotProved,
)
from services.identity.domain.pseudonym import VOTING
from services.identity.domain.roles import CONVENERS
from services.identity.domain.sign_in import SentCode
from services.identity.domain.step_up import PURPOSE, Act, code_secret
from services.identity.store import accounts, cards, device_keys, staff, step_up
from services.proofs.attestation import Attestation, Capacity
from services.proofs.instants import rfc3339
from services.proofs.leaf import SignatureWrong
from services.proofs.possession import KeyUnusable, check_possession

# Neither the label, which whoever registers has chosen, nor anything by which the sender of
# messages could find the key among published votes.
NOTICE_BY_CAPACITY = {
    Capacity.OWNER: (
        "【电子业主卡】已为您的业主卡登记新的投票密钥，持有该设备者可代表您的房屋投票。"
        "如非本人操作，请立即撤销并联系居委会。"
    ),
    Capacity.OFFICIAL: (
        "【电子业主卡】已为您登记小区工作人员的录票密钥。如非本人操作，请立即撤销并联系街道办事处。"
    ),
}


@dataclass(frozen=True)
class _Vetted:
    """Who registers, as whom voting will know him, and the code that confirms it."""

    actor: Actor
    holder: str
    code: SentCode | None
    confirmed: bool


async def register_device_key(parts: Parts, asked: Asked, wanted: KeyRegistration) -> AttestedKey:
    """Register the key once its holder has been sent a notice of it.

    Two transactions, because the notice goes out between them: the first asks everything and
    counts a wrong code, the second asks everything again and writes.
    So no key is ever usable of which its holder was not told, and a message sender who is away
    keeps keys from being registered, never from being revoked.

    Raises:
        DeviceKeyUnusable: the key binds nobody.
        PossessionNotProved: the proof was not made by this key for this registration.
        CardUnknown: the caller holds no such main card.
        CardNotOnline: it has ended.
        NotAnOfficial: the caller may not convene on this estate.
        DeviceKeyLimitReached: the account has ten living keys on the estate.
        DeviceKeyTaken: the key was registered before.
        CodeNotAccepted: the code is wrong, used, too old, tried too often, or for another act.
        MessageNotSent: the notice could not be handed over, so nothing was registered.
    """
    _check_proof(wanted)
    async with parts.begin(asked.once) as connection:
        vetted = await _vetted(parts, connection, asked, wanted)
        if vetted.code is not None and not vetted.confirmed:
            await step_up.count_wrong(connection, vetted.code)
        account_id = vetted.actor.account_id
        phone = await accounts.phone_of(connection, account_id, sealer=parts.sealer)
    # After the commit, or the wrong guess would not be counted.
    if vetted.code is None or not vetted.confirmed:
        raise CodeNotAccepted
    await parts.messages.send(
        phone=phone,
        text=NOTICE_BY_CAPACITY[wanted.capacity],
        reference=f"registered-{vetted.code.code_id}",
    )
    noticed_at = parts.clock.now()
    async with parts.begin(asked.once) as connection:
        vetted = await _vetted(parts, connection, asked, wanted)
        attested = await _registered(parts, connection, vetted, wanted, noticed_at)
        return await asked.once.keep(connection, attested)


def _check_proof(wanted: KeyRegistration) -> None:
    try:
        check_possession(wanted.public_key, wanted.signature, wanted.document)
    except KeyUnusable as unusable:
        raise DeviceKeyUnusable from unusable
    except SignatureWrong as wrong:
        raise PossessionNotProved from wrong


async def _vetted(
    parts: Parts, connection: Connection, asked: Asked, wanted: KeyRegistration
) -> _Vetted:
    """Refuse what must not be registered; a wrong code is for the caller to count and refuse."""
    now = parts.clock.now()
    actor = await accounts.acting(connection, asked.caller.session)
    await device_keys.lock_keys_of(connection, actor.account_id)
    holder = await _holder(connection, actor, wanted, now)
    living = await device_keys.count_living(
        connection, actor.account_id, estate_id=wanted.estate_id
    )
    if living >= KEYS_MAX:
        raise DeviceKeyLimitReached(keys_max=KEYS_MAX)
    if await device_keys.is_taken(connection, wanted.key_id):
        raise DeviceKeyTaken
    act = (Act.REGISTER_DEVICE_KEY, wanted.act_sha256)
    code = await step_up.lock_latest(connection, actor.account_id, act=act)
    if code is None:
        return _Vetted(actor, holder, None, confirmed=False)
    secret = code_secret(
        code.code_id, account_id=actor.account_id, act_sha256=act[1], code=wanted.code
    )
    given = parts.sealer.index(secret, purpose=PURPOSE)
    return _Vetted(actor, holder, code, confirmed=code.accepts(given, now=now))


async def _holder(
    connection: Connection, actor: Actor, wanted: KeyRegistration, now: datetime
) -> str:
    """Return the person or the account that the key will speak for, if the caller is that."""
    # Not what the token says: a card or a role that ended must not live on in a key.
    if wanted.card_id is None:
        held = await staff.roles_in_force(connection, actor.account_id, estate_id=wanted.estate_id)
        if held.isdisjoint(CONVENERS):
            raise NotAnOfficial
        return actor.account_id
    card = await cards.main_card(
        connection, wanted.card_id, estate_id=wanted.estate_id, account_id=actor.account_id
    )
    if card is None or actor.party_id is None:
        raise CardUnknown
    if card.status is not CardStatus.ONLINE or card.expires_at <= now:
        raise CardNotOnline
    return actor.party_id


async def _registered(
    parts: Parts,
    connection: Connection,
    vetted: _Vetted,
    wanted: KeyRegistration,
    noticed_at: datetime,
) -> AttestedKey:
    """Use the code up, keep the key and attest it."""
    if vetted.code is None or not vetted.confirmed:
        raise CodeNotAccepted
    # To the second, as the attestation writes it.
    registered_at = parts.clock.now().replace(microsecond=0)
    confirmed = device_keys.Confirmed(
        vetted.actor.account_id, vetted.code.code_id, noticed_at, registered_at
    )
    await step_up.use(connection, vetted.code, now=parts.clock.now())
    if not await device_keys.add(connection, wanted, confirmed, sealer=parts.sealer):
        raise DeviceKeyTaken
    attestation = Attestation(
        estate_id=wanted.estate_id,
        holder=parts.pseudonyms.of(VOTING, vetted.holder),
        capacity=wanted.capacity,
        public_key=wanted.public_key,
        registered_at=rfc3339(registered_at),
    )
    return AttestedKey(wanted.key_id, registered_at, parts.attesters.attest(attestation))
