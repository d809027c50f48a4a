"""Cards, roles, sign-in, levels, pseudonyms and the quality report."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain.answers import assurance_level
from services.identity.domain.card import card_expiry
from services.identity.domain.pseudonym import Pseudonyms
from services.identity.domain.register_quality import (
    QualityCheck,
    QualityHolding,
    QualityUnit,
    register_quality,
)
from services.identity.domain.roles import ESTATE_STAFF, Role, may_grant
from services.identity.domain.sign_in import (
    RefreshToken,
    RefreshVerdict,
    code_text,
    judge_refresh,
    wait_before_code,
)
from services.identity.domain.unit import AreaSource, Delivery, Use

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)


def test_a_card_without_an_end_expires_at_midnight_of_the_estates_zone() -> None:
    assert card_expiry("Asia/Shanghai") == datetime(2099, 12, 30, 16, tzinfo=UTC)


@pytest.mark.parametrize("role", sorted(ESTATE_STAFF))
def test_the_bureau_appoints_the_street_and_the_street_the_rest(role: Role) -> None:
    street = role is Role.STREET_OFFICE
    assert may_grant({Role.HOUSING_BUREAU}, role) is street
    assert may_grant({Role.STREET_OFFICE}, role) is not street
    assert not may_grant(ESTATE_STAFF - {Role.STREET_OFFICE}, role)


@pytest.mark.parametrize("role", [Role.HOUSING_BUREAU, Role.OWNER, Role.VERIFIED, Role.DEPENDENT])
def test_roles_that_are_earned_or_given_elsewhere_cannot_be_granted(role: Role) -> None:
    assert not may_grant(set(Role), role)


def test_a_level_needs_the_one_below_it() -> None:
    assert assurance_level(verified=False, holds_card=True) == 1
    assert assurance_level(verified=True, holds_card=False) == 2
    assert assurance_level(verified=True, holds_card=True) == 3


@pytest.mark.parametrize(
    ("minutes_ago", "wait"),
    [
        ([], 0),
        ([1, 2], 0),
        ([1, 2, 3], 7),
        ([1, 2, 10], 0),  # the third is just outside the window
        ([60 * n for n in range(1, 11)], 60 * 14),
    ],
)
def test_a_phone_waits_when_it_got_too_many_codes(minutes_ago: list[int], wait: int) -> None:
    sent_at = [NOON - timedelta(minutes=minutes) for minutes in minutes_ago]
    assert wait_before_code(sent_at, now=NOON) == timedelta(minutes=wait)


@given(st.integers(0, 999_999))
def test_a_code_is_always_six_digits(number: int) -> None:
    assert len(code_text(number)) == 6
    assert int(code_text(number)) == number


@pytest.mark.parametrize(
    ("replaced", "ended", "expires_in", "verdict"),
    [
        (False, False, 1, RefreshVerdict.RENEWED),
        (False, False, 0, RefreshVerdict.REFUSED),
        (True, False, 1, RefreshVerdict.REUSED),
        (True, False, 0, RefreshVerdict.REUSED),
        (True, True, 1, RefreshVerdict.REFUSED),
        (False, True, 1, RefreshVerdict.REFUSED),
    ],
)
def test_a_refresh_token_is_good_once(
    replaced: bool,  # noqa: FBT001 - a row of the table
    ended: bool,  # noqa: FBT001 - a row of the table
    expires_in: int,
    verdict: RefreshVerdict,
) -> None:
    token = RefreshToken("s", 1, NOON + timedelta(seconds=expires_in), replaced, ended)
    assert judge_refresh(token, now=NOON) is verdict


def test_an_unknown_refresh_token_is_refused() -> None:
    assert judge_refresh(None, now=NOON) is RefreshVerdict.REFUSED


def test_a_person_has_another_name_for_every_audience_and_every_key() -> None:
    names = Pseudonyms(bytes(32))
    found = {names.of(audience, person) for audience in ("voting", "ledger") for person in "ab"}
    assert len(found) == 4
    assert all(len(name) == 32 for name in found)
    assert names.of("voting", "a") == names.of("voting", "a")
    assert Pseudonyms(bytes(31) + b"1").of("voting", "a") not in found
    assert "key" not in repr(names)


def test_a_short_pseudonym_key_is_no_key() -> None:
    with pytest.raises(ValueError, match="32"):
        Pseudonyms(b"short")


def holding(
    party: str,
    phone: bytes | None,
    *,
    of_organisation: bool = False,
    dated: bool = True,
    share_stated: bool = True,
) -> QualityHolding:
    """Return a holding in good order unless told otherwise."""
    return QualityHolding(party, of_organisation, phone, dated, share_stated)


def test_the_quality_report_counts_what_deserves_an_eye() -> None:
    units = [
        QualityUnit(Use.RESIDENCE, Delivery.DELIVERED, AreaSource.REGISTER, 10000),
        QualityUnit(Use.RESIDENCE, Delivery.UNSOLD, AreaSource.SURVEY, 9000),
        QualityUnit(Use.COMMERCIAL, Delivery.SOLD_UNDELIVERED, AreaSource.CONTRACT, 8000),
        QualityUnit(Use.PARKING_SPACE, Delivery.DELIVERED, AreaSource.CONTRACT, 1200),
        QualityUnit(Use.STALL, Delivery.DELIVERED, AreaSource.CONTRACT, 300),
    ]
    holdings = [
        holding("a", b"1"),
        holding("b", b"1", dated=False),
        holding("a", b"2", share_stated=False),
        holding("c", None, of_organisation=True),
    ]
    report = register_quality(units, holdings)
    assert (report.units, report.parking_spaces) == (3, 1)
    assert (report.natural_persons, report.organisations) == (2, 1)
    assert (report.area_centi, report.parking_area_centi) == (27000, 1200)
    assert {one.check: (one.count, one.out_of) for one in report.findings} == {
        QualityCheck.AREA_NOT_FROM_REGISTER: (2, 3),
        QualityCheck.AREA_FROM_CONTRACT_ONLY: (1, 3),
        QualityCheck.DEVELOPER_STOCK: (2, 3),
        QualityCheck.SOLD_UNDELIVERED: (1, 3),
        QualityCheck.PHONE_MISSING: (1, 4),
        QualityCheck.PHONE_SHARED_BY_PERSONS: (1, 2),
        QualityCheck.ACQUISITION_DATE_MISSING: (1, 4),
        QualityCheck.SHARE_NOT_STATED: (1, 4),
    }
