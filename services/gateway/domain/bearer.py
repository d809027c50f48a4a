"""The one way in which a client shows a token (RFC 6750, 2.1)."""

import re
from collections.abc import Sequence

_BEARER = re.compile(rb"[Bb]earer ([A-Za-z0-9._-]+)")


def bearer_of(authorization: Sequence[bytes]) -> str | None:
    """Return the token of exactly one `Authorization` line, or nothing."""
    found = _BEARER.fullmatch(authorization[0]) if len(authorization) == 1 else None
    return found.group(1).decode() if found else None
