"""Send the caller a code by which he confirms one act."""

import secrets
from uuid import uuid4

from services.identity.actions.parts import Asked, Parts
from services.identity.domain.errors import CodeLimitReached
from services.identity.domain.sign_in import (
    CODE_DIGITS,
    CODE_LIFE,
    CODES_MAX,
    SentCode,
    code_text,
    wait_before_code,
)
from services.identity.domain.step_up import PURPOSE, Act, code_secret
from services.identity.store import accounts, step_up

TEXT_BY_ACT = {
    Act.REGISTER_DEVICE_KEY: (
        "【电子业主卡】验证码 {code}，用于登记新的投票密钥：登记后，持有该设备者可在业主大会表决。"
        "10分钟内有效。如非本人操作，请勿将验证码告诉任何人，并联系居委会。"
    )
}


async def send_step_up_code(parts: Parts, asked: Asked, *, act: Act, act_sha256: bytes) -> int:
    """Keep a fresh code for the act, send it to the account's phone; return its life in seconds.

    Two transactions, as for every message: limits are counted and the code is kept before the
    sender is asked, and the answer is kept only once he has taken the message.

    Raises:
        CodeLimitReached: the account got too many codes lately.
        MessageNotSent: the sender did not take the message.
    """
    now = parts.clock.now()
    code, code_id = code_text(secrets.randbelow(10**CODE_DIGITS)), str(uuid4())
    async with parts.begin(asked.once) as connection:
        actor = await accounts.acting(connection, asked.caller.session)
        account_id = actor.account_id
        sent_at = await step_up.sent_since(connection, account_id, since=now - CODES_MAX[-1][0])
        wait = wait_before_code(sent_at, now=now)
        if wait:
            raise CodeLimitReached(retry_after_seconds=int(wait.total_seconds()) + 1)
        secret = code_secret(code_id, account_id=account_id, act_sha256=act_sha256, code=code)
        code_hash = parts.sealer.index(secret, purpose=PURPOSE)
        sent = SentCode(code_id, code_hash, now + CODE_LIFE, tries=0, used=False)
        await step_up.add(connection, sent, account_id=account_id, act=(act, act_sha256))
        phone = await accounts.phone_of(connection, account_id, sealer=parts.sealer)
    text = TEXT_BY_ACT[act].format(code=code)
    await parts.messages.send(phone=phone, text=text, reference=code_id)
    async with parts.begin(asked.once) as connection:
        return await asked.once.keep(connection, int(CODE_LIFE.total_seconds()))
