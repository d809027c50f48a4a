"""Units of an estate, who holds them, and which of several areas counts.

Areas are integers of 0.01 m². A building, stairwell and room name a unit inside its estate for
good: imports come and go, the place stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from services.identity.domain.documents import Document


class Use(StrEnum):
    """What a unit is for."""

    RESIDENCE = "RESIDENCE"
    COMMERCIAL = "COMMERCIAL"
    OFFICE = "OFFICE"
    PARKING_SPACE = "PARKING_SPACE"
    STALL = "STALL"
    STORAGE = "STORAGE"

    @property
    def particular_space(self) -> bool:
        """Whether law and practice disagree on its weight: 车位、摊位等特定空间 (HZ 90, JI 2)."""
        return self in {Use.PARKING_SPACE, Use.STALL, Use.STORAGE}


class AreaSource(StrEnum):
    """Where an area was taken from, in the order of preference of JI 8 and HZ 17(1)."""

    REGISTER = "REGISTER"
    SURVEY = "SURVEY"
    CONTRACT = "CONTRACT"


class Delivery(StrEnum):
    """Whether the unit has left the developer's stock."""

    DELIVERED = "DELIVERED"
    UNSOLD = "UNSOLD"
    SOLD_UNDELIVERED = "SOLD_UNDELIVERED"

    @property
    def developer_stock(self) -> bool:
        """Whether the developer still votes for it (JI 9, HZ 17(2))."""
        return self is not Delivery.DELIVERED


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Building, stairwell and room as the register writes them."""

    building: str
    stairwell: str
    room: str

    @property
    def text(self) -> str:
        """Return the place for messages to the office: `1幢2单元301`."""
        stairwell = f"{self.stairwell}单元" if self.stairwell else ""
        return f"{self.building}幢{stairwell}{self.room}"


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit as one version of the register describes it."""

    place: Place
    unit_code: str
    use: Use
    delivery: Delivery
    areas: Mapping[AreaSource, int]

    @property
    def area_source(self) -> AreaSource:
        """Return the best source that gives an area."""
        return preferred_source(self.areas)

    @property
    def area_centi(self) -> int:
        """Return the area that counts, in 0.01 m²."""
        return self.areas[self.area_source]


@dataclass(frozen=True, slots=True)
class Holder:
    """A party as the register names it."""

    name: str
    document: Document


@dataclass(frozen=True, slots=True)
class Holding:
    """One holder of one unit; without a share the holders own it jointly (共同共有)."""

    place: Place
    holder: Holder
    share: Fraction | None
    phone: str
    acquired_on: date | None


def preferred_source(areas: Mapping[AreaSource, int]) -> AreaSource:
    """Return the first source present: the title register, else the survey, else the contract."""
    return next(source for source in AreaSource if source in areas)


def area_text(area_centi: int) -> str:
    """Return an area in m² with two decimals."""
    return f"{area_centi // 100}.{area_centi % 100:02d}"
