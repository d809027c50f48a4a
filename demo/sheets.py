"""The estate's folder: what its property office handed over, and who its people are.

The demo plays the owners, so it reads the register as an owner would know his own line of it.
"""

import csv
import json
import random
import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, count
from pathlib import Path
from typing import Any

from demo.telling import fen

# In the reported estate 2,041 of 2,200 households hold a card; other sizes keep the proportion.
CARDS, HOUSEHOLDS = 2041, 2200
DEFAULT_OPENING = "120000.00"
_MOBILE = re.compile(r"1[0-9]{10}")
_COUNTRY_CODE = re.compile(r"^(?:\+|00)86")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
# What an office writes for the same thing; the services read more than the story needs.
PARKING = {"车位", "车库"}
IDENTITY_CARD = {"居民身份证", "身份证"}
REPAIRS = {"维修更新", "维修更新改造", "维修", "维修费"}
REGISTER_COLUMNS = (
    *("幢", "单元", "室", "不动产单元号", "用途", "交付状态"),
    *("业主姓名", "证件类型", "证件号码", "联系电话"),
)
SHEET_COLUMNS = ("日期", "收支", "类别", "金额")


class Unfit(Exception):
    """The story cannot be played on a folder; the message says why."""


@dataclass(frozen=True)
class Unit:
    """A flat as its owner would name it."""

    building: str
    stairwell: str
    room: str


@dataclass
class Owner:
    """A natural person who owns flats, with the tokens that he gets in the story."""

    name: str
    number: str
    phone: str
    units: list[Unit] = field(default_factory=list)
    access: str = ""
    refresh: str = ""


@dataclass(frozen=True)
class Folder:
    """The files of one estate."""

    path: Path

    @property
    def register(self) -> Path:
        """Return the clean register."""
        return self.path / "register.csv"

    @property
    def messy_register(self) -> Path:
        """Return the register as it first arrived, in GB18030."""
        return self.path / "register_messy_gbk.csv"

    @property
    def sheet(self) -> Path:
        """Return the half-year sheet."""
        return self.path / "common_revenue_2026H1.csv"

    @property
    def opening(self) -> str:
        """Return the opening balance, which no sheet carries: one of the side files says it."""
        counts = f"{self.sheet.stem}.expected.json"
        for path in (self.path / "estate.json", self.path / counts):
            held = _said_in(path).get("opening")
            if held:
                return str(held)
        return DEFAULT_OPENING

    @property
    def name(self) -> str:
        """Return the estate's name."""
        return str(_said_in(self.path / "estate.json").get("name", "紫金西苑（演示）"))

    def check(self) -> None:
        """Look, before anything is wiped or started, whether the story can be played on it.

        Raises:
            Unfit: a sheet is missing or not readable, or nobody could claim a card.
        """
        _check_columns(self.register, REGISTER_COLUMNS)
        _check_columns(self.sheet, SHEET_COLUMNS)
        try:
            fen(self.opening)
        except ValueError as unread:
            raise Unfit(f"{self.path}/estate.json 无法读取 / cannot be read: {unread}") from unread
        if not claimants(self, random.Random(0)):  # noqa: S311 - a seed, no secret
            raise Unfit(f"{self.register} 没有自然人业主 / names no person who could claim a card")

    def repairs(self) -> list[tuple[date, int]]:
        """Return day and amount in fen of the repairs of the half-year, in the sheet's order.

        A line that cannot be read is left to the import, which refuses it by line and column.
        """
        found = []
        with self.sheet.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                if row["类别"].strip() in REPAIRS:
                    with suppress(ValueError):
                        found.append((_day(row["日期"]), _amount_fen(row["金额"])))
        return found

    def bench_budget_fen(self, decided_on: date) -> int:
        """Return a budget that covers the last repair after the decision, to full 1,000 yuan."""
        later = [amount for day, amount in self.repairs() if day >= decided_on]
        return max(1, -(-(later or [5_000_00])[-1] // 1_000_00)) * 1_000_00

    def limits(self) -> dict[str, int]:
        """Return the limits of this estate's rules of procedure: what its half-year needs."""
        amounts = [amount for _, amount in self.repairs()] or [0]
        return {
            "uses_max": len(amounts),
            "amount_each_max_fen": max(amounts),
            "amount_total_max_fen": sum(amounts),
        }


def claimants(
    folder: Folder, rng: random.Random, *, phones_taken: Collection[str] = ()
) -> list[Owner]:
    """Return the owners who will claim cards: one of each chosen household.

    Companies and the developer's stock need a desk and papers, so households of persons are chosen.
    """
    taken = set(phones_taken)
    holders: dict[Unit, list[dict[str, str]]] = {}
    flats: set[Unit] = set()
    with folder.register.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            unit = Unit(row["幢"], row["单元"], row["室"])
            if row["用途"].strip() in PARKING:
                continue
            flats.add(unit)
            delivered = row["交付状态"].strip() == "已交付"
            if delivered and row["证件类型"].strip() in IDENTITY_CARD:
                holders.setdefault(unit, []).append(row)
    wanted = (len(flats) * CARDS + HOUSEHOLDS // 2) // HOUSEHOLDS
    units = sorted(holders, key=lambda unit: (unit.building, unit.stairwell, unit.room))
    rng.shuffle(units)
    owners: dict[str, Owner] = {}
    for unit in units[:wanted]:
        row = rng.choice(holders[unit])
        number = row["证件号码"].replace(" ", "").upper()
        if number not in owners:
            owners[number] = Owner(row["业主姓名"], number, _own_phone(row["联系电话"], taken))
        owners[number].units.append(unit)
    return list(owners.values())


def _own_phone(listed: str, taken: set[str]) -> str:
    """Return a phone that nobody else signs in with, made up if the listed one will not do.

    A register lists one phone for a couple, a landline, or none; an account is one person's.
    """
    bare = _COUNTRY_CODE.sub("", re.sub(r"[\s\-()]", "", listed))
    made_up = (f"1980{serial:07d}" for serial in count(len(taken)))
    fitting = (one for one in chain([bare], made_up) if _MOBILE.fullmatch(one))
    phone = next(one for one in fitting if one not in taken)
    taken.add(phone)
    return phone


def _check_columns(path: Path, columns: Collection[str]) -> None:
    if not path.exists():
        raise Unfit(f"{path} 不存在 / is missing")
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines)
            absent = [one for one in columns if one not in (rows.fieldnames or ())]
            if not absent and any(None in row.values() for row in rows):
                raise Unfit(f"{path}:{rows.line_num} 缺少单元格 / has fewer cells than the header")
    except UnicodeDecodeError as unread:
        raise Unfit(f"{path} 请另存为 UTF-8 编码 / is not UTF-8") from unread
    if absent:
        raise Unfit(f"{path} 缺少列 / lacks columns: {'、'.join(absent)}")


def _said_in(path: Path) -> dict[str, Any]:
    held = json.loads(path.read_text(encoding="utf-8-sig")) if path.exists() else {}
    return held if isinstance(held, dict) else {}


def _day(text: str) -> date:
    found = _DAY.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    return date(*map(int, found.groups()))


def _amount_fen(text: str) -> int:
    return fen(re.sub(r"[\s,¥￥元]", "", text))
