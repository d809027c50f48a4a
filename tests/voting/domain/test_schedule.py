"""Notice and voting time: the day of notice does not count, and 24:00 is the next day (HZ 19)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.proofs.announced import Schedule
from services.proofs.instants import rfc3339
from services.voting.domain.errors import NoticeTooShort, VotingTooLong, VotingTooShort
from services.voting.domain.rules import current_rules
from services.voting.domain.schedule import Meeting, check_schedule, check_voting_days

ZONE = "Asia/Shanghai"
PERIODS = current_rules().periods


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


def schedule(notice: str, opens_on: str, days: int = 8) -> Schedule:
    opening = date.fromisoformat(opens_on)
    return Schedule(ZONE, at(notice), opening, opening + timedelta(days=days - 1))


@pytest.mark.parametrize(
    ("notice", "opens_on", "meeting", "allowed"),
    [
        pytest.param("2026-03-19T10:39:00", "2026-04-04", Meeting.REGULAR, True, id="D1"),
        pytest.param("2026-03-19T10:39:00", "2026-04-03", Meeting.REGULAR, False, id="D1"),
        pytest.param(
            "2026-03-19T00:00:00",
            "2026-04-04",
            Meeting.REGULAR,
            True,
            id="D1 first second of the day",
        ),
        pytest.param(
            "2026-03-19T23:59:59",
            "2026-04-04",
            Meeting.REGULAR,
            True,
            id="D1 last second of the day",
        ),
        pytest.param(
            "2026-03-20T00:00:00", "2026-04-04", Meeting.REGULAR, False, id="D1 one second later"
        ),
        pytest.param("2026-05-01T09:00:00", "2026-05-09", Meeting.EXTRAORDINARY, True, id="D2"),
        pytest.param("2026-05-01T09:00:00", "2026-05-08", Meeting.EXTRAORDINARY, False, id="D2"),
        pytest.param(
            "2026-05-01T09:00:00",
            "2026-04-01",
            Meeting.REGULAR,
            False,
            id="opens before the notice",
        ),
    ],
)
def test_notice_is_counted_in_full_days_of_the_estates_zone(
    notice: str, opens_on: str, meeting: Meeting, *, allowed: bool
) -> None:
    planned = schedule(notice, opens_on)
    if allowed:
        check_schedule(planned, meeting, PERIODS)
        return
    with pytest.raises(NoticeTooShort):
        check_schedule(planned, meeting, PERIODS)


def test_the_refusal_says_the_earliest_day() -> None:
    with pytest.raises(NoticeTooShort) as refused:
        check_schedule(schedule("2026-03-19T10:39:00", "2026-04-03"), Meeting.REGULAR, PERIODS)
    assert refused.value.facts == {
        "full_days": 14,
        "full_days_min": 15,
        "earliest_opens_on": "2026-04-04",
    }


def test_the_day_of_notice_is_the_estates_day_and_not_utcs() -> None:
    # 23:00 UTC on the 18th is already the 19th in Hangzhou.
    planned = Schedule(
        ZONE, datetime(2026, 3, 18, 23, tzinfo=UTC), date(2026, 4, 3), date(2026, 4, 10)
    )
    with pytest.raises(NoticeTooShort):
        check_schedule(planned, Meeting.REGULAR, PERIODS)


@pytest.mark.parametrize(
    ("opens_on", "closes_on", "refusal"),
    [
        pytest.param("2026-04-04", "2026-04-11", None, id="D3 eight days"),
        pytest.param("2026-04-04", "2026-04-08", None, id="D3 five days"),
        pytest.param("2026-04-04", "2026-04-07", VotingTooShort, id="D3 four days"),
        pytest.param("2026-01-01", "2026-03-01", None, id="D3 sixty days"),
        pytest.param("2026-01-01", "2026-03-02", VotingTooLong, id="D3 sixty-one days"),
        pytest.param("2026-06-01", "2026-07-30", None, id="D5 extended from 55 to 60"),
        pytest.param("2026-06-01", "2026-07-31", VotingTooLong, id="D5 extended from 55 to 61"),
        pytest.param("2026-04-04", "2026-04-03", VotingTooShort, id="closes before it opens"),
    ],
)
def test_voting_lasts_five_to_sixty_days(
    opens_on: str, closes_on: str, refusal: type[Exception] | None
) -> None:
    days = (date.fromisoformat(opens_on), date.fromisoformat(closes_on))
    if refusal is None:
        check_voting_days(*days, PERIODS)
        return
    with pytest.raises(refusal):
        check_voting_days(*days, PERIODS)


def test_midnight_at_the_end_of_the_last_day_is_the_next_days_midnight() -> None:
    planned = schedule("2026-03-19T10:39:00", "2026-04-04")
    assert planned.opens_at == at("2026-04-04T00:00:00")
    assert planned.closes_at == at("2026-04-12T00:00:00")
    assert planned.closes_at - planned.opens_at == timedelta(days=8)
    assert rfc3339(planned.closes_at) == "2026-04-11T16:00:00Z"


@given(
    some.dates(date(2020, 1, 1), date(2040, 1, 1)),
    some.integers(0, 40),
    some.integers(-2, 70),
    some.sampled_from(Meeting),
)
def test_a_schedule_is_allowed_exactly_when_both_lengths_are(
    notice_on: date, lead: int, length: int, meeting: Meeting
) -> None:
    opens_on = notice_on + timedelta(days=lead)
    planned = Schedule(
        ZONE,
        at(f"{notice_on.isoformat()}T12:00:00"),
        opens_on,
        opens_on + timedelta(days=length - 1),
    )
    # An oracle that walks the calendar: the days strictly between notice and opening.
    between = sum(1 for step in range(1, lead) if notice_on + timedelta(days=step) < opens_on)
    allowed = between >= (15 if meeting is Meeting.REGULAR else 7) and 5 <= length <= 60
    try:
        check_schedule(planned, meeting, PERIODS)
    except (NoticeTooShort, VotingTooShort, VotingTooLong):
        assert not allowed
    else:
        assert allowed
