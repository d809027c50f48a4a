"""Who counts, and with what weight: DOMAIN's register cases R1 to R6 as tables, and properties."""

import hashlib
import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.sheets import CSV, read_sheet
from services.identity.domain.electorate import (
    Electorate,
    ElectoratePolicy,
    FrozenEntry,
    RegisteredUnit,
    electorate,
    frozen_entries,
    frozen_sha256,
)
from services.identity.domain.register import read_register
from services.identity.domain.unit import Delivery, area_text
from services.proofs.electorate import EntryKind
from tests.identity.domain.sheets import TODAY

DEFAULT = ElectoratePolicy()
DEVELOPER = "developer"
ORGANISATIONS = frozenset({DEVELOPER})


def unit(
    name: str,
    *holders: str,
    area: int = 10000,
    delivery: Delivery = Delivery.DELIVERED,
    parking: bool = False,
) -> RegisteredUnit:
    """Return one unit; areas default to 100.00 m²."""
    return RegisteredUnit(name, area, parking, delivery, frozenset(holders))


def count(*units: RegisteredUnit, policy: ElectoratePolicy = DEFAULT) -> Electorate:
    """Return the electorate of some units."""
    return electorate(units, policy, ORGANISATIONS)


def figures(found: Electorate) -> tuple[int, int]:
    """Return N and S."""
    return found.people, found.area_centi


def test_r1_an_owner_of_three_flats_counts_once_with_three_areas() -> None:
    flats = [unit(str(n), "A", area=1000 * n) for n in (1, 2, 3)]
    found = count(*flats, *(unit(str(n), f"P{n}", area=500) for n in range(4, 11)))
    assert figures(found) == (8, 6000 + 7 * 500)
    assert [entry.area_centi for entry in found.entries if entry.holders == ("A",)] == [6000]


def test_r2_only_identical_owner_sets_are_one_person() -> None:
    found = count(unit("101", "A"), unit("102", "A", "B"), unit("103", "B"))
    assert found.people == 3


def test_r4_all_stock_is_one_person_until_a_flat_is_delivered() -> None:
    unsold = [unit(f"u{n}", DEVELOPER, delivery=Delivery.UNSOLD) for n in range(30)]
    sold = [unit(f"s{n}", f"b{n}", delivery=Delivery.SOLD_UNDELIVERED) for n in range(10)]
    owners = [unit(f"o{n}", f"o{n}") for n in range(60)]
    before = count(*unsold, *sold, *owners)
    after = count(*unsold, *sold[1:], unit("s0", "b0"), *owners)
    assert before.people == 61
    assert figures(after) == (62, before.area_centi)
    (stock,) = (entry for entry in before.entries if entry.kind is EntryKind.DEVELOPER)
    assert (stock.holders, stock.area_centi) == ((DEVELOPER,), 40 * 10000)


def test_the_developer_votes_for_undelivered_parts_whoever_the_register_names() -> None:
    found = count(unit("1", DEVELOPER, "buyer", delivery=Delivery.SOLD_UNDELIVERED))
    assert found.entries[0].holders == (DEVELOPER,)


def test_what_the_developer_keeps_for_himself_joins_his_one_entry() -> None:
    found = count(unit("1", DEVELOPER, delivery=Delivery.UNSOLD), unit("2", DEVELOPER))
    assert figures(found) == (1, 20000)
    assert found.entries[0].kind is EntryKind.DEVELOPER


def test_r5_a_couple_is_one_entry_that_both_belong_to() -> None:
    found = count(unit("1", "wife", "husband"))
    assert (found.people, found.entries[0].holders) == (1, ("husband", "wife"))


@pytest.mark.parametrize(
    ("area_counts", "person_counts", "expected"),
    [
        (False, False, (2, 20000)),
        (True, False, (2, 21200)),  # the space of a flat's owner adds area to him
        (False, True, (3, 20000)),  # the buyer of only a space becomes a person without area
        (True, True, (3, 22400)),
    ],
)
def test_r6_parking_weighs_only_by_the_stored_policy(
    area_counts: bool,  # noqa: FBT001 - a row of the table
    person_counts: bool,  # noqa: FBT001 - a row of the table
    expected: tuple[int, int],
) -> None:
    policy = ElectoratePolicy(area_counts, person_counts)
    spaces = [unit("p1", "A", area=1200, parking=True), unit("p2", "C", area=1200, parking=True)]
    assert figures(count(unit("1", "A"), unit("2", "B"), *spaces, policy=policy)) == expected


def test_parking_spaces_of_the_stock_follow_the_same_policy() -> None:
    flat = unit("1", DEVELOPER, delivery=Delivery.UNSOLD)
    space = unit("p", DEVELOPER, area=1200, parking=True, delivery=Delivery.UNSOLD)
    assert figures(count(flat, space)) == (1, 10000)
    assert figures(count(space)) == (0, 0)
    assert figures(count(flat, space, policy=ElectoratePolicy(parking_area_counts=True))) == (
        1,
        11200,
    )


