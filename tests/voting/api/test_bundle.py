"""A counted ballot is recomputed by a program that is not the server."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.voting.api.test_ballots import problem
from tests.voting.hall import CLOSES, COMMITTEE, NOON, Announced, Hall, Person, owner
from tests.voting.verifier import (
    bundle,
    failures,
    judged_bundle,
    pinned_keys,
    receipt_in,
    withheld,
)

AUDITOR = Person(("person", "auditor"))
MANAGER = Person(("person", "property_manager"))
FAMILY = Person(("person", "verified", "dependent"), owner="ada")
STRANGER = owner("bought it yesterday")


async def counted(hall: Hall, openings: str) -> Announced:
    """Return a counted ballot with votes from phones, a paper and a telephone call."""
    announced = await hall.announce("FUND_USE", "OPINION_SURVEY", openings=openings)
    hall.clock.move_to(NOON)
    for name, choice in (("ada", "AGREE"), ("bo", "AGAINST"), ("eva", "FOLLOW_MAJORITY")):
        assert (await announced.vote(name, choice, "ABSTAIN")).status_code == 201
    for name, channel in (("cai", "PAPER"), ("dan", "TELEPHONE")):
        document = await announced.document(
            name, "AGREE", "AGREE", channel=channel, evidence_sha256="ab" * 32
        )
        assert (await announced.send(COMMITTEE, document)).status_code == 201
    hall.clock.move_to(CLOSES)
    assert (await hall.post(f"{announced.path}/result", COMMITTEE)).status_code == 201
    return announced


def lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


@pytest.mark.parametrize("who", [owner("ada"), COMMITTEE, AUDITOR, MANAGER, FAMILY, STRANGER])
async def test_without_openings_everybody_checks_the_log_and_nobody_the_choices(
    hall: Hall, who: Person, tmp_path: Path
) -> None:
    ballot = await counted(hall, "NONE")
    content = await bundle(ballot, who)
    report = judged_bundle(content, await pinned_keys(hall), tmp_path)
    assert failures(report) == []
    assert "every vote is opened" in " ".join(withheld(report))
    for secret in (b'AGAINST"', b'FOLLOW_MAJORITY"', b"salt", b'holder"'):
        for line in content.splitlines():
            assert secret not in line or b'"result"' in line or b'"rules"' in line


@pytest.mark.parametrize(
    ("openings", "who", "opened"),
    [
        ("OFFICIALS", COMMITTEE, True),
        ("OFFICIALS", AUDITOR, True),
        ("OFFICIALS", MANAGER, False),
        ("OFFICIALS", owner("ada"), False),
        ("OWNERS", AUDITOR, True),
        ("OWNERS", owner("ada"), True),
        ("OWNERS", owner("developer"), True),
        ("OWNERS", STRANGER, False),
        ("OWNERS", FAMILY, False),
        ("OWNERS", MANAGER, False),
    ],
)
async def test_votes_are_opened_to_whom_the_notice_says(
    hall: Hall,
    openings: str,
    who: Person,
    opened: bool,  # noqa: FBT001 - a case of the test
    tmp_path: Path,
) -> None:
    ballot = await counted(hall, openings)
    content = await bundle(ballot, who)
    header = lines(content)[0]
    assert (header["openings"], header["opened"]) == (openings, opened)
    assert (b"salt" in content) is opened
    report = judged_bundle(content, await pinned_keys(hall), tmp_path)
    assert failures(report) == []
    if opened:
        # Everything is judged; the estate of this test has chosen no witnesses.
        assert withheld(report) == ["enough witnesses cosigned the checkpoint"], report.text()


async def test_an_owners_receipt_is_found_in_the_bundle(hall: Hall, tmp_path: Path) -> None:
    announced = await hall.announce("FUND_USE", openings="OWNERS")
    hall.clock.move_to(NOON)
    receipts = [
        receipt_in((await announced.vote(name)).json()["receipt"]) for name in ("ada", "bo")
    ]
    hall.clock.move_to(CLOSES)
    await hall.post(f"{announced.path}/result", COMMITTEE)
    content = await bundle(announced, owner("ada"))
    report = judged_bundle(content, await pinned_keys(hall), tmp_path, receipts)
    assert failures(report) == []


async def test_two_ballots_at_once_have_each_its_own_bundle(hall: Hall, tmp_path: Path) -> None:
    ballots = [await hall.announce("FUND_USE", openings="OWNERS") for _ in range(2)]
    hall.clock.move_to(NOON)
    for name in ("ada", "bo", "cai", "dan", "eva"):
        for ballot in ballots:
            assert (await ballot.vote(name)).status_code == 201
    hall.clock.move_to(CLOSES)
    for ballot in ballots:
        assert (await hall.post(f"{ballot.path}/result", COMMITTEE)).status_code == 201
    keys = await pinned_keys(hall)
    for ballot in ballots:
        content = await bundle(ballot, owner("ada"))
        report = judged_bundle(content, keys, tmp_path)
        assert failures(report) == []
        mine = [line for line in lines(content) if "key" in line]
        assert len(mine) == 5


async def test_nothing_is_exported_before_the_result(hall: Hall) -> None:
    announced = await hall.announce("FUND_USE", openings="OWNERS")
    hall.clock.move_to(NOON)
    await announced.vote("ada")
    for who in (owner("ada"), COMMITTEE, AUDITOR):
        reply = await hall.get(f"{announced.path}/bundle", who)
        assert problem(reply) == (409, "not-counted-yet")
    hall.clock.move_to(CLOSES)
    assert (await hall.get(f"{announced.path}/bundle", AUDITOR)).status_code == 409


async def test_a_draft_has_no_bundle(hall: Hall) -> None:
    draft = await hall.draft("FUND_USE")
    reply = await hall.get(f"/ballots/{draft['ballot_id']}/bundle", COMMITTEE)
    assert problem(reply) == (404, "no-such-ballot")
