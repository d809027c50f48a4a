"""What is announced has one form, and is read back as it was written or refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.proofs.announced import (
    Attachment,
    Item,
    NotAnnounced,
    Notice,
    Openings,
    Schedule,
    read_notice,
    read_schedule,
)
from services.proofs.canonical import canonical
from services.proofs.instants import NotAnInstant, instant_of, rfc3339

ID = "5f0c2f1e-0f5b-4a40-9d0b-0d1a3f5b7c9d"
NOTICE = Notice(
    estate_id=ID,
    ballot_id=ID,
    title="业主大会会议",
    meeting="REGULAR",
    convener="residents_committee",
    convening_reason="VACANCY",
    items=(
        Item(ID, 1, "FUND_USE", "维修", "屋面", 100, (Attachment("预算", "ab" * 32, 9, "a/b"),)),
        Item(ID.replace("5f", "6f"), 2, "OTHER_MAJOR", "", "", None, ()),
    ),
    openings=Openings.OWNERS,
    policies={"abstain_counts_as_participation": True, "ballot_change_before_close": 0},
    attesters=frozenset({b"\x02" * 32, b"\x01" * 32}),
    announced_at=datetime(2026, 3, 19, 4, 5, 6, 7, tzinfo=UTC),
    announced_by="official",
)
SCHEDULE = Schedule(
    "Asia/Shanghai", NOTICE.announced_at, date(2026, 4, 4), date(2026, 4, 11), version=2
)
INSTANTS = some.datetimes(timezones=some.just(UTC))


def test_a_notice_is_read_back() -> None:
    assert read_notice(NOTICE.encoded()) == NOTICE
    unreasoned = replace(NOTICE, convening_reason=None)
    assert read_notice(unreasoned.encoded()) == unreasoned


@given(
    some.sampled_from(["Asia/Shanghai", "Asia/Urumqi", "UTC"]),
    some.dates(date(2000, 1, 1), date(2100, 1, 1)),
    some.integers(0, 90),
    INSTANTS,
)
def test_a_schedule_is_read_back(zone: str, opens_on: date, days: int, at: datetime) -> None:
    closes_on = date.fromordinal(opens_on.toordinal() + days)
    schedule = Schedule(zone, at, opens_on, closes_on)
    assert read_schedule(schedule.encoded()) == schedule


def changed(document: bytes, change: Callable[[dict[str, Any]], Any]) -> bytes:
    written = json.loads(document)
    change(written)
    return canonical(written)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.pop("title"),
        lambda one: one.update(more=1),
        lambda one: one.update(openings="ALL"),
        lambda one: one.update(items=[]),
        lambda one: one["items"].reverse(),
        lambda one: one["items"][1].update(item_id=ID),
        lambda one: one["items"][1].update(number=3),
        lambda one: one["items"][0].update(budget_fen=-1),
        lambda one: one["items"][0]["attachments"][0].update(sha256="AB" * 32),
        lambda one: one["items"][0]["attachments"][0].pop("name"),
        lambda one: one.update(policies={"same_owner_rule": ["a"]}),
        lambda one: one.update(policies=[]),
        lambda one: one["attesters"].reverse(),
        lambda one: one["attesters"].append(one["attesters"][-1]),
        lambda one: one.update(attesters=["01"]),
        lambda one: one.update(attesters=["zz" * 32]),
        lambda one: one.update(attesters=[None]),
        lambda one: one.update(announced_at="2026-03-19T04:05:06+00:00"),
        lambda one: one.update(estate_id=ID.upper()),
        lambda one: one.update(convening_reason=1),
    ],
)
def test_any_other_notice_is_refused(change: Callable[[dict[str, Any]], Any]) -> None:
    with pytest.raises(NotAnnounced):
        read_notice(changed(NOTICE.encoded(), change))


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.update(closes_at=one["opens_at"]),
        lambda one: one.update(opens_at="2026-04-03T16:00:01Z"),
        lambda one: one.update(zone="Asia/Tokyo"),
        lambda one: one.update(zone="Nowhere/Nowhere"),
        lambda one: one.update(zone="../../etc/passwd"),
        lambda one: one.update(zone="\x00"),
        lambda one: one.update(opens_on="2026-02-30"),
        lambda one: one.update(opens_on="20260404"),
        lambda one: one.update(closes_on="9999-12-31"),
        lambda one: one.update(version=-1),
        lambda one: one.update(version=True),
        lambda one: one.pop("version"),
    ],
)
def test_any_other_schedule_is_refused(change: Callable[[dict[str, Any]], Any]) -> None:
    with pytest.raises(NotAnnounced):
        read_schedule(changed(SCHEDULE.encoded(), change))


def test_a_schedule_that_closes_before_it_opens_is_refused() -> None:
    with pytest.raises(NotAnnounced):
        read_schedule(replace(SCHEDULE, closes_on=date(2026, 4, 3)).encoded())


@given(some.binary(max_size=60))
def test_any_bytes_are_neither(content: bytes) -> None:
    for read in (read_notice, read_schedule):
        with pytest.raises(NotAnnounced):
            read(content)


@given(INSTANTS)
def test_an_instant_is_read_back(at: datetime) -> None:
    assert instant_of(rfc3339(at)) == at


@pytest.mark.parametrize(
    "written",
    [
        "",
        "2026-04-01",
        "2026-04-01T00:00:00",
        "2026-04-01T00:00:00+00:00",
        "2026-04-01T00:00:00.000000Z",
        "2026-04-01T00:00:00.5Z",
        "2026-04-01T24:00:00Z",
        "2026-13-01T00:00:00Z",
        "２026-04-01T00:00:00Z",
        "2026-04-01T00:00:00Z\n",
    ],
)
def test_any_other_spelling_of_an_instant_is_refused(written: str) -> None:
    with pytest.raises(NotAnInstant):
        instant_of(written)
