"""Counting: the worked examples, an independent counter, and every boundary by one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.proofs.announced import Item
from services.proofs.areas import area_centi
from services.proofs.counting import (
    BallotBox,
    Counted,
    Direction,
    DirectionReason,
    ItemResult,
    Outcome,
    Tally,
    resolve_followers,
    settle,
)
from services.proofs.electorate import NOBODY, Weight
from services.proofs.vote import Channel, Choice, Vote
from services.voting.domain.rules import current_rules
from tests.voting.domain.papers import item, numbered, vote
from tests.voting.domain.slow_counter import slow_count

EXAMPLES = json.loads((Path(__file__).parents[1] / "decision_examples.json").read_text())
KIND_BY_THRESHOLD = {"ORDINARY": "FUND_USE", "SPECIAL": "FUND_RAISE"}
TABLE = current_rules()
POLICIES = TABLE.policies
COUNTED_AT = datetime(2026, 4, 12, tzinfo=UTC)
LETTERS = {
    "A": Choice.AGREE,
    "D": Choice.AGAINST,
    "N": Choice.ABSTAIN,
    "F": Choice.FOLLOW_MAJORITY,
}


def settled(tally: Tally, electorate: Weight, kind: str = "FUND_USE") -> ItemResult:
    return settle("item", TABLE.rule_for(kind), tally, electorate=electorate, policies=POLICIES)


def verdict(result: ItemResult) -> tuple[bool, bool]:
    assert result.quorum is not None
    return result.quorum.met, result.outcome is Outcome.PASSED


def weights(example: Mapping[str, Any]) -> tuple[Weight, Weight, Weight]:
    everybody = Weight(example["N"], area_centi(example["S"]))
    took_part = Weight(example["Np"], area_centi(example["Sp"]))
    agreed = Weight(example["Na"], area_centi(example["Sa"]))
    return everybody, took_part, agreed


def counted(votes: Sequence[Vote], items: Sequence[Item], areas: Mapping[str, int]) -> Counted:
    box = BallotBox(areas, items)
    for one in votes:
        box.add(one)
    return box.count(TABLE, POLICIES, COUNTED_AT)


def minus(one: Weight, other: Weight) -> Weight:
    return Weight(one.people - other.people, one.area_centi - other.area_centi)


def spread(weight: Weight) -> list[int]:
    """Return the areas of that many people, adding up to that area."""
    if not weight.people:
        assert not weight.area_centi
        return []
    each, rest = divmod(weight.area_centi, weight.people)
    return [each + (1 if number < rest else 0) for number in range(weight.people)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["id"])
def test_the_worked_examples_as_sums(example: Mapping[str, Any]) -> None:
    everybody, took_part, agreed = weights(example)
    tally = Tally(agree=agreed, against=minus(took_part, agreed))
    result = settled(tally, everybody, KIND_BY_THRESHOLD[example["kind"]])
    assert verdict(result) == (example["quorum"], example["passed"])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["id"])
def test_the_worked_examples_vote_by_vote(example: Mapping[str, Any]) -> None:
    everybody, took_part, agreed = weights(example)
    ayes = spread(agreed)
    noes = spread(minus(took_part, agreed))
    silent = spread(minus(everybody, took_part))
    areas = {numbered("entry", number): area for number, area in enumerate([*ayes, *noes, *silent])}
    cast = [vote(number, {1: Choice.AGREE}) for number in range(len(ayes))]
    cast += [vote(len(ayes) + number, {1: Choice.AGAINST}) for number in range(len(noes))]
    question = item(1, KIND_BY_THRESHOLD[example["kind"]])
    (result,) = counted(cast, [question], areas).items
    assert verdict(result) == (example["quorum"], example["passed"])
    assert result.participating == took_part


def test_t12_abstentions_stay_in_the_denominator() -> None:
    tally = Tally(agree=Weight(99, 990000), against=Weight(61, 610000), abstain=Weight(40, 400000))
    result = settled(tally, Weight(300, 3000000))
    assert verdict(result) == (True, False)
    assert result.participating == Weight(200, 2000000)


def test_abstentions_leave_the_denominator_where_the_rules_of_procedure_say_so() -> None:
    tally = Tally(agree=Weight(201, 2010000), abstain=Weight(99, 990000))
    policies = {**POLICIES, "abstain_counts_as_participation": False}
    rule = TABLE.rule_for("FUND_USE")
    result = settle("item", rule, tally, electorate=Weight(300, 3000000), policies=policies)
    assert result.participating == Weight(201, 2010000)


def test_the_answer_carries_its_arithmetic() -> None:
    result = settled(
        Tally(agree=Weight(1100, 14670000), against=Weight(367, 0)),
        Weight(2200, 22000000),
        "COMMON_PART_USE",
    )
    assert result.quorum is not None
    assert result.majority is not None
    assert (result.quorum.people.needed, result.quorum.people.missing) == (1467, 0)
    assert (result.majority.people.needed, result.majority.people.missing) == (1101, 1)
    assert (result.majority.area.needed, result.majority.area.missing) == (11002500, 0)
    assert result.rule.articles == ("CC 278(1)(8)", "HZ 16(8)")


@pytest.mark.parametrize(
    ("agree", "against", "direction", "reason"),
    [
        ((3, 300), (2, 200), Direction.AGREE, DirectionReason.LARGER_IN_BOTH_MEASURES),
        ((2, 200), (3, 300), Direction.AGAINST, DirectionReason.LARGER_IN_BOTH_MEASURES),
        ((3, 200), (2, 300), Direction.NOWHERE, DirectionReason.MEASURES_DISAGREE),
        ((2, 300), (3, 200), Direction.NOWHERE, DirectionReason.MEASURES_DISAGREE),
        ((2, 300), (2, 200), Direction.NOWHERE, DirectionReason.TIED),
        ((3, 200), (2, 200), Direction.NOWHERE, DirectionReason.TIED),
        ((0, 0), (0, 0), Direction.NOWHERE, DirectionReason.TIED),
    ],
)
def test_followers_go_where_both_measures_agree(
    agree: tuple[int, int], against: tuple[int, int], direction: Direction, reason: DirectionReason
) -> None:
    # A crowd of followers and abstentions has no say in where the majority is.
    tally = Tally(Weight(*agree), Weight(*against), Weight(50, 5000), Weight(90, 9000))
    followers = resolve_followers(tally)
    assert (followers.direction, followers.reason) == (direction, reason)


@pytest.mark.parametrize(
    ("agree", "against", "agreeing"),
    [((3, 300), (2, 200), (13, 1300)), ((2, 200), (3, 300), (2, 200)), ((3, 1), (2, 2), (3, 1))],
)
def test_followers_take_part_wherever_they_go(
    agree: tuple[int, int], against: tuple[int, int], agreeing: tuple[int, int]
) -> None:
    tally = Tally(agree=Weight(*agree), against=Weight(*against), follow=Weight(10, 1000))
    result = settled(tally, Weight(100, 10000))
    assert result.participating == Weight(15, agree[1] + against[1] + 1000)
    assert result.agreeing == Weight(*agreeing)


def test_a_poll_is_reported_without_pass_or_fail() -> None:
    result = settled(Tally(agree=Weight(300, 1)), Weight(300, 1), "OPINION_SURVEY")
    assert result.outcome is Outcome.REPORTED
    assert (result.quorum, result.majority) == (None, None)


@pytest.mark.parametrize("kind", sorted(TABLE.rules))
def test_nobody_at_all_is_no_quorum_whatever_the_kind(kind: str) -> None:
    (result,) = counted([], [item(1, kind)], {}).items
    assert result.outcome is not Outcome.PASSED


def test_people_without_any_area_are_no_quorum() -> None:
    assert verdict(settled(Tally(agree=Weight(10, 0)), Weight(10, 0))) == (False, False)


def test_participation_is_of_each_item_alone() -> None:
    areas = {numbered("entry", number): 100 for number in range(3)}
    both = {1: Choice.AGREE, 2: Choice.AGREE}
    cast = [vote(0, both), vote(1, both), vote(2, {1: Choice.AGREE})]
    one, two = counted(cast, [item(1), item(2)], areas).items
    assert one.participating == Weight(3, 300)
    assert two.participating == Weight(2, 200)


def test_the_count_says_who_voted_and_how_the_votes_came() -> None:
    areas = {numbered("entry", number): 100 + number for number in range(5)}
    came = [Channel.PHONE, Channel.PAPER, Channel.PHONE, Channel.TELEPHONE]
    cast = [
        replace(vote(number, {1: Choice.AGREE}), channel=channel)
        for number, channel in enumerate(came)
    ]
    result = counted(cast, [item(1)], areas)
    assert result.voted == Weight(4, 406)
    assert result.people_by_channel == {
        Channel.PHONE: 2,
        Channel.PAPER: 1,
        Channel.TELEPHONE: 1,
    }


@pytest.mark.parametrize(
    "cast",
    [[vote(1, {1: Choice.AGREE}), vote(1, {1: Choice.AGREE})], [vote(9, {1: Choice.AGREE})]],
    ids=["twice", "outside"],
)
def test_no_result_is_made_of_votes_that_the_rules_could_not_have_taken(cast: list[Vote]) -> None:
    areas = {numbered("entry", 1): 100}
    with pytest.raises(AssertionError):
        counted(cast, [item(1)], areas)


# Few people and few areas, so that ties and exact fractions are common and not rare.
ROLLS = some.lists(
    some.tuples(some.sampled_from([0, 1, 50, 99, 100, 101]), some.sampled_from(["", *"AAADNF"])),
    max_size=14,
)


@given(ROLLS, some.booleans())
def test_an_independent_slow_counter_agrees(
    roll: list[tuple[int, str]],
    three_quarters: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    slow = slow_count(
        [(Fraction(area, 100), letter) for area, letter in roll], three_quarters=three_quarters
    )
    areas = {numbered("entry", number): area for number, (area, _) in enumerate(roll)}
    cast = [vote(number, {1: LETTERS[letter]}) for number, (_, letter) in enumerate(roll) if letter]
    kind = "RECONSTRUCTION" if three_quarters else "COMMON_REVENUE_USE"
    (result,) = counted(cast, [item(1, kind)], areas).items
    assert verdict(result) == (slow.quorum, slow.passed)
    went = {Direction.AGREE: "A", Direction.AGAINST: "D", Direction.NOWHERE: ""}
    assert went[result.followers.direction] == slow.followed


PEOPLE = some.integers(1, 5000)
AREA = some.integers(1, 10**9)
SHORT = some.sampled_from([(0, 0), (1, 0), (0, 1), (1, 1)])


@given(PEOPLE, AREA, SHORT)
def test_one_person_or_one_hundredth_less_misses_the_quorum(
    people: int, area: int, short: tuple[int, int]
) -> None:
    # The smallest numbers by ceiling division, written otherwise than in the code under test.
    least = Weight((2 * people + 2) // 3 - short[0], (2 * area + 2) // 3 - short[1])
    result = settled(Tally(agree=least), Weight(people, area))
    assert result.quorum is not None
    assert result.quorum.met == (short == (0, 0))
    assert (result.quorum.people.missing, result.quorum.area.missing) == short


@given(PEOPLE, AREA, SHORT, some.sampled_from(["FUND_USE", "FUND_RAISE"]))
def test_one_person_or_one_hundredth_less_misses_the_majority(
    people: int, area: int, short: tuple[int, int], kind: str
) -> None:
    everybody = Weight(people, area)
    if kind == "FUND_RAISE":
        least = Weight((3 * people + 3) // 4, (3 * area + 3) // 4)
    else:
        least = Weight(people // 2 + 1, area // 2 + 1)
    agree = minus(least, Weight(*short))
    result = settled(Tally(agree=agree, against=minus(everybody, agree)), everybody, kind)
    assert result.majority is not None
    assert (result.outcome is Outcome.PASSED) == (short == (0, 0))
    assert (result.majority.people.missing, result.majority.area.missing) == short


@given(PEOPLE, AREA, PEOPLE, AREA)
def test_what_is_missing_is_exactly_what_makes_it_pass(
    people: int, area: int, voted: int, voted_area: int
) -> None:
    everybody = Weight(people, area)
    agree = Weight(min(voted, people), min(voted_area, area))
    result = settled(Tally(agree=agree), everybody)
    assert result.quorum is not None
    missing = Weight(result.quorum.people.missing, result.quorum.area.missing)
    again = settled(Tally(agree=agree + missing), everybody)
    assert again.outcome is Outcome.PASSED
    assert (result.outcome is Outcome.PASSED) == (missing == NOBODY)
