"""The whole as it runs, real processes behind the gateway, and the people who ask it."""

import asyncio
import math
import sys
import uuid
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import httpx

from demo.door import Door
from demo.people import Outside, prove_name, renew, sign_in
from demo.sheets import Owner
from launcher.stack import Stack
from services.chassis.clock import ShiftedClock, SystemClock
from tests.support.contract import Contract
from tests.support.rows import Rows
from tests.support.tokens import bearer

ZONE = ZoneInfo("Asia/Shanghai")
CSV = "text/csv; charset=utf-8"
JSON = "application/json"
TOKEN_AGE_MAX, SESSION_AGE_MAX = timedelta(minutes=8), timedelta(days=29)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(repr=False)
class Whole:
    """Everything that runs, from where an app and a tester stand."""

    stack: Stack
    session: aiohttp.ClientSession
    door: Door
    http: httpx.AsyncClient
    rows: Rows
    problems_told: set[str]
    secrets: set[str] = field(default_factory=set)
    _signed_in_at: dict[str, datetime] = field(default_factory=dict)

    @property
    def outside(self) -> Outside:
        """Return the way to the simulators' control doors."""
        return Outside(self.stack.urls, self.stack.control_secret, self.session)

    def now(self) -> datetime:
        """Return the instant that every service reads."""
        return ShiftedClock(self.stack.clock_file).now()

    def today(self) -> date:
        """Return the day in the estates' zone."""
        return self.now().astimezone(ZONE).date()

    def move_to(self, instant: datetime) -> None:
        """Let every clock go on from `instant`; it never runs back."""
        assert not self.stack.clock_file.exists() or instant >= self.now()
        ahead = instant - SystemClock().now()
        self.stack.shift_clock(timedelta(seconds=math.ceil(ahead.total_seconds())))

    def unchanged(self, *but_for: str) -> AbstractAsyncContextManager[None]:
        """Fail if a table of any service differs afterwards, but for those named."""
        return self.rows.unchanged(*but_for)

    def secret(self, value: str) -> str:
        """Note a value that no log may ever show, and return it."""
        self.secrets.add(value)
        return value

    async def token(self, person: Owner) -> str:
        """Return a live token of somebody, signed in anew when that is needed."""
        age = self.now() - self._signed_in_at.get(person.phone, _NEVER)
        if age >= SESSION_AGE_MAX:
            await sign_in(self.door, self.outside, person)
            self._note(person)
        elif age >= TOKEN_AGE_MAX:
            await self.renew(person)
        return person.access

    async def renew(self, person: Owner) -> None:
        """Fetch a fresh token; what somebody may do now, only a fresh one knows at once."""
        await renew(self.door, person)
        self._note(person)

    def _note(self, person: Owner) -> None:
        self._signed_in_at[person.phone] = self.now()
        self.secrets |= {person.name, person.number, person.phone}
        self.secrets |= {person.access, person.refresh}

    async def join(self, person: Owner, *, verified: bool = True) -> Owner:
        """Let somebody sign in and, unless told otherwise, prove his name."""
        await self.outside.add_person(person.name, person.number)
        await self.token(person)
        if verified:
            await prove_name(self.door, person)
        return person

    async def account_of(self, person: Owner) -> str:
        """Return the id of somebody's account."""
        reply = await self.ask("GET", "/v1/me", person)
        return str(done(reply)["account_id"])

    async def ask(
        self,
        method: str,
        path: str,
        who: Owner | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        **request: Any,
    ) -> httpx.Response:
        """Send one request through the gateway; an unsafe one under a key of its own."""
        sent = bearer(await self.token(who)) if who else {}
        if method != "GET":
            sent["idempotency-key"] = str(uuid.uuid4())
        return await self.http.request(method, path, headers=sent | dict(headers or {}), **request)

    async def tell(self, simulator: str, answer: str, *, times: int = 1) -> None:
        """Let a simulator give its next answers in a certain manner."""
        # Slow is longer than any deadline, and not much longer.
        told = {"answer": answer, "times": times, "delay_seconds": 4 * (answer == "slow")}
        url = f"{self.stack.urls[simulator]}/control/behaviour"
        headers = bearer(self.stack.control_secret)
        async with self.session.put(url, json=told, headers=headers) as reply:
            reply.raise_for_status()

    async def appoint_bureau(self, person: Owner) -> None:
        """Make somebody the housing bureau, from a shell as an operator does."""
        words = ["-m", "services.identity.operators", "grant", "--phone", person.phone]
        operator = await asyncio.create_subprocess_exec(
            *(sys.executable, *words),
            env=self.stack.full_environment(),
            stdout=asyncio.subprocess.DEVNULL,
        )
        assert await operator.wait() == 0


async def hold_to_contract(http: httpx.AsyncClient) -> set[str]:
    """Let every further answer be held against the document that app developers read.

    Returns the set in which the types of all problems that are told will be.
    """
    contract = Contract((await http.get("/openapi.json")).json())
    told: set[str] = set()

    async def check(reply: httpx.Response) -> None:
        await reply.aread()
        contract.check(reply.request.method, reply.request.url.path, reply)
        if reply.headers.get("content-type") == "application/problem+json":
            told.add(reply.json()["type"])

    http.event_hooks = {"response": [check]}
    return told


def done(reply: httpx.Response) -> Any:
    """Return the JSON of an answer that is no refusal."""
    assert reply.is_success, f"{reply.status_code} {reply.text}"
    return reply.json() if reply.content else None


def problem(reply: httpx.Response) -> tuple[int, str]:
    """Return the status and the type of a refusal, which is a whole problem document."""
    assert reply.headers["content-type"] == "application/problem+json", reply.text
    document = reply.json()
    assert document["status"] == reply.status_code
    assert all(document[name] for name in ("title", "title_en", "detail", "detail_en"))
    return reply.status_code, document["type"].removeprefix("/problems/")