def test_an_estate_without_units_has_nobody() -> None:
    assert figures(count()) == (0, 0)


def test_the_demo_estate_counts_to_its_expected_people_and_area() -> None:
    sheet = read_sheet(Path("demo/zijin/register.csv").read_bytes(), media_type=CSV)
    reading = read_register(sheet.header, sheet.rows, today=TODAY)
    holders: dict[object, set[str]] = defaultdict(set)
    for one in reading.holdings:
        holders[one.place].add(one.holder.document.identity)
    organisations = frozenset(
        one.holder.document.identity
        for one in reading.holdings
        if one.holder.document.type.of_organisation
    )
    units = [
        RegisteredUnit(
            one.place.text,
            one.area_centi,
            one.use.particular_space,
            one.delivery,
            frozenset(holders[one.place]),
        )
        for one in reading.units
    ]
    found = electorate(units, DEFAULT, organisations)
    expected = json.loads(Path("demo/zijin/register.expected.json").read_text())
    assert (found.people, area_text(found.area_centi)) == (
        expected["people"],
        expected["total_area_m2"],
    )


holder_sets = st.frozensets(st.sampled_from(["A", "B", "C", DEVELOPER]), min_size=1, max_size=3)
estates = st.lists(
    st.tuples(holder_sets, st.integers(1, 30000), st.booleans(), st.sampled_from(Delivery)),
    max_size=25,
).map(
    lambda rows: [
        RegisteredUnit(f"{n:02d}", area, parking, delivery, holders)
        for n, (holders, area, parking, delivery) in enumerate(rows)
    ]
)
policies = st.builds(ElectoratePolicy, st.booleans(), st.booleans())


@given(estates)
def test_no_area_is_lost_or_counted_twice(units: list[RegisteredUnit]) -> None:
    assert count(*units).area_centi == sum(
        one.area_centi for one in units if not one.particular_space
    )


@given(estates, policies)
def test_no_two_entries_share_an_owner_set_or_a_unit(
    units: list[RegisteredUnit], policy: ElectoratePolicy
) -> None:
    found = count(*units, policy=policy)
    owner_sets = [entry.holders for entry in found.entries]
    unit_ids = [name for entry in found.entries for name in entry.unit_ids]
    assert len(set(owner_sets)) == len(owner_sets)
    assert len(set(unit_ids)) == len(unit_ids)
    assert sum(entry.kind is EntryKind.DEVELOPER for entry in found.entries) <= 1


@given(estates, policies, st.randoms())
def test_the_order_of_the_register_changes_nothing(
    units: list[RegisteredUnit], policy: ElectoratePolicy, random: Random
) -> None:
    before = count(*units, policy=policy)
    random.shuffle(units)
    after = count(*units, policy=policy)
    assert (after, after.content_sha256) == (before, before.content_sha256)


@given(estates, st.data())
def test_any_change_of_weight_changes_the_hash(
    units: list[RegisteredUnit], data: st.DataObject
) -> None:
    before = count(*units)
    if not before.entries:
        return
    changed = data.draw(st.sampled_from([one for one in units if not one.particular_space]))
    heavier = replace(changed, area_centi=changed.area_centi + 1)
    after = count(*(heavier if one is changed else one for one in units))
    assert after.content_sha256 != before.content_sha256


def test_a_frozen_entry_shows_neither_party_nor_unit() -> None:
    found = count(unit("101", "A"), unit("102", "A"), unit("103", "B"))
    frozen = frozen_entries(found, ["e1", "e2"], lambda party: f"p-{party.lower()}")
    assert frozen == (
        FrozenEntry("e1", EntryKind.OWNERS, 20000, ("p-a",), 2),
        FrozenEntry("e2", EntryKind.OWNERS, 10000, ("p-b",), 1),
    )


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_shared_hash_of_a_frozen_electorate_is_this_one() -> None:
    entries = (
        FrozenEntry("b", EntryKind.OWNERS, 10000, ("p2",), 1),
        FrozenEntry("a", EntryKind.DEVELOPER, 8953, ("p1", "p3"), 2),
    )
    written = (
        '{"entries":['
        '{"area_centi":8953,"entry_id":"a","holders_sha256":"%s","kind":"DEVELOPER"},'
        '{"area_centi":10000,"entry_id":"b","holders_sha256":"%s","kind":"OWNERS"}],'
        '"estate_id":"estate","policy":{"parking_area_counts":false,'
        '"parking_as_person_counts":false,"same_owner_rule":"identical_owner_set"}}'
    )
    expected = sha256(written % (sha256('["p1","p3"]'), sha256('["p2"]')))
    found = frozen_sha256("estate", DEFAULT.document, entries)
    assert found == frozen_sha256("estate", DEFAULT.document, entries[::-1])
    assert found == expected
