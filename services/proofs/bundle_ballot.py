"""A ballot's bundle: from the electorate to the verdict, everything counted again."""

import itertools
from collections.abc import Sequence

from services.proofs.announced import Notice, Schedule
from services.proofs.bundle_checks import Check
from services.proofs.bundle_header import Source
from services.proofs.bundle_reading import BallotWrong, Reading
from services.proofs.bundle_receipts import Receipts
from services.proofs.bundle_result import CountedUnder, PublishedResult, ResultWrong
from services.proofs.bundle_roll import Roll
from services.proofs.counting import BallotBox, Counted
from services.proofs.instants import rfc3339
from services.proofs.leaf import Kind
from services.proofs.rules import RuleTable, frozen_policies
from services.proofs.steps import Report

_OF_VOTES = (
    Check.OPENED,
    Check.VOTE_FORM,
    Check.THIS_BALLOT,
    Check.ATTESTED,
    Check.HOLDER,
    Check.ONCE,
    Check.CHOICES,
)


def check_ballot(source: Source, receipts: Receipts, report: Report) -> None:
    """Check the rest of a ballot's bundle step by step.

    Raises:
        Stopped: a step failed; the later ones build on it.
    """
    reading = Reading(source, receipts)
    with report.step("各行完整且次序连续", "the lines are whole, in order and complete") as finding:
        reading.read()
        finding.detail = f"{reading.leaves_count} leaves, {reading.votes_count} votes"
    _judge_logged(reading, source, report)
    under = _judge_frozen(reading, source, report)
    _judge_votes(reading, report)
    _judge_result(reading, under, report)
    receipts.judge(report, opened=reading.opened)


def _judge_logged(reading: Reading, source: Source, report: Report) -> None:
    """Judge that the leaves are those of the log, each signed by whom it must be."""
    faults, checkpoint = reading.faults, source.header.checkpoint
    with faults.judged(report, Check.SIGNATURES):
        pass
    with faults.judged(report, Check.ROOT) as finding:
        reading.span.check_root()
        finding.detail = checkpoint.root.hex()
    with faults.judged(report, Check.RECORD_KEY):
        pass
    with faults.judged(report, Check.ORDER) as finding:
        if Kind.RESULT not in reading.order:
            raise BallotWrong("the result is missing")
        finding.detail = ", ".join(reading.order)
    with faults.judged(report, Check.CONTENTS):
        pass


def _judge_frozen(reading: Reading, source: Source, report: Report) -> CountedUnder:
    """Judge what was frozen with the announcement, and return what is counted by."""
    faults, notice, roll, table = reading.faults, reading.notice, reading.roll, reading.table
    with faults.judged(report, Check.NOTICE) as finding:
        assert notice is not None  # a notice that cannot be read has failed this step
        finding.detail = f"{notice.title}; {len(notice.items)} items; {notice.openings}"
    _judge_attesters(notice, source.attesters, report)
    with faults.judged(report, Check.ROLL) as finding:
        assert roll is not None  # the order was checked
        roll.check()
        finding.detail = roll.said
    with faults.judged(report, Check.RULES) as finding:
        assert table is not None  # a table that cannot be read has failed this step
        _check_rules(table, notice, roll)
        finding.detail = f"version {table.version}, sha256 {table.sha256}"
    with faults.judged(report, Check.SCHEDULE) as finding:
        _check_versions(notice, reading.schedules)
        finding.detail = _opening_times(reading.schedules[-1])
    return CountedUnder(
        notice=notice,
        table=table,
        electorate=roll.weight,
        electorate_sha256=roll.sha256,
        closes_at=reading.schedules[-1].closes_at,
        signed_at=source.keys.signed_at(source.header.checkpoint),
        opened=reading.opened,
    )


def _judge_attesters(notice: Notice, pinned: frozenset[bytes], report: Report) -> None:
    """Judge that identity's keys in the announcement are those that whoever checks knows."""
    zh, en = "公告所载身份服务密钥可信", "identity's keys in the announcement are the pinned ones"
    said = ", ".join(sorted(one.hex() for one in notice.attesters))
    if not pinned:
        report.withheld(zh, en, f"no --attester was given; compare {said}")
        return
    with report.step(zh, en) as finding:
        if not notice.attesters <= pinned:
            raise BallotWrong(f"another key may attest device keys here: {said}")
        finding.detail = said


def _judge_votes(reading: Reading, report: Report) -> None:
    for check in _OF_VOTES:
        if reading.opened:
            with reading.faults.judged(report, check) as finding:
                finding.detail = f"{reading.votes_count} votes"
        else:
            report.withheld(check.zh, check.en, "the votes are not opened in this bundle")


def _judge_result(reading: Reading, under: CountedUnder, report: Report) -> None:
    assert reading.result is not None  # the order was checked
    with report.step("公布的结果可以重算", "the published result can be counted again"):
        published = PublishedResult(reading.result)
        counted = _counted(reading, published, under)
    published.check(counted, under, report)


def _counted(reading: Reading, published: PublishedResult, under: CountedUnder) -> Counted:
    """Return the count of the opened votes, or what follows from the published sums."""
    if reading.opened:
        assert reading.roll is not None  # the order was checked
        box = reading.box or BallotBox(reading.roll.areas, under.notice.items)
        return box.count(under.table, under.notice.policies, published.counted_at)
    sums = published.sums(under)
    if sums.voted.people != reading.votes_count:
        logged = reading.votes_count
        raise ResultWrong(f"{sums.voted.people} votes were counted, {logged} are logged")
    return sums


def _check_rules(table: RuleTable, notice: Notice, roll: Roll) -> None:
    for item in notice.items:
        table.rule_for(item.kind)
    try:
        expected = frozen_policies(table, roll.policy)
    except KeyError as missing:
        raise BallotWrong(f"the electorate's policy does not say {missing}") from missing
    if notice.policies != expected:
        raise BallotWrong("the rules of procedure are not those of the table and the electorate")


def _check_versions(notice: Notice, schedules: Sequence[Schedule]) -> None:
    if [one.version for one in schedules] != list(range(1, len(schedules) + 1)):
        raise BallotWrong("the versions of the schedule do not follow from 1 without a gap")
    if schedules[0].announced_at != notice.announced_at:
        raise BallotWrong("the schedule was not announced with the ballot")
    for one, later in itertools.pairwise(schedules):
        # What is over cannot be made longer: whoever saw the count coming would reopen it.
        if not one.announced_at <= later.announced_at < one.closes_at:
            raise BallotWrong(f"version {later.version} was not announced while {one.version} ran")


def _opening_times(schedule: Schedule) -> str:
    opens_at, closes_at = rfc3339(schedule.opens_at), rfc3339(schedule.closes_at)
    return f"{opens_at} to {closes_at}, version {schedule.version}"
