"""Numbers of persons and organisations (GB 11643, GB 32100)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain.documents import (
    Document,
    DocumentFault,
    DocumentType,
    canonical_number,
    fault_in,
)

TODAY = date(2026, 11, 1)
RESIDENT = DocumentType.RESIDENT_IDENTITY


def fault(kind: DocumentType, number: str) -> DocumentFault | None:
    return fault_in(Document(kind, canonical_number(number)), today=TODAY)


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (RESIDENT, "330102199003071230"),
        (RESIDENT, "330102196802290014"),  # a leap day before the district's code existed
        (RESIDENT, "330109199003070013"),
        (RESIDENT, "330113200001010017"),  # a new district
        (RESIDENT, "33010219900307123 0"),
        (RESIDENT, "83000019780930003x"),
        (DocumentType.HONG_KONG_MACAO_RESIDENCE, "810000198501010010"),
        (DocumentType.HONG_KONG_MACAO_RESIDENCE, "820000199106150028"),
        (DocumentType.TAIWAN_RESIDENCE, "83000019780930003X"),
        (DocumentType.PERMANENT_RESIDENCE, "911156198501010012"),
        (DocumentType.PERMANENT_RESIDENCE, "abc123456789012"),
        (DocumentType.HONG_KONG_MACAO_PERMIT, "H12345678"),
        (DocumentType.TAIWAN_PERMIT, "12345678"),
        (DocumentType.PASSPORT, "EA1234567"),
        (DocumentType.CREDIT_CODE, "91330100MA27XW0B5G"),
        (DocumentType.CREDIT_CODE, "N2330109MA2B00001R"),  # a village co-operative
        (DocumentType.CREDIT_CODE, "53330100MJ8700000E"),
        (DocumentType.CREDIT_CODE, "91330100MA20000120"),  # no remainder: the check is 0
    ],
)
def test_well_formed_numbers_are_accepted(kind: DocumentType, number: str) -> None:
    assert fault(kind, number) is None


@pytest.mark.parametrize(
    ("kind", "number", "expected"),
    [
        (RESIDENT, "330106199902290029", DocumentFault.DATE),
        (RESIDENT, "330102199902290015", DocumentFault.DATE),
        (RESIDENT, "330102202612010017", DocumentFault.DATE),  # in the future
        (RESIDENT, "330102000001010017", DocumentFault.DATE),
        (RESIDENT, "330102199003071231", DocumentFault.CHECK_DIGIT),
        (RESIDENT, "330102900307123", DocumentFault.FORMAT),  # fifteen digits, no longer valid
        (RESIDENT, "33010219900307123Y", DocumentFault.FORMAT),
        (RESIDENT, "", DocumentFault.FORMAT),
        (RESIDENT, "3.3019919700226e+17", DocumentFault.FORMAT),
        (DocumentType.TAIWAN_RESIDENCE, "810000198501010010", DocumentFault.FORMAT),
        (DocumentType.PERMANENT_RESIDENCE, "330102199003071230", DocumentFault.FORMAT),
        (DocumentType.PERMANENT_RESIDENCE, "911156198501010013", DocumentFault.CHECK_DIGIT),
        (DocumentType.PASSPORT, "E1", DocumentFault.FORMAT),
        (DocumentType.CREDIT_CODE, "91330100MA27XW0B5H", DocumentFault.CHECK_DIGIT),
        (DocumentType.CREDIT_CODE, "91330100MA2000012I", DocumentFault.FORMAT),
        (DocumentType.CREDIT_CODE, "91330100MA27XW0B5", DocumentFault.FORMAT),
    ],
)
def test_malformed_numbers_are_told_apart(
    kind: DocumentType, number: str, expected: DocumentFault
) -> None:
    assert fault(kind, number) is expected


@given(st.integers(0, 17), st.integers(1, 9))
def test_every_single_wrong_digit_of_an_identity_number_is_found(place: int, by: int) -> None:
    number = "330102199003071230"
    digit = str((int(number[place]) + by) % 10)
    assert fault(RESIDENT, number[:place] + digit + number[place + 1 :]) is not None


def test_full_width_digits_that_were_not_folded_are_no_digits() -> None:
    assert fault(RESIDENT, "３３０１０２１９９００３０７１２３０") is DocumentFault.FORMAT


def test_one_person_is_one_identity_whatever_the_paper_was_called() -> None:
    right = Document(DocumentType.HONG_KONG_MACAO_RESIDENCE, "810000198501010010")
    loose = Document(RESIDENT, "810000198501010010")
    assert right.identity == loose.identity


def test_a_code_and_a_number_of_the_same_characters_are_not_one_identity() -> None:
    number = "330102199003071230"
    assert (
        Document(RESIDENT, number).identity != Document(DocumentType.CREDIT_CODE, number).identity
    )
