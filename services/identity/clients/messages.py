"""The sender of text messages."""

import httpx

from services.chassis.telemetry import log
from services.identity.domain.errors import MessageNotSent


class Messages:
    """Asks `POST {base}/messages`; a repeated reference is the same message."""

    def __init__(self, client: httpx.AsyncClient, *, deadline_seconds: float = 3.0) -> None:
        self._client = client
        self._deadline = deadline_seconds

    async def send(self, *, phone: str, text: str, reference: str) -> None:
        """Hand one message over.

        Raises:
            MessageNotSent: the provider did not take it, or did not say so in time.
        """
        body = {"to": phone, "text": text, "reference": reference}
        try:
            reply = await self._client.post("/messages", json=body, timeout=self._deadline)
        except httpx.HTTPError as failed:
            log.warning("message not sent", extra={"cause": type(failed).__name__})
            raise MessageNotSent from failed
        if not reply.is_success:
            log.warning("message not sent", extra={"status": reply.status_code})
            raise MessageNotSent
