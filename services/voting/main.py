"""Voting, put together."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Any

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
from services.voting.actions.parts import Parts
from services.voting.api import ballots, results, votes
from services.voting.api.problems import PROBLEMS
from services.voting.clients.identity import Identity
from services.voting.settings import Settings
from services.voting.store.tables import REVISION

# Identity merges and hashes thousands of entries for one announcement; nobody waits on it to vote.
FREEZE_DEADLINE_SECONDS = 20.0


def assemble(
    parts: Parts,
    trust: Trust | None,
    signer: Signer | None = None,
    *,
    ready: Callable[[], Awaitable[object]] | None = None,
    closers: Iterable[Callable[[], Awaitable[object]]] = (),
) -> FastAPI:
    """Return voting as an application, made of `parts`."""
    service = Service(
        name="voting",
        summary="Opens ballots, takes votes, counts them by the law",
        routers=[ballots.router, votes.router, results.router],
        problems=PROBLEMS,
        parts=parts,
        trust=trust,
        signer=signer,
        closers=closers,
    )
    return application(service if ready is None else replace(service, ready=ready))


def from_environment() -> FastAPI:
    """Return voting as the environment describes it."""
    settings = Settings()
    log_as("voting", settings.log_level)
    clock = settings.clock()
    signer = Signer("voting", settings.signing_keys(), clock)
    database = Database(settings.database_url, pool_size=settings.database_pool_size)
    to_identity = httpx.AsyncClient(base_url=settings.identity_url)
    key_sets = httpx.AsyncClient()
    neighbour = Neighbour(
        "identity",
        to_identity,
        signer.service_token,
        deadline_seconds=FREEZE_DEADLINE_SECONDS,
    )
    return assemble(
        Parts(database.begin, clock, Identity(neighbour), settings.zone),
        Trust(settings.issuers, key_sets, clock),
        signer,
        ready=schema_at(database, REVISION),
        closers=[to_identity.aclose, key_sets.aclose, database.close],
    )


def contract() -> dict[str, Any]:
    """Return voting's OpenAPI document, made without anything that it would be connected to."""
    unplugged = Identity(Neighbour("identity", httpx.AsyncClient(), str))
    parts = Parts(_unplugged, SystemClock(), unplugged, zone="Asia/Shanghai")
    return assemble(parts, trust=None).openapi()


def _unplugged(*_: object) -> Any:  # noqa: ANN401 - it never returns
    raise AssertionError("a contract is written without a database")
