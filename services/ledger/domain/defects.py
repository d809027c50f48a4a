"""What can be wrong with a line of a sheet, and what its writer should do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class DefectKind(StrEnum):
    """The kinds of defect; they are stable names that clients may switch on."""

    COLUMN_MISSING = "column_missing"
    COLUMN_REPEATED = "column_repeated"
    DATE_MISSING = "date_missing"
    DATE_INVALID = "date_invalid"
    DATE_IN_FUTURE = "date_in_future"
    DATE_OUTSIDE_PERIOD = "date_outside_period"
    DIRECTION_MISSING = "direction_missing"
    DIRECTION_UNKNOWN = "direction_unknown"
    CATEGORY_MISSING = "category_missing"
    CATEGORY_UNKNOWN = "category_unknown"
    CATEGORY_OF_OTHER_DIRECTION = "category_of_other_direction"
    SERVICE_CHARGE = "service_charge_in_common_revenue"
    REVERSAL_IN_SHEET = "reversal_in_sheet"
    AMOUNT_MISSING = "amount_missing"
    AMOUNT_UNREADABLE = "amount_unreadable"
    AMOUNT_PRECISION = "amount_precision"
    AMOUNT_TOO_LARGE = "amount_too_large"
    AMOUNT_NOT_POSITIVE = "amount_not_positive"
    DUPLICATE_VOUCHER = "duplicate_voucher"
    TEXT_TOO_LONG = "text_too_long"
    TEXT_UNPRINTABLE = "text_unprintable"
    AUTHORITY_UNKNOWN = "authority_unknown"
    AUTHORITY_INCOMPLETE = "authority_incomplete"
    AUTHORITY_UNFIT = "authority_unfit"
    AUTHORITY_ON_INCOME = "authority_on_income"


class Texts(NamedTuple):
    """What is wrong, and what to do, for people."""

    message_zh: str
    message_en: str
    advice_zh: str
    advice_en: str


@dataclass(frozen=True)
class Defect:
    """One defect of one line (the header is line 1).

    `same_as` is the earlier line of a duplicate; `same_as_entry` and `same_as_import` tell where
    else its voucher is booked already.
    """

    line: int
    kind: DefectKind
    column: str
    same_as: int | None = None
    same_as_entry: int | None = None
    same_as_import: str | None = None

    @property
    def texts(self) -> Texts:
        """Return the message and advice for people."""
        return TEXTS[self.kind]

    def as_fact(self) -> dict[str, object]:
        """Return the defect as an answer lists it; a place elsewhere only where there is one."""
        places = {
            "same_as": self.same_as,
            "same_as_entry": self.same_as_entry,
            "same_as_import": self.same_as_import,
        }
        named = {name: place for name, place in places.items() if place is not None}
        return {
            "line": self.line,
            "kind": self.kind.value,
            "column": self.column,
            **named,
            **self.texts._asdict(),
        }


TEXTS: Mapping[DefectKind, Texts] = {
    DefectKind.COLUMN_MISSING: Texts(
        "缺少必需的列。",
        "A required column is missing.",
        "请补上该列：日期、收支、类别、金额为必填列。",
        "Add the column; 日期, 收支, 类别 and 金额 are required.",
    ),
    DefectKind.COLUMN_REPEATED: Texts(
        "同一列出现两次。",
        "The column appears twice.",
        "请只保留一列。",
        "Keep one of them.",
    ),
    DefectKind.DATE_MISSING: Texts(
        "未填日期。", "The date is empty.", "请填写收付发生的日期。", "Enter the day it happened."
    ),
    DefectKind.DATE_INVALID: Texts(
        "日期不存在或无法识别。",
        "There is no such date, or it cannot be read.",
        "请写作 2026-01-02、2026/1/2 或 2026年1月2日。",
        "Write 2026-01-02, 2026/1/2 or 2026年1月2日.",
    ),
    DefectKind.DATE_IN_FUTURE: Texts(
        "日期晚于今天。",
        "The date lies in the future.",
        "尚未发生的收支不能入账，请核对日期。",
        "Only what has happened is booked; check the date.",
    ),
    DefectKind.DATE_OUTSIDE_PERIOD: Texts(
        "日期不在本期内。",
        "The date lies outside the period.",
        "请核对日期，或随所属期间导入。",
        "Check the date, or import it with its own period.",
    ),
    DefectKind.DIRECTION_MISSING: Texts(
        "未填收支。", "The direction is empty.", "请填写“收入”或“支出”。", "Enter 收入 or 支出."
    ),
    DefectKind.DIRECTION_UNKNOWN: Texts(
        "收支只能是“收入”或“支出”。",
        "The direction is neither 收入 nor 支出.",
        "同一账户间的转账不是收支，请删除该行；否则请改为“收入”或“支出”。",
        "A transfer within the account is no booking: delete the line, or enter 收入 or 支出.",
    ),
    DefectKind.CATEGORY_MISSING: Texts(
        "未填类别。", "The category is empty.", "请按类别表填写。", "Enter a category of the chart."
    ),
    DefectKind.CATEGORY_UNKNOWN: Texts(
        "类别不在类别表中。",
        "The chart has no such category.",
        "请按类别表填写；确无对应类别的填“其他收入”或“业主共同决定的其他”。",
        "Use a category of the chart; where none fits, 其他收入 or 业主共同决定的其他.",
    ),
    DefectKind.CATEGORY_OF_OTHER_DIRECTION: Texts(
        "类别与收支方向不符。",
        "The category belongs to the other direction.",
        "请核对收支与类别；退款请冲销原分录，不记反向类别。",
        "Check both; a refund reverses its entry instead of using the other direction.",
    ),
    DefectKind.SERVICE_CHARGE: Texts(
        "物业费不属于共有收入，不得混同（《杭州市物业管理条例》第六十条第二款）。",
        "The service charge is not common revenue and must not be mixed with it (HZ 60(2)).",
        "请删除该行，记入物业服务费账。",
        "Delete the line; it belongs to the books of the service charge.",
    ),
    DefectKind.REVERSAL_IN_SHEET: Texts(
        "冲销不能随表导入。",
        "A sheet cannot make a reversal.",
        "请在已公布的分录上办理冲销。",
        "Reverse the published entry itself.",
    ),
    DefectKind.AMOUNT_MISSING: Texts(
        "未填金额。", "The amount is empty.", "请填写金额。", "Enter the amount."
    ),
    DefectKind.AMOUNT_UNREADABLE: Texts(
        "金额无法识别。",
        "The amount cannot be read.",
        "请以元为单位填写数字，如 1500.00 或 1,500.00。",
        "Enter a number in yuan such as 1500.00 or 1,500.00.",
    ),
    DefectKind.AMOUNT_PRECISION: Texts(
        "金额超过两位小数。",
        "The amount has more than two decimals.",
        "请按凭证填写到分，不要四舍五入计算值。",
        "Enter the amount of the voucher, to the fen.",
    ),
    DefectKind.AMOUNT_TOO_LARGE: Texts(
        "金额超出范围。", "The amount is out of bounds.", "请核对单位是否为元。", "Is it in yuan?"
    ),
    DefectKind.AMOUNT_NOT_POSITIVE: Texts(
        "金额必须大于零。",
        "The amount is not above zero.",
        "方向由“收支”列表示；更正已公布的金额请办理冲销。",
        "The direction is told by 收支; to correct what is published, reverse it.",
    ),
    DefectKind.DUPLICATE_VOUCHER: Texts(
        "凭证号重复，同一凭证只能入账一次。",
        "The voucher number is used twice; a voucher is booked once.",
        "确为同一笔请删除一行；确为两笔请更正凭证号（一证多笔可加序号）。",
        "Delete one if it is the same booking; if there are two, give each its own number.",
    ),
    DefectKind.TEXT_TOO_LONG: Texts(
        "文字过长。", "The text is too long.", "请缩短。", "Shorten it."
    ),
    DefectKind.TEXT_UNPRINTABLE: Texts(
        "含有无法显示的字符。",
        "The text has characters that cannot be shown.",
        "请重新输入该单元格。",
        "Type the cell again.",
    ),
    DefectKind.AUTHORITY_UNKNOWN: Texts(
        "支出依据无法识别。",
        "There is no such authority.",
        "请填经营成本、议事规则限额、业委会经费、审计、补充维修资金或表决事项。",
        "Use COST_OF_INCOME, RULES_LIMIT, COMMITTEE_COSTS, AUDIT, FUND_REPLENISHMENT, PASSED_ITEM.",
    ),
    DefectKind.AUTHORITY_INCOMPLETE: Texts(
        "支出依据不完整。",
        "The authority is incomplete.",
        "经营成本须填合同号；表决事项须填事项编号。",
        "A cost names its contract, a passed item its item_id.",
    ),
    DefectKind.AUTHORITY_UNFIT: Texts(
        "该类支出不能以此为依据（《杭州市物业管理条例》第十六条第十项）。",
        "An expense of this category cannot rest on this authority (HZ 16(10)).",
        "请改填适用的依据。",
        "Name an authority that fits the category.",
    ),
    DefectKind.AUTHORITY_ON_INCOME: Texts(
        "收入不需要支出依据。",
        "Income needs no authority.",
        "请清空该单元格，或核对收支方向。",
        "Clear the cell, or check the direction.",
    ),
}
