"""Fields that only their own service can read, and indexes that only it can compute.

AES-256-GCM with the field's place as associated data, so that a value moved to another row does
not open; HMAC-SHA-256 for look-up, because an unkeyed hash of all identity numbers of a city is
enumerated in minutes. Each value begins with a version and the id of its key, so keys can rotate.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = 1
_NONCE_BYTES = 12
_KEY_BYTES = 32


class SealBroken(Exception):
    """A sealed value does not open: another key, another place, or changed bytes."""


@dataclass(frozen=True)
class SealingKeys:
    """Keys by number; the highest number seals new values, the others only open."""

    sealing: Mapping[int, bytes]
    index: bytes

    @classmethod
    def load(cls, path: Path) -> "SealingKeys":
        """Read the keys from a JSON file `{"sealing": {"1": hex}, "index": hex}`."""
        held = json.loads(path.read_text())
        return cls(
            {int(number): bytes.fromhex(key) for number, key in held["sealing"].items()},
            bytes.fromhex(held["index"]),
        )

    @staticmethod
    def fresh() -> str:
        """Return the JSON text of new keys."""
        one = {"1": secrets.token_bytes(_KEY_BYTES).hex()}
        return json.dumps({"sealing": one, "index": secrets.token_bytes(_KEY_BYTES).hex()})


class Sealer:
    """Seals, opens and indexes the fields of one service."""

    def __init__(self, keys: SealingKeys) -> None:
        if not keys.sealing or any(
            len(k) != _KEY_BYTES for k in (*keys.sealing.values(), keys.index)
        ):
            raise ValueError("sealing and index keys are 32 bytes each")
        self._ciphers = {number: AESGCM(key) for number, key in keys.sealing.items()}
        self._newest = max(self._ciphers)
        self._index = keys.index

    def seal(self, plaintext: str, *, context: str) -> bytes:
        """Return `plaintext` sealed for `context` (table/column/row)."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        head = bytes([_VERSION, self._newest])
        body = self._ciphers[self._newest].encrypt(
            nonce, plaintext.encode(), head + context.encode()
        )
        return head + nonce + body

    def open(self, sealed: bytes, *, context: str) -> str:
        """Return what was sealed for `context`.

        Raises:
            SealBroken: it was not sealed by one of our keys for this place.
        """
        head, nonce, body = sealed[:2], sealed[2 : 2 + _NONCE_BYTES], sealed[2 + _NONCE_BYTES :]
        if len(head) != 2 or head[0] != _VERSION or head[1] not in self._ciphers:
            raise SealBroken("version or key")
        try:
            plaintext = self._ciphers[head[1]].decrypt(nonce, body, head + context.encode())
        except (InvalidTag, ValueError) as broken:
            raise SealBroken("does not open") from broken
        return plaintext.decode()

    def index(self, value: str, *, purpose: str) -> bytes:
        """Return the keyed look-up value of `value`; two purposes never match each other."""
        message = len(purpose).to_bytes(2, "big") + purpose.encode() + value.encode()
        return bytes([_VERSION]) + hmac.digest(self._index, message, hashlib.sha256)
