"""Counting by the law: a pure function of the frozen electorate, the frozen rules and the votes.

Integers only. Two questions are asked of every item, in this order: did two thirds take part, and
did enough of those taking part agree; each of the people and of the area (CC 278(2); HZ 16). The
answer is not a verdict alone but its arithmetic: what was needed, what was there, what was missing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.voting.domain.ballot import Ballot, BallotState, Item
from services.voting.domain.electorate import NOBODY, Weight
from services.voting.domain.rules import DualShare, Policies, Rule, RuleTable, Share
from services.voting.domain.vote import Choice, Vote


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
    """A whole ballot's count: who voted at all, and every item."""

    counted_at: datetime
    voted: Weight
    items: tuple[ItemResult, ...]


def count_ballot(
    ballot: Ballot,
    votes: Sequence[Vote],
    *,
    areas: Mapping[str, int],
    table: RuleTable,
    counted_at: datetime,
) -> Counted:
    """Return the count of a closed ballot, under the rules of procedure frozen with it."""
    policies = ballot.announced().rules.policies
    results = count(votes, ballot.items, areas=areas, table=table, policies=policies)
    voted = Weight(len(votes), sum(areas[vote.entry_id] for vote in votes))
    return Counted(counted_at, voted, tuple(results))


def count(
    votes: Iterable[Vote],
    items: Sequence[Item],
    *,
    areas: Mapping[str, int],
    table: RuleTable,
    policies: Policies,
) -> list[ItemResult]:
    """Return the result of every item.

    Args:
        votes: at most one for each entry of the electorate.
        items: the published items.
        areas: the whole electorate, entry id to its area in 0.01 m².
        table: the rules that the ballot was announced under, never today's.
        policies: the rules of procedure frozen with it.
    """
    electorate = Weight(len(areas), sum(areas.values()))
    tallies = _tallies(votes, [item.item_id for item in items], areas)
    return [
        settle(
            item.item_id,
            table.rule_for(item.kind),
            tallies[item.item_id],
            electorate=electorate,
            policies=policies,
        )
        for item in items
    ]


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many have voted against what a quorum needs: all that is told while a ballot is open."""

    ballot_id: str
    state: BallotState
    quorum: Question


def turnout_of(
    ballot_id: str, state: BallotState, share: DualShare, *, reached: Weight, electorate: Weight
) -> Turnout:
    """Return the turnout; a vote answers every item, so it is that of each item."""
    quorum = ask(share, reached=reached, whole=electorate)
    assert quorum is not None
    return Turnout(ballot_id, state, quorum)


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


def _tallies(
    votes: Iterable[Vote], item_ids: Sequence[str], areas: Mapping[str, int]
) -> dict[str, Tally]:
    sums = {item_id: dict.fromkeys(Choice, NOBODY) for item_id in item_ids}
    counted: set[str] = set()
    for vote in votes:
        # Neither can happen to votes that were taken by the rules: a vote that does is evidence of
        # tampering, and no result may be made of it.
        assert vote.entry_id in areas, "a vote for an entry outside the electorate"
        assert vote.entry_id not in counted, "two votes for one entry"
        counted.add(vote.entry_id)
        weight = Weight(1, areas[vote.entry_id])
        for item_id, choice in vote.choices.items():
            sums[item_id][choice] += weight
    return {
        item_id: Tally(
            agree=by_choice[Choice.AGREE],
            against=by_choice[Choice.AGAINST],
            abstain=by_choice[Choice.ABSTAIN],
            follow=by_choice[Choice.FOLLOW_MAJORITY],
        )
        for item_id, by_choice in sums.items()
    }


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)
