"""Send a code to a phone; a known and an unknown phone get the same answer."""

import secrets
from uuid import uuid4

from services.identity.actions.parts import Parts
from services.identity.domain.errors import CodeLimitReached
from services.identity.domain.sign_in import CODE_DIGITS, CODES_MAX, code_text, wait_before_code
from services.identity.store import accounts, sign_in

TEXT = "【电子业主卡】验证码 {code}，10分钟内有效。工作人员不会向您索要验证码，请勿告诉他人。"


async def send_sign_in_code(parts: Parts, *, phone: str) -> None:
    """Keep a fresh code and hand it to the message provider.

    The limits are counted and the code is kept before the provider is asked: a message costs money
    and annoys whoever did not ask for it, a code that was not sent does no harm.

    Raises:
        CodeLimitReached: the phone got too many codes lately.
        MessageNotSent: the provider did not take the message.
    """
    now = parts.clock.now()
    code, code_id = code_text(secrets.randbelow(10**CODE_DIGITS)), str(uuid4())
    index = accounts.phone_index(parts.sealer, phone)
    async with parts.begin() as connection:
        sent_at = await sign_in.sent_since(connection, index, since=now - CODES_MAX[-1][0])
        wait = wait_before_code(sent_at, now=now)
        if wait:
            raise CodeLimitReached(retry_after_seconds=int(wait.total_seconds()) + 1)
        code_hash = parts.sealer.index(f"{code_id}:{code}", purpose="sign-in code")
        await sign_in.add_code(connection, code_id, phone_index=index, code_hash=code_hash, now=now)
    await parts.messages.send(phone=phone, text=TEXT.format(code=code), reference=code_id)
