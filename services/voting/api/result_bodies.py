"""Bodies of turnout, result, authority and the rule table."""

import hashlib
import json
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, Field

from services.proofs.areas import area_m2
from services.proofs.counting import Direction, DirectionReason, Measured, Outcome
from services.proofs.rules import RuleTable
from services.proofs.vote import Channel
from services.voting.domain.authority import Authority, AuthorityState
from services.voting.domain.ballot import BallotState
from services.voting.domain.turnout import Turnout

Area = Annotated[str, Field(pattern=r"^\d+\.\d{2}$", examples=["165000.50"])]


class PeopleProgressOut(BaseModel):
    """People needed for a quorum, and people who have voted."""

    needed: int
    reached: int

    @classmethod
    def of(cls, measured: Measured) -> Self:
        """Return the body for a measure of people."""
        return cls(needed=measured.needed, reached=measured.reached)


class AreaProgressOut(BaseModel):
    """Area needed for a quorum, and area that has voted."""

    needed: Area
    reached: Area

    @classmethod
    def of(cls, measured: Measured) -> Self:
        """Return the body for a measure of area."""
        return cls(needed=area_m2(measured.needed), reached=area_m2(measured.reached))


class TurnoutOut(BaseModel):
    """All that is told before the count: who took part, never how."""

    ballot_id: str
    state: BallotState
    people: PeopleProgressOut
    area_m2: AreaProgressOut

    @classmethod
    def of(cls, turnout: Turnout) -> Self:
        """Return the body for a turnout."""
        return cls(
            ballot_id=turnout.ballot_id,
            state=turnout.state,
            people=PeopleProgressOut.of(turnout.quorum.people),
            area_m2=AreaProgressOut.of(turnout.quorum.area),
        )


class WeightOut(BaseModel):
    """The two measures of every count (CC 278)."""

    people: int
    area_m2: Area


class FollowersOut(WeightOut):
    """随多数: how many, where they went, and why."""

    direction: Direction
    reason: DirectionReason


class CountedElectorateOut(WeightOut):
    """The electorate that was counted against."""

    sha256: str


class CountedRulesOut(BaseModel):
    """The rule table that was counted under."""

    version: str
    sha256: str


class PeopleArithmeticOut(BaseModel):
    """What was needed of how many, what was there, by how much it missed."""

    of: int
    needed: int
    reached: int
    missing: int
    met: bool


class AreaArithmeticOut(BaseModel):
    """The same in square metres."""

    of: Area
    needed: Area
    reached: Area
    missing: Area
    met: bool


class QuestionOut(BaseModel):
    """Participation or approval, in both measures, with its articles."""

    met: bool
    articles: list[str]
    people: PeopleArithmeticOut
    area_m2: AreaArithmeticOut


class CastOut(BaseModel):
    """What was marked on the papers, before anybody's majority was followed."""

    agree: WeightOut
    against: WeightOut
    abstain: WeightOut
    follow_majority: FollowersOut


class ItemResultOut(BaseModel):
    """One item with its arithmetic; a poll has neither quorum nor majority nor verdict.

    `agree_…` includes those who followed the majority there; `needed_…` is the least that passes.
    """

    item_id: str
    kind: str
    counted_as: str
    threshold: str | None
    articles: list[str]
    outcome: Outcome
    quorum_met: bool | None
    passed: bool | None
    cast: CastOut
    participating: WeightOut
    agree_people: int
    agree_area_m2: Area
    needed_people: int | None
    needed_area_m2: Area | None
    quorum: QuestionOut | None
    majority: QuestionOut | None
    statement_zh: Annotated[list[str], Field(examples=[["参与表决 1,650 人 ≥ 需 1,467 人"]])]
    statement_en: list[str]


class ResultOut(BaseModel):
    """A published result; `document_sha256` is the hash of its canonical form as it was stored."""

    estate_id: str
    ballot_id: str
    counted_at: AwareDatetime
    document_sha256: str
    electorate: CountedElectorateOut
    rules: CountedRulesOut
    people_voted: int
    area_voted_m2: Area
    by_channel: Annotated[
        dict[Channel, int], Field(examples=[{"PHONE": 1500, "PAPER": 140, "TELEPHONE": 10}])
    ]
    items: list[ItemResultOut]

    @classmethod
    def of(cls, document: bytes) -> Self:
        """Return the body for a stored result."""
        sha256 = hashlib.sha256(document).hexdigest()
        return cls.model_validate(json.loads(document) | {"document_sha256": sha256})


class AuthorityOut(BaseModel):
    """What an item authorises; only `PASSED` covers spending, up to `budget_fen`."""

    item_id: str
    ballot_id: str
    kind: str
    title: str
    state: AuthorityState
    budget_fen: int | None
    decided_at: AwareDatetime | None

    @classmethod
    def of(cls, authority: Authority) -> Self:
        """Return the body for an item's authority."""
        item = authority.item
        return cls(
            item_id=item.item_id,
            ballot_id=authority.ballot_id,
            kind=item.kind,
            title=item.title,
            state=authority.state,
            budget_fen=item.budget_fen,
            decided_at=authority.decided_at,
        )


class DecisionRulesOut(BaseModel):
    """The rule table in force; `sha256` is the hash of `table` in canonical JSON (RFC 8785)."""

    version: str
    sha256: str
    table: dict[str, Any]

    @classmethod
    def of(cls, table: RuleTable) -> Self:
        """Return the body for a rule table."""
        return cls(version=table.version, sha256=table.sha256, table=json.loads(table.document))
