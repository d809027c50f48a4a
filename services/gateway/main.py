"""The gateway, put together."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import httpx

from services.chassis.application import API_VERSION, Service, application
from services.chassis.telemetry import log_as
from services.chassis.tokens import Signer
from services.chassis.trust import Trust
from services.gateway.actions.parts import Budgets, Parts
from services.gateway.api.door import Door
from services.gateway.api.pages import contract_router, exchange_router, problems_router
from services.gateway.api.problems import PROBLEMS, listed
from services.gateway.clients.identity import IdentityClient
from services.gateway.clients.upstreams import Deadlines, Upstreams
from services.gateway.domain.contracts import Contract, operations_of, problem_types_of
from services.gateway.domain.merging import merged
from services.gateway.domain.rates import Budget
from services.gateway.domain.routing import RoutingTable
from services.gateway.domain.sources import networks
from services.gateway.settings import CONTRACTS_FOLDER, GatewaySettings

SERVICES = ("identity", "voting", "ledger")
INFO = {
    "title": "电子业主卡 / Electronic owner card",
    "version": API_VERSION,
    "summary": "Owners' cards, votes and common revenue, through one door",
    "description": (
        "登录：`POST /v1/sign-in-codes`，再 `POST /v1/sessions`，其后以 `Authorization: Bearer` "
        "携带 access_token。不安全的请求携带 `Idempotency-Key`（小写 UUID），重试不会重复办理。\n\n"
        "Sign in with a code, then send the access token as a bearer token. Unsafe requests carry "
        "an `Idempotency-Key` (lower-case UUID); sending one again is safe. Refusals are RFC 9457 "
        "problems with Chinese and English texts; each `type` is a page here. Money is in integer "
        "fen, areas are strings with two decimals, instants are RFC 3339."
    ),
}


def read_contracts(folder: Path) -> dict[str, Contract]:
    """Return the committed contracts of the services behind the door."""
    return {
        service: json.loads((folder / f"{service}.v1.json").read_text(encoding="utf-8"))
        for service in SERVICES
    }


def contract(folder: Path = CONTRACTS_FOLDER, *, server_url: str = "/") -> dict[str, Any]:
    """Return the one document for app developers, made from the committed contracts."""
    return merged(read_contracts(folder), info=INFO, server_url=server_url, problems=listed())


def assemble(
    parts: Parts,
    document: Mapping[str, Any],
    signer: Signer,
    closers: Iterable[Callable[[], Awaitable[object]]] = (),
) -> Door:
    """Return the gateway as an ASGI application; `document` is the merged contract."""
    pages = application(
        Service(
            name="gateway",
            summary="The only public door: checks, limits, exchanges tokens, forwards",
            routers=[
                contract_router(document),
                problems_router(problem_types_of({"all": document})),
                exchange_router(),
            ],
            problems=PROBLEMS,
            parts=parts,
            trust=parts.trust,
            signer=signer,
            closers=[parts.upstreams.close, *closers],
        )
    )
    return Door(parts, pages)


def from_environment() -> Door:
    """Return the gateway as the environment describes it."""
    settings = GatewaySettings()
    log_as("gateway", settings.log_level)
    clock = settings.clock()
    signer = Signer("gateway", settings.signing_keys(), clock)
    upstreams = Upstreams(
        {name: getattr(settings, f"{name}_url") for name in SERVICES},
        Deadlines(settings.connect_seconds, settings.silence_seconds, settings.total_seconds),
    )
    # httpx only fetches key sets here, seldom; requests are forwarded with aiohttp.
    key_sets = httpx.AsyncClient()
    parts = Parts(
        clock=clock,
        routes=RoutingTable(operations_of(read_contracts(settings.contracts_folder))),
        trust=Trust(settings.issuers, key_sets, clock),
        identity=IdentityClient(upstreams, signer.service_token, clock),
        upstreams=upstreams,
        budgets=_budgets(settings),
        trusted_proxies=networks(settings.trusted_proxies),
        proxy_secret=settings.proxy_secret.get_secret_value(),
    )
    document = contract(settings.contracts_folder, server_url=settings.server_url)
    return assemble(parts, document, signer, closers=[key_sets.aclose])


def _budgets(settings: GatewaySettings) -> Budgets:
    return Budgets(
        source=Budget(settings.source_per_minute, settings.source_burst),
        sign_in=Budget(settings.sign_in_per_minute, settings.sign_in_burst),
        stranger=Budget(settings.stranger_per_minute, settings.stranger_burst),
        session=Budget(settings.session_per_minute, settings.session_burst),
    )
