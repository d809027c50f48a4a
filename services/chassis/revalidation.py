"""Answers that a client asks for again or goes on from: entity tags, and the next page."""

from typing import Any
from urllib.parse import urlencode

from fastapi import Request

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "未变化 (not modified since the given ETag)"}
}


def headers_for(etag: str) -> dict[str, str]:
    """Return the headers under which an answer may be asked for again; no shared cache keeps it."""
    return {"etag": etag, "cache-control": "private, no-cache"}


def holds(request: Request, etag: str) -> bool:
    """Return whether the client has this answer, by weak comparison (RFC 9110, 8.8.3.2, 13.1.2)."""
    known = request.headers.get("if-none-match", "")
    if known.strip() == "*":
        return True
    return etag.removeprefix("W/") in {one.strip().removeprefix("W/") for one in known.split(",")}


def link_to_next(request: Request, **query: object) -> str:
    """Return the `Link` header that leads to the following page (RFC 8288)."""
    told = urlencode({name: value for name, value in query.items() if value is not None})
    return f'<{request.url.path}?{told}>; rel="next"'
