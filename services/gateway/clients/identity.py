"""Identity, asked for one thing: an inside token for one service and one estate."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, ValidationError

from services.chassis.callers import TokenNotAccepted
from services.chassis.clock import Clock
from services.chassis.telemetry import log, new_traceparent
from services.gateway.clients.upstreams import Outgoing, Upstreams
from services.gateway.domain.errors import ExchangeRefused, ServiceBroke
from services.gateway.domain.inside import InsideToken

IDENTITY = "identity"
EXCHANGES = "/internal/v1/exchanges"
# The gateway's own token for identity lives a minute; it is made anew a little earlier.
OWN_TOKEN_LIFE = timedelta(seconds=45)
_UNAUTHORISED, _BAD_REQUEST, _SERVER_ERROR = 401, 400, 500


class _Exchanged(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    token: str
    expires_in: int


class IdentityClient:
    """Exchanges outside tokens; `mint` makes the gateway's own token for an audience."""

    def __init__(self, upstreams: Upstreams, mint: Callable[[str], str], clock: Clock) -> None:
        self._upstreams = upstreams
        self._mint = mint
        self._clock = clock
        self._own: tuple[datetime, str] | None = None

    async def exchange(self, token: str, *, audience: str, estate_id: str | None) -> InsideToken:
        """Return the inside token that stands for `token` at `audience`, on that estate.

        Raises:
            TokenNotAccepted: identity does not stand by the token (any more).
            ExchangeRefused: it refuses for another reason, which its problem names.
            ServiceAway, ServiceSlow, ServiceBroke: it did not answer.
        """
        asked_at = self._clock.now()
        body = {"token": token, "audience": audience, "estate_id": estate_id}
        headers = [
            ("authorization", f"Bearer {self._own_token(asked_at)}"),
            ("content-type", "application/json"),
            ("traceparent", new_traceparent()),
        ]
        outgoing = Outgoing("POST", EXCHANGES, headers, json.dumps(body).encode())
        reply = await self._upstreams.send(IDENTITY, outgoing)
        try:
            status, content = reply.status, reply.whole
        finally:
            reply.close()
        if status == _UNAUTHORISED:
            log.info("exchange refused", extra={"problem": _problem(content).get("type")})
            raise TokenNotAccepted
        if _BAD_REQUEST <= status < _SERVER_ERROR:
            raise ExchangeRefused(status, _problem(content))
        return _inside(content, asked_at)

    def _own_token(self, now: datetime) -> str:
        if self._own is None or not timedelta() <= now - self._own[0] < OWN_TOKEN_LIFE:
            self._own = (now, self._mint(IDENTITY))
        return self._own[1]


def _problem(content: bytes | None) -> dict[str, object]:
    try:
        problem = json.loads(content or b"")
    except ValueError as broken:
        raise ServiceBroke(IDENTITY) from broken
    if not isinstance(problem, dict):
        raise ServiceBroke(IDENTITY)
    return problem


def _inside(content: bytes | None, asked_at: datetime) -> InsideToken:
    try:
        answer = _Exchanged.model_validate_json(content or b"")
    except ValidationError:
        # From None: the cause would carry the token into a log.
        raise ServiceBroke(IDENTITY) from None
    return InsideToken(answer.token, asked_at + timedelta(seconds=answer.expires_in))
