"""Answers that a client polls: an ETag of their bytes, and 304 while they stay the same."""

import hashlib

from fastapi import Request, Response
from pydantic import BaseModel

from services.chassis.revalidation import headers_for, holds


def tagged(request: Request, body: BaseModel) -> Response:
    """Return `body` with its ETag, or 304 if the client has just these bytes."""
    content = body.model_dump_json().encode()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if holds(request, etag):
        return Response(status_code=304, headers=headers_for(etag))
    return Response(content, media_type="application/json", headers=headers_for(etag))
