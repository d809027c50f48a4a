"""Bodies that no operation takes: too large, no JSON, too deep, or with something odd inside."""

import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.journeys.conftest import Owners
from tests.journeys.estate import ITEM, Estate
from tests.support.whole import CSV, JSON, Whole, done, problem

DRAFT = {
    "title": "表决",
    "meeting": "REGULAR",
    "convening_reason": "NO_COMMITTEE_YET",
    "items": [ITEM],
}
LARGE = b'{"title": "' + b"a" * 100_000 + b'"}'


async def in_chunks(content: bytes) -> AsyncIterator[bytes]:
    """Yield a body whose length nobody is told."""
    for begin in range(0, len(content), 8192):
        yield content[begin : begin + 8192]


async def sent(estate: Estate, content: Any, kind: str = JSON) -> tuple[int, str]:
    """Return how a body in place of a draft is refused, with nothing kept of it."""
    headers = {"content-type": kind}
    async with estate.whole.unchanged():
        reply = await estate.ask(
            "POST", "/ballots", estate.convener, content=content, headers=headers
        )
    return problem(reply)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (LARGE, (413, "gateway/body-too-large")),
        (b"", (422, "chassis/malformed")),
        (b"not JSON", (400, "chassis/unreadable")),
        (b'{"title": "a"', (400, "chassis/unreadable")),
        (b"[" * 1000, (400, "request/too-deep")),
        (b"[" * 1000 + b"]" * 1000, (400, "request/too-deep")),
        (b'{"a":' * 1000 + b"1" + b"}" * 1000, (400, "request/too-deep")),
        (b'{"title": "\xff\xfe"}', (400, "chassis/unreadable")),
        (b'{"title": "\xc0\xaf"}', (400, "chassis/unreadable")),
        (json.dumps(DRAFT).encode("utf-16"), (400, "chassis/unreadable")),
        (b"[]", (422, "chassis/malformed")),
        (b"null", (422, "chassis/malformed")),
        (b'"draft"', (422, "chassis/malformed")),
        (b"1e999", (422, "chassis/malformed")),
        (b"NaN", (422, "chassis/malformed")),
        # The escaped quotation mark would hide the depth from who counts bytes as UTF-8.
        (('["\\"",' + "[" * 1000).encode("utf-16-le"), (400, "chassis/unreadable")),
    ],
)
async def test_a_body_that_is_no_draft_is_refused(
    estate: Estate, content: bytes, refusal: tuple[int, str]
) -> None:
    assert await sent(estate, content) == refusal


async def test_no_content_type_lets_json_in_unmeasured(estate: Estate) -> None:
    deep = b'{"a":' * 1000 + b"1" + b"}" * 1000
    for kind in ("application/vnd.card+json", "application/json; charset=utf-16", "text/x-json"):
        assert (await sent(estate, deep, kind))[0] in {400, 422}


async def test_a_body_of_unknown_length_is_cut_off_at_the_limit(estate: Estate) -> None:
    assert await sent(estate, in_chunks(LARGE)) == (413, "gateway/body-too-large")


async def test_a_sheet_is_cut_off_at_its_own_limit(whole: Whole, estate: Estate) -> None:
    huge = bytes(33 * 1024 * 1024)
    async with whole.unchanged():
        told = await estate.upload("/register-imports", huge)
        headers = {"content-type": CSV}
        untold = await estate.ask(
            "POST",
            "/register-imports",
            estate.manager,
            content=in_chunks(huge),
            headers=headers,
        )
    assert problem(told) == problem(untold) == (413, "gateway/body-too-large")


async def test_a_compressed_body_is_not_taken(whole: Whole, estate: Estate) -> None:
    headers = {"content-encoding": "gzip", "content-type": JSON}
    async with whole.unchanged():
        reply = await estate.ask(
            "POST", "/ballots", estate.convener, content=b"\x1f\x8b", headers=headers
        )
    assert problem(reply) == (415, "gateway/body-encoded")


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"], ids=["NUL", "half a character"])
async def test_a_text_that_no_database_can_keep_is_malformed(
    whole: Whole, estate: Estate, owners: Owners, text: str
) -> None:
    stranger = owners.family
    verification = {
        "name": text,
        "document_type": "RESIDENT_IDENTITY",
        "document_number": stranger.number,
        "consent_version": text,
    }
    authority = {"category": "COST_LABOUR", "kind": "COST_OF_INCOME", "contract_reference": text}
    item = ITEM | {"description": text}
    attempts = [
        ("POST", f"{estate.path}/ballots", estate.convener, DRAFT | {"title": f"x{text}"}),
        ("POST", f"{estate.path}/ballots", estate.convener, DRAFT | {"items": [item]}),
        ("POST", "/v1/verifications", stranger, verification),
        (
            "POST",
            f"{estate.path}/cards",
            owners.anna,
            {"building": "1", "stairwell": "1", "room": text},
        ),
        (
            "PUT",
            f"{estate.path}/ledger/category-authorities",
            estate.manager,
            {"authorities": [authority]},
        ),
    ]
    for method, path, who, body in attempts:
        # Escaped by hand: half a character has no UTF-8.
        content = json.dumps(body).encode()
        async with whole.unchanged():
            reply = await whole.ask(
                method, path, who, content=content, headers={"content-type": JSON}
            )
        assert problem(reply) in {(400, "chassis/unreadable"), (422, "chassis/malformed")}, path


@pytest.mark.parametrize(
    ("opens_on", "closes_on"),
    [
        ("9999-12-20", "9999-12-31"),
        ("0001-01-01", "0001-01-06"),
        ("2026-02-29", "2026-03-10"),
        (0, 86400),
        ("", ""),
    ],
)
async def test_days_at_the_end_of_time_announce_nothing(
    whole: Whole, estate: Estate, opens_on: object, closes_on: object
) -> None:
    drafted = await estate.draft()
    path = f"/ballots/{drafted['ballot_id']}/announcement"
    days = {"opens_on": opens_on, "closes_on": closes_on}
    async with whole.unchanged():
        reply = await estate.ask("POST", path, estate.convener, json=days)
    assert problem(reply) == (422, "chassis/malformed")


async def test_a_key_is_needed_and_stands_for_one_request_of_one_caller(
    whole: Whole, estate: Estate
) -> None:
    key = {"idempotency-key": str(uuid.uuid4())}
    first = await estate.ask("POST", "/ballots", estate.convener, json=DRAFT, headers=key)
    ballot = done(first)["ballot_id"]
    async with whole.unchanged():
        retried = await estate.ask("POST", "/ballots", estate.convener, json=DRAFT, headers=key)
        other = DRAFT | {"title": "另一表决"}
        reused = await estate.ask("POST", "/ballots", estate.convener, json=other, headers=key)
        elsewhere = await estate.ask(
            "POST", f"/ballots/{ballot}/result", estate.convener, headers=key
        )
        bad = {"idempotency-key": "one"}
        unkeyed = await estate.ask("POST", "/ballots", estate.convener, json=DRAFT, headers=bad)
    assert (retried.status_code, retried.content) == (201, first.content)
    assert retried.headers["idempotency-replayed"] == "true"
    assert problem(reused) == problem(elsewhere) == (409, "chassis/key-reused")
    assert problem(unkeyed) == (400, "chassis/key-missing")
    # Somebody else's key is another key.
    committee = estate.staff["residents_committee"]
    theirs = await estate.ask("POST", "/ballots", committee, json=DRAFT, headers=key)
    assert done(theirs)["ballot_id"] != ballot
