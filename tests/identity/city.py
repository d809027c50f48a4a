"""A city for the tests: the identity service over HTTP, its people, offices and estates."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI

from services.chassis.database import Database
from services.identity.actions.appoint_housing_bureau import appoint_housing_bureau
from services.identity.actions.parts import Parts
from services.identity.domain.register import COLUMNS
from tests.identity.outside import OutsideWorld
from tests.support.clocks import ClockStoppedAt
from tests.support.contract import checked_client
from tests.support.tokens import TestIssuer, bearer

_numbers = count(1)


def identity_number(serial: int) -> str:
    """Return a well-formed number with a district code that was never assigned."""
    body = f"330199{1950 + serial % 50:04d}{serial // 50 % 12 + 1:02d}{serial // 600 % 28 + 1:02d}"
    body += f"{serial // 16800 % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


@dataclass
class Person:
    """Somebody with a phone and an identity number, signed in through the API."""

    city: "City"
    name: str
    phone: str
    number: str
    tokens: dict[str, Any] = field(default_factory=dict)
    account_id: str = ""

    async def inside(self, estate_id: str | None = None) -> dict[str, str]:
        """Return the header that the gateway would send for this person on this estate."""
        return bearer(await self.inside_token("identity", estate_id))

    async def inside_token(self, audience: str, estate_id: str | None) -> str:
        """Return the token that the gateway would get for this person."""
        body = {
            "token": self.tokens["access_token"],
            "audience": audience,
            "estate_id": estate_id,
        }
        reply = await self.city.http.post(
            "/internal/v1/exchanges", json=body, headers=self.city.gateway()
        )
        assert reply.status_code == 200, reply.text
        token: str = reply.json()["token"]
        return token

    async def ask(
        self, method: str, path: str, estate_id: str | None = None, **request: Any
    ) -> httpx.Response:
        """Send one request as this person; every unsafe one has a key of its own."""
        headers = request.pop("headers", {}) | await self.inside(estate_id)
        headers.setdefault("idempotency-key", str(uuid4()))
        return await self.city.http.request(method, path, headers=headers, **request)

    async def verify(self, **changed: str) -> httpx.Response:
        """Prove the real name."""
        body = {
            "name": self.name,
            "document_type": "RESIDENT_IDENTITY",
            "document_number": self.number,
            "consent_version": "2026-01",
        }
        return await self.ask("POST", "/v1/verifications", json=body | changed)

    async def claim(self, estate_id: str, room: str, **request: Any) -> httpx.Response:
        """Claim the card of a room in building 1, stairwell 1."""
        body = {"building": "1", "stairwell": "1", "room": room}
        return await self.ask(
            "POST", f"/v1/estates/{estate_id}/cards", estate_id, json=body, **request
        )


@dataclass
class Office:
    """An estate with its street office."""

    estate_id: str
    street: Person

    @property
    def path(self) -> str:
        """Return the path of the estate."""
        return f"/v1/estates/{self.estate_id}"

    async def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Send one request as the street office."""
        return await self.street.ask(method, self.path + path, self.estate_id, **request)

    async def import_register(self, content: bytes, **request: Any) -> httpx.Response:
        """Import a CSV register."""
        headers = {"content-type": "text/csv"} | request.pop("headers", {})
        return await self.ask(
            "POST", "/register-imports", content=content, headers=headers, **request
        )

    async def govern(self, content: bytes) -> None:
        """Import a register and sign it off."""
        imported = await self.import_register(content)
        assert imported.status_code == 201, imported.text
        signed = await self.ask("POST", "/register-sign-off", json={})
        assert signed.status_code == 201, signed.text


class City:
    """The running service and everybody around it."""

    def __init__(
        self, app: FastAPI, parts: Parts, clock: ClockStoppedAt, outside: OutsideWorld
    ) -> None:
        self.app = app
        self.parts = parts
        self.clock = clock
        self.outside = outside
        self.http = checked_client(app)
        self.neighbours: dict[str, TestIssuer] = {}
        self.database: Database | None = None

    def gateway(self) -> dict[str, str]:
        """Return the gateway's own credentials."""
        return bearer(self.neighbours["gateway"].service_token("identity"))

    def voting(self) -> dict[str, str]:
        """Return voting's own credentials."""
        return bearer(self.neighbours["voting"].service_token("identity"))

    def stranger(self) -> Person:
        """Return somebody who has not signed in."""
        serial = next(_numbers)
        return Person(self, f"测试{serial}", f"199{serial:08d}", identity_number(serial))

    async def person(self, *, verified: bool = True) -> Person:
        """Return somebody who signed in, and proved the name unless told otherwise."""
        person = self.stranger()
        await self.sign_in(person)
        if verified:
            reply = await person.verify()
            assert reply.json()["level"] == 2, reply.text
        return person

    async def sign_in(self, person: Person) -> None:
        """Sign somebody in through the API, with the code from the message."""
        self.clock.advance(seconds=1)
        await self.http.post("/v1/sign-in-codes", json={"phone": person.phone})
        body = {"phone": person.phone, "code": self.outside.last_code(person.phone)}
        reply = await self.http.post("/v1/sessions", json=body)
        assert reply.status_code == 201, reply.text
        person.tokens = reply.json()
        person.account_id = (await person.ask("GET", "/v1/me")).json()["account_id"]

    async def bureau(self) -> Person:
        """Return somebody who is the housing bureau."""
        person = self.stranger()
        await appoint_housing_bureau(self.parts, phone=person.phone)
        await self.sign_in(person)
        return person

    async def office(self) -> Office:
        """Return a new estate and its street office."""
        bureau, street = await self.bureau(), await self.person()
        body = {
            "name": "测试小区",
            "district_code": "330102",
            "street_code": "330102001",
            "governing_body": "PROPERTY_MANAGEMENT_COMMITTEE",
            "zone": "Asia/Shanghai",
        }
        estate = await bureau.ask("POST", "/v1/estates", json=body)
        assert estate.status_code == 201, estate.text
        estate_id = estate.json()["estate_id"]
        grant = await bureau.ask(
            "POST",
            f"/v1/estates/{estate_id}/staff",
            estate_id,
            json={"account_id": street.account_id, "role": "street_office"},
        )
        assert grant.status_code == 201, grant.text
        return Office(estate_id, street)

    async def appoint(self, office: Office, role: str) -> Person:
        """Return somebody whom the street office gave a role."""
        person = await self.person()
        body = {"account_id": person.account_id, "role": role}
        reply = await office.ask("POST", "/staff", json=body)
        assert reply.status_code == 201, reply.text
        return person


def rows(room: str, *holders: Person, **changed: str) -> Iterator[dict[str, str]]:
    """Yield the register's rows of one room in building 1, stairwell 1."""
    number = "".join(filter(str.isdigit, room))
    for holder in holders:
        yield {
            "幢": "1",
            "单元": "1",
            "室": room,
            "不动产单元号": f"330106001001GB00001F{number:0>8}",
            "用途": "住宅",
            "专有面积": "100.00",
            "面积来源": "不动产登记",
            "业主姓名": holder.name,
            "证件类型": "居民身份证",
            "证件号码": holder.number,
            "共有份额": "1" if len(holders) == 1 else f"1/{len(holders)}",
            "联系电话": holder.phone,
            "交付状态": "已交付",
            "取得日期": "2020-01-02",
        } | changed


def register(*units: Sequence[dict[str, str]] | Iterator[dict[str, str]]) -> bytes:
    """Return a register of some rooms as a CSV file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for unit in units:
        writer.writerows(unit)
    return out.getvalue().encode()
