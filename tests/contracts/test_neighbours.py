"""Each client against its neighbour's committed contract: what it reads is promised there."""

import copy
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from services.chassis.neighbours import Neighbour
from services.chassis.once import checked_key
from services.gateway.clients import identity as gateway_identity
from services.ledger.clients import voting as ledger_voting
from services.voting.clients import identity as voting_identity
from services.voting.domain.errors import RegisterNotSignedOff
from tests.contracts.test_contracts import COMMITTED
from tests.support.reading import Reader, members_of

NOWHERE = str(uuid.UUID(int=1))
ELECTORATES = "/internal/v1/estates/{estate_id}/electorates"
EXCHANGES = "/internal/v1/exchanges"
AUTHORITY = "/internal/v1/estates/{estate_id}/items/{item_id}/authority"


@dataclass(frozen=True)
class Consumer:
    """What one client reads of one operation of a neighbour."""

    model: type[BaseModel]
    provider: str
    method: str
    path: str
    status: str

    @property
    def operation(self) -> dict[str, Any]:
        found: dict[str, Any] = COMMITTED[self.provider]["paths"][self.path][self.method]
        return found

    def misreads(self, contract: dict[str, Any] | None = None) -> list[str]:
        """Return everything in a contract's answer that the client's model does not read."""
        document = contract or COMMITTED[self.provider]
        operation = document["paths"][self.path][self.method]
        answer = operation["responses"][self.status]["content"]["application/json"]["schema"]
        read = self.model.model_json_schema()
        return list(Reader(read, document).misreads(read, answer))


CONSUMERS = {
    "voting asks identity": Consumer(
        voting_identity._ElectorateAnswer, "identity", "post", ELECTORATES, "201"
    ),
    "ledger asks voting": Consumer(
        ledger_voting._AuthorityAnswer, "voting", "get", AUTHORITY, "200"
    ),
    "gateway asks identity": Consumer(
        gateway_identity._Exchanged, "identity", "post", EXCHANGES, "200"
    ),
}


@pytest.mark.parametrize("name", CONSUMERS)
def test_every_member_that_a_client_reads_is_promised(name: str) -> None:
    assert CONSUMERS[name].misreads() == []


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("voting asks identity", {"sha256", "entries.holders", "entries.area_m2", "policy"}),
        ("ledger asks voting", {"state", "kind", "budget_fen"}),
        ("gateway asks identity", {"token", "expires_in"}),
    ],
)
def test_the_comparison_reaches_what_matters(name: str, members: set[str]) -> None:
    read = CONSUMERS[name].model.model_json_schema()
    assert members <= members_of(read, read)


def lose(contract: dict[str, Any], schema: str, member: str) -> None:
    contract["components"]["schemas"][schema]["required"].remove(member)


def retype(contract: dict[str, Any], schema: str, member: str, **said: Any) -> None:
    contract["components"]["schemas"][schema]["properties"][member] = said


@pytest.mark.parametrize(
    ("name", "change", "place"),
    [
        ("voting asks identity", lambda c: lose(c, "FrozenEntryOut", "units"), "$.entries[].units"),
        (
            "voting asks identity",
            lambda c: retype(c, "FrozenElectorateOut", "area_m2", type="number"),
            "$.area_m2",
        ),
        (
            "voting asks identity",
            lambda c: retype(c, "PolicyOut", "parking_area_counts", type="array"),
            "$.policy.parking_area_counts",
        ),
        (
            "voting asks identity",
            lambda c: c["components"]["schemas"]["EntryKind"]["enum"].append("TENANTS"),
            "$.entries[].kind",
        ),
        ("ledger asks voting", lambda c: lose(c, "AuthorityOut", "decided_at"), "$.decided_at"),
        (
            "ledger asks voting",
            lambda c: retype(c, "AuthorityOut", "kind", anyOf=[{"type": "null"}]),
            "$.kind",
        ),
        ("gateway asks identity", lambda c: lose(c, "ExchangeOut", "token"), "$.token"),
    ],
)
def test_a_promise_that_is_broken_is_seen(
    name: str, change: Callable[[dict[str, Any]], None], place: str
) -> None:
    consumer = CONSUMERS[name]
    contract = copy.deepcopy(COMMITTED[consumer.provider])
    change(contract)
    assert [one.partition(": ")[0] for one in consumer.misreads(contract)] == [place]


def test_the_refusals_that_clients_tell_apart_are_listed() -> None:
    listed = {one["type"]: one["status"] for one in COMMITTED["identity"]["x-problems"]}
    assert listed[voting_identity._NOT_SIGNED_OFF] == 409
    assert "409" in CONSUMERS["voting asks identity"].operation["responses"]
    assert str(ledger_voting._NOT_FOUND) in CONSUMERS["ledger asks voting"].operation["responses"]


async def test_what_a_client_sends_is_what_the_contract_takes() -> None:
    sent: list[httpx.Request] = []

    def note(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(409, json={"type": voting_identity._NOT_SIGNED_OFF})

    async with httpx.AsyncClient(
        transport=httpx.MockTransport(note), base_url="http://identity"
    ) as http:
        client = voting_identity.Identity(Neighbour("identity", http, lambda _: "token"))
        for _ in range(2):
            with pytest.raises(RegisterNotSignedOff):
                await client.freeze_electorate(
                    estate_id=NOWHERE,
                    ballot_id=NOWHERE,
                    hold_until=datetime(2026, 12, 1, tzinfo=UTC),
                )
    request, again = sent
    assert request.url.path == ELECTORATES.format(estate_id=NOWHERE)
    # The same question has the same key, so a lost answer can be asked for again.
    assert checked_key(request.headers["idempotency-key"]) == again.headers["idempotency-key"]
    operation = CONSUMERS["voting asks identity"].operation
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    judge = Draft202012Validator(schema | {"components": COMMITTED["identity"]["components"]})
    assert [one.message for one in judge.iter_errors(json.loads(request.content))] == []
