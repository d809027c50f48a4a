"""What is true in the simulated world: who exists, and who owns which unit."""

import csv
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import Literal

Verdict = Literal["match", "no_match", "inconclusive"]


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


class Register:
    """Persons by document number, and the persons of each unit; it only grows."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = defaultdict(set)
        self._owners: dict[str, set[tuple[str, str]]] = defaultdict(set)

    def add(self, *, name: str, number: str, unit_code: str = "") -> None:
        """Let a person be known, and own `unit_code` when one is named."""
        person = (_plain(name), _plain(number))
        if not all(person):
            return
        self._names[person[1]].add(person[0])
        if unit_code:
            self._owners[_plain(unit_code)].add(person)

    def verdict_on_person(self, *, name: str, number: str) -> Verdict:
        """Return whether the name belongs to the number; an unknown number proves nothing."""
        known = self._names.get(_plain(number))
        if known is None:
            return "inconclusive"
        return "match" if _plain(name) in known else "no_match"

    def verdict_on_owner(self, *, name: str, number: str, unit_code: str) -> Verdict:
        """Return whether the person is an owner of the unit; an unknown unit proves nothing."""
        owners = self._owners.get(_plain(unit_code))
        if owners is None:
            return "inconclusive"
        return "match" if (_plain(name), _plain(number)) in owners else "no_match"


def read_register(path: Path | None) -> Register:
    """Return the world that a register sheet describes (UTF-8 CSV with the usual Chinese header).

    No path means a world that only the control API fills.
    """
    register = Register()
    if path is None:
        return register
    with path.open(encoding="utf-8-sig", newline="") as sheet:
        for row in csv.DictReader(sheet):
            register.add(
                name=row["业主姓名"], number=row["证件号码"], unit_code=row["不动产单元号"]
            )
    return register
