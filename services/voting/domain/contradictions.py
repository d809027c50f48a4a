"""Where the rows of one ballot contradict each other or what was logged of them."""

from dataclasses import dataclass
from datetime import datetime

from services.proofs.canonical import canonical
from services.proofs.counting import Counted
from services.proofs.electorate import Weight
from services.proofs.result import result_document
from services.proofs.rules import RuleTable
from services.voting.domain.ballot import Ballot


@dataclass(frozen=True, slots=True)
class AnnouncedRow:
    """What an announcement's row says beside what its ballot is read from."""

    opens_at: datetime
    closes_at: datetime
    ballot_document: bytes
    schedule_document: bytes


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A result's row."""

    counted_at: datetime
    electorate_sha256: str
    rules_sha256: str
    votes_count: int
    document: bytes


def of_announcement(
    ballot: Ballot, row: AnnouncedRow, table: RuleTable, *, roll_sha256: str, weight: Weight
) -> list[str]:
    """Return the names of the columns that contradict what an announcement is derived from."""
    announced = ballot.announced()
    schedule = announced.schedule
    pairs = {
        "ballot_document": (row.ballot_document, ballot.notice().encoded()),
        "schedule_document": (row.schedule_document, schedule.encoded()),
        "opens_at": (row.opens_at, schedule.opens_at),
        "closes_at": (row.closes_at, schedule.closes_at),
        "rules_version": (announced.rules.version, table.version),
        "rules_sha256": (announced.rules.sha256, table.sha256),
        "electorate_sha256": (announced.roll.sha256, roll_sha256),
        "people": (announced.roll.weight.people, weight.people),
        "area_centi": (announced.roll.weight.area_centi, weight.area_centi),
    }
    return [name for name, (said, derived) in pairs.items() if said != derived]


def of_result(ballot: Ballot, row: ResultRow, recounted: Counted) -> list[str]:
    """Return the names of the columns that contradict a ballot's votes, counted again."""
    announced = ballot.announced()
    pairs: dict[str, tuple[object, object]] = {
        "document": (row.document, canonical(result_document(ballot.basis(), recounted))),
        "electorate_sha256": (row.electorate_sha256, announced.roll.sha256),
        "rules_sha256": (row.rules_sha256, announced.rules.sha256),
        "votes_count": (row.votes_count, recounted.voted.people),
    }
    return [name for name, (said, derived) in pairs.items() if said != derived]
