"""What is asked of a log and leaves something behind: sightings, witnesses, checks."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from services.chassis.once import Once, once_for
from services.chassis.tlog.bodies import (
    CheckOut,
    ConsistencyOut,
    CosignaturesOut,
    SightingIn,
    WitnessPolicyIn,
    WitnessPolicyOut,
)
from services.chassis.tlog.checking import check_and_keep
from services.chassis.tlog.contents import Contents
from services.chassis.tlog.handed import EstateId, Held
from services.chassis.tlog.policies import set_witness_policy as set_policy
from services.chassis.tlog.publishing import size_of
from services.chassis.tlog.refusals import NotOurCheckpoint
from services.chassis.tlog.sightings import compare_sighting
from services.chassis.tlog.witnessing import collect

SIGHTING_BYTES_MAX = 65_536
SIGHTING_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": SightingIn.model_json_schema()},
            "text/plain": {"schema": {"type": "string", "maxLength": 16_384}},
        },
    }
}


async def _sighted(request: Request) -> str:
    """Return the note of a sighting, whichever of the two ways it came."""
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > SIGHTING_BYTES_MAX:
            raise NotOurCheckpoint
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        return content.decode(errors="replace")
    try:
        return SightingIn.model_validate_json(content).checkpoint
    except ValidationError as malformed:
        raise RequestValidationError(malformed.errors(include_input=False)) from malformed


async def compare_checkpoint(
    estate_id: EstateId, note: Annotated[str, Depends(_sighted)], parts: Held
) -> ConsistencyOut:
    """An app says which checkpoint it saw last, and gets the proof that the log only grew.

    If this log signed the checkpoint and does not contain it, the answer is 409 with an alarm that
    is signed and stays. Without this log's signature nothing is recorded.
    """
    return ConsistencyOut.of(await compare_sighting(parts, estate_id, note))


async def set_witness_policy(
    estate_id: EstateId,
    body: WitnessPolicyIn,
    once: Annotated[Once, Depends(once_for(WitnessPolicyOut))],
    parts: Held,
) -> WitnessPolicyOut:
    """Choose among the witnesses that the operator knows; the choice is a leaf of the log."""
    names, quorum = body.witnesses, body.quorum
    policy = await set_policy(parts, once, estate_id, names=names, quorum=quorum)
    return WitnessPolicyOut.of(policy)


async def collect_cosignatures(
    estate_id: EstateId,
    once: Annotated[Once, Depends(once_for(CosignaturesOut, status=200))],
    parts: Held,
) -> CosignaturesOut:
    """Ask the estate's witnesses now instead of in the next round."""
    collected = await collect(parts, estate_id)
    async with parts.begin(once) as connection:
        return CosignaturesOut.of(await once.keep(connection, collected))


def check_log(contents: Contents) -> Callable[..., Awaitable[CheckOut]]:
    """Return the route that has a log of these contents checked now."""

    async def check_log(
        estate_id: EstateId, once: Annotated[Once, Depends(once_for(CheckOut))], parts: Held
    ) -> CheckOut:
        """Replay the log against everything that is stored, and publish the signed result."""
        async with parts.begin() as connection:
            await size_of(connection, estate_id)
        return CheckOut.of(await check_and_keep(parts, estate_id, contents, once))

    return check_log
