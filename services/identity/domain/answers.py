"""What an outside source can say about a person or a title, and how it is kept."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Answer(StrEnum):
    """The five answers. Only `MATCH` proves anything; only `NO_MATCH` denies anything."""

    MATCH = "match"
    NO_MATCH = "no_match"
    INCONCLUSIVE = "inconclusive"
    UNAVAILABLE = "unavailable"
    LIMITED = "limited"


@dataclass(frozen=True, slots=True)
class SourceAnswer:
    """One answer of one source: who said it, about which question, as of when, good until when."""

    provider: str
    answer: Answer
    reference: str
    as_of: datetime | None
    expires_at: datetime | None


def settled(answer: SourceAnswer, *, now: datetime) -> SourceAnswer:
    """Return the answer as it may be used now: a match that has expired settles nothing."""
    stale = answer.expires_at is not None and answer.expires_at <= now
    if answer.answer is Answer.MATCH and stale:
        return replace(answer, answer=Answer.INCONCLUSIVE)
    return answer


def assurance_level(*, verified: bool, holds_card: bool) -> int:
    """Return how sure we are of an account: 1 phone, 2 real name, 3 matched with the register."""
    if not verified:
        return 1
    return 3 if holds_card else 2
