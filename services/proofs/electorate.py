"""The frozen roll of a ballot: who may vote, with which area, and the one hash of it all.

One entry is one person (HZ 17(2)). Who may act for it enters as a hash of its own, so that the roll
can be published without naming anybody, not even by pseudonym.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.proofs.canonical import canonical
from services.proofs.rules import Policies


class EntryKind(StrEnum):
    """Owners of delivered parts, or the developer for everything unsold or undelivered."""

    OWNERS = "OWNERS"
    DEVELOPER = "DEVELOPER"


@dataclass(frozen=True, slots=True)
class Weight:
    """The two measures of every count (CC 278): people, and area in 0.01 m²."""

    people: int
    area_centi: int

    def __add__(self, other: "Weight") -> "Weight":
        return Weight(self.people + other.people, self.area_centi + other.area_centi)


NOBODY = Weight(people=0, area_centi=0)


@dataclass(frozen=True, slots=True)
class RollEntry:
    """One person of the roll as the roll's document writes it."""

    entry_id: str
    kind: EntryKind
    area_centi: int
    holders_sha256: str

    def encoded(self) -> bytes:
        """Return the entry's part of the roll in canonical JSON (RFC 8785)."""
        # The other members are plain ASCII, and all stand in the order of their names.
        return (
            f'{{"area_centi":{self.area_centi},"entry_id":{canonical(self.entry_id).decode()},'
            f'"holders_sha256":"{self.holders_sha256}","kind":"{self.kind}"}}'
        ).encode()


def holders_sha256(holders: Iterable[str]) -> str:
    """Return the hash by which a roll names who may act for an entry."""
    return hashlib.sha256(canonical(sorted(holders))).hexdigest()


class RollHash:
    """The hash of a roll's canonical document, taken entry by entry in the order of their ids.

    The document is never built: a roll may have a hundred thousand entries.
    """

    def __init__(self, estate_id: str, policy: Policies) -> None:
        self._hash = hashlib.sha256(b'{"entries":[')
        self._tail = b"]," + canonical({"estate_id": estate_id, "policy": dict(policy)})[1:]
        self._separator = b""

    def add(self, entry: RollEntry) -> None:
        """Take the next entry."""
        self._hash.update(self._separator + entry.encoded())
        self._separator = b","

    def sha256(self) -> bytes:
        """Return the hash of the whole document."""
        whole = self._hash.copy()
        whole.update(self._tail)
        return whole.digest()
