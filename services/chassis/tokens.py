"""Read and mint tokens; the only caller of python-jose, behind a port small enough to replace it.

Three kinds travel: `at+jwt` (an app to the gateway), `inside+jwt` (the gateway to one service, on
somebody's behalf, for one estate) and `service+jwt` (one service to another). All are ES256
(RFC 7518), named by key id, and valid for exactly one audience and a few minutes.

The library trusts too much on its own (a header's algorithm, missing claims, odd nesting), so
everything it cannot be trusted with is settled before it sees a byte; RFC 8725 is the list.
"""

import base64
import binascii
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwk, jwt  # noqa: TID251 - this module owns tokens

from services.chassis.clock import Clock
from services.chassis.keys import b64url, public_jwk, thumbprint

ALGORITHM = "ES256"
TOKEN_LENGTH_MAX = 4096
HEADER_LENGTH_MAX = 256
LIFE_SECONDS_MAX = 900
SERVICE_TOKEN_SECONDS = 60
CLOCK_SKEW_SECONDS = 5
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
# `require_exp` and `require_iat` would switch the library's own reading of time back on, whatever
# `verify_exp` says, and it reads the machine's clock; `_check_times` requires and checks both.
_OPTIONS = {f"require_{name}": True for name in ("aud", "iss", "sub", "jti")} | {
    f"verify_{name}": False for name in ("exp", "iat", "nbf")
}


class TokenRefused(Exception):
    """A token was not accepted; `reason` is for logs and counters, never for the caller."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class KeyUnknown(TokenRefused):
    """A well-formed token names a key that this process has not seen; a refresh may bring it."""

    def __init__(self, issuer: str) -> None:
        super().__init__("key unknown")
        self.issuer = issuer


@dataclass(frozen=True)
class Expected:
    """What a reader insists on: the one type, its own name as audience, and who may say so.

    Without an `issuer` any issuer that the process trusts may speak, but only about itself: `sub`
    is then the issuer. So a service that is taken over cannot speak for a person.
    """

    typ: str
    audience: str
    issuer: str | None = None


def _decoded(segment: str) -> bytes:
    """Return the bytes of a base64url segment in its one canonical spelling."""
    if not _BASE64URL.fullmatch(segment):
        raise TokenRefused("not base64url")
    try:
        raw = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except (binascii.Error, ValueError) as broken:
        raise TokenRefused("not base64url") from broken
    if b64url(raw) != segment:
        # Unused trailing bits would give one signature several token strings.
        raise TokenRefused("base64url not canonical")
    return raw


def _object(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as broken:
        raise TokenRefused("not JSON") from broken
    if not isinstance(value, dict):
        raise TokenRefused("not a JSON object")
    return value


class Signer:
    """Mints the tokens of one issuer and publishes the keys that verify them.

    The first key signs; further keys are only published, so that tokens of yesterday's key are
    still accepted, and tokens of tomorrow's key already are, while keys rotate.
    """

    def __init__(self, issuer: str, pems: list[str], clock: Clock) -> None:
        keys = [serialization.load_pem_private_key(pem.encode(), password=None) for pem in pems]
        if not keys or not all(
            isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1)
            for key in keys
        ):
            raise ValueError("signing keys must be P-256 private keys")
        self.issuer = issuer
        self._clock = clock
        publics = [key.public_key() for key in keys]
        self._published = [
            public_jwk(key) for key in publics if isinstance(key, ec.EllipticCurvePublicKey)
        ]
        self._kid = self._published[0]["kid"]
        self._private = jwk.construct(pems[0], ALGORITHM)

    def mint(self, claims: Mapping[str, object], *, typ: str, seconds: int) -> str:
        """Return a signed token with `claims` (which name `sub` and `aud`), good for `seconds`."""
        if not 0 < seconds <= LIFE_SECONDS_MAX:
            raise ValueError("a token lives between 1 second and 15 minutes")
        now = int(self._clock.now().timestamp())
        body = dict(claims) | {
            "iss": self.issuer,
            "iat": now,
            "exp": now + seconds,
            "jti": secrets.token_urlsafe(12),
        }
        headers = {"typ": typ, "kid": self._kid}
        token: str = jwt.encode(body, self._private, algorithm=ALGORITHM, headers=headers)
        if len(token) > TOKEN_LENGTH_MAX:
            raise ValueError("no reader would accept a token of this length")
        return token

    def service_token(self, audience: str) -> str:
        """Return this issuer's token for an errand of its own at one neighbour."""
        claims = {"sub": self.issuer, "aud": audience}
        return self.mint(claims, typ="service+jwt", seconds=SERVICE_TOKEN_SECONDS)

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """Return the public keys as a JSON Web Key Set (RFC 7517)."""
        return {"keys": list(self._published)}


