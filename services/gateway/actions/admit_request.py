"""Let a request pass if the budget of whoever sends it allows."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from services.gateway.actions.parts import Parts
from services.gateway.domain.errors import TooManyRequests, TooManySignIns
from services.gateway.domain.rates import Budget, decide

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Kind(StrEnum):
    """Whose budget a request draws on."""

    SOURCE = "source"
    SIGN_IN = "sign_in"
    STRANGER = "stranger"
    SESSION = "session"


async def admit_request(parts: Parts, kind: Kind, key: str) -> None:
    """Draw one request on the budget of `key`, an address or a session.

    Raises:
        TooManyRequests: the budget is spent; it says when to come back.
        TooManySignIns: the same, for signing in.
    """
    decision = decide(
        _budget(parts, kind),
        parts.memory.whole_at_us.find((kind, key)),
        now_us=(parts.clock.now() - _EPOCH) // _MICROSECOND,
    )
    parts.memory.whole_at_us.keep((kind, key), decision.whole_at_us)
    if not decision.admitted:
        refusal = TooManySignIns if kind is Kind.SIGN_IN else TooManyRequests
        raise refusal(decision.retry_after_us)


def _budget(parts: Parts, kind: Kind) -> Budget:
    budgets = {
        Kind.SOURCE: parts.budgets.source,
        Kind.SIGN_IN: parts.budgets.sign_in,
        Kind.STRANGER: parts.budgets.stranger,
        Kind.SESSION: parts.budgets.session,
    }
    return budgets[kind]
