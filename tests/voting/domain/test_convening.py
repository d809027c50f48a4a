"""Who may convene, and in whose place (HZ 24, 40, 80)."""

import pytest

from services.voting.domain.convening import Convener, ConveningReason, article_of, convener
from services.voting.domain.errors import ConveningReasonMisplaced, ConveningReasonNeeded

OTHERS = [Convener.PROPERTY_MANAGEMENT_COMMITTEE, Convener.RESIDENTS_COMMITTEE]


def test_the_committee_convenes_in_its_own_right() -> None:
    assert convener({"committee", "owner"}, None) is Convener.COMMITTEE
    assert article_of(None) == "HZ 24"


@pytest.mark.parametrize("body", OTHERS)
@pytest.mark.parametrize("reason", ConveningReason)
def test_another_body_convenes_for_a_reason(body: Convener, reason: ConveningReason) -> None:
    assert convener({body.value}, reason) is body


@pytest.mark.parametrize("body", OTHERS)
def test_another_body_without_a_reason_is_refused(body: Convener) -> None:
    with pytest.raises(ConveningReasonNeeded):
        convener({body.value}, None)


def test_a_reason_is_not_the_committees_to_give() -> None:
    with pytest.raises(ConveningReasonMisplaced):
        convener({"committee"}, ConveningReason.VACANCY)


def test_who_holds_two_roles_convenes_as_the_reason_says() -> None:
    roles = {"committee", "residents_committee"}
    assert convener(roles, None) is Convener.COMMITTEE
    assert convener(roles, ConveningReason.COMMITTEE_REFUSES) is Convener.RESIDENTS_COMMITTEE


def test_each_reason_has_its_article() -> None:
    assert {reason.value: article_of(reason) for reason in ConveningReason} == {
        "NO_COMMITTEE_YET": "HZ 40",
        "VACANCY": "HZ 40",
        "COMMITTEE_REFUSES": "HZ 80",
    }
