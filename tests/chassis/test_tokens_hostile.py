"""Tokens that somebody made to be believed, and an independent library as second opinion.

RFC 8725 lists the attacks; the rest are what the underlying library lets through on its own.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.clock import SystemClock
from services.chassis.keys import new_key_pem, thumbprint
from services.chassis.tokens import (
    Expected,
    KeyUnknown,
    Signer,
    TokenRefused,
    VerificationKeys,
    read,
)
from tests.support.clocks import ClockStoppedAt

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
AT = int(NOW.timestamp())
CLOCK = ClockStoppedAt(NOW)
EXPECTED = Expected("at+jwt", "gateway", "identity")
PEM, OTHER_PEM = new_key_pem(), new_key_pem()
SIGNER, OTHER = Signer("identity", [PEM], CLOCK), Signer("voting", [OTHER_PEM], CLOCK)
KID, OTHER_KID = (signer.jwks()["keys"][0]["kid"] for signer in (SIGNER, OTHER))
HEADER = {"alg": "ES256", "typ": "at+jwt", "kid": KID}
CLAIMS = {
    "iss": "identity",
    "sub": "account-1",
    "aud": "gateway",
    "iat": AT,
    "exp": AT + 600,
    "jti": "token-1",
}
# The order of P-256: the two integers of a signature lie below it (FIPS 186-5).
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
DEEP = b"[" * 1_000 + b"]" * 1_000


def keys_of(*signers: Signer) -> VerificationKeys:
    keys = VerificationKeys()
    for signer in signers:
        keys.replace(signer.issuer, signer.jwks())
    return keys


KEYS = keys_of(SIGNER, OTHER)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def as_bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def private(pem: str = PEM) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def fixed(r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def signature(message: bytes, pem: str = PEM) -> bytes:
    return fixed(*decode_dss_signature(private(pem).sign(message, ec.ECDSA(hashes.SHA256()))))


def made(header: object = None, claims: object = None, pem: str = PEM) -> str:
    """Return a token of exactly these bytes, honestly signed."""
    parts = [as_bytes(HEADER if header is None else header)]
    parts.append(as_bytes(CLAIMS if claims is None else claims))
    message = ".".join(b64(part) for part in parts)
    return f"{message}.{b64(signature(message.encode(), pem))}"


def signed_with(header: object, sign: Callable[[bytes], bytes]) -> str:
    message = f"{b64(as_bytes(header))}.{b64(as_bytes(CLAIMS))}"
    return f"{message}.{b64(sign(message.encode()))}"


def without(mapping: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key != name}


def believed(token: str) -> dict[str, Any]:
    return read(token, EXPECTED, KEYS, CLOCK)


def check_refused(token: str) -> None:
    with pytest.raises(TokenRefused):
        believed(token)


def test_the_honest_token_is_believed() -> None:
    assert believed(made()) == CLAIMS


def public_bytes(form: serialization.Encoding) -> bytes:
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return private().public_key().public_bytes(form, kind)


@pytest.mark.parametrize(
    "header",
    [
        HEADER | {"alg": "none"},
        HEADER | {"alg": "None"},
        HEADER | {"alg": "es256"},
        HEADER | {"alg": "ES384"},
        HEADER | {"alg": "ES256K"},
        HEADER | {"alg": "RS256"},
        HEADER | {"alg": "HS256"},
        HEADER | {"alg": "EdDSA"},
        HEADER | {"alg": ""},
        HEADER | {"alg": None},
        HEADER | {"alg": ["ES256"]},
        HEADER | {"alg": {"ES256": 1}},
        HEADER | {"typ": "inside+jwt"},
        HEADER | {"typ": "service+jwt"},
        HEADER | {"typ": "JWT"},
        HEADER | {"typ": "AT+JWT"},
        HEADER | {"typ": "application/at+jwt"},
        HEADER | {"typ": ["at+jwt"]},
        HEADER | {"typ": None},
        HEADER | {"kid": None},
        HEADER | {"kid": 7},
        HEADER | {"kid": [KID]},
        HEADER | {"kid": ""},
        HEADER | {"kid": "../../keys/identity"},
        HEADER | {"kid": OTHER_KID},
        HEADER | {"kid": KID + "\x00"},
        HEADER | {"kid": "\ud800"},
        without(HEADER, "alg"),
        without(HEADER, "typ"),
        without(HEADER, "kid"),
        HEADER | {"jku": "https://elsewhere/keys"},
        HEADER | {"x5u": "https://elsewhere/key"},
        HEADER | {"jwk": {"kty": "oct", "k": ""}},
        HEADER | {"crit": ["exp"]},
        HEADER | {"b64": False},
        HEADER | {"zip": "DEF"},
        HEADER | {"cty": "JWT"},
        [],
        "ES256",
        7,
        b"null",
        b"",
        b"{",
        b"\xff\xfe",
        b"\xef\xbb\xbf" + as_bytes(HEADER),
        DEEP,
        as_bytes(HEADER)[:-1] + b', "kid": "\x00"}',
        as_bytes(HEADER) + b" " * 300,
        as_bytes(HEADER) + b"{}",
    ],
    ids=lambda header: str(header)[:60],
)
def test_a_header_that_is_not_ours_is_refused_however_well_it_is_signed(header: object) -> None:
    check_refused(made(header=header))


@pytest.mark.parametrize("algorithm", ["HS256", "ES256"])
@pytest.mark.parametrize("form", [serialization.Encoding.PEM, serialization.Encoding.DER])
def test_the_public_key_is_no_shared_secret(algorithm: str, form: serialization.Encoding) -> None:
    secret = public_bytes(form)
    header = HEADER | {"alg": algorithm}
    check_refused(signed_with(header, lambda text: hmac.digest(secret, text, hashlib.sha256)))


def test_a_key_of_the_attackers_own_inside_the_token_is_not_used() -> None:
    own = OTHER.jwks()["keys"][0]
    for header in (HEADER | {"jwk": own}, HEADER | {"kid": OTHER_KID, "jwk": own}):
        check_refused(made(header=header, pem=OTHER_PEM))


@pytest.mark.parametrize("header", [HEADER, HEADER | {"kid": OTHER_KID}])
def test_one_issuers_key_signs_nothing_for_another(header: dict[str, str]) -> None:
    check_refused(made(header=header, pem=OTHER_PEM))
    about_itself = CLAIMS | {"iss": "voting", "sub": "voting"}
    own = made(header=HEADER | {"kid": OTHER_KID}, claims=about_itself, pem=OTHER_PEM)
    check_refused(own)
    assert read(own, Expected("at+jwt", "gateway"), KEYS, CLOCK)["iss"] == "voting"


def test_an_unknown_key_of_a_known_issuer_asks_for_a_refresh_and_of_an_unknown_one_does_not() -> (
    None
):
    with pytest.raises(KeyUnknown) as unknown:
        believed(made(header=HEADER | {"kid": "of tomorrow"}))
    assert unknown.value.issuer == "identity"
    with pytest.raises(TokenRefused) as refused:
        believed(made(claims=CLAIMS | {"iss": "nobody"}))
    assert not isinstance(refused.value, KeyUnknown)


@pytest.mark.parametrize(
    "sign",
    [
        lambda _: b"",
        lambda _: fixed(0, 0),
        lambda _: fixed(1, 0),
        lambda _: fixed(ORDER, ORDER),
        lambda _: b"\xff" * 64,
        lambda text: signature(text)[:63],
        lambda text: signature(text) + b"\x00",
        lambda text: b"\x00" + signature(text),
        lambda text: signature(text, OTHER_PEM),
        lambda text: private().sign(text, ec.ECDSA(hashes.SHA256())),
        lambda text: signature(text + b" "),
        lambda text: signature(text)[32:] + signature(text)[:32],
    ],
)
def test_a_signature_that_is_none_is_refused(sign: Callable[[bytes], bytes]) -> None:
    check_refused(signed_with(HEADER, sign))


@pytest.mark.parametrize("name", list(CLAIMS))
@pytest.mark.parametrize("value", [None, "", [], {}, True, 0, -1, 1.5, "1", ["gateway"]])
def test_a_claim_of_the_wrong_kind_is_refused(name: str, value: object) -> None:
    if name in {"sub", "jti"} and value == "1":
        assert believed(made(claims=CLAIMS | {name: value}))[name] == "1"
        return
    check_refused(made(claims=CLAIMS | {name: value}))


@pytest.mark.parametrize("name", list(CLAIMS))
def test_a_missing_claim_is_refused(name: str) -> None:
    check_refused(made(claims=without(CLAIMS, name)))


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "voting"},
        {"aud": "Gateway"},
        {"aud": "gateway "},
        {"aud": ["gateway"]},
        {"aud": ["gateway", "voting"]},
        {"aud": {"gateway": 1}},
        {"iss": "identity "},
        {"iss": ["identity"]},
        {"iss": "IDENTITY"},
        {"exp": AT},
        {"exp": AT - 1},
        {"exp": AT + 901},
        {"exp": AT + 600.0},
        {"exp": str(AT + 600)},
        {"exp": 10**300},
        {"iat": AT + 6, "exp": AT + 7},
        {"iat": AT + 600},
        {"iat": AT - 301},
        {"iat": float(AT)},
        {"iat": -(10**300)},
        {"iat": False},
        {"sub": 7},
        {"jti": 7},
    ],
    ids=str,
)
def test_a_claim_that_says_something_else_is_refused(changed: dict[str, Any]) -> None:
    check_refused(made(claims=CLAIMS | changed))


@pytest.mark.parametrize(
    "changed", [{"exp": AT + 1}, {"iat": AT + 5}, {"iat": AT - 300}, {"sub": "\u4e1a\u4e3b"}]
)
def test_the_last_admissible_claim_is_believed(changed: dict[str, Any]) -> None:
    assert believed(made(claims=CLAIMS | changed)) == CLAIMS | changed


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff",
        DEEP,
        b'{"a":' * 900 + b"1" + b"}" * 900,
        as_bytes(CLAIMS)[:-1] + b', "exp": NaN}',
        as_bytes(CLAIMS)[:-1] + b', "exp": Infinity}',
        as_bytes(CLAIMS)[:-1] + b', "exp": 1e400}',
        as_bytes(CLAIMS)[:-1] + b', "exp": 1' + b"0" * 2_000 + b"}",
        as_bytes(CLAIMS)[:-1] + b', "aud": "voting"}',
        as_bytes(CLAIMS) + b"\x00",
    ],
    ids=lambda body: body[-40:],
)
def test_a_body_that_is_no_honest_object_is_refused(body: bytes) -> None:
    check_refused(made(claims=body))


def noncanonical(segment: str) -> str:
    """Return another spelling of the same bytes: the unused low bits of the last character."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert len(segment) % 4
    return segment[:-1] + alphabet[alphabet.index(segment[-1]) + 1]


