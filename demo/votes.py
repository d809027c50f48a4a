"""How the owners of the story vote: by seed, so that two items pass and the third falls short.

A plan walks the entries in one shuffled order and takes them until both measures, people and
area, have reached a share; so it holds for thirty flats as for five thousand.
"""

import random
from dataclasses import dataclass
from fractions import Fraction

from demo.sheets import Owner

TURNOUT = Fraction(82, 100)
AGREE = (Fraction(84, 100), Fraction(76, 100), Fraction(60, 100))
REST = (
    ("AGAINST", "AGAINST", "ABSTAIN", "FOLLOW_MAJORITY"),
    ("AGAINST", "ABSTAIN", "AGAINST", "FOLLOW_MAJORITY"),
    # Whoever follows the majority would lift an item that most approve: none here.
    ("AGAINST", "AGAINST", "AGAINST", "ABSTAIN"),
)


@dataclass(frozen=True)
class Entry:
    """One entry of the frozen electorate, and an owner who may vote for it."""

    entry_id: str
    area_centi: int
    owner: Owner


@dataclass(frozen=True)
class Planned:
    """One vote: a choice per item, in the items' order."""

    entry: Entry
    choices: tuple[str, str, str]


def reach(entries: list[Entry], *, people: Fraction, area: Fraction) -> list[Entry]:
    """Return the first entries that together reach `people` and `area`, or all of them."""
    taken: list[Entry] = []
    gathered = 0
    for entry in entries:
        if len(taken) >= people and gathered >= area:
            break
        taken.append(entry)
        gathered += entry.area_centi
    return taken


def plan(
    entries: list[Entry], *, people: int, area_centi: int, rng: random.Random
) -> list[Planned]:
    """Return who votes and how; `people` and `area_centi` are the whole electorate's."""
    order = sorted(entries, key=lambda entry: (entry.owner.number, entry.area_centi))
    rng.shuffle(order)
    voters = reach(order, people=TURNOUT * people, area=TURNOUT * area_centi)
    voting = {entry.entry_id for entry in voters}
    voted = sum(entry.area_centi for entry in voters)
    columns: list[dict[str, str]] = []
    for share, rest in zip(AGREE, REST, strict=True):
        rng.shuffle(order)
        shuffled = [entry for entry in order if entry.entry_id in voting]
        agree = reach(shuffled, people=share * len(voters), area=share * voted)
        column = {entry.entry_id: "AGREE" for entry in agree}
        others = shuffled[len(agree) :]
        column |= {one.entry_id: rest[i % len(rest)] for i, one in enumerate(others)}
        columns.append(column)
    first, second, third = columns
    return [
        Planned(one, (first[one.entry_id], second[one.entry_id], third[one.entry_id]))
        for one in voters
    ]
