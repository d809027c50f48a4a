"""Pages by cursor: the place of the last ballot seen, so that nothing is skipped or shown twice."""

import base64
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError

from services.chassis.revalidation import link_to_next
from services.voting.domain.ballot import SeenBallot

Place = tuple[datetime, str]


def place_of(cursor: str | None) -> Place | None:
    """Return the place that a cursor of ours names.

    Raises:
        RequestValidationError: it is none of ours.
    """
    if cursor is None:
        return None
    try:
        instant, _, ballot_id = base64.urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        drafted_at, place = datetime.fromisoformat(instant), str(uuid.UUID(ballot_id))
        in_utc = drafted_at.astimezone(UTC)
    except (ValueError, OverflowError) as broken:
        raise _no_cursor() from broken
    if drafted_at.utcoffset() is None:
        raise _no_cursor()
    return in_utc, place


def link_next(request: Request, response: Response, page: Sequence[SeenBallot], limit: int) -> None:
    """Add the link to the following page (RFC 8288), if there may be one."""
    if len(page) < limit:
        return
    last = page[-1].ballot
    place = f"{last.drafted_at.isoformat()} {last.ballot_id}"
    cursor = base64.urlsafe_b64encode(place.encode()).decode()
    response.headers["link"] = link_to_next(request, cursor=cursor, limit=limit)


def _no_cursor() -> RequestValidationError:
    place = {"loc": ("query", "cursor"), "type": "cursor", "msg": "", "input": None}
    return RequestValidationError([place])
