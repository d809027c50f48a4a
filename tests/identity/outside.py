"""The outside world in one place: three providers that answer over HTTP as they are told."""

import json
from collections.abc import Callable
from typing import Any

import httpx

Answerer = Callable[[httpx.Request], httpx.Response]


class OutsideWorld:
    """Answers `match` unless told otherwise, remembers every question and every message."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []
        self._answerers: dict[str, Answerer] = {}

    def answers(self, path: str, answer: str | Answerer, **members: object) -> None:
        """Let the provider at `path` answer so from now on."""
        if callable(answer):
            self._answerers[path] = answer
            return

        def reply(request: httpx.Request) -> httpx.Response:
            reference = json.loads(request.content)["reference"]
            return httpx.Response(200, json={"answer": answer, "reference": reference, **members})

        self._answerers[path] = reply

    def forget(self) -> None:
        """Answer `match` again, as in the beginning."""
        self._answerers.clear()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        if request.url.path in self._answerers:
            self.asked.append(body)
            return self._answerers[request.url.path](request)
        if request.url.path == "/messages":
            self.sent.append(body)
            return httpx.Response(202, json={"state": "accepted"})
        self.asked.append(body)
        return httpx.Response(200, json={"answer": "match", "reference": body["reference"]})

    def client(self) -> httpx.AsyncClient:
        """Return a client that reaches this world."""
        return httpx.AsyncClient(transport=httpx.MockTransport(self), base_url="http://outside")

    def last_code(self, phone: str) -> str:
        """Return the code in the last message to a phone."""
        text: str = [one["text"] for one in self.sent if one["to"] == phone][-1]
        return text.partition("验证码 ")[2][:6]
