"""A second counter that shares no line with the first: people one by one, areas as fractions.

It follows the text of DOMAIN 1.1 to 1.4 and is slow on purpose. It knows only letters: A agree,
D against, N abstain, F follow, and nothing for somebody who did not vote.
"""

from dataclasses import dataclass
from fractions import Fraction

Roll = list[tuple[Fraction, str]]


@dataclass(frozen=True)
class SlowVerdict:
    """What the slow counter finds."""

    quorum: bool
    passed: bool
    followed: str


def slow_count(roll: Roll, *, three_quarters: bool) -> SlowVerdict:
    """Return the verdict for a roll of (area in m², letter)."""
    took_part = [(area, letter) for area, letter in roll if letter]
    quorum = _at_least(took_part, roll, Fraction(2, 3))
    followed = _direction(took_part)
    yes = [
        (area, letter)
        for area, letter in took_part
        if letter == "A" or (letter == "F" and followed == "A")
    ]
    if three_quarters:
        carried = _at_least(yes, took_part, Fraction(3, 4))
    else:
        carried = _more_than_half(yes, took_part)
    return SlowVerdict(quorum, quorum and carried, followed)


def _area(roll: Roll) -> Fraction:
    return sum((area for area, _ in roll), Fraction(0))


def _at_least(part: Roll, whole: Roll, share: Fraction) -> bool:
    if not whole or not _area(whole):
        return False
    return Fraction(len(part), len(whole)) >= share and _area(part) / _area(whole) >= share


def _more_than_half(part: Roll, whole: Roll) -> bool:
    if not whole or not _area(whole):
        return False
    rest = [one for one in whole if one not in part]
    return len(part) > len(rest) and _area(part) > _area(rest)


def _direction(roll: Roll) -> str:
    agree = [one for one in roll if one[1] == "A"]
    against = [one for one in roll if one[1] == "D"]
    if len(agree) > len(against) and _area(agree) > _area(against):
        return "A"
    if len(agree) < len(against) and _area(agree) < _area(against):
        return "D"
    return ""
