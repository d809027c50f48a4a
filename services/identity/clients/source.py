"""Ask one outside source one question over HTTP, and take nothing for granted about its reply.

A source is slow, limited, broken or lying now and then. Whatever is not one of the five answers in
the agreed form is `unavailable`: it proves nothing, and it denies nothing.
"""

import json
from collections.abc import Mapping

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.chassis.telemetry import log
from services.identity.domain.answers import Answer, SourceAnswer

ANSWER_BYTES_MAX = 64 * 1024
_LIMITED = httpx.codes.TOO_MANY_REQUESTS


class _SourceReply(BaseModel):
    model_config = ConfigDict(extra="ignore")

    answer: Answer
    reference: str = Field(max_length=200)
    provider: str | None = Field(default=None, max_length=200)
    as_of: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None


class Source:
    """One provider of answers about people."""

    def __init__(self, name: str, client: httpx.AsyncClient, *, deadline_seconds: float) -> None:
        self._name = name
        self._client = client
        self._deadline = deadline_seconds

    async def ask(self, path: str, question: Mapping[str, str]) -> SourceAnswer:
        """Return the source's answer; never raises for anything the source does."""
        reference = question["reference"]
        try:
            status, content = await self._reply(path, question)
            if status != httpx.codes.OK:
                silence = Answer.LIMITED if status == _LIMITED else Answer.UNAVAILABLE
                return self._silence(silence, reference)
            reply = _SourceReply.model_validate(json.loads(content))
        except (httpx.HTTPError, ValueError, RecursionError) as failed:
            # The exception's class only: a validation error would repeat what was asked.
            cause = type(failed).__name__
            log.warning("source unavailable", extra={"source": self._name, "cause": cause})
            return self._silence(Answer.UNAVAILABLE, reference)
        return SourceAnswer(
            provider=reply.provider or self._name,
            answer=reply.answer,
            reference=reply.reference,
            as_of=reply.as_of,
            expires_at=reply.expires_at,
        )

    async def _reply(self, path: str, question: Mapping[str, str]) -> tuple[int, bytes]:
        request = self._client.stream(
            "POST", path, json=dict(question), timeout=self._deadline, follow_redirects=False
        )
        async with request as reply:
            content = bytearray()
            async for chunk in reply.aiter_bytes():
                content += chunk
                if len(content) > ANSWER_BYTES_MAX:
                    raise ValueError("answer too large")
            return reply.status_code, bytes(content)

    def _silence(self, answer: Answer, reference: str) -> SourceAnswer:
        return SourceAnswer(self._name, answer, reference, None, None)
