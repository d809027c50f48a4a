"""Who convenes the assembly: the owners' committee, and others in its place for a stated reason."""

from collections.abc import Set as AbstractSet
from enum import StrEnum

from services.voting.domain.errors import (
    ConveningReasonMisplaced,
    ConveningReasonNeeded,
    DraftOfAnotherBody,
)


class Convener(StrEnum):
    """The bodies that convene: 业委会 (HZ 24), 物管委 (HZ 38, 40) and 社区 (HZ 80)."""

    COMMITTEE = "committee"
    PROPERTY_MANAGEMENT_COMMITTEE = "property_management_committee"
    RESIDENTS_COMMITTEE = "residents_committee"


class ConveningReason(StrEnum):
    """Why another body than the committee acts."""

    NO_COMMITTEE_YET = "NO_COMMITTEE_YET"
    VACANCY = "VACANCY"
    COMMITTEE_REFUSES = "COMMITTEE_REFUSES"


ARTICLE_BY_REASON = {
    ConveningReason.NO_COMMITTEE_YET: "HZ 40",
    ConveningReason.VACANCY: "HZ 40",
    ConveningReason.COMMITTEE_REFUSES: "HZ 80",
}


def article_of(reason: ConveningReason | None) -> str:
    """Return the article under which a body convenes; no reason means the committee itself."""
    return "HZ 24" if reason is None else ARTICLE_BY_REASON[reason]


def convener(roles: AbstractSet[str], reason: ConveningReason | None) -> Convener:
    """Return the body that somebody with `roles` convenes as.

    Raises:
        ConveningReasonNeeded: a body in the committee's place gives no reason.
        ConveningReasonMisplaced: only the committee's role is held, and a reason is given.
    """
    held = [body for body in Convener if body in roles]
    in_its_place = [body for body in held if body is not Convener.COMMITTEE]
    if reason is None:
        if Convener.COMMITTEE not in held:
            raise ConveningReasonNeeded(
                "业主委员会以外的组织召集业主大会，须说明理由。",
                "A body other than the owners' committee says why it convenes.",
                reasons=[allowed.value for allowed in ConveningReason],
            )
        return Convener.COMMITTEE
    if not in_its_place:
        raise ConveningReasonMisplaced(
            "业主委员会依职权召集业主大会，无需说明代行理由。",
            "The owners' committee convenes in its own right and gives no such reason.",
        )
    return in_its_place[0]


def check_announcer(roles: AbstractSet[str], convener: Convener) -> None:
    """Refuse to announce in another body's name: who gives notice is who convenes (HZ 19).

    Raises:
        DraftOfAnotherBody: the draft is of a body whose role is not held.
    """
    if convener not in roles:
        raise DraftOfAnotherBody(
            "该草稿由其他组织起草，只能由该组织公告；如需代行召集，请另行起草并说明理由。",
            "Another body wrote this draft, and only that body announces it.",
            convener=convener.value,
        )