class VerificationKeys:
    """The public keys of the issuers that a process trusts, by issuer and key id."""

    def __init__(self) -> None:
        self._keys: dict[str, dict[str, Any]] = {}

    def replace(self, issuer: str, jwks: Mapping[str, Any]) -> None:
        """Trust exactly the P-256 keys of `jwks` for `issuer` from now on.

        Raises:
            TokenRefused: it is no key set; what was trusted before stays.
        """
        try:
            self._keys[issuer] = self._built(jwks)
        except (AttributeError, KeyError, TypeError, ValueError) as broken:
            raise TokenRefused("not a key set") from broken

    @staticmethod
    def _built(jwks: Mapping[str, Any]) -> dict[str, Any]:
        fresh: dict[str, Any] = {}
        for published in jwks["keys"]:
            if published.get("kty") != "EC" or published.get("crv") != "P-256":
                continue
            x, y = (int.from_bytes(_decoded(published[name]), "big") for name in ("x", "y"))
            numbers = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1())
            pem = numbers.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            fresh[thumbprint(published)] = jwk.construct(pem.decode(), ALGORITHM)
        return fresh

    def find(self, issuer: str, kid: str) -> Any:  # noqa: ANN401 - python-jose has no types
        """Return the prebuilt key.

        Raises:
            TokenRefused: the issuer is not trusted at all.
            KeyUnknown: the issuer is trusted, the key not known.
        """
        if issuer not in self._keys:
            raise TokenRefused("issuer unknown")
        key = self._keys[issuer].get(kid)
        if key is None:
            raise KeyUnknown(issuer)
        return key

    def trust(self, issuer: str) -> None:
        """Name `issuer` as trusted before its keys are known."""
        self._keys.setdefault(issuer, {})


def _checked_header(token: str, typ: str) -> str:
    """Return the key id of a header that is exactly what we mint."""
    if len(token) > TOKEN_LENGTH_MAX or not token.isascii() or token.count(".") != 2:
        raise TokenRefused("not a compact token")
    first = token.partition(".")[0]
    if len(first) > HEADER_LENGTH_MAX:
        raise TokenRefused("header too long")
    header = _object(_decoded(first))
    if set(header) != {"alg", "typ", "kid"}:
        raise TokenRefused("header members")
    if header["alg"] != ALGORITHM or header["typ"] != typ:
        raise TokenRefused("algorithm or type")
    if not isinstance(header["kid"], str):
        raise TokenRefused("key id")
    return header["kid"]


def _whole(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise TokenRefused(f"{name} not an integer")
    return value


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    issued, expires = _whole(claims, "iat"), _whole(claims, "exp")
    if issued > now + CLOCK_SKEW_SECONDS:
        raise TokenRefused("issued in the future")
    if expires <= now:
        raise TokenRefused("expired")
    if not 0 < expires - issued <= LIFE_SECONDS_MAX:
        raise TokenRefused("life too long")
    if "nbf" in claims and _whole(claims, "nbf") > now + CLOCK_SKEW_SECONDS:
        raise TokenRefused("not valid yet")


def _check_strings(claims: Mapping[str, Any]) -> None:
    for name in ("sub", "jti", "aud", "iss"):
        if not isinstance(claims.get(name), str) or not claims[name]:
            raise TokenRefused(f"{name} not a string")


def read(token: str, expected: Expected, keys: VerificationKeys, clock: Clock) -> dict[str, Any]:
    """Return the claims of a token that passes every check, or refuse it.

    Raises:
        TokenRefused: anything at all is not as we mint it.
        KeyUnknown: only the key is missing; refresh the issuer's keys and ask again.
    """
    # (1) The shape and the header, before any cryptography and before the library.
    kid = _checked_header(token, expected.typ)
    header, body, signature = token.split(".")
    _decoded(signature)
    claimed = _object(_decoded(body))
    issuer = claimed.get("iss")
    spoken_for = claimed.get("sub") if expected.issuer is None else expected.issuer
    if not isinstance(issuer, str) or issuer != spoken_for:
        raise TokenRefused("issuer")
    # (2) One prebuilt key of that issuer; never a key, a set or an algorithm from the token.
    key = keys.find(issuer, kid)
    # (3) The signature, audience and issuer, by the library.
    try:
        claims: dict[str, Any] = jwt.decode(
            f"{header}.{body}.{signature}",
            key,
            algorithms=[ALGORITHM],
            audience=expected.audience,
            issuer=issuer,
            options=dict(_OPTIONS),
        )
    except Exception as refused:  # the library lets stray exceptions escape; all mean no
        raise TokenRefused("signature or claims") from refused
    # (4) What the library does not insist on: single-valued strings, integer times, short lives.
    _check_strings(claims)
    _check_times(claims, clock.now().timestamp())
    return claims
