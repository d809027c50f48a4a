"""The frozen roll of a ballot: who may vote, with which area, as identity froze it.

One entry is one person (HZ 17(2)): the same set of owners counts once with its areas added, and all
of a developer's stock is one entry. Holders are pseudonyms; voting never learns whose.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

from services.proofs.electorate import EntryKind, RollEntry, RollHash, Weight, holders_sha256
from services.proofs.leaf import is_key
from services.proofs.rules import OF_THE_ELECTORATE, Policies
from services.proofs.vote import Channel
from services.voting.domain.errors import ElectorateNotVerified


@dataclass(frozen=True, slots=True)
class ElectorateEntry:
    """One person of the roll, the area that goes with it, and who may act for it."""

    entry_id: str
    kind: EntryKind
    area_centi: int
    units: int
    holders: tuple[str, ...]

    def published(self) -> RollEntry:
        """Return the entry without who may act for it."""
        return RollEntry(self.entry_id, self.kind, self.area_centi, holders_sha256(self.holders))


@dataclass(frozen=True, slots=True)
class Voted:
    """That an entry has voted: when and on which way, and nothing of the choices."""

    cast_at: datetime
    channel: Channel


@dataclass(frozen=True, slots=True)
class HeldEntry:
    """An entry as one of its holders sees it: with whether somebody has voted for it."""

    entry_id: str
    kind: EntryKind
    area_centi: int
    units: int
    voted: Voted | None


@dataclass(frozen=True, slots=True)
class Electorate:
    """A roll as identity froze it; `sha256` is what identity says its hash is.

    `attesters` are the keys by which identity says whose a device key is.
    """

    electorate_id: str
    estate_id: str
    zone: str
    frozen_at: datetime
    policy: Policies
    weight: Weight
    sha256: str
    attesters: frozenset[bytes]
    entries: tuple[ElectorateEntry, ...]


def electorate_sha256(estate_id: str, policy: Policies, entries: Sequence[ElectorateEntry]) -> str:
    """Return the hash of a roll: canonical JSON (RFC 8785), entries in the order of their ids.

    Holders enter as a hash of their own, so the roll can be published without them.
    """
    roll = RollHash(estate_id, policy)
    for entry in sorted(entries, key=lambda entry: entry.entry_id):
        roll.add(entry.published())
    return roll.sha256().hex()


def check_electorate(electorate: Electorate, *, estate_id: str) -> None:
    """Refuse a roll that is not what it says it is; nothing is counted on somebody's word.

    Raises:
        ElectorateNotVerified: another estate's, an unknown zone, a repeated entry, a policy that
            does not say how it was made, an entry that nobody can act for or that names somebody
            twice, totals or a hash that do not follow from the entries, or no attesters' keys.
    """
    for broken, what in (
        (electorate.estate_id != estate_id, "estate"),
        (electorate.zone not in available_timezones(), "zone"),
        (_repeats(electorate.entries), "entries"),
        (not electorate.policy.keys() >= set(OF_THE_ELECTORATE), "policy"),
        (not all(_well_held(entry) for entry in electorate.entries), "holders"),
        (weight_of(electorate.entries) != electorate.weight, "totals"),
        (_recomputed(electorate) != electorate.sha256, "sha256"),
        (not electorate.attesters or not all(map(is_key, electorate.attesters)), "attesters"),
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
