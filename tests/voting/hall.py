"""A voting process for tests, and the people who come to it over HTTP."""

import json
import secrets
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from fastapi import FastAPI

from services.chassis.database import Database
from services.chassis.neighbours import Neighbour
from services.chassis.tlog.keys import LogKeys
from services.chassis.trust import Trust
from services.proofs.attestation import Capacity
from services.proofs.canonical import canonical
from services.voting.actions.parts import Parts
from services.voting.clients.identity import Identity
from services.voting.main import assemble
from tests.support.clocks import ClockStoppedAt
from tests.support.contract import checked_client
from tests.support.tokens import TestIssuer, bearer, trust_in
from tests.voting.devices import Device, device
from tests.voting.fakes import Flat, SteadyIdentity

NOTICE = datetime.fromisoformat("2026-03-19T10:39:00+08:00")
OPENS = datetime.fromisoformat("2026-04-04T00:00:00+08:00")
NOON = datetime.fromisoformat("2026-04-05T12:00:00+08:00")
CLOSES = datetime.fromisoformat("2026-04-12T00:00:00+08:00")
WINDOW = {"opens_on": "2026-04-04", "closes_on": "2026-04-11"}
# For a ballot that is announced when the first has closed.
LATER = {"opens_on": "2026-04-29", "closes_on": "2026-05-08"}

# Six people, 600 m²: a quorum needs four of them and 400 m².
FLATS = [
    Flat("100.00", ("ada",)),
    Flat("100.00", ("bo",)),
    Flat("100.00", ("cai",)),
    Flat("100.00", ("dan",)),
    Flat("50.00", ("eva", "fei")),
    Flat("150.00", ("developer",), "DEVELOPER"),
]


LOG_KEYS = LogKeys("voting", bytes(range(32)))


@dataclass(frozen=True)
class Person:
    """Somebody with a token for one estate."""

    roles: tuple[str, ...]
    owner: str | None = None

    @property
    def subject(self) -> str:
        return f"subject-of-{self.owner or self.roles[-1]}"


COMMITTEE = Person(("person", "committee"))
LEDGER = "service:ledger"


def owner(name: str) -> Person:
    return Person(("person", "verified", "owner"), owner=name)


class House:
    """One voting process on the real database, under its running role."""

    def __init__(self, url: str) -> None:
        self.clock = ClockStoppedAt(NOTICE)
        self.identity = SteadyIdentity()
        self.issuer = TestIssuer("identity", self.clock)
        self.ledger = TestIssuer("ledger", self.clock)
        self.database = Database(url)
        self.app = self._app(trust_in(self.issuer, self.ledger, clock=self.clock))
        self.client = checked_client(self.app)

    def _app(self, trust: Trust) -> FastAPI:
        # The fake may be exchanged during a test, so the transport looks it up at every request.
        async def neighbour(scope: Any, receive: Any, send: Any) -> None:
            await self.identity(scope, receive, send)

        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(neighbour), base_url="http://identity"
        )
        identity = Identity(Neighbour("identity", client, lambda audience: f"for-{audience}"))
        self.parts = Parts(self.database.begin, self.clock, identity, "Asia/Shanghai", LOG_KEYS)
        return assemble(self.parts, trust)

    async def close(self) -> None:
        await self.parts.appender.drain()
        await self.client.aclose()
        await self.database.close()


