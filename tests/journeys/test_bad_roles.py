"""Everybody at what is not his: refused by the one role that is missing, and nothing done."""

import uuid
from typing import Any

import pytest

from demo.people import staff_member
from tests.journeys.conftest import City, Owners
from tests.journeys.estate import ITEM, Estate, resident
from tests.support.whole import CSV, Whole, done, problem

ROLE_MISSING = (403, "chassis/role-missing")
STRANGER = 91
DRAFT = {
    "title": "表决",
    "meeting": "REGULAR",
    "convening_reason": "NO_COMMITTEE_YET",
    "items": [ITEM],
}
POLICY = {
    "parking_area_counts": True,
    "parking_as_person_counts": True,
    "same_owner_rule": "identical_owner_set",
}
Attempt = tuple[str, str, Any]
SOMETHING = str(uuid.UUID(int=7))
BALLOT = f"/ballots/{SOMETHING}"
DAYS = {"opens_on": "2030-01-01", "closes_on": "2030-01-10"}
LIMITS = {"uses_max": 1, "amount_each_max_fen": 1, "amount_total_max_fen": 1}

CONVENING: list[Attempt] = [
    ("POST", "/ballots", DRAFT),
    ("POST", f"{BALLOT}/announcement", DAYS),
    ("POST", f"{BALLOT}/result", None),
]
LIMITING: list[Attempt] = [("PUT", "/ledger/spending-limits", LIMITS)]
KEEPING_BOOKS: list[Attempt] = [
    ("PUT", "/ledger/opening-balance", {"amount_fen": 0, "as_of_on": "2026-01-01"}),
    ("POST", "/ledger/sheet-checks", b"x"),
    ("POST", "/ledger/sheet-imports", b"x"),
    ("POST", "/ledger/publications", {"import_id": SOMETHING}),
    ("PUT", "/ledger/category-authorities", {"authorities": []}),
    ("PUT", f"/ledger/drafts/{SOMETHING}/authority", {"kind": "RULES_LIMIT"}),
    ("DELETE", f"/ledger/sheet-imports/{SOMETHING}", None),
    ("POST", f"/ledger/entries/{SOMETHING}/reversal", {"reason_code": "OTHER", "reason": "x"}),
]
KEEPING_REGISTER: list[Attempt] = [
    ("POST", "/register-checks", b"x"),
    ("POST", "/register-imports", b"x"),
]
SIGNING_OFF: list[Attempt] = [("POST", "/register-sign-off", {})]
SETTING_POLICY: list[Attempt] = [("PUT", "/electorate-policy", POLICY)]
APPOINTING: list[Attempt] = [
    ("POST", "/staff", {"account_id": SOMETHING, "role": "committee"}),
    ("GET", "/staff", None),
    ("DELETE", f"/staff/{SOMETHING}", None),
]
LOOKING_INSIDE: list[Attempt] = [
    ("GET", "/register-quality", None),
    ("GET", "/electorate", None),
    ("GET", "/electorate-policy", None),
    ("GET", "/ledger/drafts", None),
    ("GET", "/ledger/category-authorities", None),
]
# An official may enter a vote that was given on paper; nobody but an owner has entries or phones.
OWNING: list[Attempt] = [
    ("GET", f"{BALLOT}/entries/mine", None),
    ("POST", f"/cards/{SOMETHING}/device-keys", {}),
]
CASTING: list[Attempt] = [("POST", f"{BALLOT}/votes", {})]
VOTING: list[Attempt] = [*CASTING, *OWNING]
ENTERING_VOTES: list[Attempt] = [("POST", "/staff-keys", {})]
WITNESSING: list[Attempt] = [
    (method, f"{log}/{what}", body)
    for log in ("/log", "/ledger/log")
    for method, what, body in (
        ("POST", "witness-policies", {"witnesses": [], "quorum": 0}),
        ("POST", "cosignatures", None),
    )
]
CHECKING: list[Attempt] = [("POST", "/log/checks", None), ("POST", "/ledger/log/checks", None)]
PUBLISHING: list[Attempt] = [("POST", "/ledger/statements/2026H1/publications", None)]
READING_LEDGER_BUNDLE: list[Attempt] = [
    ("GET", "/ledger/bundle", None),
    ("GET", f"/ledger/entries/{SOMETHING}/receipt", None),
]
READING_BOOKS: list[Attempt] = [("GET", "/ledger/balance", None), ("GET", "/ledger/entries", None)]
EVERYTHING: list[Attempt] = [
    *(*CONVENING, *LIMITING, *KEEPING_BOOKS, *KEEPING_REGISTER, *SIGNING_OFF),
    *(*SETTING_POLICY, *APPOINTING, *LOOKING_INSIDE),
    *(*ENTERING_VOTES, *WITNESSING, *CHECKING, *PUBLISHING),
]

