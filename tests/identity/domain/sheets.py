"""Rows of a register for tests, all synthetic."""

from collections.abc import Mapping
from datetime import date

from services.chassis.sheets import Row
from services.identity.domain.register import COLUMNS, RegisterReading, read_register

TODAY = date(2026, 11, 1)
NUMBERS = ("330199197002264559", "330199200103255736", "330199200110132929", "330199195906091217")


def row(line: int = 2, cells: Mapping[str, str] | None = None, **others: str) -> Row:
    """Return a good row; each room has its own unit code unless told otherwise."""
    changed = dict(cells or {}) | others
    number = "".join(filter(str.isdigit, changed.get("室", "101"))) or "0"
    good = dict(
        zip(
            COLUMNS,
            (
                "1", "1", "101", f"330106001001GB00001F{number:0>8}", "住宅", "89.53",
                "不动产登记", "于勇", "居民身份证", NUMBERS[0], "1", "19904999166", "已交付",
                "2022-07-11",
            ),
            strict=True,
        )
    )  # fmt: skip
    return Row(line, good | changed)


def read(*rows: Row) -> RegisterReading:
    """Read rows under the full header."""
    return read_register(COLUMNS, rows, today=TODAY)


def defects(*rows: Row) -> list[tuple[int, str, str]]:
    """Return what is wrong with the rows."""
    return [(one.line, one.kind.value, one.column) for one in read(*rows).defects]


def person(number: int) -> Mapping[str, str]:
    """Return the cells that make the row another person's."""
    return {"业主姓名": "甲乙丙丁"[number], "证件号码": NUMBERS[number]}
