"""A ballot's state follows from its times."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.proofs.announced import Openings, Schedule
from services.proofs.electorate import NOBODY
from services.voting.domain.ballot import Announcement, Ballot, BallotState, FrozenRoll, FrozenRules
from services.voting.domain.convening import Convener
from services.voting.domain.errors import BallotNotAnnounced
from services.voting.domain.schedule import Meeting
from tests.voting.domain.papers import BALLOT_ID, item, numbered

NOTICE = datetime(2026, 3, 19, 2, 39, tzinfo=UTC)
SCHEDULE = Schedule("Asia/Shanghai", NOTICE, date(2026, 4, 4), date(2026, 4, 11))
ANNOUNCEMENT = Announcement(
    schedule=SCHEDULE,
    rules=FrozenRules("1", "00", {}),
    roll=FrozenRoll(numbered("electorate", 1), NOTICE, {}, "00", NOBODY),
    attesters=frozenset({bytes(range(32))}),
    announced_by="official",
    position=0,
)
DRAFT = Ballot(
    estate_id=numbered("estate", 1),
    ballot_id=BALLOT_ID,
    title="2026 年定期会议",
    meeting=Meeting.REGULAR,
    convener=Convener.COMMITTEE,
    convening_reason=None,
    drafted_at=NOTICE,
    openings=Openings.NONE,
    items=(item(),),
)
ANNOUNCED = replace(DRAFT, announcement=ANNOUNCEMENT)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("instant", "state"),
    [
        (NOTICE, BallotState.ANNOUNCED),
        (SCHEDULE.opens_at - TICK, BallotState.ANNOUNCED),
        (SCHEDULE.opens_at, BallotState.OPEN),
        (SCHEDULE.closes_at - TICK, BallotState.OPEN),
        (SCHEDULE.closes_at, BallotState.CLOSED),
        (SCHEDULE.closes_at + timedelta(days=9999), BallotState.CLOSED),
    ],
)
def test_the_clock_alone_opens_and_closes(instant: datetime, state: BallotState) -> None:
    assert ANNOUNCED.state(instant) is state
    assert DRAFT.state(instant) is BallotState.DRAFT


def test_a_result_makes_it_counted() -> None:
    counted = replace(ANNOUNCED, counted_at=SCHEDULE.closes_at)
    assert counted.state(SCHEDULE.closes_at) is BallotState.COUNTED


def test_a_draft_has_no_announcement_to_ask_for() -> None:
    assert ANNOUNCED.announced() is ANNOUNCEMENT
    with pytest.raises(BallotNotAnnounced):
        DRAFT.announced()
