"""Neighbours of voting that behave: one steady, one forgetful."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from services.proofs.areas import area_centi, area_m2
from services.proofs.canonical import canonical, sha256_hex

# The key by which the fake identity says whose a device key is.
ATTESTER = Ed25519PrivateKey.from_private_bytes(b"attester of the made-up identity")
PATH = "/internal/v1/estates/{estate_id}/electorates"
Answer = dict[str, Any]


@dataclass(frozen=True)
class Flat:
    """One entry of the roll that a fake hands over."""

    area_m2: str
    holders: tuple[str, ...]
    kind: str = "OWNERS"


def frozen(estate_id: str, flats: list[Flat], zone: str) -> Answer:
    """Return an electorate as identity answers it, hashed as the two services agreed."""
    policy = {
        "parking_area_counts": False,
        "parking_as_person_counts": False,
        "same_owner_rule": "identical_owner_set",
    }
    entries: list[Answer] = [
        {
            "entry_id": str(uuid.uuid4()),
            "kind": flat.kind,
            "area_m2": flat.area_m2,
            "holders": list(flat.holders),
            "units": 1,
        }
        for flat in flats
    ]
    hashed = [
        {
            "entry_id": entry["entry_id"],
            "area_centi": area_centi(str(entry["area_m2"])),
            "kind": entry["kind"],
            "holders_sha256": hashlib.sha256(canonical(sorted(entry["holders"]))).hexdigest(),
        }
        for entry in sorted(entries, key=lambda entry: str(entry["entry_id"]))
    ]
    return {
        "electorate_id": str(uuid.uuid4()),
        "estate_id": estate_id,
        "zone": zone,
        "frozen_at": "2026-03-19T02:39:00Z",
        "policy": policy,
        "people": len(flats),
        "area_m2": area_m2(sum(area_centi(flat.area_m2) for flat in flats)),
        "sha256": sha256_hex({"estate_id": estate_id, "policy": policy, "entries": hashed}),
        "attesters": [ATTESTER.public_key().public_bytes_raw().hex()],
        "entries": entries,
        "something_new": "a member that voting does not read",
    }


def _as_it_is(answer: Answer) -> Answer:
    return answer


@dataclass
class SteadyIdentity:
    """Freezes what each estate has, once for each key, and remembers what it was asked.

    `spoil` changes an answer on its way out; `refuse` answers with a problem instead.
    """

    flats: dict[str, list[Flat]] = field(default_factory=dict)
    zone: str = "Asia/Shanghai"
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    spoil: Callable[[Answer], Answer] = _as_it_is
    refuse: Answer | None = None
    _answers: dict[str, Answer] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve as an ASGI application."""
        app = Starlette(routes=[Route(PATH, self._freeze, methods=["POST"])])
        await app(scope, receive, send)

    async def _freeze(self, request: Request) -> JSONResponse:
        key = request.headers["idempotency-key"]
        assert request.headers["authorization"].startswith("Bearer ")
        self.asked.append((key, await request.json()))
        if self.refuse is not None:
            return JSONResponse(self.refuse, 409)
        estate_id = request.path_params["estate_id"]
        if key not in self._answers:
            self._answers[key] = frozen(estate_id, self.flats[estate_id], self.zone)
        return JSONResponse(self.spoil(self._answers[key]), 201)


class ForgetfulIdentity(SteadyIdentity):
    """Freezes, and then the answer is lost: the first asking of each key ends in a 503."""

    async def _freeze(self, request: Request) -> JSONResponse:
        seen = {key for key, _ in self.asked}
        answer = await super()._freeze(request)
        if request.headers["idempotency-key"] in seen:
            return answer
        return JSONResponse({"type": "/problems/chassis/database-away"}, 503)
