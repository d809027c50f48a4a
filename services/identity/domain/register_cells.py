"""What one cell of a register may say, in all the spellings that offices use.

Each function takes text that is already NFKC and stripped, and returns its value or raises
`CellFault` with the kind of defect.
"""

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import TypeVar

from services.identity.domain.documents import (
    Document,
    DocumentFault,
    DocumentType,
    canonical_number,
    fault_in,
)
from services.identity.domain.names import canonical_name
from services.identity.domain.register_defects import DefectKind
from services.identity.domain.unit import AreaSource, Delivery, Use

T = TypeVar("T")

USES = {
    "住宅": Use.RESIDENCE,
    "商业": Use.COMMERCIAL,
    "商铺": Use.COMMERCIAL,
    "店铺": Use.COMMERCIAL,
    "办公": Use.OFFICE,
    "车位": Use.PARKING_SPACE,
    "车库": Use.PARKING_SPACE,
    "摊位": Use.STALL,
    "储藏室": Use.STORAGE,
    "储藏间": Use.STORAGE,
}
AREA_SOURCES = {
    "不动产登记": AreaSource.REGISTER,
    "登记": AreaSource.REGISTER,
    "实测": AreaSource.SURVEY,
    "测绘": AreaSource.SURVEY,
    "合同": AreaSource.CONTRACT,
}
DELIVERIES = {
    "已交付": Delivery.DELIVERED,
    "未售": Delivery.UNSOLD,
    "已售未交付": Delivery.SOLD_UNDELIVERED,
}
JOINT = "共同共有"

_AREA_DECIMALS = 2  # a register knows 0.01 m² and nothing finer

_SPACE = re.compile(r"\s+")
_UNIT_CODE = re.compile(r"[0-9]{12}[GJZ][A-Z][0-9]{5}[A-Z][0-9]{8}")
_AREA = re.compile(r"(-?)([0-9]{1,7})(?:\.([0-9]*))?(?:m2|平方米|平米)?")
_SHARE = re.compile(r"([0-9]{1,9})/([0-9]{1,9})|([0-9]{1,3}(?:\.[0-9]{1,6})?)(%?)")
_MOBILE = re.compile(r"1[0-9]{10}")
_LANDLINE = re.compile(r"0[0-9]{9,11}")
_COUNTRY_CODE = re.compile(r"^(?:\+|00)86")
_DATE = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{4})([0-9]{2})([0-9]{2})"
)
_PLACE_SUFFIX = re.compile(r"(?<=.)(?:号楼|幢|栋|单元|室)$")

_IDENTITY_DEFECTS = {
    DocumentFault.FORMAT: DefectKind.IDENTITY_NUMBER_FORMAT,
    DocumentFault.DATE: DefectKind.IDENTITY_NUMBER_DATE,
    DocumentFault.CHECK_DIGIT: DefectKind.IDENTITY_NUMBER_CHECK_DIGIT,
}
_CREDIT_CODE_DEFECTS = {
    DocumentFault.FORMAT: DefectKind.CREDIT_CODE_FORMAT,
    DocumentFault.CHECK_DIGIT: DefectKind.CREDIT_CODE_CHECK_DIGIT,
}
_UNCHECKED = {
    DocumentType.HONG_KONG_MACAO_PERMIT,
    DocumentType.TAIWAN_PERMIT,
    DocumentType.PASSPORT,
}


class CellFault(Exception):
    """A cell cannot be taken as it is."""

    def __init__(self, kind: DefectKind) -> None:
        super().__init__(kind.value)
        self.kind = kind


def place_part(text: str) -> str:
    """Return a building, stairwell or room without spaces and its customary suffix."""
    return _PLACE_SUFFIX.sub("", _SPACE.sub("", text)).upper()


def unit_code(text: str) -> str:
    """Return a real-estate unit code of 28 characters (GB/T 37346)."""
    code = _SPACE.sub("", text).upper()
    if not _UNIT_CODE.fullmatch(code):
        raise CellFault(DefectKind.UNIT_CODE_FORMAT)
    return code


def one_of(known: Mapping[str, T], text: str, otherwise: DefectKind) -> T:
    """Return what `text` stands for in a closed list."""
    value = known.get(_SPACE.sub("", text))
    if value is None:
        raise CellFault(otherwise)
    return value


def area_centi(text: str) -> int:
    """Return an area in 0.01 m²; thousands separators and a unit behind it are accepted."""
    bare = _SPACE.sub("", text).replace(",", "")
    if not bare:
        raise CellFault(DefectKind.AREA_MISSING)
    found = _AREA.fullmatch(bare)
    if found is None:
        raise CellFault(DefectKind.AREA_FORMAT)
    decimals = (found[3] or "").rstrip("0")
    if len(decimals) > _AREA_DECIMALS:
        raise CellFault(DefectKind.AREA_PRECISION)
    value = int(found[2]) * 100 + int(decimals.ljust(_AREA_DECIMALS, "0"))
    if found[1] or value == 0:
        raise CellFault(DefectKind.AREA_NOT_POSITIVE)
    return value


def owner_name(text: str) -> str:
    """Return a holder's name as names are compared."""
    name = canonical_name(text)
    if not name:
        raise CellFault(DefectKind.OWNER_MISSING)
    return name


def document(kind: DocumentType, text: str, *, today: date) -> Document:
    """Return the holder's document after its own check."""
    found = Document(kind, canonical_number(text))
    if not found.number:
        raise CellFault(DefectKind.DOCUMENT_NUMBER_MISSING)
    fault = fault_in(found, today=today)
    if fault is None:
        return found
    if kind in _UNCHECKED:
        raise CellFault(DefectKind.DOCUMENT_NUMBER_FORMAT)
    table = _CREDIT_CODE_DEFECTS if kind.of_organisation else _IDENTITY_DEFECTS
    raise CellFault(table[fault])


def share(text: str) -> Fraction | None:
    """Return a share between 0 and 1, or nothing for joint ownership without shares (CC 299)."""
    bare = _SPACE.sub("", text)
    if bare == JOINT:
        return None
    found = _SHARE.fullmatch(bare)
    if found is None or (found[2] is not None and int(found[2]) == 0):
        raise CellFault(DefectKind.SHARE_FORMAT)
    if found[1] is not None:
        value = Fraction(int(found[1]), int(found[2]))
    else:
        value = Fraction(found[3]) * (Fraction(1, 100) if found[4] else 1)
    if not 0 < value <= 1:
        raise CellFault(DefectKind.SHARE_FORMAT)
    return value


def phone(text: str) -> str:
    """Return a mobile or landline number in digits, or an empty text when there is none."""
    bare = _COUNTRY_CODE.sub("", re.sub(r"[\s\-()]", "", text))
    if bare and not _MOBILE.fullmatch(bare) and not _LANDLINE.fullmatch(bare):
        raise CellFault(DefectKind.PHONE_INVALID)
    return bare


def acquired_on(text: str, *, today: date) -> date | None:
    """Return the date of acquisition, or nothing when the cell is blank."""
    bare = _SPACE.sub("", text)
    if not bare:
        return None
    found = _DATE.fullmatch(bare)
    if found is None:
        raise CellFault(DefectKind.DATE_INVALID)
    try:
        value = date(*(int(part) for part in found.groups() if part is not None))
    except ValueError as impossible:
        raise CellFault(DefectKind.DATE_INVALID) from impossible
    if value > today:
        raise CellFault(DefectKind.DATE_IN_FUTURE)
    return value
