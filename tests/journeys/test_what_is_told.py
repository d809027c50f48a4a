"""What is told after all this bad input: to the logs nothing personal, to callers a reason."""

import json
import re
from pathlib import Path
from urllib.parse import quote

from launcher.stack import SERVICES, SIMULATORS
from tests.journeys.conftest import City, Owners
from tests.journeys.estate import NAME, Estate
from tests.support.whole import CSV, Whole, done, problem

# A code is six digits, which any number of a log may hold; it is looked for as a word.
MESSY = Path("demo/zijin/register_messy_gbk.csv").read_bytes()
_CODE = re.compile(r"\d{6}")


def logs_of(whole: Whole) -> dict[str, str]:
    """Return what every process has written, PostgreSQL too."""
    written = [*(whole.stack.folder / "logs").glob("*.log")]
    written += (whole.stack.folder / "postgres").glob("*.log")
    return {path.name: path.read_text(errors="replace") for path in written}


def spellings(secret: str) -> set[str]:
    """Return how a value may stand in a log: as it is, escaped, or in an address."""
    return {secret, json.dumps(secret)[1:-1], quote(secret), ascii(secret)[1:-1]}


async def some_of_everything(whole: Whole, estate: Estate, owners: Owners) -> None:
    """Leave one of every kind of trace, so that this test needs no other before it."""
    stranger, bad = owners.anna, {"authorization": f"Bearer {owners.anna.access}x"}
    body = {"name": NAME, "document_type": "RESIDENT_IDENTITY", "document_number": stranger.number}
    await whole.ask("POST", "/v1/verifications", stranger, json=body)
    await whole.ask("POST", "/v1/sign-in-codes", json={"phone": f"{stranger.phone}0"})
    await whole.ask("GET", f"/v1/me?phone={stranger.phone}", stranger)
    await whole.ask("GET", "/v1/me", headers=bad)
    await whole.tell("real_name", "broken_json")
    verification = body | {"consent_version": "1"}
    await whole.ask("POST", "/v1/verifications", owners.family, json=verification)
    assert problem(await estate.upload("/register-imports", MESSY, kind=CSV))[0] == 409
    ballot = await estate.announced()
    document = ballot.document(await ballot.entry_of(owners.anna))
    assert problem(await ballot.cast(owners.anna, document))[0] == 409
    done(await estate.ask("GET", "/ballots", owners.anna))


async def test_no_name_number_phone_or_token_stands_in_any_log(
    whole: Whole, city: City, estate: Estate, owners: Owners
) -> None:
    await some_of_everything(whole, estate, owners)
    logs = logs_of(whole)
    assert {f"{name}.log" for name in (*SERVICES, *SIMULATORS, "postgres")} <= set(logs)
    assert all(logs[f"{name}.log"] for name in SERVICES)
    people = (city.bureau, *city.team.values(), owners.anna, owners.carl, owners.family)
    assert {person.number for person in people} <= whole.secrets
    secrets = {one for one in whole.secrets if one and not _CODE.fullmatch(one)}
    secrets |= {whole.stack.control_secret, NAME}
    found = {
        (name, secret)
        for secret in secrets
        for spelling in spellings(secret)
        for name, text in logs.items()
        if spelling in text
    }
    assert found == set()


async def test_the_searcher_would_find_what_stood_there(owners: Owners) -> None:
    log = json.dumps({"path": f"/outbox?to={owners.anna.phone}", "who": NAME})
    assert any(spelling in log for spelling in spellings(NAME))
    assert any(spelling in log for spelling in spellings(owners.anna.phone))


async def test_every_problem_that_was_told_has_a_page_of_its_own(
    whole: Whole, estate: Estate, owners: Owners
) -> None:
    await some_of_everything(whole, estate, owners)
    await estate.ask("POST", "/ballots", estate.convener, content=b"[" * 1000)
    assert "/problems/request/too-deep" in whole.problems_told
    unexplained = set()
    for kind in sorted(whole.problems_told):
        page = await whole.http.get(kind)
        if page.status_code != 200 or page.json()["type"] != kind:
            unexplained.add(kind)
    assert unexplained == set()


async def test_no_service_failed_in_a_way_that_nobody_foresaw(whole: Whole) -> None:
    lines = [line for text in logs_of(whole).values() for line in text.splitlines()]
    unforeseen = [line for line in lines if "unexpected failure" in line or "Traceback" in line]
    assert unforeseen == []
