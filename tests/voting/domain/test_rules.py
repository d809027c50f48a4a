"""The rule table: what it says is what DOMAIN's table of the Civil Code and HZ 16 says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.proofs.rules import NotARuleTable, Share, frozen_policies, read_rules
from services.voting.domain.errors import KindNotVoted, KindUnknown
from services.voting.domain.rules import check_kind, current_rules

THREE_QUARTERS = {"FUND_RAISE", "RECONSTRUCTION", "COMMON_PART_USE"}
DERIVED = {
    "LIFT_ADD": "RECONSTRUCTION",
    "LIFT_REPLACE_FUND": "FUND_USE",
    "LIFT_REPLACE_SELF": "FUND_RAISE",
    "FEE_ADJUST": "OTHER_MAJOR",
    "PARKING_RULES": "OTHER_MAJOR",
    "PARKING_BUSINESS": "COMMON_PART_USE",
    "AREA_SPLIT_MERGE": "OTHER_MAJOR",
    "SELF_MANAGEMENT": "OTHER_MAJOR",
}
STATUTORY = {
    "RULES_OF_PROCEDURE": ("CC 278(1)(1)", "HZ 16(1)"),
    "MANAGEMENT_COVENANT": ("CC 278(1)(2)", "HZ 16(2)"),
    "COMMITTEE_ELECTION": ("CC 278(1)(3)", "HZ 16(3)"),
    "COMMITTEE_MEMBER_CHANGE": ("CC 278(1)(3)", "HZ 16(3)"),
    "PM_SELECT_OR_DISMISS": ("CC 278(1)(4)", "HZ 16(4)"),
    "FUND_USE": ("CC 278(1)(5)", "HZ 16(5)"),
    "FUND_RAISE": ("CC 278(1)(6)", "HZ 16(6)"),
    "RECONSTRUCTION": ("CC 278(1)(7)", "HZ 16(7)"),
    "COMMON_PART_USE": ("CC 278(1)(8)", "HZ 16(8)"),
    "COMMITTEE_EXPENSES": ("CC 278(1)(9)", "HZ 16(9)"),
    "COMMON_REVENUE_USE": ("CC 278(1)(9)", "HZ 16(10)"),
    "OTHER_MAJOR": ("CC 278(1)(9)", "HZ 16(11)"),
}
ESTATES: dict[str, bool | int | str] = {
    "parking_area_counts": True,
    "parking_as_person_counts": False,
    "same_owner_rule": "identical_owner_set",
}


def test_the_table_is_this_version_with_this_hash() -> None:
    table = current_rules()
    assert table.version == "2026-11-21"
    assert table.sha256 == "561979caac232295bc7ef9a67f67cd1fe92eeeac85827f7fcb11f6cb7d194472"


def test_every_kind_of_the_table_can_be_an_item_or_is_refused_by_name() -> None:
    table = current_rules()
    assert set(table.rules) == {*STATUTORY, *DERIVED, "OPINION_SURVEY"}
    assert set(table.without_vote) == {"FUND_USE_EMERGENCY"}


@pytest.mark.parametrize(("kind", "articles"), STATUTORY.items())
def test_a_statutory_kind_names_its_articles_and_threshold(
    kind: str, articles: tuple[str, ...]
) -> None:
    rule = current_rules().rule_for(kind)
    assert rule.articles == articles
    assert rule.counted_as == kind
    special = Share(3, 4, inclusive=True)
    ordinary = Share(1, 2, inclusive=False)
    assert rule.approval is not None
    assert rule.participation is not None
    expected = special if kind in THREE_QUARTERS else ordinary
    assert (rule.approval.people, rule.approval.area) == (expected, expected)
    assert rule.participation.people == rule.participation.area == Share(2, 3, inclusive=True)


@pytest.mark.parametrize(("kind", "base"), DERIVED.items())
def test_a_derived_kind_is_counted_as_its_base(kind: str, base: str) -> None:
    rule, counted_as = current_rules().rule_for(kind), current_rules().rule_for(base)
    assert rule.counted_as == base
    assert (rule.approval, rule.participation) == (counted_as.approval, counted_as.participation)
    assert rule.articles[:2] == counted_as.articles


def test_an_emergency_is_decided_without_a_vote() -> None:
    with pytest.raises(KindNotVoted) as refused:
        check_kind(current_rules(), "FUND_USE_EMERGENCY")
    assert "HZ73" in str(refused.value.facts["source"])


def test_an_opinion_survey_has_no_threshold() -> None:
    rule = current_rules().rule_for("OPINION_SURVEY")
    assert (rule.threshold, rule.participation, rule.approval) == (None, None, None)


def test_a_kind_outside_the_table_is_unknown() -> None:
    with pytest.raises(KindUnknown):
        check_kind(current_rules(), "CHANGE_TO_BUSINESS")


def test_the_law_gives_these_days() -> None:
    periods = current_rules().periods
    assert (periods.notice_regular_days, periods.notice_extra_days) == (15, 7)
    assert (periods.voting_days_min, periods.voting_days_max) == (5, 60)


def test_the_frozen_document_reads_back_as_the_same_table() -> None:
    assert read_rules(current_rules().document) == current_rules()


def test_the_estate_sets_how_its_electorate_was_made_and_nothing_else() -> None:
    frozen = frozen_policies(
        current_rules(), {**ESTATES, "abstain_counts_as_participation": False, "other": 1}
    )
    assert frozen["parking_area_counts"] is True
    assert frozen["abstain_counts_as_participation"] is True
    assert frozen["non_response"] == "NOT_PARTICIPATED"
    assert frozen["follow_majority_option"] == "allowed"
    assert "other" not in frozen


@pytest.mark.parametrize(
    ("policy", "default"),
    [
        ("non_response", "FOLLOW_MAJORITY"),
        ("duplicate_vote", "LATEST_WINS"),
        ("ballot_change_before_close", 1),
        ("invalid_item_counts_as_participation", True),
    ],
)
def test_a_table_that_asks_for_what_is_not_counted_here_is_not_read(
    policy: str, default: object
) -> None:
    table = json.loads(current_rules().document)
    table["policies_set_by_rules_of_procedure"][policy]["default"] = default
    with pytest.raises(NotARuleTable, match=policy):
        read_rules(json.dumps(table).encode())


SHARES = some.sampled_from(
    [Share(2, 3, inclusive=True), Share(3, 4, inclusive=True), Share(1, 2, inclusive=False)]
)


@given(SHARES, some.integers(0, 10**9))
def test_needed_is_the_smallest_that_holds(share: Share, whole: int) -> None:
    needed = share.needed(whole)
    assert not share.holds(needed - 1, whole)
    assert share.holds(needed, whole) == (whole > 0)


@pytest.mark.parametrize(
    ("share", "whole", "needed"),
    [
        (Share(2, 3, inclusive=True), 2200, 1467),
        (Share(2, 3, inclusive=True), 1058, 706),
        (Share(2, 3, inclusive=True), 2219, 1480),
        (Share(2, 3, inclusive=True), 2483857, 1655905),
        (Share(3, 4, inclusive=True), 1467, 1101),
        (Share(1, 2, inclusive=False), 1467, 734),
        (Share(1, 2, inclusive=False), 200, 101),
        (Share(2, 3, inclusive=True), 0, 1),
    ],
)
def test_the_smallest_integers_are_those_of_the_worked_examples(
    share: Share, whole: int, needed: int
) -> None:
    assert share.needed(whole) == needed