NOT_FOR: dict[str, list[Attempt]] = {
    "owner": EVERYTHING,
    "dependent": [*EVERYTHING, *READING_BOOKS, *READING_LEDGER_BUNDLE],
    "property_manager": [
        *(*CONVENING, *LIMITING, *SIGNING_OFF, *SETTING_POLICY, *APPOINTING, *VOTING),
        *(*ENTERING_VOTES, *WITNESSING, *CHECKING),
    ],
    "committee": [*KEEPING_BOOKS, *KEEPING_REGISTER, *SIGNING_OFF, *APPOINTING, *OWNING],
    "property_management_committee": [
        *(*KEEPING_BOOKS, *KEEPING_REGISTER, *SIGNING_OFF, *APPOINTING, *OWNING)
    ],
    "residents_committee": [*KEEPING_BOOKS, *APPOINTING, *OWNING],
    "street_office": [
        *(*CONVENING, *LIMITING, *KEEPING_BOOKS, *VOTING, *ENTERING_VOTES, *PUBLISHING)
    ],
    "auditor": [
        *(*CONVENING, *LIMITING, *KEEPING_BOOKS, *KEEPING_REGISTER, *SIGNING_OFF),
        *(*SETTING_POLICY, *APPOINTING, *VOTING, *ENTERING_VOTES, *WITNESSING, *PUBLISHING),
    ],
}


async def attempted(estate: Estate, who: Any, attempt: Attempt) -> tuple[int, str]:
    """Return how an attempt is refused, with nothing done."""
    method, path, body = attempt
    request: dict[str, Any] = {} if body is None else {"json": body}
    if isinstance(body, bytes):
        request = {"content": body, "headers": {"content-type": CSV}}
    await estate.whole.token(who)
    async with estate.whole.unchanged():
        return problem(await estate.ask(method, path, who, **request))


@pytest.mark.parametrize(
    ("role", "attempt"),
    [(role, attempt) for role, attempts in NOT_FOR.items() for attempt in attempts],
    ids=lambda given: given if isinstance(given, str) else " ".join(given[:2]),
)
async def test_nobody_does_what_is_anothers(
    estate: Estate, owners: Owners, role: str, attempt: Attempt
) -> None:
    people = {"owner": owners.anna, "dependent": owners.family, **estate.staff}
    refusal = await attempted(estate, people[role], attempt)
    if role == "dependent" and attempt in CASTING:
        assert refusal == (403, "voting/dependent-card-cannot-vote")
    else:
        assert refusal == ROLE_MISSING


@pytest.mark.parametrize(
    "attempt",
    [*EVERYTHING, *VOTING, *READING_BOOKS, ("GET", "/ballots", None), ("GET", "", None)],
    ids=lambda given: " ".join(given[:2]),
)
async def test_an_owner_is_nobody_on_another_estate(
    elsewhere: Estate, owners: Owners, attempt: Attempt
) -> None:
    expected = (403, "chassis/not-of-this-estate")
    assert await attempted(elsewhere, owners.anna, attempt) == expected


async def test_an_estate_that_does_not_exist_looks_like_a_strangers(
    whole: Whole, owners: Owners
) -> None:
    nowhere = Estate(whole, str(uuid.uuid4()), {})
    for path in ("", "/ballots", "/ledger/balance"):
        refusal = await attempted(nowhere, owners.anna, ("GET", path, None))
        assert refusal == (403, "chassis/not-of-this-estate")


