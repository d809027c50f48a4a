"""Made-up estates of any size: the files that a property office would hand over, and their counts.

Identity numbers carry the district code 330199, which was never assigned.
"""

import csv
import io
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

REGISTER = [
    *("幢", "单元", "室", "不动产单元号", "用途", "专有面积", "面积来源", "业主姓名"),
    *("证件类型", "证件号码", "共有份额", "联系电话", "交付状态", "取得日期"),
]
SHEET = ["日期", "收支", "类别", "金额", "对方", "凭证号", "备注"]
DEVELOPER = ("杭州示例置业有限公司", "统一社会信用代码", "91330100MA27XW0B5G", "1", "057100000000")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity_number(serial: int) -> str:
    """Return a well-formed synthetic number; each serial has its own."""
    year, rest = 1950 + serial % 50, serial // 50
    month, rest = 1 + rest % 12, rest // 12
    day, rest = 1 + rest % 28, rest // 28
    body = f"330199{year}{month:02d}{day:02d}{rest % 1000:03d}"
    check = sum(w * int(d) for w, d in zip(_WEIGHTS, body, strict=True)) % 11
    return body + "10X98765432"[check]


@dataclass(frozen=True)
class Counts:
    """What a generated estate must count to."""

    units: int
    parking_spaces: int
    people: int
    area_m2: str


def write_estate(folder: Path, *, flats: int, seed: int = 1) -> Counts:
    """Write register, messy register and half-year sheet of `flats` flats into `folder`.

    One flat in fifty is the developer's, one in six has two owners, one in twenty belongs to the
    owners of the flat before.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    rows: list[list[str]] = []
    sets: set[frozenset[int]] = set()
    total = 0
    owners: list[int] = []
    for index in range(flats):
        area = rng.randrange(6000, 18000)
        total += area
        if not (index % 20 == 19 and owners):
            owners = [2 * index, 2 * index + 1] if index % 6 == 5 else [2 * index]
        rows += _flat(index, area, owners)
        sets.add(frozenset([-1] if index % 50 == 49 else owners))
    rows += [_space(space, 2 * (space * 3 % flats)) for space in range(flats // 5)]
    (folder / "register.csv").write_text(_csv(REGISTER, rows), encoding="utf-8")
    (folder / "register_messy_gbk.csv").write_bytes(_csv(REGISTER, _spoilt(rows)).encode("gb18030"))
    _write_sheet(folder, rng)
    return Counts(flats, flats // 5, len(sets), f"{total // 100}.{total % 100:02d}")


def _flat(index: int, area: int, owners: list[int]) -> list[list[str]]:
    building, room = str(1 + index // 60), str((1 + index % 60 // 4) * 100 + 1 + index % 4)
    code = f"330106001001GB00001F{index + 1:08d}"
    size = f"{area // 100}.{area % 100:02d}"
    unit = [building, "1", room, code, "住宅", size, "不动产登记"]
    if index % 50 == 49:
        return [[*unit, *DEVELOPER, "未售", "2022-08-02"]]
    share = "1" if len(owners) == 1 else "1/2"
    return [[*unit, *_owner(serial, share)] for serial in owners]


def _owner(serial: int, share: str) -> list[str]:
    who = ["示例业主", "居民身份证", identity_number(serial), share, f"199{serial:08d}"]
    return [*who, "已交付", "2020-05-01"]


def _space(space: int, serial: int) -> list[str]:
    code = f"330106001999GB99000F{space + 1:08d}"
    place = ["地库", "", f"B{space + 1:04d}", code, "车位", "12.50", "不动产登记"]
    return [*place, *_owner(serial, "1")]


def _spoilt(rows: list[list[str]]) -> list[list[str]]:
    """Return the rows with a missing area on line 4 and a wrong check digit on line 7."""
    messy = [list(row) for row in rows]
    messy[2][5] = ""
    last = messy[5][9][-1]
    messy[5][9] = messy[5][9][:-1] + ("1" if last == "0" else "0")
    return messy


def _csv(header: Sequence[str], rows: list[list[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def _write_sheet(folder: Path, rng: random.Random) -> None:
    rows: list[list[str]] = []
    for month in range(1, 7):
        for kind, category, other in (
            ("收入", "地面停车", "收费岗亭"),
            ("收入", "电梯广告", "示例传媒"),
            ("支出", "经营成本-人工", "岗亭人员"),
            ("支出", "维修更新", "工程队"),
        ):
            fen = rng.randrange(100_00, 3000_00)
            voucher = f"V{len(rows) + 1:04d}"
            amount = f"{fen // 100}.{fen % 100:02d}"
            rows.append([f"2026-{month:02d}-15", kind, category, amount, other, voucher, ""])
    (folder / "common_revenue_2026H1.csv").write_text(_csv(SHEET, rows), encoding="utf-8")
    (folder / "estate.json").write_text(json.dumps({"opening": "5000.00"}), encoding="utf-8")
