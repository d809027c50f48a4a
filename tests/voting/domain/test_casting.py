"""Taking votes: each alone in its verdict, however many come at once."""

import random
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.proofs.announced import Schedule
from services.proofs.attestation import Capacity
from services.proofs.vote import Channel, Choice
from services.voting.domain.casting import (
    BallotPaper,
    CastVote,
    Decision,
    Standing,
    WaitingVote,
    check_channel,
    check_choices,
    decide,
    outside,
)
from services.voting.domain.errors import (
    AlreadyVoted,
    BallotClosed,
    BallotNotOpenYet,
    ChannelNotYours,
    DependentCardRefused,
    EntryNotInElectorate,
    EntryOfAnother,
    FollowMajorityNotOffered,
    ItemNotPublished,
    ItemUnanswered,
    VoteForAnotherBallot,
    VoteIdReused,
)
from services.voting.domain.signing import read_signed
from tests.voting.devices import device
from tests.voting.domain.papers import BALLOT_ID, numbered, vote, written

OPENS = datetime.fromisoformat("2026-04-04T00:00:00+08:00")
CLOSES = datetime.fromisoformat("2026-04-12T00:00:00+08:00")
NOON = OPENS + timedelta(hours=12)
TICK = timedelta(microseconds=1)
SCHEDULE = Schedule(
    "Asia/Shanghai", OPENS - timedelta(days=16), date(2026, 4, 4), date(2026, 4, 11)
)
ESTATE = numbered("estate", 1)
PAPER = BallotPaper(
    estate_id=ESTATE,
    ballot_id=BALLOT_ID,
    item_ids={numbered("item", 1), numbered("item", 2)},
    schedule=SCHEDULE,
    follow_offered=True,
    attesters=frozenset(),
)


def waiting(
    entry: int, vote_number: int, salt: str = "5a", *, by: str = "owner", **members: object
) -> WaitingVote:
    document = written(
        entry_id=numbered("entry", entry),
        vote_id=numbered("vote", vote_number),
        salt=salt * 32,
        **members,
    )
    capacity = Capacity.OFFICIAL if "evidence_sha256" in members else Capacity.OWNER
    signer = device(ESTATE, by, capacity)
    signature = signer.sign(BALLOT_ID, document).signature
    return WaitingVote(read_signed(document, signature, signer.attestation), PAPER, by=by)


def taken_before(one: WaitingVote, position: int = 0) -> CastVote:
    return CastVote(one.vote, one.by, NOON, position)


def decided(
    group: list[WaitingVote],
    known: list[CastVote],
    *,
    first: int,
    at: datetime = NOON,
    area_centi: int | None = 100,
    is_holder: bool = True,
) -> Decision:
    """Return the verdicts on votes for entries that are alike, beside what is known of them."""
    by_id = {cast.vote.vote_id: cast for cast in known}
    voted = {cast.vote.entry_id for cast in known}
    standings = [
        Standing(area_centi, is_holder, one.vote.entry_id in voted, by_id.get(one.vote.vote_id))
        for one in group
    ]
    return decide(group, standings, first=first, at=at)


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


@pytest.mark.parametrize("roles", [{"dependent"}, {"dependent", "auditor"}, set()])
def test_a_card_that_is_not_a_main_card_never_votes(roles: set[str]) -> None:
    with pytest.raises(DependentCardRefused):
        check_channel(roles, Channel.PHONE)


def test_an_owner_who_also_holds_a_family_card_votes_as_owner() -> None:
    check_channel({"owner", "dependent"}, Channel.PHONE)


def test_officials_enter_papers_and_owners_use_phones() -> None:
    check_channel({"committee"}, Channel.PAPER)
    check_channel({"owner", "committee"}, Channel.TELEPHONE)
    with pytest.raises(ChannelNotYours):
        check_channel({"committee"}, Channel.PHONE)
    for roles in ({"owner"}, {"dependent"}, {"owner", "property_manager"}):
        with pytest.raises(ChannelNotYours):
            check_channel(roles, Channel.PAPER)


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
    taken = taken_before(one, position=4)
    decision = decided([one], [taken], first=5, at=CLOSES + TICK)
    assert decision.verdicts == (taken,)
    assert decision.stored == ()


def test_a_vote_id_stands_for_one_document() -> None:
    taken = taken_before(waiting(1, 1))
    decision = decided([waiting(1, 1, salt="5b")], [taken], first=1)
    assert isinstance(decision.verdicts[0], VoteIdReused)


def test_another_holder_does_not_get_the_answer_by_sending_the_same_document() -> None:
    taken = taken_before(waiting(1, 1, by="eva"))
    decision = decided([waiting(1, 1, by="fei")], [taken], first=1)
    assert isinstance(decision.verdicts[0], VoteIdReused)


def test_the_first_valid_vote_of_an_entry_stands() -> None:
    taken = taken_before(waiting(1, 1))
    decision = decided([waiting(1, 2)], [taken], first=1)
    assert isinstance(decision.verdicts[0], AlreadyVoted)


@pytest.mark.parametrize(("area_centi", "is_holder"), [(None, False), (100, False)])
def test_an_owner_votes_for_his_own_entries_only(area_centi: int | None, is_holder: bool) -> None:  # noqa: FBT001 - a parameter of the test
    decision = decided([waiting(1, 1)], [], first=0, area_centi=area_centi, is_holder=is_holder)
    assert isinstance(decision.verdicts[0], EntryOfAnother)


def test_an_official_holds_no_entry_and_enters_votes_for_those_that_exist() -> None:
    entered = waiting(1, 1, channel="PAPER", evidence_sha256="ab" * 32)
    (taken,) = decided([entered], [], first=3, is_holder=False).verdicts
    assert isinstance(taken, CastVote)
    (refused,) = decided([entered], [], first=3, area_centi=None, is_holder=False).verdicts
    assert isinstance(refused, EntryNotInElectorate)


def test_a_duplicate_in_a_group_refuses_only_itself() -> None:
    group = [
        waiting(1, 1),
        waiting(1, 2),
        waiting(2, 3),
        waiting(2, 3),
        waiting(3, 3),
        waiting(4, 4),
    ]
    decision = decided(group, [], first=7)
    kinds = [type(verdict) for verdict in decision.verdicts]
    assert kinds == [CastVote, AlreadyVoted, CastVote, CastVote, VoteIdReused, CastVote]
    assert [one.cast.position for one in decision.stored] == [7, 8, 9]
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
    together = decided(votes, [], first=before)
    known: list[CastVote] = []
    verdicts: list[object] = []
    while votes:
        size = chance.randint(1, len(votes))
        part, votes = votes[:size], votes[size:]
        decision = decided(part, known, first=before + len(known))
        known += [one.cast for one in decision.stored]
        verdicts += decision.verdicts
    assert known == [one.cast for one in together.stored]
    assert [type(one) for one in verdicts] == [type(one) for one in together.verdicts]
    assert [cast.position for cast in known] == [before + index for index in range(len(known))]
