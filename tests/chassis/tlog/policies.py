"""Choosing witnesses as an estate's officials do, over HTTP."""

import uuid
from collections.abc import Sequence

import httpx

from tests.chassis.tlog.notices import Parts, client_of, served


async def choose(
    parts: Parts, estate_id: str, names: Sequence[str], *, quorum: int, role: str = "committee"
) -> httpx.Response:
    """Set an estate's witness policy and return the answer, whatever it is."""
    async with client_of(served(parts), estate_id, role) as client:
        return await client.post(
            f"/v1/estates/{estate_id}/log/witness-policies",
            json={"witnesses": list(names), "quorum": quorum},
            headers={"idempotency-key": str(uuid.uuid4())},
        )
