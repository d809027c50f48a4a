"""Entity tags: every published figure is a function of its URL and of how many entries there are.

So the tag is the ledger's version, and a client that polls is told "not modified" until something
is published (RFC 9110, 8.8.3 and 13.1.2).
"""

from typing import Annotated, Any

from fastapi import Depends, Request, Response
from pydantic import BaseModel

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "未变动 (not modified since the given ETag)"}
}


class Tagging:
    """Answers one request for a published figure with its tag, or without its body."""

    def __init__(self, request: Request, response: Response) -> None:
        self._known = request.headers.get("if-none-match", "")
        self._path = request.url.path
        self._response = response

    def answer(self, version: int, body: BaseModel) -> BaseModel | Response:
        """Return `body` with its tag, or 304 when the client holds it already."""
        tag = f'W/"{version}"'
        headers = {"etag": tag, "cache-control": "private, no-cache"}
        if self._known.strip() == "*" or tag in (one.strip() for one in self._known.split(",")):
            return Response(status_code=304, headers=headers)
        self._response.headers.update(headers)
        return body

    def link_next(self, **query: object) -> None:
        """Name the following page (RFC 8288)."""
        told = "&".join(f"{name}={value}" for name, value in query.items() if value is not None)
        self._response.headers["link"] = f'<{self._path}?{told}>; rel="next"'


Tagged = Annotated[Tagging, Depends(Tagging)]
