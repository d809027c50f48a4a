"""The story's plan gives its outcome for any estate whose flats are of ordinary sizes."""

import random

from hypothesis import given
from hypothesis import strategies as st

from demo.sheets import Owner
from demo.votes import Entry, plan

AREAS = st.lists(st.integers(50_00, 180_00), min_size=25, max_size=400)


def share(votes: list[tuple[int, str]], choices: set[str]) -> tuple[int, int]:
    chosen = [area for area, choice in votes if choice in choices]
    return len(chosen), sum(chosen)


@given(AREAS, st.integers(0, 2**32))
def test_two_items_pass_and_the_third_falls_between_one_half_and_three_quarters(
    areas: list[int], seed: int
) -> None:
    entries = [
        Entry(f"entry-{i}", area, Owner("示例业主", f"{i:018d}", ""))
        for i, area in enumerate(areas)
    ]
    # One in thirteen households holds no card, as in the reported estate.
    people, area = len(areas) * 13 // 12, sum(areas) * 13 // 12
    votes = plan(entries, people=people, area_centi=area, rng=random.Random(seed))
    voted, weighed = len(votes), sum(vote.entry.area_centi for vote in votes)
    assert 3 * voted >= 2 * people
    assert 3 * weighed >= 2 * area
    for number in (0, 1):
        cast = [(vote.entry.area_centi, vote.choices[number]) for vote in votes]
        heads, square = share(cast, {"AGREE"})
        assert 2 * heads > voted
        assert 2 * square > weighed
    third = [(vote.entry.area_centi, vote.choices[2]) for vote in votes]
    heads, square = share(third, {"AGREE", "FOLLOW_MAJORITY"})
    assert 2 * heads > voted
    assert 2 * square > weighed
    assert 4 * heads < 3 * voted or 4 * square < 3 * weighed
