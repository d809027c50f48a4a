"""A witness of transparency logs (C2SP tlog-witness), as a street office might run one.

It knows logs by the keys that its operator showed it, remembers of each the last tree that it
cosigned, and cosigns only trees that begin with that one. Its memory lasts as long as its process.

Run: `python -m services.chassis.serve simulators.witness --port 9000`.
"""

import asyncio
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from services.chassis.clock import Clock
from services.proofs.checkpoint import Checkpoint, cosign
from services.proofs.leaf import SignatureWrong
from services.proofs.note import VerifierKey, read_verifier_key
from services.proofs.refuted import Refuted
from services.proofs.tree import NotConsistent
from services.proofs.witness import (
    SIZE_TYPE,
    Behind,
    Forked,
    check_growth,
    encoded_cosignatures,
    encoded_size,
    read_add_checkpoint,
)
from simulators.behaviour import broken_answer
from simulators.control import Refused, Told, World, answer_refusal, control_routes, told

REQUEST_BYTES_MAX = 32 * 1024
_STATUS = {SignatureWrong: 403, Forked: 409, NotConsistent: 422}


class _LogIn(Told):
    key: str = Field(min_length=1, max_length=500)


class Witness:
    """One witness: its key, the logs that it knows, and what it last cosigned of each."""

    def __init__(self, name: str, key: Ed25519PrivateKey, clock: Clock) -> None:
        self._name = name
        self._key = key
        self._clock = clock
        self._logs: dict[str, VerifierKey] = {}
        self._seen: dict[str, Checkpoint] = {}

    def know(self, log: VerifierKey) -> None:
        """Watch a log from now on."""
        self._logs[log.name] = log

    def answer(self, body: str) -> Response:
        """Cosign a checkpoint that continues what was seen, or say why not.

        Nothing is awaited in here, so two requests cannot pass each other.
        """
        try:
            request = read_add_checkpoint(body)
            log = self._logs.get(request.checkpoint.origin)
            if log is None:
                return PlainTextResponse("unknown log\n", 404)
            check_growth(request, self._seen.get(log.name), log)
        except Behind as behind:
            return Response(encoded_size(behind.size), 409, {"content-type": SIZE_TYPE})
        except Refuted as refused:
            return PlainTextResponse(f"{refused}\n", _STATUS.get(type(refused), 400))
        self._seen[log.name] = request.checkpoint
        now = int(self._clock.now().timestamp())
        line = cosign(self._key, self._name, request.checkpoint, posix_time=now)
        return PlainTextResponse(encoded_cosignatures([line]))


def from_environment() -> Starlette:
    """Return the witness whose name and key `SIMULATOR_WITNESS_NAME` and `…_SEED_FILE` give."""
    world = World.from_environment()
    seed = bytes.fromhex(Path(os.environ["SIMULATOR_WITNESS_SEED_FILE"]).read_text().strip())
    name = os.environ["SIMULATOR_WITNESS_NAME"]
    witness = Witness(name, Ed25519PrivateKey.from_private_bytes(seed), world.clock)

    async def add_checkpoint(request: Request) -> Response:
        content = await request.body()
        behaviour = world.next_behaviour()
        await asyncio.sleep(behaviour.pause_seconds)
        broken = broken_answer(behaviour.manner)
        if broken is not None:
            return broken
        if len(content) > REQUEST_BYTES_MAX:
            return PlainTextResponse("too large\n", 413)
        return witness.answer(content.decode("utf-8", errors="replace"))

    async def add_log(request: Request) -> Response:
        world.check_control(request)
        shown = await told(request, _LogIn)
        witness.know(read_verifier_key(shown.key))
        return JSONResponse({}, 201)

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/control/logs", add_log, methods=["POST"]),
            *control_routes(world),
        ],
        exception_handlers={Refused: answer_refusal},
    )
