"""The real-name provider and the property registry, over HTTP."""

from datetime import datetime
from time import perf_counter

import httpx
import pytest

from simulators import property_registry, real_name
from tests.simulators.conftest import CONTROL, Connect, client_into, person

SOMEBODY = person("甲某", "33019919900101001X")
OWNER = SOMEBODY | {"unit_code": "UNIT-101"}


async def behave(client: httpx.AsyncClient, answer: str, **more: float) -> None:
    told = {"answer": answer} | more
    reply = await client.put("/control/behaviour", json=told, headers=CONTROL)
    assert reply.status_code == 204


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("甲某", "33019919900101001X", "match"),
        ("　甲 某", "33019919900101001x", "match"),
        ("乙某", "33019919900101001X", "no_match"),
        ("甲某", "330199199001019999", "inconclusive"),
    ],
)
async def test_a_name_is_held_against_its_number(
    connect: Connect, name: str, number: str, expected: str
) -> None:
    async with connect(real_name.from_environment) as client:
        reply = await client.post("/checks", json=person(name, number))
    assert reply.status_code == 200
    assert reply.json()["answer"] == expected


@pytest.mark.parametrize(
    ("name", "number", "unit", "expected"),
    [
        ("乙某", "330199199001010028", "UNIT-101", "match"),
        ("丙某", "330199199001010036", "UNIT-101", "no_match"),
        ("丙某", "330199199001010036", "UNIT-999", "inconclusive"),
    ],
)
async def test_a_co_owner_matches_the_unit_and_a_neighbour_does_not(
    connect: Connect, name: str, number: str, unit: str, expected: str
) -> None:
    async with connect(property_registry.from_environment) as client:
        reply = await client.post("/matches", json=person(name, number, unit_code=unit))
    assert reply.json()["answer"] == expected


async def test_an_answer_names_its_reference_its_provider_and_how_long_it_holds(
    connect: Connect,
) -> None:
    async with connect(real_name.from_environment) as client:
        answer = (await client.post("/checks", json=SOMEBODY)).json()
    assert set(answer) == {"answer", "reference", "provider", "as_of", "expires_at"}
    assert (answer["reference"], answer["provider"]) == ("question-1", "simulated-real-name")
    as_of, expires_at = (datetime.fromisoformat(answer[name]) for name in ("as_of", "expires_at"))
    assert as_of.utcoffset() is not None
    assert expires_at > as_of


@pytest.mark.parametrize(
    ("answer", "status", "shown"),
    [
        ("match", 200, '"match"'),
        ("no_match", 200, '"no_match"'),
        ("inconclusive", 200, '"inconclusive"'),
        ("unavailable", 503, "unavailable"),
        ("limited", 429, "limited"),
        ("error", 500, "internal"),
        ("redirect", 302, ""),
        ("wrong_type", 200, '["match"]'),
        ("broken_json", 200, '{"answer": "mat'),
    ],
)
async def test_it_answers_as_it_is_told(
    connect: Connect, answer: str, status: int, shown: str
) -> None:
    async with connect(property_registry.from_environment) as client:
        await behave(client, answer)
        reply = await client.post("/matches", json=OWNER)
    assert reply.status_code == status
    assert shown in reply.text


async def test_limited_says_when_to_come_back(connect: Connect) -> None:
    async with connect(real_name.from_environment) as client:
        await behave(client, "limited")
        assert (await client.post("/checks", json=SOMEBODY)).headers["retry-after"] == "2"


async def test_a_counted_behaviour_ends_and_the_truth_comes_back(connect: Connect) -> None:
    async with connect(real_name.from_environment) as client:
        await behave(client, "unavailable", times=2)
        statuses = [(await client.post("/checks", json=SOMEBODY)).status_code for _ in range(3)]
    assert statuses == [503, 503, 200]


async def test_a_slow_answer_is_true_and_late(connect: Connect) -> None:
    async with connect(real_name.from_environment) as client:
        await behave(client, "slow", delay_seconds=0.2)
        started = perf_counter()
        reply = await client.post("/checks", json=SOMEBODY)
    assert perf_counter() - started >= 0.2
    assert reply.json()["answer"] == "match"


async def test_people_can_be_added_and_then_match(connect: Connect) -> None:
    newcomer = person("丁某", "330199199001010044")
    async with connect(property_registry.from_environment) as client:
        added = {key: newcomer[key] for key in ("name", "document_type", "document_number")}
        told = added | {"unit_code": "UNIT-102"}
        assert (await client.post("/control/people", json=told, headers=CONTROL)).is_success
        reply = await client.post("/matches", json=newcomer | {"unit_code": "UNIT-102"})
    assert reply.json()["answer"] == "match"


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer another"}])
async def test_control_does_not_exist_for_those_without_the_secret(
    connect: Connect, header: dict[str, str]
) -> None:
    async with connect(real_name.from_environment) as client:
        told = await client.put("/control/behaviour", json={"answer": "match"}, headers=header)
        added = await client.post("/control/people", json=SOMEBODY, headers=header)
        answer = await client.post("/checks", json=person("乙某", "33019919900101001X"))
    assert (told.status_code, added.status_code) == (404, 404)
    assert answer.json()["answer"] == "no_match"


async def test_control_is_closed_when_no_secret_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIMULATOR_CONTROL_SECRET", raising=False)
    async with client_into(real_name.from_environment) as client:
        for header in ({}, {"authorization": "Bearer "}):
            told = await client.put("/control/behaviour", json={"answer": "match"}, headers=header)
            assert told.status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b'{"name": "x"}', 400),
        (b'{"name": 7, "document_type": "x", "document_number": "y", "reference": "z"}', 400),
        (b" " * 20_000, 413),
    ],
)
async def test_a_malformed_question_is_refused_without_repeating_it(
    connect: Connect, body: bytes, status: int
) -> None:
    async with connect(real_name.from_environment) as client:
        reply = await client.post("/checks", content=body)
    assert reply.status_code == status
    assert set(reply.json()) == {"error"}


async def test_it_is_ready(connect: Connect) -> None:
    async with connect(real_name.from_environment) as client:
        assert (await client.get("/health/ready")).json() == {"status": "ready"}
