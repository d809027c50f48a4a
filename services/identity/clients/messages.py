"""The sender of text messages."""

from typing import Literal

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from services.chassis.telemetry import log
from services.identity.domain.errors import MessageNotSent


class _Receipt(BaseModel):
    model_config = ConfigDict(extra="ignore")

    state: Literal["accepted"]


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
        if not reply.is_success or not _accepted(reply.content):
            log.warning("message not sent", extra={"status": reply.status_code})
            raise MessageNotSent


def _accepted(content: bytes) -> bool:
    """Return whether the provider says that it took the message; a success alone does not."""
    try:
        _Receipt.model_validate_json(content)
    except ValidationError:
        return False
    return True
