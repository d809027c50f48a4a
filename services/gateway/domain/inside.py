"""Inside tokens as the gateway keeps them: what for, and how long."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

# A token must still be good when the service reads it, after a queue and a slow upload.
MARGIN = timedelta(seconds=15)


@dataclass(frozen=True)
class InsideToken:
    """A token for one service; it is never shown, logged or sent outward."""

    value: str = field(repr=False)
    expires_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Return whether the token may still be sent on."""
        return now + MARGIN < self.expires_at


@dataclass(frozen=True)
class Exchange:
    """What a kept token was given for: exactly these bytes, this service, this estate.

    `changes` counts what the client has changed about himself since his token was first seen.
    """

    outside: str = field(repr=False)
    audience: str
    estate_id: str | None
    changes: int = 0
