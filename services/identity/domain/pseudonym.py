"""One person, another name for every audience, so that services cannot join what they hold.

The key is not rotated: a pseudonym stands in frozen electorates and must be found again years
later, so it has a key file of its own, apart from the sealing keys.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

PSEUDONYM_BYTES = 20
# The audience whose pseudonyms stand outside tokens too: in electorates and attestations.
VOTING = "voting"
KEY_BYTES_MIN = 32


@dataclass(frozen=True)
class Pseudonyms:
    """Names accounts and parties for one audience each."""

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) < KEY_BYTES_MIN:
            raise ValueError("a pseudonym key has at least 32 bytes")

    def of(self, audience: str, identifier: str) -> str:
        """Return 160 bits of HMAC-SHA-256 over audience and identifier, in base32."""
        message = f"{audience}|{identifier}".encode()
        digest = hmac.digest(self.key, message, hashlib.sha256)
        return base64.b32encode(digest[:PSEUDONYM_BYTES]).decode().lower()
