"""A frozen roll is believed only if its hash and its totals follow from its entries."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.proofs.electorate import EntryKind, Weight
from services.voting.domain.electorate import (
    Electorate,
    ElectorateEntry,
    check_electorate,
    electorate_sha256,
)
from services.voting.domain.errors import ElectorateNotVerified
from tests.voting.domain.papers import numbered
from tests.voting.fakes import ATTESTER

ESTATE = numbered("estate", 1)
POLICY: dict[str, bool | int | str] = {
    "parking_area_counts": False,
    "parking_as_person_counts": False,
    "same_owner_rule": "identical_owner_set",
}
ENTRIES = (
    ElectorateEntry("b" * 8, EntryKind.OWNERS, 11966, 1, ("wife", "husband")),
    ElectorateEntry("a" * 8, EntryKind.DEVELOPER, 400000, 40, ("developer",)),
)


def roll(entries: tuple[ElectorateEntry, ...] = ENTRIES) -> Electorate:
    return Electorate(
        electorate_id=numbered("electorate", 1),
        estate_id=ESTATE,
        zone="Asia/Shanghai",
        frozen_at=datetime(2026, 3, 19, tzinfo=UTC),
        policy=POLICY,
        weight=Weight(len(entries), sum(entry.area_centi for entry in entries)),
        sha256=electorate_sha256(ESTATE, POLICY, entries),
        attesters=frozenset({ATTESTER.public_key().public_bytes_raw()}),
        entries=entries,
    )


def test_the_hash_is_over_these_very_bytes() -> None:
    # Written out by hand, so that an outsider can see what is hashed and repeat it.
    developer = hashlib.sha256(b'["developer"]').hexdigest()
    couple = hashlib.sha256(b'["husband","wife"]').hexdigest()
    content = (
        '{"entries":['
        f'{{"area_centi":400000,"entry_id":"aaaaaaaa","holders_sha256":"{developer}","kind":"DEVELOPER"}},'
        f'{{"area_centi":11966,"entry_id":"bbbbbbbb","holders_sha256":"{couple}","kind":"OWNERS"}}'
        f'],"estate_id":"{ESTATE}","policy":{{"parking_area_counts":false,'
        '"parking_as_person_counts":false,"same_owner_rule":"identical_owner_set"}}'
    )
    assert (
        electorate_sha256(ESTATE, POLICY, ENTRIES) == hashlib.sha256(content.encode()).hexdigest()
    )


def test_a_good_roll_is_accepted_in_any_order_of_entries_and_holders() -> None:
    check_electorate(roll(), estate_id=ESTATE)
    turned = replace(ENTRIES[0], holders=("husband", "wife"))
    check_electorate(replace(roll(), entries=(ENTRIES[1], turned)), estate_id=ESTATE)


@pytest.mark.parametrize(
    ("what", "broken"),
    [
        ("attesters", lambda good: replace(good, attesters=frozenset())),
        ("attesters", lambda good: replace(good, attesters=frozenset({bytes(32)}))),
        ("estate", lambda good: replace(good, estate_id=numbered("estate", 2))),
        ("zone", lambda good: replace(good, zone="Asia/Hangzhou")),
        ("entries", lambda _: roll((ENTRIES[0], ENTRIES[0]))),
        ("holders", lambda _: roll((replace(ENTRIES[0], holders=()),))),
        ("totals", lambda good: replace(good, weight=Weight(3, good.weight.area_centi))),
        ("totals", lambda good: replace(good, weight=Weight(2, good.weight.area_centi + 1))),
        ("sha256", lambda good: replace(good, sha256="0" * 64)),
        ("sha256", lambda good: replace(good, policy={**POLICY, "parking_area_counts": True})),
        (
            "sha256",
            lambda good: replace(
                good, entries=(ENTRIES[1], replace(ENTRIES[0], holders=("wife", "stranger")))
            ),
        ),
    ],
)
def test_a_roll_that_is_not_what_it_says_is_refused(
    what: str, broken: Callable[[Electorate], Electorate]
) -> None:
    with pytest.raises(ElectorateNotVerified) as refused:
        check_electorate(broken(roll()), estate_id=ESTATE)
    assert refused.value.facts == {"mismatch": what}
