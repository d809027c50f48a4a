"""The result as it is published: every figure, and the arithmetic in Chinese and English sentences.

The document is what is stored, logged and read by owners. It is canonical JSON, so that whoever
counts again can compare the whole of it. Areas are strings with two decimals, people integers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.proofs.areas import area_m2
from services.proofs.counting import Counted, ItemResult, Measured, Outcome, Question
from services.proofs.electorate import Weight
from services.proofs.instants import rfc3339

_QUORUM_ARTICLES = ("CC 278(2)", "HZ 16(2)")
_OUTCOMES = {
    Outcome.PASSED: ("本事项通过。", "The item passed."),
    Outcome.NOT_PASSED: ("本事项未通过。", "The item did not pass."),
    Outcome.REPORTED: (
        "意见征询仅公布结果，不作通过与否的认定。",
        "An opinion poll is reported; it neither passes nor fails.",
    ),
}


@dataclass(frozen=True, slots=True)
class Basis:
    """What a ballot was announced with, as far as its result quotes it."""

    estate_id: str
    ballot_id: str
    electorate: Weight
    electorate_sha256: str
    rules_version: str
    rules_sha256: str


def item_document(result: ItemResult) -> dict[str, object]:
    """Return one item's result with its arithmetic, ready for canonical JSON."""
    sentences = _sentences(result)
    majority = result.majority
    return {
        "item_id": result.item_id,
        "kind": result.rule.kind,
        "counted_as": result.rule.counted_as,
        "threshold": result.rule.threshold,
        "articles": list(result.rule.articles),
        "outcome": result.outcome.value,
        "quorum_met": None if result.quorum is None else result.quorum.met,
        "passed": None if majority is None else result.outcome is Outcome.PASSED,
        "cast": _cast(result),
        "participating": _weight(result.participating),
        "agree_people": result.agreeing.people,
        "agree_area_m2": area_m2(result.agreeing.area_centi),
        "needed_people": None if majority is None else majority.people.needed,
        "needed_area_m2": None if majority is None else area_m2(majority.area.needed),
        "quorum": _question(result.quorum, _QUORUM_ARTICLES),
        "majority": _question(result.majority, result.rule.articles),
        "statement_zh": [zh for zh, _ in sentences],
        "statement_en": [en for _, en in sentences],
    }


def result_document(basis: Basis, counted: Counted) -> dict[str, object]:
    """Return the whole ballot's result, ready for canonical JSON."""
    return {
        "estate_id": basis.estate_id,
        "ballot_id": basis.ballot_id,
        "counted_at": rfc3339(counted.counted_at),
        "electorate": _weight(basis.electorate) | {"sha256": basis.electorate_sha256},
        "rules": {"version": basis.rules_version, "sha256": basis.rules_sha256},
        "people_voted": counted.voted.people,
        "area_voted_m2": area_m2(counted.voted.area_centi),
        "by_channel": {
            channel.value: people for channel, people in counted.people_by_channel.items()
        },
        "items": [item_document(result) for result in counted.items],
    }


def _cast(result: ItemResult) -> dict[str, object]:
    """Return what was marked on the papers, before anybody's majority was followed."""
    followers = {
        "direction": result.followers.direction.value,
        "reason": result.followers.reason.value,
    }
    return {
        "agree": _weight(result.tally.agree),
        "against": _weight(result.tally.against),
        "abstain": _weight(result.tally.abstain),
        "follow_majority": _weight(result.tally.follow) | followers,
    }


def _weight(weight: Weight) -> dict[str, object]:
    return {"people": weight.people, "area_m2": area_m2(weight.area_centi)}


def _question(question: Question | None, articles: Sequence[str]) -> dict[str, object] | None:
    if question is None:
        return None
    people, area = question.people, question.area
    return {
        "met": question.met,
        "articles": list(articles),
        "people": {
            "of": people.whole,
            "needed": people.needed,
            "reached": people.reached,
            "missing": people.missing,
            "met": people.met,
        },
        "area_m2": {
            "of": area_m2(area.whole),
            "needed": area_m2(area.needed),
            "reached": area_m2(area.reached),
            "missing": area_m2(area.missing),
            "met": area.met,
        },
    }


def _sentences(result: ItemResult) -> list[tuple[str, str]]:
    """Say the arithmetic as a notice on the estate's board would: figure against figure."""
    sentences: list[tuple[str, str]] = []
    if result.quorum is not None:
        sentences += _compared(result.quorum, "参与表决", "Taking part")
    if result.majority is not None:
        sentences += _compared(result.majority, "同意", "Agreeing")
    return [*sentences, _OUTCOMES[result.outcome]]


def _compared(question: Question, zh: str, en: str) -> list[tuple[str, str]]:
    people, area = question.people, question.area
    figures = [f"{figure:,}" for figure in (people.reached, people.needed, people.missing)]
    areas = [_grouped(figure) for figure in (area.reached, area.needed, area.missing)]
    return [
        (_zh(people, figures, zh, "人"), _en(people, figures, en, "people")),
        (_zh(area, areas, zh, "平方米"), _en(area, areas, en, "m²")),
    ]


def _zh(measured: Measured, figures: Sequence[str], said: str, unit: str) -> str:
    reached, needed, missing = figures
    if measured.met:
        return f"{said} {reached} {unit} ≥ 需 {needed} {unit}"
    return f"{said} {reached} {unit} < 需 {needed} {unit}，差 {missing} {unit}"


def _en(measured: Measured, figures: Sequence[str], said: str, unit: str) -> str:
    reached, needed, missing = figures
    if measured.met:
        return f"{said}: {reached} {unit} ≥ {needed} {unit} needed"
    return f"{said}: {reached} {unit} < {needed} {unit} needed, {missing} {unit} missing"


def _grouped(area_centi: int) -> str:
    return f"{area_centi // 100:,}.{area_centi % 100:02d}"
