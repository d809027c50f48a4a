"""Who may vote on an estate, and with what weight: people and area (CC 278, JI 8–9, HZ 17).

One electorate entry is one person of the headcount. Parts with the identical set of title holders
are one entry; all of the developer's stock, unsold and sold but not delivered, is one entry; what
else the developer holds under the same title set joins that entry, because he is one person.
Whether parking spaces, stalls and storage rooms weigh anything is the estate's stored policy.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.identity.domain.unit import Delivery
from services.proofs.canonical import sha256_hex
from services.proofs.electorate import EntryKind, RollEntry, RollHash, holders_sha256


class SameOwnerRule(StrEnum):
    """When two parts have the same buyer; the law leaves co-ownerships open, so it is a setting."""

    IDENTICAL_OWNER_SET = "identical_owner_set"


@dataclass(frozen=True, slots=True)
class ElectoratePolicy:
    """The estate's stored answers to what the law leaves open (GR 25; default: left out)."""

    parking_area_counts: bool = False
    parking_as_person_counts: bool = False
    same_owner_rule: SameOwnerRule = SameOwnerRule.IDENTICAL_OWNER_SET

    @property
    def document(self) -> dict[str, bool | int | str]:
        """Return the policy as it is hashed and sent."""
        return {
            "parking_area_counts": self.parking_area_counts,
            "parking_as_person_counts": self.parking_as_person_counts,
            "same_owner_rule": self.same_owner_rule.value,
        }


@dataclass(frozen=True, slots=True)
class RegisteredUnit:
    """A unit as the electorate needs it; holders are party ids."""

    unit_id: str
    area_centi: int
    particular_space: bool
    delivery: Delivery
    holders: frozenset[str]


@dataclass(frozen=True, slots=True)
class ElectorateEntry:
    """One person of the headcount and the area behind him."""

    kind: EntryKind
    area_centi: int
    holders: tuple[str, ...]
    unit_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Electorate:
    """All entries of an estate under one policy."""

    policy: ElectoratePolicy
    entries: tuple[ElectorateEntry, ...]

    @property
    def people(self) -> int:
        """Return N, the headcount."""
        return len(self.entries)

    @property
    def area_centi(self) -> int:
        """Return S in 0.01 m²."""
        return sum(entry.area_centi for entry in self.entries)

    @property
    def content_sha256(self) -> str:
        """Return a hash that changes when anybody's weight, units or co-holders change."""
        entries = [
            [entry.kind.value, entry.area_centi, list(entry.holders), list(entry.unit_ids)]
            for entry in self.entries
        ]
        return sha256_hex({"entries": entries, "policy": self.policy.document})


def electorate(
    units: Sequence[RegisteredUnit], policy: ElectoratePolicy, organisations: frozenset[str]
) -> Electorate:
    """Return the electorate that the units make.

    `organisations` are the parties that are not natural persons: of stock that is sold and not yet
    delivered the register may already name the buyer, and it is still the developer who votes.
    """
    developer = _developer(units, organisations)
    groups: dict[tuple[str, ...], list[RegisteredUnit]] = defaultdict(list)
    stock: list[RegisteredUnit] = []
    for unit in units:
        of_developer = unit.delivery.developer_stock or unit.holders == developer
        (stock if of_developer else groups[tuple(sorted(unit.holders))]).append(unit)
    entries = [_entry(EntryKind.OWNERS, names, group, policy) for names, group in groups.items()]
    entries.append(_entry(EntryKind.DEVELOPER, tuple(sorted(developer)), stock, policy))
    counted = [entry for entry in entries if entry is not None]
    return Electorate(policy, tuple(sorted(counted, key=lambda entry: entry.unit_ids)))


def _developer(units: Iterable[RegisteredUnit], organisations: frozenset[str]) -> frozenset[str]:
    """Return who votes for the stock: holders of unsold parts, organisations of undelivered."""
    developer: frozenset[str] = frozenset()
    for unit in units:
        if unit.delivery is Delivery.UNSOLD:
            developer |= unit.holders
        elif unit.delivery is Delivery.SOLD_UNDELIVERED:
            developer |= unit.holders & organisations
    return developer


def _entry(
    kind: EntryKind,
    holders: tuple[str, ...],
    units: Sequence[RegisteredUnit],
    policy: ElectoratePolicy,
) -> ElectorateEntry | None:
    """Return the entry of one owner set, or nothing when none of its units makes a person."""
    area_of = [unit for unit in units if policy.parking_area_counts or not unit.particular_space]
    person_of = [
        unit for unit in units if policy.parking_as_person_counts or not unit.particular_space
    ]
    if not person_of:
        return None
    behind = {unit.unit_id for unit in (*area_of, *person_of)}
    area_centi = sum(unit.area_centi for unit in area_of)
    return ElectorateEntry(kind, area_centi, holders, tuple(sorted(behind)))


@dataclass(frozen=True, slots=True)
class FrozenEntry:
    """An entry with the name under which voting knows it; holders are voting's pseudonyms."""

    entry_id: str
    kind: EntryKind
    area_centi: int
    holders: tuple[str, ...]
    units: int


def frozen_entries(
    found: Electorate, entry_ids: Sequence[str], pseudonym: Callable[[str], str]
) -> tuple[FrozenEntry, ...]:
    """Return the entries as another service may see them: no party id, no unit."""
    return tuple(
        FrozenEntry(
            entry_id=entry_id,
            kind=entry.kind,
            area_centi=entry.area_centi,
            holders=tuple(sorted(map(pseudonym, entry.holders))),
            units=len(entry.unit_ids),
        )
        for entry, entry_id in zip(found.entries, entry_ids, strict=True)
    )


def frozen_sha256(
    estate_id: str, policy: Mapping[str, bool | int | str], entries: Sequence[FrozenEntry]
) -> str:
    """Return the hash by which identity and voting agree on a frozen electorate."""
    roll = RollHash(estate_id, policy)
    for entry in sorted(entries, key=lambda entry: entry.entry_id):
        hashed = holders_sha256(entry.holders)
        roll.add(RollEntry(entry.entry_id, entry.kind, entry.area_centi, hashed))
    return roll.sha256().hex()


@dataclass(frozen=True, slots=True)
class EntryOfUnit:
    """The frozen entry behind which a unit stands."""

    entry_id: str
    kind: EntryKind


@dataclass(frozen=True, slots=True)
class FrozenElectorate:
    """A frozen electorate as the service that asked for it receives it.

    `attesters` are the keys whose word on device keys the ballot may take.
    """

    electorate_id: str
    estate_id: str
    zone: str
    frozen_at: datetime
    policy: ElectoratePolicy
    people: int
    area_centi: int
    sha256: str
    attesters: tuple[str, ...]
    entries: tuple[FrozenEntry, ...]
