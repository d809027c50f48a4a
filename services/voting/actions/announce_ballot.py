"""Announce a ballot: freeze its schedule, its rules and its electorate in one request (HZ 19)."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from services.chassis.callers import Caller
from services.chassis.database import Connection
from services.chassis.once import Once
from services.chassis.tlog import append as log
from services.chassis.tlog.head import Head
from services.chassis.tlog.keys import EstateKeys
from services.proofs.announced import Schedule
from services.proofs.leaf import Leaf, sign
from services.proofs.rules import frozen_policies
from services.voting.actions.parts import Parts
from services.voting.domain.ballot import Announcement, Ballot, FrozenRoll, FrozenRules, existing
from services.voting.domain.convening import check_announcer
from services.voting.domain.electorate import Electorate, check_electorate
from services.voting.domain.errors import (
    BallotAlreadyAnnounced,
    ElectorateNotVerified,
)
from services.voting.domain.records import announced_records
from services.voting.domain.rules import current_rules
from services.voting.domain.schedule import check_schedule
from services.voting.store import announcements, ballots


@dataclass(frozen=True)
class AnnouncementOrder:
    """Which ballot to announce, and the first and the last day of voting."""

    estate_id: str
    ballot_id: str
    opens_on: date
    closes_on: date


async def announce_ballot(
    parts: Parts, caller: Caller, order: AnnouncementOrder, *, once: Once
) -> Announcement:
    """Publish a draft with everything that it will be decided by, and return what was frozen.

    Whatever can be refused is refused before identity is asked, so that no refused announcement
    leaves an electorate held behind.

    Raises:
        BallotNotFound: the estate has no such ballot.
        BallotAlreadyAnnounced: it was announced before.
        DraftOfAnotherBody: the caller does not act for the body that drafted it.
        NoticeTooShort, VotingTooShort, VotingTooLong: an unlawful schedule (HZ 19, 20).
        RegisterNotSignedOff, ElectorateRefused: identity froze nothing.
        ElectorateNotVerified: the electorate is not what it says it is.
    """
    # (1) Answered before? A draft? A lawful schedule, by the city's days?
    async with parts.begin(once) as connection:
        draft = await _draft(connection, order)
    check_announcer(caller.roles, draft.convener)
    planned = _schedule(order, parts.zone, parts.clock.now())
    check_schedule(planned, draft.meeting, current_rules().periods)
    # (2) The electorate, with no transaction open.
    electorate = await parts.identity.freeze_electorate(
        estate_id=order.estate_id, ballot_id=order.ballot_id, hold_until=planned.closes_at
    )
    check_electorate(electorate, estate_id=order.estate_id)
    # (3) All of it at once, by the estate's own days, and logged before anybody can vote.
    async with parts.begin(once) as connection:
        head = await log.lock(connection, order.estate_id)
        draft = await _draft(connection, order)
        schedule = _schedule(order, electorate.zone, head.instant(parts.clock.now()))
        check_schedule(schedule, draft.meeting, current_rules().periods)
        _check_held(schedule, until=planned.closes_at)
        announcement = _announcement(schedule, electorate, by=caller.subject, position=head.size)
        ballot = replace(draft, announcement=announcement)
        await _store(connection, head, ballot, electorate, keys=parts.log_keys.of(order.estate_id))
        return await once.keep(connection, announcement)


def _check_held(schedule: Schedule, *, until: datetime) -> None:
    if schedule.closes_at > until:
        raise ElectorateNotVerified(
            "小区时区与本市不同，业主名册的冻结期限不足。",
            "The estate's zone closes later than the electorate is held.",
            mismatch="zone",
        )


async def _draft(connection: Connection, order: AnnouncementOrder) -> Ballot:
    ballot = existing(await ballots.find(connection, order.estate_id, order.ballot_id))
    if ballot.announcement is not None:
        raise BallotAlreadyAnnounced(
            "该表决已经公告，公告内容不得变更。",
            "The ballot was announced; what was published stays as it is.",
        )
    return ballot


def _schedule(order: AnnouncementOrder, zone: str, at: datetime) -> Schedule:
    return Schedule(zone, at, order.opens_on, order.closes_on)


def _announcement(
    schedule: Schedule, electorate: Electorate, *, by: str, position: int
) -> Announcement:
    table = current_rules()
    return Announcement(
        schedule=schedule,
        rules=FrozenRules(table.version, table.sha256, frozen_policies(table, electorate.policy)),
        roll=FrozenRoll(
            electorate_id=electorate.electorate_id,
            frozen_at=electorate.frozen_at,
            policy=electorate.policy,
            sha256=electorate.sha256,
            weight=electorate.weight,
        ),
        attesters=electorate.attesters,
        announced_by=by,
        position=position,
    )


async def _store(
    connection: Connection, head: Head, ballot: Ballot, electorate: Electorate, *, keys: EstateKeys
) -> None:
    at, rules = ballot.announced().schedule.announced_at, current_rules().document
    await log.append(connection, head, _leaves(ballot, rules, keys), keys=keys, at=at)
    await announcements.add(connection, ballot, rules_document=rules)
    key = (ballot.estate_id, ballot.ballot_id)
    await announcements.add_roll(connection, key, electorate.entries)


def _leaves(ballot: Ballot, rules_document: bytes, keys: EstateKeys) -> list[Leaf]:
    return [sign(keys.record, record) for record in announced_records(ballot, rules_document)]
