"""A witness of transparency logs (C2SP tlog-witness), as a street office might run one.

It knows logs by the keys that its operator showed it, remembers of each the last tree that it
cosigned, and cosigns only trees that begin with that one. Its memory lasts as long as its process.

Run: `python -m services.chassis.serve simulators.witness --port 9000`.
"""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from services.proofs.checkpoint import Checkpoint, cosign
from services.proofs.leaf import SignatureWrong
from services.proofs.note import VerifierKey, read_verifier_key
from services.proofs.tree import NotConsistent, check_consistency
from services.proofs.witness import NotARequest, read_request
from simulators.behaviour import broken_answer
from simulators.control import Refused, Told, World, answer_refusal, control_routes, told

REQUEST_BYTES_MAX = 32 * 1024
SIZE = "text/x.tlog.size"


class _LogIn(Told):
    key: str = Field(min_length=1, max_length=500)


@dataclass(frozen=True)
class _Seen:
    """The last tree of a log that was cosigned."""

    size: int
    root: bytes


class Witness:
    """One witness: its key, the logs that it knows, and what it last saw of each."""

    def __init__(self, name: str, key: Ed25519PrivateKey, world: World) -> None:
        self._name = name
        self._key = key
        self._world = world
        self._logs: dict[str, VerifierKey] = {}
        self._seen: dict[str, _Seen] = {}

    def know(self, log: VerifierKey) -> None:
        """Watch a log from now on."""
        self._logs[log.name] = log

    def add_checkpoint(self, content: str) -> Response:
        """Cosign a checkpoint that continues what was seen, or say why not."""
        try:
            old_size, proof, checkpoint = read_request(content)
        except NotARequest:
            return PlainTextResponse("malformed\n", 400)
        log = self._logs.get(checkpoint.origin)
        if log is None:
            return PlainTextResponse("unknown log\n", 404)
        try:
            checkpoint.check_signed(log)
        except SignatureWrong:
            return PlainTextResponse("not signed by the log\n", 403)
        # Nothing is awaited from here to the end, so two requests cannot pass each other.
        return self._judged(old_size, proof, checkpoint)

    def _judged(self, old_size: int, proof: tuple[bytes, ...], checkpoint: Checkpoint) -> Response:
        seen = self._seen.get(checkpoint.origin)
        size, root = (seen.size, seen.root) if seen else (0, b"")
        if old_size > checkpoint.size:
            return PlainTextResponse("the old size is the larger\n", 400)
        if old_size != size or (seen and size == checkpoint.size and root != checkpoint.root):
            return Response(f"{size}\n", 409, media_type=SIZE)
        if seen is not None:
            try:
                check_consistency(size, checkpoint.size, proof, old_root=root, root=checkpoint.root)
            except NotConsistent:
                return PlainTextResponse("not consistent\n", 422)
        self._seen[checkpoint.origin] = _Seen(checkpoint.size, checkpoint.root)
        now = int(self._world.clock.now().timestamp())
        line = cosign(self._key, self._name, checkpoint, posix_time=now)
        return PlainTextResponse(line.encoded())


def from_environment() -> Starlette:
    """Return the witness whose name and key `SIMULATOR_WITNESS_NAME` and `…_SEED_FILE` give."""
    world = World.from_environment()
    seed = bytes.fromhex(Path(os.environ["SIMULATOR_WITNESS_SEED_FILE"]).read_text().strip())
    name = os.environ["SIMULATOR_WITNESS_NAME"]
    witness = Witness(name, Ed25519PrivateKey.from_private_bytes(seed), world)

    async def add_checkpoint(request: Request) -> Response:
        content = await request.body()
        behaviour = world.next_behaviour()
        await asyncio.sleep(behaviour.pause_seconds)
        broken = broken_answer(behaviour.manner)
        if broken is not None:
            return broken
        if len(content) > REQUEST_BYTES_MAX:
            return PlainTextResponse("too large\n", 413)
        return witness.add_checkpoint(content.decode("utf-8", errors="replace"))

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
