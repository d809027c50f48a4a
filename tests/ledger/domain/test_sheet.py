"""Sheets as they come: every defect by line, and nothing else is a defect."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain.authority import Authority, AuthorityKind
from services.ledger.domain.chart import Direction
from services.ledger.domain.defects import TEXTS, DefectKind
from services.ledger.domain.draft import Voucher
from services.ledger.domain.period import half_year_named
from services.ledger.domain.sheet import BookedVoucher, Bounds, Reading, read, without_booked
from tests.ledger.sheets import HEADER, lines_of, parsed

BOUNDS = Bounds(date(2026, 7, 10))
ZIJIN = Path("demo/zijin")
ITEM = "5b0c2c1e-9d1f-4f55-8a4e-3a8f6d0d7b11"


def reading_of(*rows: str, header: str = HEADER, bounds: Bounds = BOUNDS) -> Reading:
    names, lines = parsed("\n".join((header, *rows)))
    return read(names, lines, bounds)


def kinds_of(reading: Reading) -> list[tuple[int, str, str]]:
    return [(one.line, one.kind.value, one.column) for one in reading.defects]


def test_the_messy_sheet_has_its_seven_defects_and_no_other() -> None:
    expected = json.loads((ZIJIN / "common_revenue_messy.expected.json").read_text())
    reading = read(*lines_of(ZIJIN / "common_revenue_messy_gbk.csv", "gb18030"), BOUNDS)
    found = [
        {"line": one.line, "kind": one.kind.value}
        | ({"same_as": one.same_as} if one.same_as else {})
        for one in reading.defects
    ]
    assert found == expected["defects"]
    assert (reading.lines, len(reading.drafts)) == (expected["lines"], expected["good"])


def test_the_good_lines_of_the_messy_sheet_are_the_clean_sheet() -> None:
    messy = read(*lines_of(ZIJIN / "common_revenue_messy_gbk.csv", "gb18030"), BOUNDS)
    clean = read(*lines_of(ZIJIN / "common_revenue_2026H1.csv", "utf-8"), BOUNDS)
    assert clean.defects == ()
    assert messy.drafts == clean.drafts


@pytest.mark.parametrize(
    ("row", "kind", "column"),
    [
        (",收入,利息,1.00", "date_missing", "日期"),
        ("2026-02-29,收入,利息,1.00", "date_invalid", "日期"),
        ("26-02-01,收入,利息,1.00", "date_invalid", "日期"),
        ("1899-12-31,收入,利息,1.00", "date_invalid", "日期"),
        ("2026-01/02,收入,利息,1.00", "date_invalid", "日期"),
        ("2026-07-11,收入,利息,1.00", "date_in_future", "日期"),
        ("2026-01-02,,利息,1.00", "direction_missing", "收支"),
        ("2026-01-02,转账,利息,1.00", "direction_unknown", "收支"),
        ("2026-01-02,收入,,1.00", "category_missing", "类别"),
        ("2026-01-02,收入,卖房,1.00", "category_unknown", "类别"),
        ("2026-01-02,支出,利息,1.00", "category_of_other_direction", "类别"),
        ("2026-01-02,收入,维修更新,1.00", "category_of_other_direction", "类别"),
        ("2026-01-02,收入,物业服务费,1.00", "service_charge_in_common_revenue", "类别"),
        ("2026-01-02,支出,物业管理费,1.00", "service_charge_in_common_revenue", "类别"),
        ("2026-01-02,支出,冲销,1.00", "reversal_in_sheet", "类别"),
        ("2026-01-02,收入,利息,", "amount_missing", "金额"),
        ("2026-01-02,收入,利息,十元", "amount_unreadable", "金额"),
        ("2026-01-02,收入,利息,1.234", "amount_precision", "金额"),
        ("2026-01-02,收入,利息,0", "amount_not_positive", "金额"),
        ("2026-01-02,收入,利息,-3.00", "amount_not_positive", "金额"),
        ("2026-01-02,收入,利息,99999999999999", "amount_too_large", "金额"),
        (f"2026-01-02,收入,利息,1.00,{'长' * 201}", "text_too_long", "对方"),
        (f"2026-01-02,收入,利息,1.00,,{'9' * 65}", "text_too_long", "凭证号"),
        (f"2026-01-02,收入,利息,1.00,,,{'长' * 501}", "text_too_long", "备注"),
        ("2026-01-02,收入,利息,1.00,示\x00例", "text_unprintable", "对方"),
        ("2026-01-02,支出,维修更新,1.00,,,,凭感觉", "authority_unknown", "依据"),
        ("2026-01-02,支出,经营成本-能耗,1.00,,,,经营成本", "authority_incomplete", "依据"),
        ("2026-01-02,支出,维修更新,1.00,,,,表决事项", "authority_incomplete", "依据"),
        ("2026-01-02,支出,维修更新,1.00,,,,,,第三项", "authority_incomplete", "依据"),
        ("2026-01-02,支出,维修更新,1.00,,,,经营成本,HT-1", "authority_unfit", "依据"),
        (f"2026-01-02,支出,维修更新,1.00,,,,审计,,{ITEM}", "authority_incomplete", "依据"),
        ("2026-01-02,收入,利息,1.00,,,,议事规则限额", "authority_on_income", "依据"),
    ],
)
def test_a_bad_line_says_what_is_wrong_with_it(row: str, kind: str, column: str) -> None:
    reading = reading_of(row)
    assert kinds_of(reading) == [(2, kind, column)]
    assert reading.drafts == ()


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-08",
        "2026/1/8",
        "2026/01/08",
        "2026.1.8",
        "2026年1月8日",
        "20260108",
        "2026-01-08 00:00:00",
    ],
)
def test_dates_are_read_as_offices_write_them(text: str) -> None:
    assert reading_of(f"{text},收入,利息,1.00").drafts[0].occurred_on == date(2026, 1, 8)


def test_a_line_tells_all_that_is_wrong_with_it() -> None:
    reading = reading_of("2026-13-01,转账,物业费,-1.005")
    assert [kind for _, kind, _ in kinds_of(reading)] == [
        "date_invalid",
        "direction_unknown",
        "service_charge_in_common_revenue",
        "amount_precision",
    ]


def test_equal_bookings_under_different_vouchers_or_none_are_both_real() -> None:
    reading = reading_of(
        "2026-04-18,收入,场地出租,300.00,临时摊位,S0091",
        "2026-04-18,收入,场地出租,300.00,临时摊位,S0092",
        "2026-04-18,收入,场地出租,300.00,临时摊位,",
        "2026-04-18,收入,场地出租,300.00,临时摊位,",
    )
    assert (len(reading.drafts), reading.defects) == (4, ())


def test_a_voucher_is_booked_once_a_year_however_its_lines_differ() -> None:
    reading = reading_of(
        "2026-01-02,收入,利息,1.00,,s 0001",
        "2026-05-02,支出,维修更新,2.00,,S0001",
        "2025-12-02,收入,利息,1.00,,S0001",
        "2026-06-02,收入,利息,3.00,,S0001 ",
    )
    assert [(one.line, one.kind.value, one.same_as) for one in reading.defects] == [
        (3, "duplicate_voucher", 2),
        (5, "duplicate_voucher", 2),
    ]
    assert [draft.line for draft in reading.drafts] == [2, 4]


def test_a_bad_line_still_marks_its_voucher_as_used() -> None:
    reading = reading_of("2026-01-02,收入,利息,,,S1", "2026-01-02,收入,利息,1.00,,S1")
    assert kinds_of(reading) == [(2, "amount_missing", "金额"), (3, "duplicate_voucher", "凭证号")]


def test_what_is_booked_elsewhere_is_a_duplicate_that_says_where() -> None:
    reading = reading_of(
        "2026-01-02,收入,利息,1.00,,S1",
        "2026-01-02,收入,利息,1.00,,S2",
        "2026-01-02,收入,利息,1.00,,S3",
        "2026-01-02,收入,利息,1.00,,",
        "2026-01-02,收入,利息,,,",
    )
    assert reading.vouchers == (Voucher(2026, "S1"), Voucher(2026, "S2"), Voucher(2026, "S3"))
    booked = {
        Voucher(2026, "S1"): BookedVoucher(entry_number=17),
        Voucher(2026, "S2"): BookedVoucher(import_id="another"),
        Voucher(2025, "S3"): BookedVoucher(entry_number=3),
    }
    checked = without_booked(reading, booked)
    assert [(one.line, one.same_as_entry, one.same_as_import) for one in checked.defects] == [
        (2, 17, None),
        (3, None, "another"),
        (6, None, None),
    ]
    assert [draft.line for draft in checked.drafts] == [4, 5]


def test_a_sheet_without_its_columns_is_not_read_line_by_line() -> None:
    reading = reading_of("2026-01-02,1.00", "x,y", header="发生日期,金额（元）")
    assert kinds_of(reading) == [(1, "column_missing", "收支"), (1, "column_missing", "类别")]
    assert reading.lines == 2


def test_two_columns_of_one_meaning_are_refused() -> None:
    reading = reading_of("x", header="日期,收支,类别,金额,发生额")
    assert kinds_of(reading) == [(1, "column_repeated", "金额")]


def test_unknown_columns_are_left_alone() -> None:
    reading = reading_of("1,2026-01-02,收入,利息,1.00,x", header="序号,日期,收支,类别,金额,经办人")
    assert (len(reading.drafts), reading.defects) == (1, ())


def test_a_line_outside_the_period_that_was_named_is_a_defect() -> None:
    bounds = Bounds(BOUNDS.today, half_year_named("2026H1"))
    rows = ("2025-12-31,收入,利息,1.00", "2026-06-30,收入,利息,1.00", "2026-07-01,收入,利息,1.00")
    assert kinds_of(reading_of(*rows, bounds=bounds)) == [
        (2, "date_outside_period", "日期"),
        (4, "date_outside_period", "日期"),
    ]


@pytest.mark.parametrize(
    ("row", "authority"),
    [
        ("维修更新,1.00,,,,议事规则限额", Authority(AuthorityKind.RULES_LIMIT)),
        ("维修更新,1.00,,,,RULES_LIMIT", Authority(AuthorityKind.RULES_LIMIT)),
        (f"维修更新,1.00,,,,,,{ITEM}", Authority(AuthorityKind.PASSED_ITEM, item_id=ITEM)),
        (
            f"维修更新,1.00,,,,表决事项,,{ITEM.upper()}",
            Authority(AuthorityKind.PASSED_ITEM, item_id=ITEM),
        ),
        (
            "经营成本-能耗,1.00,,,,,HT-1",
            Authority(AuthorityKind.COST_OF_INCOME, contract_reference="HT-1"),
        ),
        ("维修更新,1.00,,,,,HT-1", None),
        ("维修更新,1.00", None),
    ],
)
def test_a_line_may_name_its_own_authority(row: str, authority: Authority | None) -> None:
    reading = reading_of(f"2026-01-02,支出,{row}")
    assert reading.defects == ()
    assert reading.drafts[0].authority == authority


def test_particulars_are_kept() -> None:
    (draft,) = reading_of("2026-01-02,收,利息,￥１２.50,示例银行,S1,备,,HT-9").drafts
    assert (draft.direction, draft.category, draft.amount_fen) == (
        Direction.INCOME,
        "INTEREST",
        1250,
    )
    assert draft.particulars.counterparty == "示例银行"
    assert draft.particulars.contract_reference == "HT-9"
    assert draft.voucher == Voucher(2026, "S1")


def test_every_kind_of_defect_has_its_texts_in_both_languages() -> None:
    assert set(TEXTS) == set(DefectKind)
    for texts in TEXTS.values():
        assert all(texts)


CELLS = st.text(alphabet=st.characters(exclude_characters=',"\r\n\x00'), max_size=12)


@given(st.lists(st.tuples(*[CELLS] * 10), max_size=5))
def test_any_sheet_is_drafts_and_defects_and_each_line_is_one_or_the_other(
    rows: list[tuple[str, ...]],
) -> None:
    names, _ = parsed(HEADER)
    _, lines = parsed("\n".join((HEADER, *map(",".join, rows))))
    reading = read(names, lines, BOUNDS)
    bad = {defect.line for defect in reading.defects}
    assert len(bad) + len(reading.drafts) == reading.lines == len(lines)
    assert bad.isdisjoint(draft.line for draft in reading.drafts)