def test_one_token_has_one_spelling() -> None:
    token = made()
    header, body, sign = token.split(".")
    padded = [part + "=" * (-len(part) % 4) for part in (header, body, sign)]
    spellings = [
        f"{header}.{body}.{noncanonical(sign)}",
        f"{header}.{body}.{padded[2]}",
        ".".join(padded),
        f" {token}",
        f"{token} ",
        f"{token}\n",
        token.replace(".", ". "),
        f"Bearer {token}",
        f"{header}.{body}.{sign[:10]}\n{sign[10:]}",
        f"{header}.{body}",
        f"{token}.",
        f".{token}",
        f"{token}.{sign}",
        f"{header}..{body}.{sign}.",
        f"{header}.{body}.",
        f".{body}.{sign}",
        "..",
        "",
        token + "A" * 4_096,
        token.replace(".", "\uff0e"),
        token[:-1] + "\u0430",
        token + "\x00",
    ]
    for spelling in spellings:
        assert spelling != token
        check_refused(spelling)


def test_every_segment_is_held_to_its_one_spelling() -> None:
    for pad in range(3):
        claims = as_bytes(CLAIMS) + b" " * pad
        segment = b64(claims)
        if len(segment) % 4 == 0:
            continue
        body = noncanonical(segment)
        message = f"{b64(as_bytes(HEADER))}.{body}"
        check_refused(f"{message}.{b64(signature(message.encode()))}")


