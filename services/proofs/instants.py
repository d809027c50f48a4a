"""Instants as documents write them, and the days of a zone that begin at them."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from services.proofs.refuted import Refuted

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{6})?Z")


class NotAnInstant(Refuted):
    """The text is no instant in the one form."""


def midnight(day: date, zone: str) -> datetime:
    """Return the instant at which `day` begins in `zone`, in UTC."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def rfc3339(instant: datetime) -> str:
    """Return an instant as RFC 3339 writes it in UTC."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def instant_of(written: str) -> datetime:
    """Return the instant that `rfc3339` wrote.

    Raises:
        NotAnInstant: it would have written it otherwise, or there is no such instant.
    """
    try:
        instant = datetime.fromisoformat(written) if _INSTANT.fullmatch(written) else None
    except ValueError:
        instant = None
    if instant is None or rfc3339(instant) != written:
        raise NotAnInstant("an instant is written in UTC, in the one way")
    return instant
