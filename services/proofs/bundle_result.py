"""A published result held against the count of what a bundle shows, number by number.

Where the votes are not opened the sums are taken as published; then what follows from them is
counted again, and that they are of as many votes as the log holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.proofs.announced import Notice
from services.proofs.areas import area_centi
from services.proofs.canonical import canonical, read_canonical
from services.proofs.counting import Counted, ItemResult, Question, Tally, settle
from services.proofs.electorate import Weight
from services.proofs.instants import instant_of, rfc3339
from services.proofs.refuted import Refuted
from services.proofs.result import Basis, result_document
from services.proofs.rules import RuleTable
from services.proofs.steps import Report
from services.proofs.vote import Channel

_BASIS = ("estate_id", "ballot_id", "electorate", "rules")
_TURNOUT = ("people_voted", "area_voted_m2", "by_channel")


class ResultWrong(Refuted):
    """The published result is not what the count makes."""


@dataclass(frozen=True, slots=True)
class CountedUnder:
    """What a ballot is counted by, and whether its votes are there to be counted.

    `signed_at` is when the log says that it signed the checkpoint over all of it (POSIX).
    """

    notice: Notice
    table: RuleTable
    electorate: Weight
    electorate_sha256: str
    closes_at: datetime
    signed_at: int
    opened: bool

    @property
    def basis(self) -> Basis:
        """What the result quotes of it."""
        return Basis(
            estate_id=self.notice.estate_id,
            ballot_id=self.notice.ballot_id,
            electorate=self.electorate,
            electorate_sha256=self.electorate_sha256,
            rules_version=self.table.version,
            rules_sha256=self.table.sha256,
        )


class PublishedResult:
    """A result document as it stands in the log."""

    def __init__(self, document: bytes) -> None:
        """Take a document.

        Raises:
            ResultWrong: it is no canonical object that says when it was counted.
        """
        try:
            written = read_canonical(document)
            if not isinstance(written, dict):
                raise ResultWrong("a result is an object")
            self.counted_at = instant_of(str(written.get("counted_at")))
        except Refuted as refused:
            raise ResultWrong(f"no result document: {refused}") from refused
        self._document = document
        self._written: Mapping[str, Any] = written

    def sums(self, under: CountedUnder) -> Counted:
        """Return the count that follows from the sums as they were published.

        Raises:
            ResultWrong: they are malformed, or do not add up.
        """
        try:
            return self._sums(under)
        except (KeyError, TypeError, ValueError, IndexError) as refused:
            raise ResultWrong("the published sums are malformed") from refused

    def check(self, counted: Counted, under: CountedUnder, report: Report) -> None:
        """Judge every published number by a count.

        Raises:
            Stopped: one of them is another.
        """
        expected = result_document(under.basis, counted)
        with report.step("计票在投票截止之后", "the count was after the close") as finding:
            if self.counted_at < under.closes_at:
                raise ResultWrong(f"counted at {rfc3339(self.counted_at)}, before the close")
            if self.counted_at.timestamp() >= under.signed_at + 1:
                raise ResultWrong(f"counted at {rfc3339(self.counted_at)}, after it was signed")
            finding.detail = rfc3339(self.counted_at)
        with report.step("所计名册与规则即冻结者", "counted on what was frozen"):
            self._check_same(_BASIS, expected)
        with report.step("参与表决的人数和面积", "people and area that voted") as finding:
            self._check_same(_TURNOUT, expected)
            finding.detail = _turnout(counted, under.electorate)
        for number, result in enumerate(counted.items, start=1):
            title = under.notice.items[number - 1].title
            zh, en = f"第 {number} 项重新计票一致", f"item {number}, counted again"
            if not under.opened:
                zh, en = f"第 {number} 项由公布票数得出", f"item {number}, from the published sums"
            with report.step(zh, en) as finding:
                self._check_item(number - 1, expected)
                finding.detail = f"{title}: {_figures(result)}"
        with report.step("整份结果逐字节一致", "the whole result, byte for byte"):
            if canonical(expected) != self._document:
                raise ResultWrong("the document says something else besides")

    def _check_same(self, names: Sequence[str], expected: Mapping[str, Any]) -> None:
        for name in names:
            if self._written.get(name) != expected[name]:
                raise ResultWrong(_differs(name, self._written.get(name), expected[name]))

    def _check_item(self, index: int, expected: Mapping[str, Any]) -> None:
        items = self._written.get("items")
        published = items[index] if isinstance(items, list) and index < len(items) else None
        if published != expected["items"][index]:
            raise ResultWrong(_differs("the item", published, expected["items"][index]))

    def _sums(self, under: CountedUnder) -> Counted:
        written = self._written
        voted = Weight(_people(written["people_voted"]), area_centi(written["area_voted_m2"]))
        came = {channel: _people(written["by_channel"][channel.value]) for channel in Channel}
        results = []
        for item, one in zip(under.notice.items, written["items"], strict=True):
            cast = one["cast"]
            tally = Tally(
                agree=_weight(cast["agree"]),
                against=_weight(cast["against"]),
                abstain=_weight(cast["abstain"]),
                follow=_weight(cast["follow_majority"]),
            )
            if tally.agree + tally.against + tally.abstain + tally.follow != voted:
                raise ResultWrong("an item's choices do not add up to the votes")
            rule = under.table.rule_for(item.kind)
            policies = under.notice.policies
            results.append(
                settle(item.item_id, rule, tally, electorate=under.electorate, policies=policies)
            )
        if sum(came.values()) != voted.people:
            raise ResultWrong("the channels do not add up to the votes")
        return Counted(self.counted_at, voted, came, tuple(results))


def _weight(written: Mapping[str, Any]) -> Weight:
    return Weight(_people(written["people"]), area_centi(written["area_m2"]))


def _people(written: object) -> int:
    if type(written) is not int or written < 0:
        raise ValueError("people are counted from 0")
    return written


def _differs(name: str, published: object, counted: object) -> str:
    """Say the innermost thing that differs."""
    if isinstance(published, dict) and isinstance(counted, dict):
        for key in counted:
            if published.get(key) != counted[key]:
                return _differs(f"{name}.{key}", published.get(key), counted[key])
    return f"{name}: published {str(published)[:80]}, counted {str(counted)[:80]}"


def _turnout(counted: Counted, electorate: Weight) -> str:
    came = ", ".join(f"{channel} {people}" for channel, people in counted.people_by_channel.items())
    return f"{_said(counted.voted)} of {_said(electorate)}; {came}"


def _figures(result: ItemResult) -> str:
    tally = result.tally
    parts = [
        f"赞同 agree {_said(tally.agree)}",
        f"反对 against {_said(tally.against)}",
        f"弃权 abstain {_said(tally.abstain)}",
        f"随多数 follow {_said(tally.follow)} → {result.followers.direction}",
    ]
    if result.quorum is not None:
        parts.append(f"参与 took part {_asked(result.quorum)}")
    if result.majority is not None:
        parts.append(f"同意 agreeing {_asked(result.majority)}")
    return "; ".join([*parts, result.outcome.value])


def _asked(question: Question) -> str:
    needed = Weight(question.people.needed, question.area.needed)
    reached = Weight(question.people.reached, question.area.reached)
    return f"{_said(reached)}, 需 needed {_said(needed)}"


def _said(weight: Weight) -> str:
    return f"{weight.people} / {weight.area_centi // 100}.{weight.area_centi % 100:02d} m²"
