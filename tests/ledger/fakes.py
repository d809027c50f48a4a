"""Neighbours of the ledger, named for how they behave."""

import json
from typing import Any

import httpx
from starlette.types import Receive, Scope, Send


class Voting:
    """Answers about the items that it was told of, as voting's internal operation does."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], dict[str, Any]] = {}
        self.asked: list[str] = []
        self.authorizations: list[str] = []

    def has(self, estate_id: str, item_id: str, **told: Any) -> None:
        """Let an item of an estate exist; passed, on using common revenue, unless told else."""
        self.items[estate_id, item_id] = {
            "item_id": item_id,
            "ballot_id": "0b7c9a52-4b1c-4d53-9f1e-6a0b8c2d3e4f",
            "kind": "COMMON_REVENUE_USE",
            "title": "长椅",
            "state": "PASSED",
            "budget_fen": 100000,
            "decided_at": "2026-06-30T16:00:00Z",
            "a_field_of_next_year": 1,
        } | told

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope["path"]
        self.asked.append(path)
        self.authorizations.append(dict(scope["headers"])[b"authorization"].decode())
        _, _, _, _, estate_id, _, item_id, last = path.split("/")
        assert last == "authority"
        item = self.items.get((estate_id, item_id))
        problem = {"type": "/problems/voting/no-such-item", "status": 404}
        await _send_json(send, 200 if item else 404, item or problem)


class BrokenVoting:
    """Answers, and with something that is no answer."""

    def __init__(self, status: int, body: Any) -> None:
        self._status = status
        self._body = body

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request."""
        await _send_json(send, self._status, self._body)


class SilentVoting(httpx.AsyncBaseTransport):
    """Takes the question and does not answer in time."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Let one request wait until its deadline."""
        raise httpx.ReadTimeout("nobody answers", request=request)


async def _send_json(send: Send, status: int, body: Any) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
