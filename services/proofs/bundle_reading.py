"""One pass over the lines of a ballot's bundle, and what is kept of it for the verdict."""

import functools
from collections.abc import Iterator
from dataclasses import replace

from services.proofs.announced import Notice, Openings, Schedule, read_notice, read_schedule
from services.proofs.bundle_checks import Check, Faults
from services.proofs.bundle_header import Source, Span
from services.proofs.bundle_lines import EndLine, NotABundle, examined
from services.proofs.bundle_receipts import Receipts
from services.proofs.bundle_roll import Roll
from services.proofs.bundle_votes import Lens, Seen, SeenLeaf, SeenVote, examine
from services.proofs.counting import BallotBox
from services.proofs.electorate import RollEntry
from services.proofs.leaf import Kind
from services.proofs.refuted import Refuted
from services.proofs.rules import RuleTable, read_rules

_ANNOUNCED = (Kind.BALLOT, Kind.RULES, Kind.ELECTORATE, Kind.SCHEDULE)


class BallotWrong(Refuted):
    """The records of a ballot contradict each other, or one is missing."""


class Reading:
    """The records and the votes of a ballot as their lines come, in the order of the log."""

    def __init__(self, source: Source, receipts: Receipts) -> None:
        ballot = source.header.ballot
        assert ballot is not None  # the header of a ballot's bundle is not read without it
        self._source, self._of, self._receipts = source, ballot, receipts
        self.span, self.faults = Span(source.header), Faults()
        self.order: list[Kind] = []
        self.notice: Notice | None = None
        self.table: RuleTable | None = None
        self.roll: Roll | None = None
        self._in_roll = False
        self.schedules: list[Schedule] = []
        self.result: bytes | None = None
        self.box: BallotBox | None = None
        self._vote_ids: set[str] = set()
        self._voted: set[str] = set()
        self.opened = ballot.opened
        self.leaves_count = self.votes_count = 0

    def read(self) -> None:
        """Read every line.

        Raises:
            NotABundle: a line is malformed, missing, left over or out of its place.
        """
        for seen in self._seen():
            if self._in_roll and isinstance(seen, RollEntry) and self.roll is not None:
                self.roll.add(seen)
                continue
            self._in_roll = False
            if isinstance(seen, SeenLeaf):
                self._take(seen)
            elif isinstance(seen, EndLine):
                self.span.end(seen.leaves)
            else:
                raise NotABundle("an entry of the electorate stands out of its place")
        self.span.check_ended()

    def _seen(self) -> Iterator[Seen]:
        """Yield what the lines say, the first leaf before the others: it says how to read them."""
        lens = self._lens()
        for line in self._source.lines:
            (first,) = examine(lens, [line])
            if isinstance(first, SeenLeaf):
                self._read_notice(first)
            yield first
            break
        look = functools.partial(examine, self._lens())
        for chunk in examined(self._source.lines, look, processes=self._source.processes):
            yield from chunk

    def _lens(self) -> Lens:
        lens = Lens(
            estate_id=self._source.header.estate_id,
            ballot_id=self._of.ballot_id,
            opened=self._of.opened,
            record_key=self._source.keys.record_key,
        )
        notice = self.notice
        if notice is None:
            return lens
        return replace(
            lens,
            attesters=notice.attesters,
            item_ids=frozenset(item.item_id for item in notice.items),
            follow_offered=notice.policies.get("follow_majority_option") == "allowed",
        )

    def _read_notice(self, first: SeenLeaf) -> None:
        with self.faults.gathering(Check.NOTICE, first.position):
            if not first.ours or first.kind is not Kind.BALLOT or first.content is None:
                raise BallotWrong("the first leaf is not the announcement of the ballot")
            self.notice = read_notice(first.content)
            self._check_notice(self.notice)

    def _check_notice(self, notice: Notice) -> None:
        header = self._source.header
        if (notice.estate_id, notice.ballot_id) != (header.estate_id, self._of.ballot_id):
            raise BallotWrong("another ballot was announced")
        if notice.openings is not self._of.openings:
            raise BallotWrong(f"opened by {self._of.openings}, announced {notice.openings}")
        if self._of.opened and notice.openings is Openings.NONE:
            raise BallotWrong("votes are opened that nobody was to see")

    def _take(self, leaf: SeenLeaf) -> None:
        self.span.take(leaf.position, leaf.leaf_hash)
        self._receipts.take(leaf.position, leaf.leaf_hash)
        self.faults.note(leaf.fault)
        self.leaves_count += 1
        if not leaf.ours:
            return
        with self.faults.gathering(Check.ORDER, leaf.position):
            self._check_order(leaf.kind)
        if leaf.kind is Kind.VOTE:
            self.votes_count += 1
            if leaf.vote is not None:
                self._take_vote(leaf.position, leaf.vote)
        else:
            self._take_record(leaf)

    def _check_order(self, kind: Kind) -> None:
        """Check that a record stands where it may; votes stand between schedule and result."""
        number = len(self.order)
        if self.order and self.order[-1] is Kind.RESULT:
            raise BallotWrong("something of the ballot stands after its result")
        if kind is Kind.VOTE:
            if number < len(_ANNOUNCED):
                raise BallotWrong("a vote stands before the announcement is complete")
            return
        self.order.append(kind)
        later = (Kind.SCHEDULE, Kind.RESULT)
        if kind not in (_ANNOUNCED[number : number + 1] or later):
            raise BallotWrong(f"a record of the kind {kind} stands out of its place")

    def _take_record(self, leaf: SeenLeaf) -> None:
        content, position = leaf.content or b"", leaf.position
        kind = leaf.kind
        if kind is Kind.RULES:
            with self.faults.gathering(Check.RULES, position):
                self.table = read_rules(content)
                if self.table.document != content:
                    raise BallotWrong("the table is not written in canonical JSON")
        elif kind is Kind.ELECTORATE:
            estate_id = self._source.header.estate_id
            self.roll = Roll(estate_id, leaf.policy or {}, leaf.content_sha256)
            self._in_roll = True
        elif kind is Kind.SCHEDULE:
            with self.faults.gathering(Check.SCHEDULE, position):
                self.schedules.append(read_schedule(content))
        elif kind is Kind.RESULT:
            self.result = content

    def _take_vote(self, position: int, vote: SeenVote) -> None:
        with self.faults.gathering(Check.HOLDER, position):
            if self.roll is None:
                raise BallotWrong("there is no electorate yet")
            self.roll.check_holders(vote.entry_id, vote.holders_sha256)
        with self.faults.gathering(Check.ONCE, position):
            if vote.entry_id in self._voted or vote.vote_id in self._vote_ids:
                raise BallotWrong("the entry, or the vote's id, stands in another vote as well")
            self._voted.add(vote.entry_id)
            self._vote_ids.add(vote.vote_id)
            self._count(vote)
            self._receipts.count(position)

    def _count(self, vote: SeenVote) -> None:
        if self.notice is None or self.roll is None or vote.entry_id not in self.roll.areas:
            return
        if self.box is None:
            self.box = BallotBox(self.roll.areas, self.notice.items)
        self.box.add(vote)
