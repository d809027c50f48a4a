"""Whom a process believes: verified tokens, and the issuers' keys as they rotate.

A token that passed once is kept by its exact bytes until it expires: verifying ES256 costs a
quarter of a millisecond, and an app sends the same token many times.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx

from services.chassis.clock import Clock
from services.chassis.telemetry import log
from services.chassis.tokens import Expected, KeyUnknown, TokenRefused, VerificationKeys, read

REFRESH_PAUSE = timedelta(seconds=1)
KEPT_MAX = 20_000


class Trust:
    """Reads tokens of the issuers in `sources` (issuer name to the URL of its JWKS)."""

    def __init__(self, sources: Mapping[str, str], client: httpx.AsyncClient, clock: Clock) -> None:
        self._sources = dict(sources)
        self._client = client
        self._clock = clock
        self._keys = VerificationKeys()
        for issuer in self._sources:
            self._keys.trust(issuer)
        self._refreshing = asyncio.Lock()
        self._refreshed_at: dict[str, datetime] = {}
        self._kept: OrderedDict[tuple[str, Expected], dict[str, Any]] = OrderedDict()

    async def read(self, token: str, expected: Expected) -> dict[str, Any]:
        """Return the claims of `token`.

        Raises:
            TokenRefused: it is not acceptable here and now.
        """
        kept = self._kept.get((token, expected))
        if kept is not None:
            if kept["exp"] <= self._clock.now().timestamp():
                raise TokenRefused("expired")
            return kept
        try:
            claims = read(token, expected, self._keys, self._clock)
        except KeyUnknown as unknown:
            await self._refresh(unknown.issuer)
            claims = read(token, expected, self._keys, self._clock)
        self._kept[token, expected] = claims
        if len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        return claims

    async def _refresh(self, issuer: str) -> None:
        """Fetch the issuer's keys, at most once a second however many tokens ask for it."""
        async with self._refreshing:
            now = self._clock.now()
            last = self._refreshed_at.get(issuer)
            if last is not None and abs(now - last) < REFRESH_PAUSE:
                return
            self._refreshed_at[issuer] = now
            try:
                reply = await self._client.get(self._sources[issuer], timeout=3.0)
                self._keys.replace(issuer, reply.raise_for_status().json())
            except (httpx.HTTPError, ValueError, TokenRefused) as failed:
                # The keys known so far stay; the token that asked is refused for now.
                log.warning("keys not refreshed", extra={"issuer": issuer, "cause": repr(failed)})
                self._refreshed_at.pop(issuer)
