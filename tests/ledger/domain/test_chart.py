"""The chart of common revenue, and what must never be in it."""

import pytest

from services.ledger.domain.authority import FITTING, AuthorityKind
from services.ledger.domain.chart import (
    ACCOUNTS,
    EXPENSE,
    INCOME,
    Direction,
    Side,
    category_named,
    directions_of,
    is_reversal,
    is_service_charge,
)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("电梯广告", "LIFT_ADVERTISING"),
        ("地面停车", "SURFACE_PARKING"),
        ("快递柜", "PARCEL_LOCKERS"),
        ("通信基站", "TELECOM_SITES"),
        ("充电桩", "CHARGING_PILES"),
        ("场地出租", "SITE_RENT"),
        ("经营用房租金", "BUSINESS_ROOM_RENT"),
        ("物业经营用房租金", "BUSINESS_ROOM_RENT"),
        ("利息", "INTEREST"),
        ("孳息", "INTEREST"),
        ("其他", "OTHER_INCOME"),
    ],
)
def test_income_is_known_by_the_names_that_sheets_use(name: str, code: str) -> None:
    found = category_named(name, Direction.INCOME)
    assert found is not None
    assert (found.code, found.side) == (code, Side.INCOME)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("经营成本-能耗", "COST_ENERGY"),
        ("经营成本—能耗", "COST_ENERGY"),
        ("经营成本（能耗）", "COST_ENERGY"),
        ("经营成本 - 税费", "COST_TAXES"),
        ("经营成本-人工", "COST_LABOUR"),
        ("经营成本-管理费分成", "COST_MANAGER_SHARE"),
        ("维修更新", "REPAIR_RENEWAL"),
        ("维修更新改造", "REPAIR_RENEWAL"),
        ("业委会运行经费", "COMMITTEE_OPERATION"),
        ("补充维修资金", "FUND_REPLENISHMENT"),
        ("审计费", "AUDIT_FEES"),
        ("其他", "OTHER_DECIDED"),
    ],
)
def test_expenses_are_known_by_the_names_that_sheets_use(name: str, code: str) -> None:
    found = category_named(name, Direction.EXPENSE)
    assert found is not None
    assert (found.code, found.side) == (code, Side.EXPENSE)


@pytest.mark.parametrize(
    "name",
    ["物业费", "物业服务费", "物业管理费", "物管费", " 物 业 费 ", "预收物业费", "Service charge"],
)
def test_the_service_charge_is_recognised_and_is_no_category(name: str) -> None:
    assert is_service_charge(name)
    assert directions_of(name) == frozenset()


def test_no_category_is_mistaken_for_the_service_charge() -> None:
    for account in (*INCOME, *EXPENSE):
        for name in (account.name_zh, account.name_en, *account.aliases):
            assert not is_service_charge(name), name
            assert not is_reversal(name), name


def test_each_name_of_one_direction_means_one_category() -> None:
    for direction, accounts in ((Direction.INCOME, INCOME), (Direction.EXPENSE, EXPENSE)):
        for account in accounts:
            for name in (account.code, account.name_zh, account.name_en, *account.aliases):
                assert category_named(name, direction) == account, name


def test_codes_are_unique() -> None:
    assert len(ACCOUNTS) == len(INCOME) + len(EXPENSE) + 2


def test_each_expense_can_rest_on_something_and_income_on_nothing() -> None:
    assert set(FITTING) == {account.code for account in EXPENSE}
    assert all(AuthorityKind.PASSED_ITEM in kinds for kinds in FITTING.values())


def test_repair_is_a_use_of_revenue_and_never_a_cost_of_it() -> None:
    assert AuthorityKind.COST_OF_INCOME not in FITTING["REPAIR_RENEWAL"]
