"""Voting, put together."""

from dataclasses import replace
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI

from services.chassis.application import Service, application
from services.chassis.clock import SystemClock
from services.chassis.database import Database
from services.chassis.health import schema_at
from services.chassis.neighbours import Neighbour
from services.chassis.telemetry import log_as
from services.chassis.tlog.background import log_work
from services.chassis.tlog.keys import SEED_SIZE_BYTES, LogKeys
from services.chassis.tlog.routes import log_router
from services.chassis.tlog.witnesses import read_witnesses
from services.chassis.tokens import Signer
from services.chassis.trust import Trust
from services.voting.actions.parts import Parts
from services.voting.api import ballots, results, votes
from services.voting.api.callers import CONVENERS
from services.voting.api.problems import PROBLEMS
from services.voting.clients.identity import Identity
from services.voting.settings import Settings
from services.voting.store.contents import VotingContents
from services.voting.store.tables import REVISION

# Identity merges and hashes thousands of entries for one announcement; nobody waits on it to vote.
FREEZE_DEADLINE_SECONDS = 20.0
LOG_PREFIX = "/v1/estates/{estate_id}/log"
CONTENTS = VotingContents()


def assemble(parts: Parts, trust: Trust | None, signer: Signer | None = None) -> FastAPI:
    """Return voting as an application, made of `parts`."""
    return application(_service(parts, trust, signer))


def _service(parts: Parts, trust: Trust | None, signer: Signer | None) -> Service:
    return Service(
        name="voting",
        summary="Opens ballots, takes votes, counts them by the law",
        routers=[ballots.router, votes.router, results.router, _log()],
        problems=PROBLEMS,
        parts=parts,
        trust=trust,
        signer=signer,
    )


def _log() -> APIRouter:
    return log_router(
        LOG_PREFIX,
        contents=CONTENTS,
        policy_setters=("street_office", *CONVENERS),
        checkers=("street_office", "housing_bureau", "auditor", *CONVENERS),
    )


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
    log_keys = LogKeys("voting", settings.log_seed())
    witnesses = read_witnesses(settings.witnesses_file)
    identity = Identity(neighbour)
    parts = Parts(database.begin, clock, identity, settings.zone, log_keys, witnesses)
    clients = (to_identity.aclose, key_sets.aclose)
    service = replace(
        _service(parts, Trust(settings.issuers, key_sets, clock), signer),
        ready=schema_at(database, REVISION),
        background=log_work(
            parts,
            CONTENTS,
            witness_interval_seconds=settings.witness_interval_seconds,
            check_interval_seconds=settings.check_interval_seconds,
        ),
        # Votes that were taken up are answered before what they are written with goes.
        closers=[parts.appender.drain, witnesses.close, *clients, database.close],
    )
    return application(service)


def contract() -> dict[str, Any]:
    """Return voting's OpenAPI document, made without anything that it would be connected to."""
    unplugged = Identity(Neighbour("identity", httpx.AsyncClient(), str))
    keys = LogKeys("voting", bytes(SEED_SIZE_BYTES))
    parts = Parts(_unplugged, SystemClock(), unplugged, zone="Asia/Shanghai", log_keys=keys)
    return assemble(parts, trust=None).openapi()


def _unplugged(*_: object) -> Any:  # noqa: ANN401 - it never returns
    raise AssertionError("a contract is written without a database")
