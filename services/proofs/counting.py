"""Counting by the law: a pure function of the frozen electorate, the frozen rules and the votes.

Integers only. Two questions are asked of every item, in this order: did two thirds take part, and
did enough of those taking part agree; each of the people and of the area (CC 278(2); HZ 16). The
answer is not a verdict alone but its arithmetic: what was needed, what was there, what was missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from services.proofs.electorate import NOBODY, Weight
from services.proofs.rules import DualShare, Policies, Rule, RuleTable, Share
from services.proofs.vote import Channel, Choice


class Asked(Protocol):
    """An item as counting sees it."""

    @property
    def item_id(self) -> str:
        """Its id."""

    @property
    def kind(self) -> str:
        """What the law calls it."""


class Said(Protocol):
    """A vote as counting sees it: for whom, how it came, and a choice for each item."""

    @property
    def entry_id(self) -> str:
        """The entry of the electorate that it speaks for."""

    @property
    def channel(self) -> Channel:
        """How it came."""

    @property
    def choices(self) -> Mapping[str, Choice]:
        """Item id to choice."""


class Outcome(StrEnum):
    """What became of an item; a poll without a threshold is only reported."""

    PASSED = "PASSED"
    NOT_PASSED = "NOT_PASSED"
    REPORTED = "REPORTED"


class Direction(StrEnum):
    """Where votes that follow the majority went; nowhere means that they only took part."""

    AGREE = "AGREE"
    AGAINST = "AGAINST"
    NOWHERE = "NOWHERE"


class DirectionReason(StrEnum):
    """Why: one side is larger in both measures, or no such side exists."""

    LARGER_IN_BOTH_MEASURES = "LARGER_IN_BOTH_MEASURES"
    MEASURES_DISAGREE = "MEASURES_DISAGREE"
    TIED = "TIED"


@dataclass(frozen=True, slots=True)
class Tally:
    """What was actually chosen on one item, before anybody's majority is followed."""

    agree: Weight = NOBODY
    against: Weight = NOBODY
    abstain: Weight = NOBODY
    follow: Weight = NOBODY


@dataclass(frozen=True, slots=True)
class Followers:
    """The direction of 随多数 and its reason, both part of the published result."""

    direction: Direction
    reason: DirectionReason


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of one question: `reached` of `whole` against the smallest enough, `needed`."""

    share: Share
    whole: int
    reached: int

    @property
    def needed(self) -> int:
        """The smallest integer that is enough."""
        return self.share.needed(self.whole)

    @property
    def met(self) -> bool:
        """Whether it is enough, by cross-multiplication."""
        return self.share.holds(self.reached, self.whole)

    @property
    def missing(self) -> int:
        """By how much it falls short; zero when met."""
        return max(0, self.needed - self.reached)


@dataclass(frozen=True, slots=True)
class Question:
    """One question, participation or approval, in both measures; `area` in 0.01 m²."""

    people: Measured
    area: Measured

    @property
    def met(self) -> bool:
        """Both measures, every time (CC 278(2))."""
        return self.people.met and self.area.met


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One item with its arithmetic. A poll has neither quorum nor majority."""

    item_id: str
    rule: Rule
    tally: Tally
    followers: Followers
    participating: Weight
    agreeing: Weight
    quorum: Question | None
    majority: Question | None

    @property
    def outcome(self) -> Outcome:
        """Quorum is judged before majority; without a quorum nothing passes."""
        if self.quorum is None or self.majority is None:
            return Outcome.REPORTED
        if self.quorum.met and self.majority.met:
            return Outcome.PASSED
        return Outcome.NOT_PASSED


@dataclass(frozen=True, slots=True)
class Counted:
    """A whole ballot's count: who voted at all, how the votes came, and every item."""

    counted_at: datetime
    voted: Weight
    people_by_channel: Mapping[Channel, int]
    items: tuple[ItemResult, ...]


