"""The columns of a common-revenue sheet, under the names that offices give them."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from services.ledger.domain.chart import folded
from services.ledger.domain.defects import Defect, DefectKind

HEADER_LINE = 1


class Column(StrEnum):
    """A column by the name that templates, defects and advice use for it."""

    DATE = "日期"
    DIRECTION = "收支"
    CATEGORY = "类别"
    AMOUNT = "金额"
    COUNTERPARTY = "对方"
    VOUCHER = "凭证号"
    MEMO = "备注"
    AUTHORITY = "依据"
    CONTRACT = "合同号"
    ITEM = "表决事项"


REQUIRED = (Column.DATE, Column.DIRECTION, Column.CATEGORY, Column.AMOUNT)

_ALIASES: Mapping[Column, tuple[str, ...]] = {
    Column.DATE: ("发生日期", "交易日期", "收付日期", "记账日期"),
    Column.DIRECTION: ("收支类型", "收支方向", "方向"),
    Column.CATEGORY: ("科目", "项目", "收支类别", "收支项目"),
    Column.AMOUNT: ("金额元", "发生额", "金额人民币元"),
    Column.COUNTERPARTY: ("对方单位", "往来单位", "交易对方", "对方户名"),
    Column.VOUCHER: ("凭证编号", "凭证", "票据号", "单据号"),
    Column.MEMO: ("摘要", "说明"),
    Column.AUTHORITY: ("支出依据", "使用依据"),
    Column.CONTRACT: ("合同编号",),
    Column.ITEM: ("表决事项编号", "议题编号", "事项编号"),
}
_COLUMNS = {
    folded(name): column for column, names in _ALIASES.items() for name in (column.value, *names)
}


def columns_of(header: Iterable[str]) -> tuple[dict[Column, str], list[Defect]]:
    """Return the sheet's own name of each known column, and what is wrong with the header.

    Columns that nobody knows (序号, for one) are left alone.
    """
    names: dict[Column, str] = {}
    defects = []
    for name in header:
        column = _COLUMNS.get(folded(name))
        if column is None:
            continue
        if column in names:
            defects.append(Defect(HEADER_LINE, DefectKind.COLUMN_REPEATED, column.value))
        names.setdefault(column, name)
    defects += [
        Defect(HEADER_LINE, DefectKind.COLUMN_MISSING, column.value)
        for column in REQUIRED
        if column not in names
    ]
    return names, defects
