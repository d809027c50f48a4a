"""The published result says its arithmetic in two languages."""

from services.proofs.canonical import canonical, read_canonical
from services.proofs.counting import Counted, ItemResult, Tally, settle
from services.proofs.electorate import Weight
from services.proofs.result import item_document, result_document
from services.proofs.vote import Channel
from services.voting.domain.rules import current_rules
from tests.voting.domain.test_ballot import ANNOUNCED, SCHEDULE

TABLE = current_rules()


def result(kind: str, tally: Tally) -> ItemResult:
    rule = TABLE.rule_for(kind)
    everybody = Weight(2200, 22000000)
    return settle("item", rule, tally, electorate=everybody, policies=TABLE.policies)


TALLY = Tally(
    agree=Weight(1000, 10000000), against=Weight(500, 5000000), follow=Weight(150, 1500050)
)


def test_a_passed_item_says_figure_against_figure() -> None:
    document = item_document(result("COMMON_REVENUE_USE", TALLY))
    assert document["statement_zh"] == [
        "参与表决 1,650 人 ≥ 需 1,467 人",
        "参与表决 165,000.50 平方米 ≥ 需 146,666.67 平方米",
        "同意 1,150 人 ≥ 需 826 人",
        "同意 115,000.50 平方米 ≥ 需 82,500.26 平方米",
        "本事项通过。",
    ]
    assert document["statement_en"] == [
        "Taking part: 1,650 people ≥ 1,467 people needed",
        "Taking part: 165,000.50 m² ≥ 146,666.67 m² needed",
        "Agreeing: 1,150 people ≥ 826 people needed",
        "Agreeing: 115,000.50 m² ≥ 82,500.26 m² needed",
        "The item passed.",
    ]
    assert (document["passed"], document["outcome"]) == (True, "PASSED")
    assert document["articles"] == ["CC 278(1)(9)", "HZ 16(10)"]


def test_a_failed_item_says_by_how_much() -> None:
    document = item_document(result("COMMON_PART_USE", TALLY))
    said = document["statement_zh"]
    assert isinstance(said, list)
    assert said[2:] == [
        "同意 1,150 人 < 需 1,238 人，差 88 人",
        "同意 115,000.50 平方米 < 需 123,750.38 平方米，差 8,749.88 平方米",
        "本事项未通过。",
    ]
    assert (document["quorum_met"], document["passed"]) == (True, False)


def test_followers_are_shown_apart_with_their_direction_and_reason() -> None:
    document = item_document(result("FUND_USE", TALLY))
    cast = document["cast"]
    assert isinstance(cast, dict)
    assert cast["agree"] == {"people": 1000, "area_m2": "100000.00"}
    assert (document["agree_people"], document["agree_area_m2"]) == (1150, "115000.50")
    assert cast["follow_majority"] == {
        "people": 150,
        "area_m2": "15000.50",
        "direction": "AGREE",
        "reason": "LARGER_IN_BOTH_MEASURES",
    }


def test_a_poll_has_no_verdict() -> None:
    document = item_document(result("OPINION_SURVEY", TALLY))
    assert (document["quorum"], document["majority"], document["passed"]) == (None, None, None)
    assert document["statement_zh"] == ["意见征询仅公布结果，不作通过与否的认定。"]


def test_the_result_has_a_canonical_form_that_names_what_it_was_counted_under() -> None:
    came = {Channel.PHONE: 1600, Channel.PAPER: 50, Channel.TELEPHONE: 0}
    items = (result("FUND_USE", TALLY),)
    counted = Counted(SCHEDULE.closes_at, Weight(1650, 16500050), came, items)
    document = result_document(ANNOUNCED.basis(), counted)
    assert read_canonical(canonical(document)) == document
    assert document["counted_at"] == "2026-04-11T16:00:00Z"
    assert (document["people_voted"], document["area_voted_m2"]) == (1650, "165000.50")
    assert document["by_channel"] == {"PHONE": 1600, "PAPER": 50, "TELEPHONE": 0}
    assert document["rules"] == {"version": "1", "sha256": "00"}
