"""Witnesses that behave: they cosign growth and nothing else (C2SP tlog-witness)."""

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.chassis.clock import Clock
from services.chassis.tlog.witnesses import KnownWitness, Witnesses
from services.proofs.checkpoint import Checkpoint, cosign
from services.proofs.leaf import SignatureWrong
from services.proofs.note import KeyType, VerifierKey
from services.proofs.refuted import Refuted
from services.proofs.tree import NotConsistent
from services.proofs.witness import (
    SIZE_TYPE,
    Behind,
    Forked,
    NotARequest,
    check_growth,
    encoded_cosignatures,
    encoded_size,
    read_add_checkpoint,
)

_STATUS: dict[type[Refuted], int] = {
    Forked: 409,
    NotConsistent: 422,
    SignatureWrong: 403,
    NotARequest: 400,
}


class StrictWitness:
    """Remembers one checkpoint of each log and cosigns what grew out of it."""

    def __init__(self, name: str, clock: Clock, number: int = 1) -> None:
        self.name = name
        self.clock = clock
        self._key = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        self.seen: dict[str, Checkpoint] = {}
        self.logs: dict[str, VerifierKey] = {}
        self.asked: list[int] = []

    @property
    def known(self) -> KnownWitness:
        """The witness as the operator's file names it."""
        public = self._key.public_key().public_bytes_raw()
        return KnownWitness(
            VerifierKey(self.name, KeyType.COSIGNATURE, public), f"http://{self.name}"
        )

    def trust(self, log: VerifierKey) -> None:
        """Know a log from now on."""
        self.logs[log.name] = log

    def answer(self, body: str) -> httpx.Response:
        """Answer a request to add a checkpoint."""
        request = read_add_checkpoint(body)
        self.asked.append(request.old_size)
        origin = request.checkpoint.origin
        if origin not in self.logs:
            return httpx.Response(404)
        try:
            check_growth(request, self.seen.get(origin), self.logs[origin])
        except Behind as behind:
            headers = {"content-type": SIZE_TYPE}
            return httpx.Response(409, text=encoded_size(behind.size), headers=headers)
        except Refuted as refused:
            return httpx.Response(_STATUS[type(refused)])
        self.seen[origin] = request.checkpoint
        return self.cosigned(request.checkpoint)

    def cosigned(self, checkpoint: Checkpoint) -> httpx.Response:
        """Return the consent."""
        now = int(self.clock.now().timestamp())
        line = cosign(self._key, self.name, checkpoint, posix_time=now)
        return httpx.Response(200, text=encoded_cosignatures([line]))


class AbsentWitness(StrictWitness):
    """Is away."""

    def answer(self, body: str) -> httpx.Response:
        self.asked.append(read_add_checkpoint(body).old_size)
        raise httpx.ConnectError("away")


class BabblingWitness(StrictWitness):
    """Says something else every time."""

    def __init__(self, name: str, clock: Clock, number: int = 1, *said: httpx.Response) -> None:
        super().__init__(name, clock, number)
        self._said = list(said)

    def answer(self, body: str) -> httpx.Response:
        self.asked.append(read_add_checkpoint(body).old_size)
        return self._said.pop(0)


def reachable(*witnesses: StrictWitness) -> Witnesses:
    """Return the witnesses as a service knows and asks them."""
    by_host = {one.name: one for one in witnesses}

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/add-checkpoint"
        return by_host[request.url.host].answer(request.content.decode())

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return Witnesses((one.known for one in witnesses), client)
