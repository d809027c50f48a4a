"""Outside sources that answer badly: nothing is proved by it, and nobody is denied by it."""

from collections.abc import AsyncIterator
from itertools import count

import pytest

from demo.people import CONSENT, staff_member
from demo.sheets import Owner
from tests.journeys.estate import Estate, resident
from tests.support.whole import Whole, done, problem

_numbers = count(93)
# What the services make of each manner of a source.
VERDICTS = {
    "no_match": "no_match",
    "inconclusive": "inconclusive",
    "unavailable": "unavailable",
    "limited": "limited",
    "broken_json": "unavailable",
    "wrong_type": "unavailable",
    "redirect": "unavailable",
    "error": "unavailable",
    "slow": "unavailable",
}
SILENT = ("unavailable", "limited", "broken_json", "wrong_type", "redirect", "error", "slow")
KEPT_ANSWERS = ("identity.provider_answers", "identity.verifications", "identity.retries")


@pytest.fixture(scope="module")
async def newcomer(whole: Whole) -> Owner:
    """Somebody who has signed in and never succeeds in proving his name."""
    return await whole.join(staff_member("试验来客", next(_numbers)), verified=False)


@pytest.fixture(scope="module")
async def neighbour(whole: Whole) -> Owner:
    """An owner of one flat, verified, who claims another."""
    return await whole.join(resident(6))


@pytest.fixture(autouse=True)
async def honest_again(whole: Whole) -> AsyncIterator[None]:
    """Whatever was told is forgotten after a test."""
    yield
    for simulator in ("real_name", "property_registry", "messages"):
        await whole.tell(simulator, "honest")


@pytest.mark.parametrize("manner", VERDICTS)
async def test_only_a_match_proves_a_name(whole: Whole, newcomer: Owner, manner: str) -> None:
    before = done(await whole.ask("GET", "/v1/me", newcomer))
    body = {
        "name": newcomer.name,
        "document_type": "RESIDENT_IDENTITY",
        "document_number": newcomer.number,
        "consent_version": CONSENT,
    }
    await whole.tell("real_name", manner)
    # The question and its answer stay on file; nothing follows from them.
    async with whole.unchanged(*KEPT_ANSWERS):
        said = done(await whole.ask("POST", "/v1/verifications", newcomer, json=body))
    assert (said["answer"], said["level"]) == (VERDICTS[manner], 1)
    after = done(await whole.ask("GET", "/v1/me", newcomer))
    assert after == before
    assert after["roles"] == []


@pytest.mark.parametrize("manner", [*VERDICTS, "match"])
async def test_the_title_registry_makes_no_card(
    whole: Whole, estate: Estate, neighbour: Owner, manner: str
) -> None:
    refusals = {
        "no_match": (403, "identity/not-an-owner-of-this-unit"),
        # Register and title contradict each other: people look into it.
        "match": (409, "identity/register-differs"),
    }
    place = {"building": "1", "stairwell": "1", "room": "101"}
    await whole.tell("property_registry", manner)
    async with whole.unchanged("identity.provider_answers", "identity.discrepancy_cases"):
        cases = await whole.rows.count("identity.discrepancy_cases")
        reply = await estate.ask("POST", "/cards", neighbour, json=place)
        opened = await whole.rows.count("identity.discrepancy_cases") - cases
    assert problem(reply) == refusals.get(manner, (503, "identity/title-not-confirmed"))
    assert opened == (1 if manner == "match" else 0)
    if manner in SILENT:
        assert reply.json()["answer"] == VERDICTS[manner]


@pytest.mark.parametrize("manner", SILENT)
async def test_a_code_that_was_not_sent_opens_nothing(whole: Whole, manner: str) -> None:
    phone = whole.secret(f"1991111{SILENT.index(manner):04d}")
    await whole.tell("messages", manner)
    async with whole.unchanged():
        reply = await whole.ask("POST", "/v1/sign-in-codes", json={"phone": phone})
        session = {"phone": phone, "code": "000000"}
        opened = await whole.ask("POST", "/v1/sessions", json=session)
    assert problem(reply) == (503, "identity/message-not-sent")
    assert problem(opened) == (403, "identity/code-not-accepted")


async def test_a_code_is_guessed_five_times_and_asked_for_three_times(whole: Whole) -> None:
    phone = whole.secret("19922220000")
    for _ in range(3):
        done(await whole.ask("POST", "/v1/sign-in-codes", json={"phone": phone}))
    right = whole.secret(await whole.outside.code_for(phone))
    wrong = "000000" if right != "000000" else "111111"
    async with whole.unchanged():
        fourth = await whole.ask("POST", "/v1/sign-in-codes", json={"phone": phone})
        for code in (*[wrong] * 5, right):
            session = {"phone": phone, "code": code}
            reply = await whole.ask("POST", "/v1/sessions", json=session)
            assert problem(reply) == (403, "identity/code-not-accepted")
    assert problem(fourth) == (429, "identity/code-limit-reached")


async def test_a_refresh_token_used_twice_ends_the_session(whole: Whole) -> None:
    thief = staff_member("试验失主", next(_numbers))
    await whole.join(thief, verified=False)
    stolen = {"refresh_token": thief.refresh}
    renewed = done(await whole.ask("POST", "/v1/session-renewals", json=stolen))
    whole.secrets |= {renewed["access_token"], renewed["refresh_token"]}
    async with whole.unchanged():
        again = await whole.ask("POST", "/v1/session-renewals", json=stolen)
        fresh = {"refresh_token": renewed["refresh_token"]}
        ended = await whole.ask("POST", "/v1/session-renewals", json=fresh)
    assert problem(again) == problem(ended) == (403, "identity/refresh-token-not-accepted")


@pytest.mark.parametrize(
    "number",
    ["330199198001010000", "33019919800230001X", "123", "", "330199198001019O0X"],
    ids=["check digit", "date", "short", "none", "letter"],
)
async def test_a_number_that_cannot_be_one_is_not_even_asked_about(
    whole: Whole, newcomer: Owner, number: str
) -> None:
    body = {
        "name": newcomer.name,
        "document_type": "RESIDENT_IDENTITY",
        "document_number": number,
        "consent_version": CONSENT,
    }
    async with whole.unchanged():
        reply = await whole.ask("POST", "/v1/verifications", newcomer, json=body)
    wrong = (409, "identity/document-number-wrong")
    assert problem(reply) == (wrong if number else (422, "chassis/malformed"))
