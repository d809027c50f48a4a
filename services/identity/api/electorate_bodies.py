"""Bodies about electorates and what they rest on; areas are text with two decimals."""

from typing import Annotated, Self

from pydantic import AwareDatetime, Field, StringConstraints

from services.identity.api.doors import BodyIn, BodyOut
from services.identity.api.place_bodies import PlaceIn
from services.identity.domain.electorate import (
    Electorate,
    ElectoratePolicy,
    EntryOfUnit,
    FrozenElectorate,
    SameOwnerRule,
)
from services.identity.domain.unit import area_text
from services.proofs.electorate import EntryKind


class PolicyIn(BodyIn):
    """What the estate's rules of procedure decided."""

    parking_area_counts: bool
    parking_as_person_counts: bool
    same_owner_rule: Annotated[SameOwnerRule, Field(strict=False)]

    def policy(self) -> ElectoratePolicy:
        """Return the policy that the body describes."""
        return ElectoratePolicy(
            self.parking_area_counts, self.parking_as_person_counts, self.same_owner_rule
        )


class PolicyOut(BodyOut):
    """The policy in force."""

    parking_area_counts: bool
    parking_as_person_counts: bool
    same_owner_rule: SameOwnerRule

    @classmethod
    def of(cls, policy: ElectoratePolicy) -> Self:
        """Return the body for `policy`."""
        return cls(
            parking_area_counts=policy.parking_area_counts,
            parking_as_person_counts=policy.parking_as_person_counts,
            same_owner_rule=policy.same_owner_rule,
        )


class ElectorateOut(BodyOut):
    """The electorate as it would be frozen now; the hash changes with any weight or owner."""

    policy: PolicyOut
    people: int = Field(examples=[2025])
    area_m2: str = Field(examples=["245605.80"])
    entries: int = Field(examples=[2025])
    sha256: str

    @classmethod
    def of(cls, found: Electorate) -> Self:
        """Return the body for `found`."""
        return cls(
            policy=PolicyOut.of(found.policy),
            people=found.people,
            area_m2=area_text(found.area_centi),
            entries=len(found.entries),
            sha256=found.content_sha256,
        )


class FreezeIn(BodyIn):
    """What an electorate is frozen for, and until when the register must not change it."""

    purpose: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    hold_until: Annotated[AwareDatetime, Field(strict=False)]


class FrozenEntryOut(BodyOut):
    """One person of the headcount; holders are the reader's own pseudonyms."""

    entry_id: str
    kind: EntryKind
    area_m2: str = Field(examples=["119.66"])
    holders: list[str]
    units: int


class FrozenElectorateOut(BodyOut):
    """A frozen electorate; `sha256` is over the canonical JSON of estate, policy and entries."""

    electorate_id: str
    estate_id: str
    zone: str
    frozen_at: AwareDatetime
    policy: PolicyOut
    people: int
    area_m2: str
    sha256: str
    attesters: list[str] = Field(
        description="可证明设备密钥归属的公钥 / Who may attest device keys"
    )
    entries: list[FrozenEntryOut]

    @classmethod
    def of(cls, frozen: FrozenElectorate) -> Self:
        """Return the body for `frozen`."""
        return cls(
            electorate_id=frozen.electorate_id,
            estate_id=frozen.estate_id,
            zone=frozen.zone,
            frozen_at=frozen.frozen_at,
            policy=PolicyOut.of(frozen.policy),
            people=frozen.people,
            area_m2=area_text(frozen.area_centi),
            sha256=frozen.sha256,
            attesters=list(frozen.attesters),
            entries=[
                FrozenEntryOut(
                    entry_id=one.entry_id,
                    kind=one.kind,
                    area_m2=area_text(one.area_centi),
                    holders=list(one.holders),
                    units=one.units,
                )
                for one in frozen.entries
            ],
        )


class EntryLookupIn(PlaceIn):
    """The unit of which a vote came on paper or by telephone, as the register writes it."""


class EntryLookupOut(BodyOut):
    """The entry to which the unit belongs; whose it is, is not told."""

    entry_id: str
    kind: EntryKind

    @classmethod
    def of(cls, found: EntryOfUnit) -> Self:
        """Return the body for `found`."""
        return cls(entry_id=found.entry_id, kind=found.kind)
