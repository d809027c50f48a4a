"""An estate (小区), the versions of its register, and their sign-off."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class GoverningBody(StrEnum):
    """Who acts for the owners' assembly of the estate."""

    COMMITTEE = "COMMITTEE"
    PROPERTY_MANAGEMENT_COMMITTEE = "PROPERTY_MANAGEMENT_COMMITTEE"
    RESIDENTS_COMMITTEE = "RESIDENTS_COMMITTEE"


@dataclass(frozen=True, slots=True)
class Estate:
    """The voting unit; its zone gives every deadline its meaning."""

    estate_id: str
    name: str
    district_code: str
    street_code: str
    governing_body: GoverningBody
    zone: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who declared the data governance of a register version done, and when."""

    role: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class RegisterVersion:
    """One import of an estate's register; the latest is the register."""

    version: int
    rows: int
    units: int
    parking_spaces: int
    imported_at: datetime
    signed_off: SignOff | None = None


@dataclass(frozen=True, slots=True)
class EstateOverview:
    """An estate and how far its register is."""

    estate: Estate
    register: RegisterVersion | None


@dataclass(frozen=True, slots=True)
class RegisterImport:
    """What an import brought, and how many main cards it ended."""

    register: RegisterVersion
    cards_ended: int