def test_a_reader_believes_only_the_audience_and_type_that_it_is() -> None:
    token = made()
    for expected in (
        Expected("at+jwt", "voting", "identity"),
        Expected("inside+jwt", "gateway", "identity"),
    ):
        with pytest.raises(TokenRefused):
            read(token, expected, KEYS, CLOCK)


def test_a_withdrawn_key_is_believed_no_longer() -> None:
    keys = keys_of(SIGNER)
    keys.replace("identity", {"keys": []})
    with pytest.raises(KeyUnknown):
        read(made(), EXPECTED, keys, CLOCK)


def foreign_keys() -> list[dict[str, Any]]:
    own = SIGNER.jwks()["keys"][0]
    return [
        {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": KID},
        {"kty": "oct", "k": b64(public_bytes(serialization.Encoding.PEM)), "kid": KID},
        own | {"crv": "P-384"},
        own | {"crv": "secp256k1"},
        {},
    ]


def test_a_key_set_gives_only_p_256_keys_under_their_own_thumbprint() -> None:
    keys = VerificationKeys()
    stranger = OTHER.jwks()["keys"][0] | {"kid": KID}
    keys.replace("identity", {"keys": [*foreign_keys(), stranger]})
    # A set that calls its key by another key's id gains nothing: the id is computed.
    with pytest.raises(KeyUnknown):
        read(made(), EXPECTED, keys, CLOCK)
    token = made(header=HEADER | {"kid": thumbprint(stranger)}, pem=OTHER_PEM)
    assert read(token, EXPECTED, keys, CLOCK)


@pytest.mark.parametrize("changed", [{"x": "AAAA"}, {"y": b64(b"\x01" * 32)}, {"x": "!"}])
def test_a_point_off_the_curve_is_no_key_and_the_known_ones_stay(changed: dict[str, str]) -> None:
    keys = keys_of(SIGNER)
    with pytest.raises((ValueError, TokenRefused)):
        keys.replace("identity", {"keys": [SIGNER.jwks()["keys"][0] | changed]})
    assert read(made(), EXPECTED, keys, CLOCK) == CLAIMS


# --- hypothesis, and PyJWT as second opinion ---------------------------------------------------

TOKEN = made()
PUBLIC = private().public_key()
PYJWT_OPTIONS: Any = {"require": ["iss", "sub", "aud", "iat", "exp", "jti"]}


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """Return the honest token with a few characters changed, dropped, doubled or moved."""
    text = TOKEN
    for _ in range(draw(st.integers(1, 3))):
        begin = draw(st.integers(0, len(text)))
        end = draw(st.integers(begin, min(len(text), begin + 6)))
        to = draw(st.text("AZaz09-_.=+/ \n\x00é", max_size=4) | st.just(text[begin:end] * 2))
        text = text[:begin] + to + text[end:]
    return text


@given(mutations())
def test_no_change_of_a_token_is_believed(token: str) -> None:
    if token != TOKEN:
        check_refused(token)


@given(st.integers(0, len(TOKEN) * 8 - 1))
def test_no_single_bit_is_free(bit: int) -> None:
    raw = bytearray(TOKEN.encode())
    raw[bit // 8] ^= 1 << (bit % 8)
    check_refused(raw.decode("latin-1"))


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
JSON_VALUES = SCALARS | st.lists(SCALARS, max_size=3)


@st.composite
def claim_sets(draw: st.DrawFn) -> dict[str, Any]:
    """Return claims that are honest but for a few, around the present of the machine's clock."""
    now = int(SystemClock().now().timestamp())
    claims: dict[str, Any] = CLAIMS | {"iat": now - 60, "exp": now + 600}
    names = st.sampled_from([*CLAIMS, "roles", "sid", "estate"])
    claims |= draw(st.dictionaries(names, JSON_VALUES, max_size=3))
    times = st.integers(-2_000, 2_000).map(lambda shift: now + shift)
    return claims | draw(st.dictionaries(st.sampled_from(["iat", "exp"]), times, max_size=2))


@given(claim_sets())
def test_what_is_believed_here_is_believed_by_another_library_and_reads_the_same(
    claims: dict[str, Any],
) -> None:
    token = made(claims=json.dumps(claims).encode())
    try:
        ours = read(token, EXPECTED, KEYS, SystemClock())
    except TokenRefused:
        return
    theirs = pyjwt.decode(
        token,
        PUBLIC,
        algorithms=["ES256"],
        audience="gateway",
        issuer="identity",
        leeway=5,
        options=PYJWT_OPTIONS,
    )
    assert json.dumps(ours) == json.dumps(theirs)


@given(
    st.dictionaries(st.sampled_from(["sid", "lvl", "estate", "roles", "owner"]), JSON_VALUES),
    st.integers(30, 900),
)
def test_what_is_minted_here_is_read_the_same_by_another_library(
    further: dict[str, Any], seconds: int
) -> None:
    signer = Signer("identity", [PEM], SystemClock())
    subject = {"sub": "account-1", "aud": "gateway"}
    token = signer.mint(subject | further, typ="at+jwt", seconds=seconds)
    ours = read(token, EXPECTED, KEYS, SystemClock())
    theirs = pyjwt.decode(
        token,
        PUBLIC,
        algorithms=["ES256"],
        audience="gateway",
        issuer="identity",
        options=PYJWT_OPTIONS,
    )
    assert json.dumps(ours) == json.dumps(theirs)
    assert pyjwt.get_unverified_header(token) == HEADER


@pytest.mark.parametrize("seconds", [0, -1, 901])
def test_no_token_is_minted_for_longer_than_a_token_lives(seconds: int) -> None:
    with pytest.raises(ValueError, match="15 minutes"):
        SIGNER.mint({"sub": "a", "aud": "b"}, typ="at+jwt", seconds=seconds)
