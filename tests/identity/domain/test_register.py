"""Reading registers: what is accepted in every spelling, and every defect by line and column."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from services.chassis.sheets import CSV, read_sheet
from services.identity.domain.register import COLUMNS, read_register
from services.identity.domain.register_defects import WORDINGS, DefectKind
from services.identity.domain.unit import AreaSource, Delivery, Use, area_text, preferred_source
from tests.identity.domain.sheets import NUMBERS, TODAY, defects, person, read, row

DATA = Path("demo/zijin")


def test_the_messy_register_has_exactly_the_expected_defects() -> None:
    sheet = read_sheet((DATA / "register_messy_gbk.csv").read_bytes(), media_type=CSV)
    reading = read_register(sheet.header, sheet.rows, today=TODAY)
    expected = json.loads((DATA / "register_messy.expected.json").read_text())
    found = [
        {"line": one.line, "kind": one.kind.value, "column": one.column}
        | ({"same_as": one.same_as} if one.same_as else {})
        for one in reading.defects
    ]
    assert {"rows": reading.rows, "defects": found} == expected
    assert not reading.units
    assert not reading.holdings


def test_the_clean_register_counts_to_what_it_must() -> None:
    sheet = read_sheet((DATA / "register.csv").read_bytes(), media_type=CSV)
    reading = read_register(sheet.header, sheet.rows, today=TODAY)
    expected = json.loads((DATA / "register.expected.json").read_text())
    persons = {
        one.holder.document.identity
        for one in reading.holdings
        if not one.holder.document.type.of_organisation
    }
    parts = [unit for unit in reading.units if not unit.use.particular_space]
    assert {
        "units": reading.unit_count,
        "parking_spaces": reading.parking_space_count,
        "rows": reading.rows,
        "total_area_m2": area_text(sum(unit.area_centi for unit in parts)),
        "natural_persons": len(persons),
    } == {name: expected[name] for name in expected if name not in {"people", "parking_area_m2"}}
    assert reading.defects == ()


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("幢", " 1 幢"),
        ("单元", "1单元"),
        ("室", "101室"),
        ("专有面积", "89.53m2"),
        ("专有面积", "89.530 平方米"),
        ("取得日期", "2022/7/11"),
        ("取得日期", "2022年7月11日"),
        ("取得日期", "20220711"),
        ("联系电话", "+86 199-0499-9166"),
        ("业主姓名", "于 勇"),
        ("共有份额", "100%"),
        ("共有份额", "2/2"),
        ("证件号码", "330199 19700226 4559"),
        ("不动产单元号", "330106 001001 GB00001 F00000101"),
    ],
)
def test_acceptable_spellings_read_as_the_plain_one(column: str, text: str) -> None:
    spelled = read(row(2, {column: text}))
    assert spelled.defects == ()
    assert (spelled.units, spelled.holdings) == (read(row()).units, read(row()).holdings)


@pytest.mark.parametrize(
    ("column", "text", "kind"),
    [
        ("幢", "", "place_missing"),
        ("室", "", "place_missing"),
        ("不动产单元号", "330106001004GB00004F", "unit_code_format"),
        ("不动产单元号", "330106001001XB00001F00000101", "unit_code_format"),
        ("用途", "别墅群", "use_unknown"),
        ("专有面积", "", "area_missing"),
        ("专有面积", "八十九", "area_format"),
        ("专有面积", "1e3", "area_format"),
        ("专有面积", "89.531", "area_precision"),
        ("专有面积", "-89.53", "area_not_positive"),
        ("专有面积", "0.00", "area_not_positive"),
        ("面积来源", "听说", "area_source_unknown"),
        ("业主姓名", "", "owner_missing"),
        ("证件类型", "工作证", "document_type_unknown"),
        ("证件号码", "", "document_number_missing"),
        ("证件号码", "330199700226455", "identity_number_format"),
        ("证件号码", "330199199902290014", "identity_number_date"),
        ("证件号码", "330199197002264558", "identity_number_check_digit"),
        ("共有份额", "", "share_format"),
        ("共有份额", "1/0", "share_format"),
        ("共有份额", "0", "share_format"),
        ("共有份额", "3/2", "share_format"),
        ("共有份额", "1/2", "share_sum"),
        ("联系电话", "12345", "phone_invalid"),
        ("交付状态", "快了", "delivery_unknown"),
        ("取得日期", "2023-02-30", "date_invalid"),
        ("取得日期", "去年", "date_invalid"),
        ("取得日期", "2026-11-02", "date_in_future"),
    ],
)
def test_a_faulty_cell_is_one_defect(column: str, text: str, kind: str) -> None:
    assert defects(row(7, {column: text})) == [(7, kind, column)]


@pytest.mark.parametrize(
    ("kind", "number", "expected"),
    [
        ("统一社会信用代码", "91330100MA27XW0B5H", "credit_code_check_digit"),
        ("统一社会信用代码", "9133", "credit_code_format"),
        ("护照", "?", "document_number_format"),
        ("台胞证", "123", "document_number_format"),
    ],
)
def test_other_documents_have_their_own_defects(kind: str, number: str, expected: str) -> None:
    assert defects(row(证件类型=kind, 证件号码=number)) == [(2, expected, "证件号码")]


def test_documents_without_a_check_are_accepted_by_their_form() -> None:
    assert defects(row(证件类型="港澳居民来往内地通行证", 证件号码="H12345678")) == []


def test_a_repeated_row_is_one_defect_and_not_also_a_wrong_share() -> None:
    assert defects(row(2), row(3)) == [(3, "duplicate_row", "")]
    assert read(row(2), row(3)).defects[0].same_as == 2
    spelled_otherwise = row(3, 取得日期="2022/07/11", 专有面积="89.53m2")
    assert defects(row(2), spelled_otherwise) == [(3, "duplicate_row", "")]


def test_a_repeated_faulty_row_is_reported_with_the_first() -> None:
    assert defects(row(2, 专有面积=""), row(3, 专有面积="")) == [
        (2, "area_missing", "专有面积"),
        (3, "duplicate_row", ""),
    ]


def test_wrong_shares_are_reported_at_the_first_row_of_the_unit() -> None:
    first = row(2, {"共有份额": "1/2", **person(0)})
    second = row(5, {"共有份额": "1/3", **person(1)})
    assert defects(first, second) == [(2, "share_sum", "共有份额")]


@pytest.mark.parametrize(
    "shares", [("1/2", "1/2"), ("50%", "0.5"), ("1/3", "2/3"), ("共同共有", "共同共有")]
)
def test_whole_shares_come_in_several_spellings(shares: tuple[str, str]) -> None:
    rows = [row(2 + n, {"共有份额": share, **person(n)}) for n, share in enumerate(shares)]
    reading = read(*rows)
    assert reading.defects == ()
    assert sum((one.share or Fraction(1, 2)) for one in reading.holdings) == 1


def test_joint_ownership_beside_a_stated_share_does_not_add_up() -> None:
    rows = [row(2, {"共有份额": "共同共有", **person(0)}), row(3, {"共有份额": "1", **person(1)})]
    assert defects(*rows) == [(2, "share_sum", "共有份额")]


@pytest.mark.parametrize(
    ("column", "text", "kind"),
    [
        ("不动产单元号", "330106001001GB00001F00009999", "unit_code_conflict"),
        ("用途", "商业", "use_conflict"),
        ("专有面积", "89.54", "area_conflict"),
        ("交付状态", "未售", "delivery_conflict"),
    ],
)
def test_rows_of_one_unit_must_agree(column: str, text: str, kind: str) -> None:
    first = row(2, {"共有份额": "1/2", **person(0)})
    second = row(3, {"共有份额": "1/2", column: text, **person(1)})
    assert defects(first, second) == [(3, kind, column)]


def test_an_owner_stands_once_in_a_unit() -> None:
    first, second = row(2, 共有份额="1/2"), row(3, 共有份额="1/2", 联系电话="")
    assert defects(first, second) == [(3, "owner_repeated", "证件号码")]


def test_a_unit_code_belongs_to_one_place_and_a_number_to_one_name() -> None:
    code = row().cells["不动产单元号"]
    rows = [row(2), row(3, 室="102", 不动产单元号=code), row(4, 室="103", 业主姓名="余勇")]
    assert defects(*rows) == [
        (3, "unit_code_reused", "不动产单元号"),
        (4, "owner_name_conflict", "业主姓名"),
    ]


def test_one_row_may_have_many_defects_in_the_order_of_the_columns() -> None:
    found = defects(row(2, 用途="?", 专有面积="", 取得日期="?"))
    assert [kind for _, kind, _ in found] == ["use_unknown", "area_missing", "date_invalid"]


def test_a_missing_column_and_an_empty_register_are_defects_of_line_one() -> None:
    header = [name for name in COLUMNS if name not in {"室", "证件号码"}]
    found = read_register(header, [row()], today=TODAY).defects
    assert [(one.line, one.kind.value, one.column) for one in found] == [
        (1, "column_missing", "室"),
        (1, "column_missing", "证件号码"),
    ]
    assert defects() == [(1, "register_empty", "")]


@pytest.mark.parametrize(
    ("sources", "chosen"),
    [
        ({"不动产登记": "89.53", "实测": "89.61", "合同": "90.00"}, 8953),
        ({"实测": "89.61", "合同": "90.00"}, 8961),
        ({"合同": "90.00"}, 9000),
    ],
)
def test_r3_the_register_goes_before_the_survey_and_the_survey_before_the_contract(
    sources: dict[str, str], chosen: int
) -> None:
    rows = [
        row(2 + n, {"面积来源": source, "专有面积": area, "共有份额": "共同共有", **person(n)})
        for n, (source, area) in enumerate(reversed(sources.items()))
    ]
    assert read(*rows).units[0].area_centi == chosen


def test_the_source_that_was_used_is_kept() -> None:
    areas = {AreaSource.CONTRACT: 9000, AreaSource.SURVEY: 8961}
    assert preferred_source(areas) is AreaSource.SURVEY


def test_a_reading_without_defects_gives_typed_values() -> None:
    reading = read(row(用途="车位", 交付状态="已售未交付", 联系电话="", 取得日期=""))
    unit, holding = reading.units[0], reading.holdings[0]
    assert (unit.use, unit.delivery) == (Use.PARKING_SPACE, Delivery.SOLD_UNDELIVERED)
    assert (holding.phone, holding.acquired_on) == ("", None)
    assert holding.share == 1
    assert (reading.unit_count, reading.parking_space_count) == (0, 1)
    assert holding.holder.document.number == NUMBERS[0]
    assert unit.place.text == "1幢1单元101"


def test_every_kind_of_defect_tells_what_to_do_in_two_languages() -> None:
    assert set(WORDINGS) == set(DefectKind)
    for wording in WORDINGS.values():
        assert all(sentence and sentence == sentence.strip() for sentence in wording)
        assert wording.message_en.isascii()
