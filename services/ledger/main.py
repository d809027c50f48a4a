"""The ledger, put together."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from fastapi import FastAPI

from services.chassis.application import Service, application
from services.chassis.clock import SystemClock
from services.chassis.database import Database
from services.chassis.health import schema_at
from services.chassis.neighbours import Neighbour
from services.chassis.telemetry import log_as
from services.chassis.tokens import Signer
from services.chassis.trust import Trust
from services.ledger.actions.parts import Parts
from services.ledger.api import entries, figures, rules, sheets
from services.ledger.api.problems import PROBLEMS
from services.ledger.clients.voting import VotingClient
from services.ledger.settings import Settings
from services.ledger.store.tables import REVISION


def assemble(
    parts: Parts,
    trust: Trust | None,
    signer: Signer | None = None,
    *,
    ready: Callable[[], Awaitable[object]] | None = None,
    closers: Iterable[Callable[[], Awaitable[object]]] = (),
) -> FastAPI:
    """Return the ledger as an application, made of `parts`."""
    service = Service(
        name="ledger",
        summary="Keeps and publishes the owners' common revenue, in double entry",
        routers=[rules.router, sheets.router, entries.router, figures.router],
        problems=PROBLEMS,
        parts=parts,
        trust=trust,
        signer=signer,
        closers=closers,
    )
    return application(service if ready is None else replace(service, ready=ready))


def from_environment() -> FastAPI:
    """Return the ledger as the environment describes it."""
    settings = Settings()
    log_as("ledger", settings.log_level)
    clock = settings.clock()
    signer = Signer("ledger", settings.signing_keys(), clock)
    database = Database(settings.database_url, pool_size=settings.database_pool_size)
    to_voting = httpx.AsyncClient(base_url=settings.voting_url)
    key_sets = httpx.AsyncClient()
    voting = VotingClient(Neighbour("voting", to_voting, signer.service_token))
    return assemble(
        Parts(database.begin, clock, voting, ZoneInfo(settings.zone)),
        Trust(settings.issuers, key_sets, clock),
        signer,
        ready=schema_at(database, REVISION),
        closers=[to_voting.aclose, key_sets.aclose, database.close],
    )


def contract() -> dict[str, Any]:
    """Return the ledger's OpenAPI document, made without anything it would be connected to."""
    unplugged = VotingClient(Neighbour("voting", httpx.AsyncClient(), str))
    parts = Parts(_unplugged, SystemClock(), unplugged, ZoneInfo("Asia/Shanghai"))
    return assemble(parts, trust=None).openapi()


def _unplugged(*_: object) -> Any:  # noqa: ANN401 - it never returns
    raise AssertionError("a contract is written without a database")
