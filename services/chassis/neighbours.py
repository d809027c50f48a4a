"""Calls to a neighbour: a deadline, a token for exactly that neighbour, decoded problems.

A neighbour's absence is an answer. Nothing is retried here: a caller that may safely ask again
does so with the same key, and knows why.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from services.chassis.telemetry import log, new_traceparent

ANSWER_BYTES_MAX = 32 * 1024 * 1024


class NeighbourAway(Exception):
    """A neighbour could not be asked, or answered with something that is no answer."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.zh = f"暂时无法联系“{name}”服务，请稍后再试。"
        self.en = f"The {name} service cannot be asked at present; try again later."
        self.facts: dict[str, object] = {"neighbour": name}
        self.headers = {"retry-after": "5"}


class NeighbourRefused(Exception):
    """A neighbour answered with a problem; `problem` is its document."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('type')}")
        self.status = status
        self.problem = problem

    @property
    def kind(self) -> str:
        """Return the problem's type."""
        return str(self.problem.get("type", ""))


class Neighbour:
    """One neighbour, asked over JSON."""

    def __init__(
        self,
        name: str,
        client: httpx.AsyncClient,
        mint: Callable[[str], str],
        *,
        deadline_seconds: float = 3.0,
    ) -> None:
        """Ask `name` through `client`, whose base URL is the neighbour's.

        `mint` returns a service token for the audience that it is given.
        """
        self._name = name
        self._client = client
        self._mint = mint
        self._deadline = deadline_seconds

    async def get(self, path: str, *, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return the JSON object at `path`.

        Raises:
            NeighbourAway: nobody answered in time, or not with JSON.
            NeighbourRefused: it answered with a problem.
        """
        return await self._ask("GET", path, params=dict(params or {}))

    async def post(
        self, path: str, body: Mapping[str, Any], *, key: str | None = None
    ) -> dict[str, Any]:
        """Send `body` and return the JSON object that answers it; `key` makes it safe to repeat.

        Raises:
            NeighbourAway: as for `get`; the work may have been done, ask again with the same key.
            NeighbourRefused: it answered with a problem.
        """
        headers = {"idempotency-key": key} if key else {}
        return await self._ask("POST", path, json=dict(body), headers=headers)

    async def _ask(self, method: str, path: str, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - httpx's own keywords
        headers = request.pop("headers", {}) | {
            "authorization": f"Bearer {self._mint(self._name)}",
            "traceparent": new_traceparent(),
        }
        try:
            # The client's own timeout is for each read: a neighbour that drips would outlast it.
            async with asyncio.timeout(self._deadline):
                reply = await self._client.request(
                    method, path, headers=headers, timeout=self._deadline, **request
                )
            answer = reply.json()
        except (httpx.HTTPError, TimeoutError, ValueError) as failed:
            log.warning("neighbour away", extra={"neighbour": self._name, "cause": repr(failed)})
            raise NeighbourAway(self._name) from failed
        if reply.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or not isinstance(answer, dict):
            log.warning(
                "neighbour failed", extra={"neighbour": self._name, "status": reply.status_code}
            )
            raise NeighbourAway(self._name)
        if reply.status_code >= httpx.codes.BAD_REQUEST:
            raise NeighbourRefused(reply.status_code, answer)
        return answer
