"""The frozen roll of a ballot: who may vote, with which area, as identity froze it.

One entry is one person (HZ 17(2)): the same set of owners counts once with its areas added, and all
of a developer's stock is one entry. Holders are pseudonyms; voting never learns whose.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import available_timezones

from services.proofs.canonical import canonical, sha256_hex
from services.voting.domain.errors import ElectorateNotVerified
from services.voting.domain.rules import OF_THE_ELECTORATE, Policies


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
class ElectorateEntry:
    """One person of the roll, the area that goes with it, and who may act for it."""

    entry_id: str
    kind: EntryKind
    area_centi: int
    units: int
    holders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldEntry:
    """An entry as one of its holders sees it: with whether somebody has voted for it."""

    entry_id: str
    kind: EntryKind
    area_centi: int
    units: int
    voted: bool


@dataclass(frozen=True, slots=True)
class Electorate:
    """A roll as identity froze it; `sha256` is what identity says its hash is."""

    electorate_id: str
    estate_id: str
    zone: str
    frozen_at: datetime
    policy: Policies
    weight: Weight
    sha256: str
    entries: tuple[ElectorateEntry, ...]


def electorate_sha256(estate_id: str, policy: Policies, entries: Sequence[ElectorateEntry]) -> str:
    """Return the hash of a roll: canonical JSON (RFC 8785), entries in the order of their ids.

    Holders enter as a hash of their own, so the roll can be published without them.
    """
    rows = [
        {
            "entry_id": entry.entry_id,
            "area_centi": entry.area_centi,
            "kind": entry.kind.value,
            "holders_sha256": hashlib.sha256(canonical(sorted(entry.holders))).hexdigest(),
        }
        for entry in sorted(entries, key=lambda entry: entry.entry_id)
    ]
    return sha256_hex({"estate_id": estate_id, "policy": dict(policy), "entries": rows})


def check_electorate(electorate: Electorate, *, estate_id: str) -> None:
    """Refuse a roll that is not what it says it is; nothing is counted on somebody's word.

    Raises:
        ElectorateNotVerified: another estate's, an unknown zone, a repeated entry, a policy that
            does not say how it was made, an entry that nobody can act for or that names somebody
            twice, or totals or a hash that do not follow from the entries.
    """
    for broken, what in (
        (electorate.estate_id != estate_id, "estate"),
        (electorate.zone not in available_timezones(), "zone"),
        (_repeats(electorate.entries), "entries"),
        (not electorate.policy.keys() >= set(OF_THE_ELECTORATE), "policy"),
        (not all(_well_held(entry) for entry in electorate.entries), "holders"),
        (weight_of(electorate.entries) != electorate.weight, "totals"),
        (_recomputed(electorate) != electorate.sha256, "sha256"),
    ):
        if broken:
            raise ElectorateNotVerified(
                "业主名册与其自身的校验值不符，未予采用；请稍后重试。",
                "The electorate does not match its own figures and was not used.",
                mismatch=what,
            )


def weight_of(entries: Sequence[ElectorateEntry]) -> Weight:
    """Return what the entries weigh together: one person each (HZ 17(2)), and their areas."""
    return Weight(len(entries), sum(entry.area_centi for entry in entries))


def _recomputed(electorate: Electorate) -> str:
    return electorate_sha256(electorate.estate_id, electorate.policy, electorate.entries)


def _well_held(entry: ElectorateEntry) -> bool:
    return 0 < len(entry.holders) == len(set(entry.holders))


def _repeats(entries: Sequence[ElectorateEntry]) -> bool:
    return len({entry.entry_id for entry in entries}) != len(entries)
