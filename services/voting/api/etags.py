"""Answers that a client polls: an ETag of their bytes, and 304 while they stay the same."""

import hashlib
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "未变化 (not modified since the given ETag)"}
}


def tagged(request: Request, body: BaseModel) -> Response:
    """Return `body` with its ETag, or 304 if the client has just these bytes (RFC 9110, 13.1.2)."""
    content = body.model_dump_json().encode()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"etag": etag, "cache-control": "private, no-cache"}
    known = request.headers.get("if-none-match", "")
    if etag in {one.strip().removeprefix("W/") for one in known.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)
