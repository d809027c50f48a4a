"""When a ballot is announced, opens and closes, in the days of the estate's own zone.

The day of notice does not count (CC 201) and a day ends at 24:00 (CC 203), which is the next day's
00:00; so 15 days of notice are 15 full days between the day of notice and the day of opening.
Instants are stored; the days that people read are derived from them and the zone.
"""

from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.proofs.announced import Schedule
from services.proofs.rules import Periods
from services.voting.domain.errors import NoticeTooShort, VotingTooLong, VotingTooShort


class Meeting(StrEnum):
    """A regular meeting needs 15 days of notice, an extraordinary one 7 (HZ 19)."""

    REGULAR = "REGULAR"
    EXTRAORDINARY = "EXTRAORDINARY"


def check_schedule(schedule: Schedule, meeting: Meeting, periods: Periods) -> None:
    """Refuse a notice or a voting time that the law does not allow for such a meeting.

    Raises:
        NoticeTooShort: fewer full days of notice than HZ 19 asks for.
        VotingTooShort: fewer than 5 days of voting (HZ 20).
        VotingTooLong: more than 60 days of voting, extensions included (HZ 20).
    """
    check_voting_days(schedule.opens_on, schedule.closes_on, periods)
    announced_on = schedule.announced_at.astimezone(ZoneInfo(schedule.zone)).date()
    _check_notice(announced_on, schedule.opens_on, meeting, periods)


def check_voting_days(opens_on: date, closes_on: date, periods: Periods) -> None:
    """Refuse a voting time outside HZ 20, both days included, however it came about.

    Raises:
        VotingTooShort: fewer than 5 days.
        VotingTooLong: more than 60 days.
    """
    days = (closes_on - opens_on).days + 1
    if days < periods.voting_days_min:
        raise VotingTooShort(
            f"投票时间为 {max(days, 0)} 天，不得少于 {periods.voting_days_min} 天。",
            f"{max(days, 0)} days of voting; at least {periods.voting_days_min} are needed.",
            days=days,
            days_min=periods.voting_days_min,
        )
    if days > periods.voting_days_max:
        raise VotingTooLong(
            f"投票时间为 {days} 天，不得超过 {periods.voting_days_max} 天。",
            f"{days} days of voting; at most {periods.voting_days_max} are allowed.",
            days=days,
            days_max=periods.voting_days_max,
        )


def _check_notice(announced_on: date, opens_on: date, meeting: Meeting, periods: Periods) -> None:
    needed = _notice_days(meeting, periods)
    full_days = (opens_on - announced_on).days - 1
    if full_days < needed:
        earliest = announced_on + timedelta(days=needed + 1)
        raise NoticeTooShort(
            f"公告之日与投票开始之日之间仅有 {max(full_days, 0)} 个整日，至少需要 {needed} 个整日"
            f"（公告当日不计入）；最早可于 {earliest.isoformat()} 开始投票。",
            f"{max(full_days, 0)} full days of notice, the day of notice not counted; "
            f"{needed} are needed. Voting may open on {earliest.isoformat()}.",
            full_days=full_days,
            full_days_min=needed,
            earliest_opens_on=earliest.isoformat(),
        )


def _notice_days(meeting: Meeting, periods: Periods) -> int:
    if meeting is Meeting.REGULAR:
        return periods.notice_regular_days
    return periods.notice_extra_days
