"""The chart of accounts: what common revenue comes from and what it may be spent on.

Categories follow the publication lists in use (电梯广告 to 冲销); the article is Hangzhou's (HZ,
杭州市物业管理条例) or the Civil Code's (CC) where one speaks of the category. 冲销 is no category:
a reversal mirrors the entry that it takes back (`entry.reversal_of`). The service charge (物业费)
is no account here at all: it is the manager's money or kept in other books (HZ 60(2)).
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Where an account stands."""

    ASSET = "ASSET"
    EQUITY = "EQUITY"
    INCOME = "INCOME"
    EXPENSE = "EXPENSE"


class Direction(StrEnum):
    """收支: whether money came in or went out."""

    INCOME = "INCOME"
    EXPENSE = "EXPENSE"


@dataclass(frozen=True)
class Account:
    """One account; `code` never changes once an entry has used it."""

    code: str
    side: Side
    name_zh: str
    name_en: str
    article: str | None = None
    aliases: tuple[str, ...] = ()


def _income(code: str, zh: str, en: str, *aliases: str, article: str | None = None) -> Account:
    return Account(code, Side.INCOME, zh, en, article, aliases)


def _expense(code: str, zh: str, en: str, *aliases: str, article: str | None = None) -> Account:
    return Account(code, Side.EXPENSE, zh, en, article, aliases)


BANK = Account("BANK", Side.ASSET, "共有收入专门账户", "Segregated bank account", "HZ 60(2)")
OPENING_EQUITY = Account("OPENING_EQUITY", Side.EQUITY, "期初结余", "Balance brought forward")

INCOME: tuple[Account, ...] = (
    _income("LIFT_ADVERTISING", "电梯广告", "Advertising in lifts", "电梯广告费", "轿厢广告"),
    _income("CORRIDOR_ADVERTISING", "楼道广告", "Advertising in corridors", "单元门广告"),
    _income("BARRIER_ADVERTISING", "道闸广告", "Advertising on barriers", "门禁广告"),
    _income("OUTDOOR_ADVERTISING", "户外广告", "Outdoor advertising", "外墙广告"),
    _income(
        "SURFACE_PARKING",
        "地面停车",
        "Parking on common ground",
        "地面停车费",
        "地面停车收入",
        "共有道路停车",
        "共有场地停车",
        article="CC 275",
    ),
    _income("TEMPORARY_PARKING", "临时停车", "Temporary parking", "临停", "临时停车费", "临停费"),
    _income(
        "SITE_RENT", "场地出租", "Letting of common sites", "场地租金", "场地费", "摊位", "摊位费"
    ),
    _income("PARCEL_LOCKERS", "快递柜", "Parcel lockers", "快递柜场地费", "智能快递柜"),
    _income("VENDING_MACHINES", "自助售货", "Vending machines", "自助售货机", "售货机", "售水机"),
    _income("TELECOM_SITES", "通信基站", "Telecom masts", "基站", "铁塔", "铁塔占地", "铁塔占地费"),
    _income("CHARGING_PILES", "充电桩", "Charging piles", "汽车充电桩", "电动自行车充电", "充电"),
    _income(
        "BUSINESS_ROOM_RENT",
        "经营用房租金",
        "Rent of the business rooms",
        "物业经营用房租金",
        "经营用房",
        "商铺租金",
        article="HZ 44",
    ),
    _income("CLUBHOUSE", "会所泳池", "Clubhouse and pool", "会所", "泳池", "游泳池"),
    _income("RECYCLING", "再生资源回收", "Recycling", "废品回收", "旧衣回收"),
    _income("DAMAGES", "侵占损害赔偿", "Damages for common parts", "损害赔偿", "赔偿", "赔偿款"),
    _income("INTEREST", "利息", "Interest", "孳息", "利息收入", "存款利息", "银行利息"),
    _income("OTHER_INCOME", "其他收入", "Other income", "其他", "其它", "其它收入"),
)

EXPENSE: tuple[Account, ...] = (
    _expense("COST_TAXES", "经营成本-税费", "Cost: taxes", "税费", "税金", article="CC 282"),
    _expense("COST_LABOUR", "经营成本-人工", "Cost: labour", "人工", "人工费", article="CC 282"),
    _expense("COST_ENERGY", "经营成本-能耗", "Cost: energy", "能耗", "电费", article="CC 282"),
    _expense(
        "COST_MANAGER_SHARE",
        "经营成本-管理费分成",
        "Cost: the manager's share",
        "管理费分成",
        "物业分成",
        article="CC 282",
    ),
    _expense(
        "FUND_REPLENISHMENT",
        "补充维修资金",
        "Replenishing the maintenance fund",
        "补充专项维修资金",
        "转入维修资金",
        article="HZ 60(3)",
    ),
    _expense(
        "REPAIR_RENEWAL",
        "维修更新",
        "Repair and renewal",
        "维修更新改造",
        "维修",
        "维修费",
        article="HZ 60(3)",
    ),
    _expense(
        "COMMITTEE_OPERATION",
        "业委会运行经费",
        "Committee's running costs",
        "业主委员会运行经费",
        "业委会经费",
        "运行经费",
        "业委会办公费",
        article="HZ 35",
    ),
    _expense("COMMITTEE_ALLOWANCE", "成员津贴", "Members' allowance", "津贴", article="HZ 35"),
    _expense("COMMITTEE_STAFF", "专职人员", "Committee's staff", "专职人员工资", article="HZ 35"),
    _expense("AUDIT_FEES", "审计费", "Audit", "审计", "审计费用", article="HZ 37"),
    _expense(
        "ASSEMBLY_MEETINGS", "业主大会费用", "Assembly meetings", "业主大会会议费", article="HZ 35"
    ),
    _expense(
        "OTHER_DECIDED",
        "业主共同决定的其他",
        "Other uses decided jointly",
        "其他支出",
        "其他",
        "其它",
        article="HZ 60(3)",
    ),
)

ACCOUNTS: Mapping[str, Account] = {
    account.code: account for account in (BANK, OPENING_EQUITY, *INCOME, *EXPENSE)
}

REVERSAL_NAMES = frozenset({"冲销", "红冲", "冲红"})

_SERVICE_CHARGE = re.compile(
    "物业(?:管理|服务)?(?:收费|费)|物管费|物业(?:管理|服务)资金|公共服务费|service(?:charge|fee)|propertyfee"
)
_NOT_LETTERS = re.compile(r"[\W_]+")


def folded(name: str) -> str:
    """Return a category's name as it is compared: no width, case, spaces or punctuation."""
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", name)).casefold()


def _by_name(accounts: tuple[Account, ...]) -> dict[str, Account]:
    names = {}
    for account in accounts:
        for name in (account.code, account.name_zh, account.name_en, *account.aliases):
            names[folded(name)] = account
    return names


_NAMED = {Direction.INCOME: _by_name(INCOME), Direction.EXPENSE: _by_name(EXPENSE)}


def category_named(name: str, direction: Direction) -> Account | None:
    """Return the category that a sheet calls `name` among those of one direction."""
    return _NAMED[direction].get(folded(name))


def directions_of(name: str) -> frozenset[Direction]:
    """Return the directions under which `name` is a category."""
    return frozenset(one for one in Direction if category_named(name, one) is not None)


def is_service_charge(name: str) -> bool:
    """Return whether `name` means the service charge, which common revenue never contains."""
    return _SERVICE_CHARGE.search(folded(name)) is not None


def is_reversal(name: str) -> bool:
    """Return whether `name` asks for a reversal, which a sheet cannot make."""
    return folded(name) in REVERSAL_NAMES
