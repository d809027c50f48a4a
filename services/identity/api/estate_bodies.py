"""Bodies about estates and their registers; areas are text with two decimals."""

from datetime import datetime
from typing import Annotated, Self
from uuid import uuid4
from zoneinfo import available_timezones

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from services.identity.api.doors import BodyIn, BodyOut
from services.identity.domain.estate import (
    Estate,
    EstateOverview,
    GoverningBody,
    RegisterImport,
    RegisterVersion,
)
from services.identity.domain.register import RegisterReading
from services.identity.domain.register_quality import QualityCheck, RegisterQuality
from services.identity.domain.unit import area_text


def _zone(name: str) -> str:
    # `localtime` and `Factory` are what the machine makes of them; zones of places have a slash.
    if name not in available_timezones() or "/" not in name:
        raise ValueError("not a zone of the tz database")
    return name


class EstateIn(BodyIn):
    """A new estate."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
    district_code: Annotated[str, StringConstraints(pattern="^[0-9]{6}$")]
    street_code: Annotated[str, StringConstraints(pattern="^[0-9]{9}([0-9]{3})?$")]
    governing_body: Annotated[GoverningBody, Field(strict=False)]
    zone: Annotated[str, AfterValidator(_zone)] = Field(examples=["Asia/Shanghai"])

    def estate(self, now: datetime) -> Estate:
        """Return the estate that the body describes, under a fresh id."""
        return Estate(
            estate_id=str(uuid4()),
            name=self.name,
            district_code=self.district_code,
            street_code=self.street_code,
            governing_body=self.governing_body,
            zone=self.zone,
            created_at=now,
        )


class EstateOut(BodyOut):
    """An estate."""

    estate_id: str
    name: str
    district_code: str
    street_code: str
    governing_body: GoverningBody
    zone: str
    created_at: AwareDatetime

    @classmethod
    def of(cls, estate: Estate) -> Self:
        """Return the body for `estate`."""
        return cls(
            estate_id=estate.estate_id,
            name=estate.name,
            district_code=estate.district_code,
            street_code=estate.street_code,
            governing_body=estate.governing_body,
            zone=estate.zone,
            created_at=estate.created_at,
        )


class SignOffOut(BodyOut):
    """Who declared the data governance done."""

    role: str
    signed_at: AwareDatetime


class RegisterOut(BodyOut):
    """A version of the register."""

    version: int
    rows: int
    units: int
    parking_spaces: int
    imported_at: AwareDatetime
    signed_off: SignOffOut | None

    @classmethod
    def of(cls, register: RegisterVersion) -> Self:
        """Return the body for `register`."""
        done = register.signed_off
        return cls(
            version=register.version,
            rows=register.rows,
            units=register.units,
            parking_spaces=register.parking_spaces,
            imported_at=register.imported_at,
            signed_off=done and SignOffOut(role=done.role, signed_at=done.signed_at),
        )


class EstateOverviewOut(BodyOut):
    """An estate and how far its register is."""

    estate: EstateOut
    current_register: RegisterOut | None

    @classmethod
    def of(cls, overview: EstateOverview) -> Self:
        """Return the body for `overview`."""
        register = overview.register
        return cls(
            estate=EstateOut.of(overview.estate),
            current_register=register and RegisterOut.of(register),
        )


class DefectOut(BodyOut):
    """One thing to put right, by line (the header is line 1) and column."""

    line: int = Field(examples=[196])
    kind: str = Field(examples=["identity_number_date"])
    column: str = Field(examples=["证件号码"])
    same_as: int | None = Field(examples=[2512])
    message_zh: str
    message_en: str
    advice_zh: str
    advice_en: str


class RegisterCheckOut(BodyOut):
    """What a register says and everything that is wrong with it."""

    rows: int
    units: int
    parking_spaces: int
    defects: list[DefectOut]

    @classmethod
    def of(cls, reading: RegisterReading) -> Self:
        """Return the body for `reading`."""
        return cls(
            rows=reading.rows,
            units=reading.unit_count,
            parking_spaces=reading.parking_space_count,
            defects=[
                DefectOut.model_validate({"same_as": None} | one.document)
                for one in reading.defects
            ],
        )


class RegisterImportOut(BodyOut):
    """What an import brought."""

    version: int
    rows: int
    units: int
    parking_spaces: int
    imported_at: AwareDatetime
    cards_ended: int

    @classmethod
    def of(cls, done: RegisterImport) -> Self:
        """Return the body for `done`."""
        register = done.register
        return cls(
            version=register.version,
            rows=register.rows,
            units=register.units,
            parking_spaces=register.parking_spaces,
            imported_at=register.imported_at,
            cards_ended=done.cards_ended,
        )


class SignOffIn(BodyIn):
    """The version that was looked at; without one, whatever is current is signed off."""

    version: int | None = Field(default=None, ge=1)


class FindingOut(BodyOut):
    """How many of how many a check concerns."""

    check: QualityCheck
    count: int
    out_of: int


class QualityOut(BodyOut):
    """How good the current register is."""

    current_register: RegisterOut
    natural_persons: int
    organisations: int
    area_m2: str = Field(examples=["245605.80"])
    parking_area_m2: str = Field(examples=["6898.02"])
    findings: list[FindingOut]

    @classmethod
    def of(cls, report: tuple[RegisterVersion, RegisterQuality]) -> Self:
        """Return the body for `report`."""
        register, quality = report
        return cls(
            current_register=RegisterOut.of(register),
            natural_persons=quality.natural_persons,
            organisations=quality.organisations,
            area_m2=area_text(quality.area_centi),
            parking_area_m2=area_text(quality.parking_area_centi),
            findings=[
                FindingOut(check=one.check, count=one.count, out_of=one.out_of)
                for one in quality.findings
            ],
        )
