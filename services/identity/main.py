"""Builds the identity service from its parts, and its parts from the environment."""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import httpx
from fastapi import FastAPI

from services.chassis.application import Service, application
from services.chassis.clock import Clock, SystemClock
from services.chassis.database import Connection, Database
from services.chassis.health import schema_at
from services.chassis.keys import new_key_pem
from services.chassis.sealing import Sealer, SealingKeys
from services.chassis.telemetry import log_as
from services.chassis.tokens import Expected, Signer, VerificationKeys, read
from services.chassis.trust import Trust
from services.identity.actions.parts import Attesters, Parts
from services.identity.api import (
    attesters,
    device_keys,
    electorates,
    entry_lookups,
    estates,
    people,
    register,
    sign_in,
    step_up,
)
from services.identity.api.problems import PROBLEMS
from services.identity.clients.messages import Messages
from services.identity.clients.property_registry import PropertyRegistry
from services.identity.clients.real_name import RealName
from services.identity.domain.pseudonym import Pseudonyms
from services.identity.settings import Settings
from services.identity.store.tables import REVISION

ROUTERS = (
    sign_in.router,
    step_up.router,
    people.router,
    device_keys.router,
    attesters.router,
    estates.router,
    register.router,
    electorates.router,
    entry_lookups.router,
)
_OUTSIDE = Expected("at+jwt", "gateway", "identity")


def assemble(
    parts: Parts,
    trust: Trust | None,
    *,
    ready: Callable[[], Awaitable[object]] | None = None,
    closers: Iterable[Callable[[], Awaitable[object]]] = (),
) -> FastAPI:
    """Return the service as an application, made of `parts`."""
    service = Service(
        name="identity",
        summary="谁是真人、谁拥有什么 / Who is real and who owns what",
        routers=ROUTERS,
        problems=PROBLEMS,
        parts=parts,
        trust=trust,
        signer=parts.signer,
        closers=closers,
    )
    return application(service if ready is None else replace(service, ready=ready))


def from_environment() -> FastAPI:
    """Return the service as the environment describes it."""
    settings = Settings()
    log_as("identity", settings.log_level)
    database = Database(settings.database_url, pool_size=settings.database_pool_size)
    sources = Sources.of(settings)
    key_sets = httpx.AsyncClient()
    return assemble(
        parts_from(settings, database, sources),
        Trust(settings.issuers, key_sets, settings.clock()),
        ready=schema_at(database, REVISION),
        closers=[*sources.closers, key_sets.aclose, database.close],
    )


def contract() -> dict[str, Any]:
    """Return the service's OpenAPI document, made without anything it would be connected to."""
    clock, nothing = SystemClock(), httpx.AsyncClient()
    signer = Signer("identity", [new_key_pem()], clock)
    parts = Parts(
        begin=_unplugged,
        clock=clock,
        sealer=Sealer(SealingKeys({1: bytes(32)}, bytes(32))),
        pseudonyms=Pseudonyms(bytes(32)),
        attesters=Attesters.of_seeds(bytes(32)),
        signer=signer,
        read_outside=outside_reader(signer, clock),
        real_name=RealName(nothing),
        property_registry=PropertyRegistry(nothing),
        messages=Messages(nothing),
    )
    return assemble(parts, trust=None).openapi()


def _unplugged(*_: object) -> AbstractAsyncContextManager[Connection]:
    raise RuntimeError("this application is for its contract only")


def outside_reader(signer: Signer, clock: Clock) -> Callable[[str], dict[str, Any]]:
    """Return the reader of tokens that this very service gave to apps."""
    keys = VerificationKeys()
    keys.replace(signer.issuer, signer.jwks())
    return lambda token: read(token, _OUTSIDE, keys, clock)


@dataclass(frozen=True)
class Sources:
    """Connections to the three outside sources."""

    real_name: httpx.AsyncClient
    property_registry: httpx.AsyncClient
    messages: httpx.AsyncClient

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return connections to where the settings say; small pools, the sources are slow."""
        urls = (settings.real_name_url, settings.property_registry_url, settings.messages_url)
        limits = httpx.Limits(max_connections=50)
        return cls(*(httpx.AsyncClient(base_url=url, limits=limits) for url in urls))

    @property
    def closers(self) -> list[Callable[[], Awaitable[object]]]:
        """Return what ends the connections."""
        return [self.real_name.aclose, self.property_registry.aclose, self.messages.aclose]


def parts_from(settings: Settings, database: Database, sources: Sources) -> Parts:
    """Return the real parts."""
    clock = settings.clock()
    signer = Signer("identity", settings.signing_keys(), clock)
    deadline = settings.source_deadline_seconds
    return Parts(
        begin=database.begin,
        clock=clock,
        sealer=Sealer(SealingKeys.load(settings.sealing_keys_file)),
        pseudonyms=Pseudonyms(_key_in(settings.pseudonym_key_file)),
        attesters=Attesters.of_seeds(*map(_key_in, settings.attestation_key_files)),
        signer=signer,
        read_outside=outside_reader(signer, clock),
        real_name=RealName(sources.real_name, deadline_seconds=deadline),
        property_registry=PropertyRegistry(sources.property_registry, deadline_seconds=deadline),
        messages=Messages(sources.messages, deadline_seconds=deadline),
    )


def _key_in(path: Path) -> bytes:
    return bytes.fromhex(path.read_text().strip())
