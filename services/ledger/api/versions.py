"""Entity tags: every published figure is a function of its URL and of how large the log is.

So the tag is the ledger's version, and a client that polls is told "not modified" until something
is published.
"""

from typing import Annotated

from fastapi import Depends, Request, Response
from pydantic import BaseModel

from services.chassis.revalidation import headers_for, holds, link_to_next


class Tagging:
    """Answers one request for a published figure with its tag, or without its body."""

    def __init__(self, request: Request, response: Response) -> None:
        self._request = request
        self._response = response

    def answer(self, version: int, body: BaseModel) -> BaseModel | Response:
        """Return `body` with its tag, or 304 when the client holds it already."""
        etag = f'W/"{version}"'
        if holds(self._request, etag):
            return Response(status_code=304, headers=headers_for(etag))
        self._response.headers.update(headers_for(etag))
        return body

    def link_next(self, **query: object) -> None:
        """Name the following page."""
        self._response.headers["link"] = link_to_next(self._request, **query)


Tagged = Annotated[Tagging, Depends(Tagging)]