class BallotBox:
    """Takes the votes of one ballot one after another and keeps only their sums."""

    def __init__(self, areas: Mapping[str, int], items: Sequence[Asked]) -> None:
        """Stand ready for the whole electorate, entry id to its area in 0.01 m²."""
        self._areas = areas
        self._items = tuple(items)
        # People and area apart, as plain numbers: they change with each of a city's votes.
        self._people = {one.item_id: dict.fromkeys(Choice, 0) for one in items}
        self._area_centi = {one.item_id: dict.fromkeys(Choice, 0) for one in items}
        self._by_channel = dict.fromkeys(Channel, 0)
        self._area_voted_centi = 0
        self._counted: set[str] = set()

    def add(self, vote: Said) -> None:
        """Take one vote."""
        # Neither can happen to votes that were taken by the rules: a vote that does is evidence of
        # tampering, and no result may be made of it.
        assert vote.entry_id in self._areas, "a vote for an entry outside the electorate"
        assert vote.entry_id not in self._counted, "two votes for one entry"
        self._counted.add(vote.entry_id)
        area_centi = self._areas[vote.entry_id]
        self._area_voted_centi += area_centi
        self._by_channel[vote.channel] += 1
        for item_id, choice in vote.choices.items():
            self._people[item_id][choice] += 1
            self._area_centi[item_id][choice] += area_centi

    def count(self, table: RuleTable, policies: Policies, counted_at: datetime) -> Counted:
        """Return the result.

        Args:
            table: the rules that the ballot was announced under, never today's.
            policies: the rules of procedure frozen with it.
            counted_at: the instant that the result names.
        """
        electorate = Weight(len(self._areas), sum(self._areas.values()))
        results = (
            settle(
                item.item_id,
                table.rule_for(item.kind),
                self._tally(item.item_id),
                electorate=electorate,
                policies=policies,
            )
            for item in self._items
        )
        voted = Weight(len(self._counted), self._area_voted_centi)
        return Counted(counted_at, voted, dict(self._by_channel), tuple(results))

    def _tally(self, item_id: str) -> Tally:
        people, area_centi = self._people[item_id], self._area_centi[item_id]

        def chose(choice: Choice) -> Weight:
            return Weight(people[choice], area_centi[choice])

        return Tally(
            agree=chose(Choice.AGREE),
            against=chose(Choice.AGAINST),
            abstain=chose(Choice.ABSTAIN),
            follow=chose(Choice.FOLLOW_MAJORITY),
        )


def settle(
    item_id: str, rule: Rule, tally: Tally, *, electorate: Weight, policies: Policies
) -> ItemResult:
    """Return what `rule` makes of what was chosen on one item."""
    followers = resolve_followers(tally)
    participating = _participating(tally, policies)
    agreeing = tally.agree
    if followers.direction is Direction.AGREE:
        agreeing += tally.follow
    return ItemResult(
        item_id=item_id,
        rule=rule,
        tally=tally,
        followers=followers,
        participating=participating,
        agreeing=agreeing,
        quorum=ask(rule.participation, reached=participating, whole=electorate),
        majority=ask(rule.approval, reached=agreeing, whole=participating),
    )


def resolve_followers(tally: Tally) -> Followers:
    """Return where 随多数 goes: to the side of actual votes that is larger in both measures.

    Where the measures disagree or tie there is no majority to follow, and followers only take part.
    """
    people = _sign(tally.agree.people - tally.against.people)
    area = _sign(tally.agree.area_centi - tally.against.area_centi)
    if people == 0 or area == 0:
        return Followers(Direction.NOWHERE, DirectionReason.TIED)
    if people != area:
        return Followers(Direction.NOWHERE, DirectionReason.MEASURES_DISAGREE)
    side = Direction.AGREE if people > 0 else Direction.AGAINST
    return Followers(side, DirectionReason.LARGER_IN_BOTH_MEASURES)


def ask(share: DualShare | None, *, reached: Weight, whole: Weight) -> Question | None:
    """Return one question in both measures, or none where the law asks none."""
    if share is None:
        return None
    return Question(
        people=Measured(share.people, whole=whole.people, reached=reached.people),
        area=Measured(share.area, whole=whole.area_centi, reached=reached.area_centi),
    )


def _participating(tally: Tally, policies: Policies) -> Weight:
    """A returned vote takes part, abstentions by the usual practice too, followers always."""
    participating = tally.agree + tally.against + tally.follow
    if policies["abstain_counts_as_participation"]:
        participating += tally.abstain
    return participating


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)
