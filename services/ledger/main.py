"""The ledger, put together."""

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
from services.chassis.tlog.background import log_work
from services.chassis.tlog.keys import SEED_SIZE_BYTES, LogKeys
from services.chassis.tlog.refusals import LOG_PROBLEMS
from services.chassis.tlog.routes import log_router
from services.chassis.tlog.witnesses import Witnesses, read_witnesses
from services.chassis.tokens import Signer
from services.chassis.trust import Trust
from services.ledger.actions.parts import Parts
from services.ledger.api import entries, figures, proofs, rules, sheets, statements
from services.ledger.api.problems import PROBLEMS
from services.ledger.api.who import CHECKERS, PREFIX, WITNESS_CHOOSERS
from services.ledger.clients.voting import VotingClient
from services.ledger.settings import Settings
from services.ledger.store.log_contents import LedgerContents
from services.ledger.store.tables import REVISION


def assemble(parts: Parts, trust: Trust | None, signer: Signer | None = None) -> FastAPI:
    """Return the ledger as an application, made of `parts`."""
    return application(service_of(parts, trust, signer))


def service_of(parts: Parts, trust: Trust | None, signer: Signer | None = None) -> Service:
    """Return what the ledger consists of, without what it does beside answering."""
    log = log_router(
        f"{PREFIX}/log",
        contents=LedgerContents(),
        policy_setters=WITNESS_CHOOSERS,
        checkers=CHECKERS,
    )
    return Service(
        name="ledger",
        summary="Keeps and publishes the owners' common revenue, in double entry",
        routers=[
            rules.router,
            sheets.router,
            entries.router,
            figures.router,
            statements.router,
            proofs.router,
            log,
        ],
        problems={**PROBLEMS, **LOG_PROBLEMS},
        parts=parts,
        trust=trust,
        signer=signer,
    )


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
    witnesses = read_witnesses(settings.witnesses_file)
    parts = Parts(
        begin=database.begin,
        clock=clock,
        voting=voting,
        zone=ZoneInfo(settings.zone),
        log_keys=LogKeys("ledger", settings.log_seed()),
        witnesses=witnesses,
    )
    service = service_of(parts, Trust(settings.issuers, key_sets, clock), signer)
    background = log_work(
        parts,
        LedgerContents(),
        witness_interval_seconds=settings.witness_interval_seconds,
        check_interval_seconds=settings.check_interval_seconds,
    )
    closers = [to_voting.aclose, key_sets.aclose, witnesses.close, database.close]
    ready = schema_at(database, REVISION)
    return application(replace(service, ready=ready, background=background, closers=closers))


def contract() -> dict[str, Any]:
    """Return the ledger's OpenAPI document, made without anything it would be connected to."""
    unplugged = VotingClient(Neighbour("voting", httpx.AsyncClient(), str))
    parts = Parts(
        begin=_unplugged,
        clock=SystemClock(),
        voting=unplugged,
        zone=ZoneInfo("Asia/Shanghai"),
        log_keys=LogKeys("ledger", bytes(SEED_SIZE_BYTES)),
        witnesses=Witnesses(),
    )
    return assemble(parts, trust=None).openapi()


def _unplugged(*_: object) -> Any:  # noqa: ANN401 - it never returns
    raise AssertionError("a contract is written without a database")
