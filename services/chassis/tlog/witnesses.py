"""Whom an operator lets estates choose as witnesses.

A caller names a witness and never an address, so nobody can make the service fetch one.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import httpx

from services.proofs.leaf import is_key
from services.proofs.note import KeyType, NotANote, VerifierKey, read_verifier_key

DEADLINE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class KnownWitness:
    """A witness that the operator allows: its key, and where its `add-checkpoint` is."""

    key: VerifierKey
    url: str

    @property
    def name(self) -> str:
        """The name that it cosigns under."""
        return self.key.name


class Witnesses:
    """The witnesses that the operator allows, and the client that asks them."""

    def __init__(
        self, known: Iterable[KnownWitness] = (), client: httpx.AsyncClient | None = None
    ) -> None:
        """Know `known`; `client` is made here unless a test brings one.

        Raises:
            ValueError: two share a name or a key.
        """
        self.known = {one.name: one for one in known}
        listed = list(self.known.values())
        if len({one.key.public_key for one in listed}) != len(listed):
            raise ValueError("one witness stands under two names")
        self.client = client or httpx.AsyncClient(
            timeout=DEADLINE_SECONDS, follow_redirects=False, trust_env=False
        )

    async def close(self) -> None:
        """Close the connections; one of a service's closers."""
        await self.client.aclose()


def read_witnesses(path: Path | None) -> Witnesses:
    """Return the witnesses of a file: a JSON list of {"name", "url", "key"}; of no file, none.

    Raises:
        ValueError: it is malformed, or one is named twice.
    """
    if path is None:
        return Witnesses()
    known = [_known(one) for one in json.loads(path.read_text())]
    if len({one.name for one in known}) != len(known):
        raise ValueError("a witness is named twice")
    return Witnesses(known)


def _known(written: object) -> KnownWitness:
    if not isinstance(written, dict) or written.keys() != {"name", "url", "key"}:
        raise ValueError("a witness has a name, a url and a key")
    name, url = written["name"], written["url"]
    try:
        key = read_verifier_key(str(written["key"]))
    except NotANote as malformed:
        raise ValueError(f"{name}: {malformed}") from malformed
    if key.type is not KeyType.COSIGNATURE or not is_key(key.public_key) or key.name != name:
        raise ValueError(f"{name}: a witness signs under its name with a key of type 0x04")
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        raise ValueError(f"{name}: the url begins with https://")
    return KnownWitness(key, url.rstrip("/"))
