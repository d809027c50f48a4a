"""The estate's folder: what its property office handed over, and who its people are.

The demo plays the owners, so it reads the register as an owner would know his own line of it.
"""

import csv
import json
import random
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, count
from pathlib import Path

from demo.telling import fen

# In the reported estate 2,041 of 2,200 households hold a card; other sizes keep the proportion.
CARDS, HOUSEHOLDS = 2041, 2200
DEFAULT_OPENING = "120000.00"
_MOBILE = re.compile(r"1[0-9]{10}")
_MOBILE = re.compile(r"1[0-9]{10}")


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
            if path.exists():
                held = json.loads(path.read_text(encoding="utf-8")).get("opening")
                if held:
                    return str(held)
        return DEFAULT_OPENING

    def repairs(self) -> list[tuple[date, int]]:
        """Return day and amount in fen of the repairs of the half-year, in the sheet's order."""
        with self.sheet.open(encoding="utf-8-sig", newline="") as lines:
            return [
                (date.fromisoformat(row["日期"]), fen(row["金额"]))
                for row in csv.DictReader(lines)
                if row["收支"] == "支出" and row["类别"] == "维修更新"
            ]

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

    @property
    def name(self) -> str:
        """Return the estate's name."""
        path = self.path / "estate.json"
        held = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return str(held.get("name", "紫金西苑（演示）"))


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
            if row["用途"] == "车位":
                continue
            flats.add(unit)
            if row["证件类型"] == "居民身份证" and row["交付状态"] == "已交付":
                holders.setdefault(unit, []).append(row)
    wanted = (len(flats) * CARDS + HOUSEHOLDS // 2) // HOUSEHOLDS
    units = sorted(holders, key=lambda unit: (unit.building, unit.stairwell, unit.room))
    rng.shuffle(units)
    owners: dict[str, Owner] = {}
    for unit in units[:wanted]:
        row = rng.choice(holders[unit])
        number = row["证件号码"]
        if number not in owners:
            owners[number] = Owner(row["业主姓名"], number, _own_phone(row["联系电话"], taken))
        owners[number].units.append(unit)
    return list(owners.values())


def _own_phone(listed: str, taken: set[str]) -> str:
    """Return a phone that nobody else signs in with, made up if the listed one will not do.

    A register lists one phone for a couple, a landline, or none; an account is one person's.
    """
    made_up = (f"1980{serial:07d}" for serial in count(len(taken)))
    fitting = (one for one in chain([listed.strip()], made_up) if _MOBILE.fullmatch(one))
    phone = next(one for one in fitting if one not in taken)
    taken.add(phone)
    return phone
