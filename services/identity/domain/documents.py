"""Numbers of persons and organisations: what is well formed and what they are compared by.

Only what the number itself can show is judged here: length, characters, a real calendar date that
is not in the future, the check character (GB 11643, GB 32100). Not the district code: numbers carry
the code in force when they were issued, so a list of today's codes refuses real people. Whether the
number belongs to the person is the real-name provider's to say.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DocumentType(StrEnum):
    """Papers by which a party may be known."""

    RESIDENT_IDENTITY = "RESIDENT_IDENTITY"
    HONG_KONG_MACAO_RESIDENCE = "HONG_KONG_MACAO_RESIDENCE"
    TAIWAN_RESIDENCE = "TAIWAN_RESIDENCE"
    PERMANENT_RESIDENCE = "PERMANENT_RESIDENCE"
    HONG_KONG_MACAO_PERMIT = "HONG_KONG_MACAO_PERMIT"
    TAIWAN_PERMIT = "TAIWAN_PERMIT"
    PASSPORT = "PASSPORT"
    CREDIT_CODE = "CREDIT_CODE"

    @property
    def of_organisation(self) -> bool:
        """Whether the holder is an organisation, not a natural person."""
        return self is DocumentType.CREDIT_CODE


class DocumentFault(StrEnum):
    """What is wrong with a number."""

    FORMAT = "format"
    DATE = "date"
    CHECK_DIGIT = "check_digit"


LABELS = {
    "居民身份证": DocumentType.RESIDENT_IDENTITY,
    "身份证": DocumentType.RESIDENT_IDENTITY,
    "港澳居民居住证": DocumentType.HONG_KONG_MACAO_RESIDENCE,
    "台湾居民居住证": DocumentType.TAIWAN_RESIDENCE,
    "外国人永久居留身份证": DocumentType.PERMANENT_RESIDENCE,
    "外国人永久居留证": DocumentType.PERMANENT_RESIDENCE,
    "港澳居民来往内地通行证": DocumentType.HONG_KONG_MACAO_PERMIT,
    "台湾居民来往大陆通行证": DocumentType.TAIWAN_PERMIT,
    "台胞证": DocumentType.TAIWAN_PERMIT,
    "护照": DocumentType.PASSPORT,
    "统一社会信用代码": DocumentType.CREDIT_CODE,
}

_PERSON_NUMBER = re.compile(r"[0-9]{17}[0-9X]")
_OLD_PERMANENT_RESIDENCE = re.compile(r"[A-Z]{3}[0-9]{12}")
_UNCHECKED = {
    DocumentType.HONG_KONG_MACAO_PERMIT: re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?"),
    DocumentType.TAIWAN_PERMIT: re.compile(r"[0-9]{8}"),
    DocumentType.PASSPORT: re.compile(r"[A-Z0-9]{5,9}"),
}
_BEGINNINGS: dict[DocumentType, str | tuple[str, ...]] = {
    DocumentType.HONG_KONG_MACAO_RESIDENCE: ("810000", "820000"),
    DocumentType.TAIWAN_RESIDENCE: "830000",
    DocumentType.PERMANENT_RESIDENCE: "9",
}
_PERSON_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_SEPARATORS = re.compile(r"[\s\-]")


@dataclass(frozen=True, slots=True)
class Document:
    """A paper's type and its number in the one spelling by which it is compared."""

    type: DocumentType
    number: str

    @property
    def identity(self) -> str:
        """Return the text that is the same for the same person, whatever the paper was called.

        The eighteen-character numbers are one family: a Hong Kong resident whose permit the office
        entered as a resident identity card must still count as one person (HZ 17).
        """
        family = "PERSON" if _PERSON_NUMBER.fullmatch(self.number) else self.type.value
        if self.type is DocumentType.CREDIT_CODE:
            family = self.type.value
        return f"{family}:{self.number}"


def canonical_number(number: str) -> str:
    """Return `number` (already NFKC) in capitals and without spaces and hyphens."""
    return _SEPARATORS.sub("", number).upper()


def fault_in(document: Document, *, today: date) -> DocumentFault | None:
    """Return the first thing that is wrong with the number, or nothing."""
    kind, number = document.type, document.number
    if kind is DocumentType.CREDIT_CODE:
        return _credit_code_fault(number)
    if kind in _UNCHECKED:
        return None if _UNCHECKED[kind].fullmatch(number) else DocumentFault.FORMAT
    if not number.startswith(_BEGINNINGS.get(kind, "")):
        old_card = kind is DocumentType.PERMANENT_RESIDENCE
        fits = old_card and _OLD_PERMANENT_RESIDENCE.fullmatch(number)
        return None if fits else DocumentFault.FORMAT
    return _person_number_fault(number, today=today)


def _person_number_fault(number: str, *, today: date) -> DocumentFault | None:
    """Return the fault by GB 11643: eighteen characters, date of birth, MOD 11-2."""
    if not _PERSON_NUMBER.fullmatch(number):
        return DocumentFault.FORMAT
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return DocumentFault.DATE
    if born_on > today:
        return DocumentFault.DATE
    total = sum(
        int(digit) * weight for digit, weight in zip(number[:17], _PERSON_WEIGHTS, strict=True)
    )
    return None if "10X98765432"[total % 11] == number[17] else DocumentFault.CHECK_DIGIT


def _credit_code_fault(number: str) -> DocumentFault | None:
    """Return the fault by GB 32100; co-operatives' codes begin with letters too."""
    if not _CREDIT_CODE.fullmatch(number):
        return DocumentFault.FORMAT
    total = sum(
        _CREDIT_ALPHABET.index(character) * weight
        for character, weight in zip(number[:17], _CREDIT_WEIGHTS, strict=True)
    )
    # The second `% 31` is needed: when the sum leaves no remainder the check character is 0.
    expected = _CREDIT_ALPHABET[(31 - total % 31) % 31]
    return None if expected == number[17] else DocumentFault.CHECK_DIGIT
