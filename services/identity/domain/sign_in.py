"""Sign-in by a code in a text message, and sessions that a stolen refresh token cannot keep alive.

A refresh token is good once. Presenting one that was already replaced means that two parties hold
it, so its whole family, the session, ends (RFC 9700, 4.14.2).
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=10)
CODE_TRIES_MAX = 5
# A phone gets three codes in ten minutes and ten in a day; the last window is the longest.
CODES_MAX = ((timedelta(minutes=10), 3), (timedelta(days=1), 10))
REFRESH_LIFE = timedelta(days=30)
VERIFICATIONS_MAX = (timedelta(days=1), 5)


def code_text(number: int) -> str:
    """Return a random number below a million as the code of six digits."""
    return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def wait_before_code(sent_at: Sequence[datetime], *, now: datetime) -> timedelta:
    """Return how long a phone must wait for its next code; zero when it need not."""
    waits = [timedelta()]
    for window, limit in CODES_MAX:
        recent = sorted(at for at in sent_at if at > now - window)
        if len(recent) >= limit:
            waits.append(recent[-limit] + window - now)
    return max(waits)


@dataclass(frozen=True, slots=True)
class SentCode:
    """A code as stored: its keyed hash, its end, and how often it was tried."""

    code_id: str
    code_hash: bytes
    expires_at: datetime
    tries: int
    used: bool

    def accepts(self, given_hash: bytes, *, now: datetime) -> bool:
        """Whether the code given is this one, and this one is still good."""
        same = hmac.compare_digest(self.code_hash, given_hash)
        return same and not self.used and self.tries < CODE_TRIES_MAX and now < self.expires_at


class RefreshVerdict(StrEnum):
    """What presenting a refresh token leads to."""

    RENEWED = "RENEWED"
    REUSED = "REUSED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token as stored: never itself, only its place in its family."""

    session_id: str
    generation: int
    expires_at: datetime
    replaced: bool
    session_ended: bool


def judge_refresh(token: RefreshToken | None, *, now: datetime) -> RefreshVerdict:
    """Return what becomes of a presented refresh token."""
    if token is None or token.session_ended:
        return RefreshVerdict.REFUSED
    if token.replaced:
        return RefreshVerdict.REUSED
    return RefreshVerdict.RENEWED if now < token.expires_at else RefreshVerdict.REFUSED