async def test_only_the_bureau_founds_estates(whole: Whole, estate: Estate) -> None:
    body = {
        "name": "私设小区",
        "district_code": "330106",
        "street_code": "330106001000",
        "governing_body": "COMMITTEE",
        "zone": "Asia/Shanghai",
    }
    for person in (estate.street, estate.manager, estate.convener):
        async with whole.unchanged():
            reply = await whole.ask("POST", "/v1/estates", person, json=body)
        assert problem(reply) == ROLE_MISSING


async def test_nobody_appoints_himself_and_none_beyond_his_own_right(
    whole: Whole, city: City, estate: Estate, owners: Owners
) -> None:
    unproved = await whole.join(staff_member("试验路人", STRANGER), verified=False)
    anna = await whole.account_of(owners.anna)
    bureau, street = city.bureau, estate.street
    for granter, grantee, role, refusal in (
        (owners.anna, anna, "committee", ROLE_MISSING),
        (estate.manager, await whole.account_of(estate.manager), "committee", ROLE_MISSING),
        (street, await whole.account_of(street), "auditor", (403, "identity/self-grant")),
        (bureau, await whole.account_of(bureau), "street_office", (403, "identity/self-grant")),
        (street, anna, "street_office", (403, "identity/role-not-yours-to-grant")),
        (bureau, anna, "committee", (403, "identity/role-not-yours-to-grant")),
        (street, anna, "housing_bureau", (403, "identity/role-not-yours-to-grant")),
        (street, anna, "owner", (403, "identity/role-not-yours-to-grant")),
        (street, anna, "service:gateway", (422, "chassis/malformed")),
        (street, str(uuid.uuid4()), "auditor", (404, "identity/account-unknown")),
        (
            *(street, await whole.account_of(unproved), "auditor"),
            (409, "identity/grantee-not-verified"),
        ),
    ):
        body = {"account_id": grantee, "role": role}
        assert await attempted(estate, granter, ("POST", "/staff", body)) == refusal


async def test_a_role_that_was_taken_back_is_gone_and_both_stay_on_file(
    whole: Whole, estate: Estate, owners: Owners
) -> None:
    carl = await whole.account_of(owners.carl)
    body = {"account_id": carl, "role": "auditor"}
    grant = done(await estate.ask("POST", "/staff", estate.street, json=body))
    again = await attempted(estate, estate.street, ("POST", "/staff", body))
    assert again == (409, "identity/role-already-granted")
    path = f"/staff/{grant['grant_id']}"
    await whole.renew(owners.carl)
    theirs = await attempted(estate, owners.carl, ("DELETE", path, None))
    allowed = await estate.ask("GET", "/electorate", owners.carl)
    done(await estate.ask("DELETE", path, estate.street))
    await whole.renew(owners.carl)
    gone = await attempted(estate, estate.street, ("DELETE", path, None))
    refused = await attempted(estate, owners.carl, ("GET", "/electorate", None))
    assert allowed.status_code == 200
    assert theirs == refused == ROLE_MISSING
    assert gone == (404, "identity/grant-unknown")


async def test_a_card_is_for_who_holds_the_unit_and_once(
    whole: Whole, estate: Estate, owners: Owners
) -> None:
    place = {"building": "1", "stairwell": "1", "room": owners.anna.units[0].room}
    nowhere = place | {"room": "9999"}
    unproved = staff_member("试验租客", STRANGER + 1)
    await whole.join(unproved, verified=False)
    newcomer = await whole.join(resident(4))
    for who, body, refusal in (
        (owners.anna, place, (409, "identity/card-already-issued")),
        (owners.anna, nowhere, (404, "identity/unit-unknown")),
        (unproved, place, (403, "chassis/not-of-this-estate")),
    ):
        assert await attempted(estate, who, ("POST", "/cards", body)) == refusal
    async with whole.unchanged("identity.provider_answers"):
        reply = await estate.ask("POST", "/cards", newcomer, json=place)
    assert problem(reply) == (403, "identity/not-an-owner-of-this-unit")
