"""Ask one witness to cosign one checkpoint (C2SP tlog-witness, add-checkpoint)."""

from dataclasses import dataclass

import httpx

from services.chassis.tlog import proving
from services.chassis.tlog.parts import KeepsLogs
from services.chassis.tlog.publishing import size_of
from services.chassis.tlog.witnesses import KnownWitness
from services.proofs.checkpoint import Checkpoint
from services.proofs.note import SignatureLine
from services.proofs.witness import (
    SIZE_TYPE,
    AddCheckpoint,
    NotAnAnswer,
    read_cosignatures,
    read_size,
)

ANSWER_BYTES_MAX = 16_384
TRIES_MAX = 3
_AS_IT_IS = {"accept-encoding": "identity"}


class HistoryRefused(Exception):
    """A witness, asked from where it stands, says that this is another history."""

    def __init__(self, status: int, size: int) -> None:
        super().__init__(f"{status} at {size}")
        self.status = status
        self.size = size


@dataclass(frozen=True, slots=True)
class Errand:
    """One checkpoint that one witness is to cosign, and where we last saw it stand."""

    estate_id: str
    checkpoint: Checkpoint
    witness: KnownWitness
    known_size: int


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    media_type: str
    body: str


async def ask(parts: KeepsLogs, errand: Errand) -> SignatureLine:
    """Return the witness's cosignature, which is right.

    Raises:
        HistoryRefused: it holds another history.
        NotAnAnswer: it answered what the protocol does not foresee.
        SignatureWrong: what it signed is not this checkpoint.
        HTTPError: it is away.
    """
    size = errand.known_size
    for _ in range(TRIES_MAX):
        answer = await _post(parts, errand, size)
        if answer.status == httpx.codes.OK:
            lines = read_cosignatures(answer.body, errand.checkpoint, errand.witness.key)
            return lines[0]
        stands = _where_it_stands(answer, size)
        if stands == size:
            raise HistoryRefused(answer.status, size)
        await _check_reached(parts, errand, stands, answer.status)
        size = stands
    raise NotAnAnswer("the witness moves on while it is asked")


def _where_it_stands(answer: _Answer, asked: int) -> int:
    """Return the size from which a witness wants the proof; the one asked for is a refusal."""
    if answer.status == httpx.codes.UNPROCESSABLE_ENTITY:
        return asked
    if answer.status != httpx.codes.CONFLICT:
        raise NotAnAnswer(f"status {answer.status}")
    return read_size(answer.body) if answer.media_type == SIZE_TYPE else asked


async def _check_reached(parts: KeepsLogs, errand: Errand, stands: int, status: int) -> None:
    """Check that a witness stands where this log has been.

    Another process may have had a newer checkpoint cosigned meanwhile; the next round sees to it.
    """
    if stands <= errand.checkpoint.size:
        return
    async with parts.begin() as connection:
        reached = await size_of(connection, errand.estate_id)
    if stands > reached:
        raise HistoryRefused(status, stands)
    raise NotAnAnswer("the witness has seen a newer checkpoint")


async def _post(parts: KeepsLogs, errand: Errand, size: int) -> _Answer:
    checkpoint = errand.checkpoint
    async with parts.begin() as connection:
        estate_id = errand.estate_id
        path = await proving.consistency(connection, estate_id, size, checkpoint.size)
    log_line = checkpoint.line_by(parts.log_keys.of(estate_id).log_key)
    bare = Checkpoint(checkpoint.origin, checkpoint.size, checkpoint.root)
    signed = bare.with_signatures([log_line] if log_line else [])
    body = AddCheckpoint(size, tuple(path), signed).encoded()
    url = f"{errand.witness.url}/add-checkpoint"
    async with parts.witnesses.client.stream("POST", url, content=body, headers=_AS_IT_IS) as reply:
        # A few packed bytes could unfold into more memory than there is.
        if "content-encoding" in reply.headers:
            raise NotAnAnswer("the answer is packed")
        content = b""
        async for chunk in reply.aiter_bytes():
            content += chunk
            if len(content) > ANSWER_BYTES_MAX:
                raise NotAnAnswer("the answer is too large")
        media_type = reply.headers.get("content-type", "").partition(";")[0].strip()
    return _Answer(reply.status_code, media_type, content.decode(errors="replace"))
