"""The demo's only way in: HTTP through the gateway, as an app would."""

import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import aiohttp

DEFECTS_SHOWN = 8


class Refused(Exception):
    """The gateway answered with a problem document."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('type')}: {_told(problem)}")
        self.status = status
        self.problem = problem


@dataclass
class Door:
    """A session with the gateway; remembers the slowest request of the story."""

    url: str
    connections: int = 32
    slowest_seconds: float = 0.0
    slowest: str = ""
    requests: int = 0
    _session: aiohttp.ClientSession | None = field(default=None, repr=False)

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(limit=self.connections)
        self._session = aiohttp.ClientSession(self.url, connector=connector)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._session is not None
        await self._session.close()

    async def get(self, path: str, token: str | None = None, **query: str) -> Any:
        """Return the JSON at `path`."""
        return await self._ask("GET", path, token, params=query)

    async def send(self, method: str, path: str, token: str | None, body: Any = None) -> Any:
        """Send a JSON body under a fresh key and return the JSON that answers it."""
        return await self._ask(method, path, token, json=body)

    async def upload(self, path: str, token: str, content: bytes) -> Any:
        """Send a CSV sheet as it is and return the JSON that answers it."""
        return await self._ask("POST", path, token, data=content, kind="text/csv")

    async def text(self, path: str) -> str:
        """Return what anybody may read at `path`, as it is."""
        assert self._session is not None
        async with self._session.get(path) as reply:
            text = await reply.text()
        if reply.status >= 400:
            raise Refused(reply.status, {"text": text})
        return text

    async def download(self, path: str, token: str, file: Path) -> None:
        """Write what `path` answers into a file, piece by piece."""
        assert self._session is not None
        headers = {"authorization": f"Bearer {token}"}
        async with self._session.get(path, headers=headers) as reply:
            if reply.status >= 400:
                raise Refused(reply.status, await reply.json(content_type=None))
            with file.open("wb") as out:
                async for piece in reply.content.iter_any():
                    out.write(piece)

    async def vote(self, path: str, token: str, document: bytes, vote_id: str) -> Any:
        """Send a signed vote under its own id."""
        return await self._ask(
            "POST", path, token, data=document, kind="application/json", key=vote_id
        )

    async def _ask(
        self,
        method: str,
        path: str,
        token: str | None,
        *,
        kind: str | None = None,
        key: str | None = None,
        **request: Any,
    ) -> Any:
        assert self._session is not None
        headers = {"idempotency-key": key or str(uuid.uuid4())} if method != "GET" else {}
        if token:
            headers["authorization"] = f"Bearer {token}"
        if kind:
            headers["content-type"] = kind
        started = time.perf_counter()
        async with self._session.request(method, path, headers=headers, **request) as reply:
            text = await reply.text()
            answer = await reply.json(content_type=None) if text else None
        self._note(f"{method} {path}", time.perf_counter() - started)
        if reply.status >= 400:
            raise Refused(reply.status, answer if isinstance(answer, dict) else {"text": text})
        return answer

    def _note(self, what: str, seconds: float) -> None:
        self.requests += 1
        if seconds > self.slowest_seconds:
            self.slowest_seconds, self.slowest = seconds, what


def _told(problem: dict[str, Any]) -> str:
    """Return what a problem says; of a sheet's defects the first, a line each."""
    defects = problem.get("defects")
    if not defects:
        return f"{problem.get('detail_en')} {problem}"
    kept = ("line", "kind", "column", "advice_zh", "advice_en")
    lines = ["  ".join(str(one.get(name, "")) for name in kept) for one in defects[:DEFECTS_SHOWN]]
    said = f"{problem.get('detail')} / {problem.get('detail_en')}: {len(defects)}"
    return "\n  ".join([said, *lines])