@dataclass
class Hall:
    """One estate of a house."""

    house: House
    estate_id: str

    @property
    def clock(self) -> ClockStoppedAt:
        return self.house.clock

    @property
    def identity(self) -> SteadyIdentity:
        return self.house.identity

    def token(self, who: Person | str, *, keys: Iterable[str] | None = None) -> str:
        if isinstance(who, str):
            assert who == LEDGER
            return self.house.ledger.service_token("voting")
        return self.house.issuer.inside_token(
            "voting",
            estate_id=self.estate_id,
            roles=who.roles,
            owner=who.owner,
            subject=who.subject,
            keys=self.keys_of(who) if keys is None else keys,
        )

    def phone(self, holder: str, number: int = 1) -> Device:
        """Return the phone of an owner, by his pseudonym."""
        return device(self.estate_id, holder, number=number)

    def desk(self, who: Person) -> Device:
        """Return the key by which an official signs what he enters."""
        return device(self.estate_id, who.subject, Capacity.OFFICIAL)

    def keys_of(self, who: Person) -> frozenset[str]:
        """Return the hashes of the keys that identity names for somebody."""
        phone = self.phone(who.owner).registered if who.owner else frozenset()
        return phone | self.desk(who).registered

    async def get(
        self, path: str, who: Person | str, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        all_headers = bearer(self.token(who)) | dict(headers or {})
        return await self.house.client.get(self.path(path), headers=all_headers)

    async def post(
        self, path: str, who: Person | str, body: object = None, *, key: str | None = None
    ) -> httpx.Response:
        headers = bearer(self.token(who)) | {"idempotency-key": key or str(uuid.uuid4())}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers["content-type"] = "application/json"
        if body is None:
            content = b""
        return await self.house.client.post(self.path(path), headers=headers, content=content)

    def path(self, path: str) -> str:
        return path if path.startswith("/v1/d") else self._within(path)

    def _within(self, path: str) -> str:
        if path.startswith("/internal"):
            return path.replace("{estate_id}", self.estate_id)
        return f"/v1/estates/{self.estate_id}{path}"

    async def draft(self, *kinds: str, who: Person = COMMITTEE, **changed: object) -> Any:
        items = [{"kind": kind, "title": f"事项 {kind}", "budget_fen": 860000} for kind in kinds]
        body = {"title": "业主大会会议", "meeting": "REGULAR", "items": items} | changed
        reply = await self.post("/ballots", who, body)
        assert reply.status_code == 201, reply.text
        return reply.json()

    async def announce(
        self, *kinds: str, window: Mapping[str, str] = WINDOW, **changed: object
    ) -> "Announced":
        draft = await self.draft(*(kinds or ("COMMON_REVENUE_USE",)), who=COMMITTEE, **changed)
        ballot_id = draft["ballot_id"]
        reply = await self.post(f"/ballots/{ballot_id}/announcement", COMMITTEE, window)
        assert reply.status_code == 201, reply.text
        return Announced(self, ballot_id, [item["item_id"] for item in draft["items"]])


@dataclass
class Announced:
    """An announced ballot."""

    hall: Hall
    ballot_id: str
    item_ids: list[str]

    @property
    def path(self) -> str:
        return f"/ballots/{self.ballot_id}"

    async def entry_of(self, name: str) -> str:
        reply = await self.hall.get(f"{self.path}/entries/mine", owner(name))
        (entry,) = reply.json()["entries"]
        return str(entry["entry_id"])

    async def document(self, name: str, *choices: str, **changed: object) -> dict[str, object]:
        """Return a good vote document of `name`, except for what is `changed`."""
        said = choices or ("AGREE",) * len(self.item_ids)
        good: dict[str, object] = {
            "ballot_id": self.ballot_id,
            "choices": dict(zip(self.item_ids, said, strict=True)),
            "entry_id": changed.get("entry_id") or await self.entry_of(name),
            "channel": "PHONE",
            "salt": secrets.token_hex(32),
            "vote_id": str(uuid.uuid4()),
        }
        return good | changed

    def signed(
        self, who: Person, document: Mapping[str, object], signer: Device | None = None
    ) -> dict[str, object]:
        """Return the body in which somebody sends a vote, signed as its channel asks."""
        by_phone = document.get("channel") == "PHONE"
        own = self.hall.phone(who.owner or "") if by_phone else self.hall.desk(who)
        return (signer or own).body(str(document["ballot_id"]), canonical(dict(document)))

    async def send(
        self,
        who: Person,
        document: Mapping[str, object],
        *,
        key: str | None = None,
        signer: Device | None = None,
    ) -> httpx.Response:
        body = self.signed(who, document, signer)
        return await self.hall.post(
            f"{self.path}/votes", who, body, key=key or str(document["vote_id"])
        )

    async def vote(self, name: str, *choices: str) -> httpx.Response:
        return await self.send(owner(name), await self.document(name, *choices))
