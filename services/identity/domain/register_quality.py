"""How good a register is: what the street and the housing bureau read before they sign it off."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.identity.domain.unit import AreaSource, Delivery, Use


class QualityCheck(StrEnum):
    """What was looked at; none of these stops an import, all deserve an eye."""

    AREA_NOT_FROM_REGISTER = "area_not_from_register"
    AREA_FROM_CONTRACT_ONLY = "area_from_contract_only"
    DEVELOPER_STOCK = "developer_stock"
    SOLD_UNDELIVERED = "sold_undelivered"
    PHONE_MISSING = "phone_missing"
    PHONE_SHARED_BY_PERSONS = "phone_shared_by_persons"
    ACQUISITION_DATE_MISSING = "acquisition_date_missing"
    SHARE_NOT_STATED = "share_not_stated"


@dataclass(frozen=True, slots=True)
class QualityUnit:
    """A unit as the report looks at it."""

    use: Use
    delivery: Delivery
    area_source: AreaSource
    area_centi: int


@dataclass(frozen=True, slots=True)
class QualityHolding:
    """A holding as the report looks at it; the phone stands as its keyed index."""

    party_id: str
    of_organisation: bool
    phone_index: bytes | None
    dated: bool
    share_stated: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """How many of how many a check concerns."""

    check: QualityCheck
    count: int
    out_of: int


@dataclass(frozen=True, slots=True)
class RegisterQuality:
    """The figures of one register version."""

    units: int
    parking_spaces: int
    natural_persons: int
    organisations: int
    area_centi: int
    parking_area_centi: int
    findings: tuple[Finding, ...]


def register_quality(
    units: Sequence[QualityUnit], holdings: Sequence[QualityHolding]
) -> RegisterQuality:
    """Return the report's figures."""
    parts = [unit for unit in units if not unit.use.particular_space]
    spaces = [unit for unit in units if unit.use is Use.PARKING_SPACE]
    people = {one.party_id: one.of_organisation for one in holdings}
    return RegisterQuality(
        units=len(parts),
        parking_spaces=len(spaces),
        natural_persons=sum(1 for organisation in people.values() if not organisation),
        organisations=sum(people.values()),
        area_centi=sum(unit.area_centi for unit in parts),
        parking_area_centi=sum(unit.area_centi for unit in spaces),
        findings=(*_unit_findings(parts), *_holding_findings(holdings)),
    )


def _unit_findings(parts: Sequence[QualityUnit]) -> list[Finding]:
    total = len(parts)
    sources = Counter(unit.area_source for unit in parts)
    deliveries = Counter(unit.delivery for unit in parts)
    undelivered = deliveries[Delivery.SOLD_UNDELIVERED]
    return [
        Finding(QualityCheck.AREA_NOT_FROM_REGISTER, total - sources[AreaSource.REGISTER], total),
        Finding(QualityCheck.AREA_FROM_CONTRACT_ONLY, sources[AreaSource.CONTRACT], total),
        Finding(QualityCheck.DEVELOPER_STOCK, deliveries[Delivery.UNSOLD] + undelivered, total),
        Finding(QualityCheck.SOLD_UNDELIVERED, undelivered, total),
    ]


def _holding_findings(holdings: Sequence[QualityHolding]) -> list[Finding]:
    total = len(holdings)
    persons_of_phone = Counter(
        phone
        for phone, _ in {
            (one.phone_index, one.party_id) for one in holdings if not one.of_organisation
        }
        if phone is not None
    )
    shared = sum(1 for persons in persons_of_phone.values() if persons > 1)
    without_phone = sum(1 for one in holdings if one.phone_index is None)
    undated = sum(1 for one in holdings if not one.dated)
    unstated = sum(1 for one in holdings if not one.share_stated)
    return [
        Finding(QualityCheck.PHONE_MISSING, without_phone, total),
        Finding(QualityCheck.PHONE_SHARED_BY_PERSONS, shared, len(persons_of_phone)),
        Finding(QualityCheck.ACQUISITION_DATE_MISSING, undated, total),
        Finding(QualityCheck.SHARE_NOT_STATED, unstated, total),
    ]
