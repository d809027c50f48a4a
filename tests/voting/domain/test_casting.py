"""Taking votes: each alone in its verdict, however many come at once."""

import random
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.voting.domain.casting import (
    BallotPaper,
    CastVote,
    WaitingVote,
    check_card,
    check_choices,
    decide,
    outside,
)
from services.voting.domain.errors import (
    AlreadyVoted,
    BallotClosed,
    BallotNotOpenYet,
    DependentCardRefused,
    FollowMajorityNotOffered,
    ItemNotPublished,
    ItemUnanswered,
    VoteForAnotherBallot,
    VoteIdReused,
)
from services.voting.domain.schedule import Schedule
from services.voting.domain.vote import Choice, read_vote
from tests.voting.domain.papers import BALLOT_ID, numbered, vote, written

OPENS = datetime.fromisoformat("2026-04-04T00:00:00+08:00")
CLOSES = datetime.fromisoformat("2026-04-12T00:00:00+08:00")
NOON = OPENS + timedelta(hours=12)
TICK = timedelta(microseconds=1)
SCHEDULE = Schedule(
    "Asia/Shanghai", OPENS - timedelta(days=16), date(2026, 4, 4), date(2026, 4, 11)
)
PAPER = BallotPaper(
    ballot_id=BALLOT_ID,
    item_ids={numbered("item", 1), numbered("item", 2)},
    schedule=SCHEDULE,
    follow_offered=True,
)


def waiting(entry: int, vote_number: int, salt: str = "5a") -> WaitingVote:
    document = written(
        entry_id=numbered("entry", entry), vote_id=numbered("vote", vote_number), salt=salt * 32
    )
    return WaitingVote(read_vote(document), PAPER, area_centi=100, cast_by="owner")


def test_every_item_answered_is_a_vote() -> None:
    check_choices(vote(1, {1: Choice.AGREE, 2: Choice.FOLLOW_MAJORITY}), PAPER)


def test_another_ballots_vote_is_refused() -> None:
    with pytest.raises(VoteForAnotherBallot):
        check_choices(
            vote(1, {1: Choice.AGREE, 2: Choice.AGREE}),
            replace(PAPER, ballot_id=numbered("ballot", 2)),
        )


def test_an_unpublished_item_is_refused_by_name() -> None:
    with pytest.raises(ItemNotPublished) as refused:
        check_choices(vote(1, {1: Choice.AGREE, 2: Choice.AGREE, 3: Choice.AGREE}), PAPER)
    assert refused.value.facts == {"items": [numbered("item", 3)]}


def test_an_unanswered_item_is_refused_by_name() -> None:
    with pytest.raises(ItemUnanswered) as refused:
        check_choices(vote(1, {1: Choice.AGREE}), PAPER)
    assert refused.value.facts == {"items": [numbered("item", 2)]}


def test_the_majority_is_followed_only_where_the_rules_of_procedure_offer_it() -> None:
    with pytest.raises(FollowMajorityNotOffered):
        check_choices(
            vote(1, {1: Choice.AGREE, 2: Choice.FOLLOW_MAJORITY}),
            replace(PAPER, follow_offered=False),
        )


@pytest.mark.parametrize("roles", [{"dependent"}, {"dependent", "committee"}, set()])
def test_a_card_that_is_not_a_main_card_never_votes(roles: set[str]) -> None:
    with pytest.raises(DependentCardRefused):
        check_card(roles)


def test_an_owner_who_also_holds_a_family_card_votes_as_owner() -> None:
    check_card({"owner", "dependent"})


@pytest.mark.parametrize("instant", [OPENS, OPENS + TICK, CLOSES - TICK])
def test_a_vote_within_the_window_is_in_time(instant: datetime) -> None:
    assert outside(SCHEDULE, instant) is None


def test_a_vote_before_the_opening_instant_is_early() -> None:
    assert isinstance(outside(SCHEDULE, OPENS - TICK), BallotNotOpenYet)


@pytest.mark.parametrize("instant", [CLOSES, CLOSES + TICK, CLOSES + timedelta(days=900)])
def test_d4_a_vote_at_2400_of_the_last_day_is_late(instant: datetime) -> None:
    refusal = outside(SCHEDULE, instant)
    assert isinstance(refusal, BallotClosed)
    assert refusal.facts["closes_at"] == "2026-04-11T16:00:00Z"


def test_a_vote_sent_again_is_the_vote_taken_then_even_after_the_close() -> None:
    one = waiting(1, 1)
    taken = CastVote(one.vote, NOON, position=4)
    decision = decide([one], [taken], votes_count=5, at=CLOSES + TICK)
    assert decision.verdicts == (taken,)
    assert decision.stored == ()


def test_a_vote_id_stands_for_one_document() -> None:
    taken = CastVote(waiting(1, 1).vote, NOON, position=0)
    decision = decide([waiting(1, 1, salt="5b")], [taken], votes_count=1, at=NOON)
    assert isinstance(decision.verdicts[0], VoteIdReused)


def test_the_first_valid_vote_of_an_entry_stands() -> None:
    taken = CastVote(waiting(1, 1).vote, NOON, position=0)
    decision = decide([waiting(1, 2)], [taken], votes_count=1, at=NOON)
    assert isinstance(decision.verdicts[0], AlreadyVoted)


def test_a_duplicate_in_a_group_refuses_only_itself() -> None:
    group = [
        waiting(1, 1),
        waiting(1, 2),
        waiting(2, 3),
        waiting(2, 3),
        waiting(3, 3),
        waiting(4, 4),
    ]
    decision = decide(group, [], votes_count=7, at=NOON)
    kinds = [type(verdict) for verdict in decision.verdicts]
    assert kinds == [CastVote, AlreadyVoted, CastVote, CastVote, VoteIdReused, CastVote]
    assert [cast.position for _, cast in decision.stored] == [7, 8, 9]
    assert decision.verdicts[3] is decision.verdicts[2]


@given(
    some.lists(some.tuples(some.integers(1, 6), some.integers(1, 9)), max_size=25),
    some.integers(0, 1000),
    some.randoms(use_true_random=False),
)
def test_any_grouping_of_the_same_votes_comes_to_the_same(
    drawn: list[tuple[int, int]], before: int, chance: random.Random
) -> None:
    votes = [waiting(entry, number) for entry, number in drawn]
    together = decide(votes, [], votes_count=before, at=NOON)
    known: list[CastVote] = []
    verdicts: list[object] = []
    while votes:
        size = chance.randint(1, len(votes))
        part, votes = votes[:size], votes[size:]
        decision = decide(part, known, votes_count=before + len(known), at=NOON)
        known += [cast for _, cast in decision.stored]
        verdicts += decision.verdicts
    assert known == [cast for _, cast in together.stored]
    assert [type(one) for one in verdicts] == [type(one) for one in together.verdicts]
    assert [cast.position for cast in known] == [before + index for index in range(len(known))]
