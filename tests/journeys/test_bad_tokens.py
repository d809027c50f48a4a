"""Tokens that are none of ours, or not for here: refused alike, and nothing is told of why."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from launcher.stack import Stack
from services.chassis.clock import Clock, ShiftedClock
from services.chassis.keys import new_key_pem
from services.chassis.tokens import Signer
from tests.journeys.conftest import Owners
from tests.journeys.estate import ITEM, Estate
from tests.support.clocks import ClockStoppedAt
from tests.support.tokens import bearer
from tests.support.whole import Whole, done, problem

NOT_ACCEPTED = (401, "chassis/token-not-accepted")


def b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def segment(members: dict[str, Any]) -> str:
    return b64url(json.dumps(members).encode())


def members_of(token: str, index: int) -> dict[str, Any]:
    """Return header (0) or claims (1) of a token."""
    part = token.split(".")[index]
    members: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return members


@dataclass
class Forge:
    """Someone who has a live token of Anna's and, for the worst of it, identity's own key."""

    stack: Stack
    live: str
    now: datetime
    estate_id: str

    def key(self, service: str) -> str:
        return (self.stack.folder / "keys" / f"{service}.pem").read_text()

    def signed(self, claims: dict[str, Any], *, typ: str = "at+jwt", by: str = "identity") -> str:
        """Return a token that a service's own key really signed."""
        clock: Clock = ShiftedClock(self.stack.clock_file)
        return Signer(by, [self.key(by)], clock).mint(claims, typ=typ, seconds=120)

    def claims(self, **changed: Any) -> dict[str, Any]:
        """Return the claims of the live token, but for what is changed."""
        live = members_of(self.live, 1)
        return {name: live[name] for name in ("sub", "aud", "sid")} | changed

    def expired(self) -> str:
        an_hour_ago = ClockStoppedAt(self.now - timedelta(hours=1))
        signer = Signer("identity", [self.key("identity")], an_hour_ago)
        return signer.mint(self.claims(), typ="at+jwt", seconds=600)

    def of_tomorrow(self) -> str:
        tomorrow = ClockStoppedAt(self.now + timedelta(days=1))
        signer = Signer("identity", [self.key("identity")], tomorrow)
        return signer.mint(self.claims(), typ="at+jwt", seconds=600)

    def inside(self) -> str:
        claims = self.claims(
            aud="voting",
            lvl=3,
            estate=self.estate_id,
            roles=["property_management_committee", "owner"],
        )
        return self.signed(claims, typ="inside+jwt")

    def with_header(self, **changed: Any) -> str:
        """Return the live token under another header, its signature left as it was."""
        _, claims, signature = self.live.split(".")
        return f"{segment(members_of(self.live, 0) | changed)}.{claims}.{signature}"

    def without_key_id(self) -> str:
        _, claims, signature = self.live.split(".")
        return f"{segment({'alg': 'ES256', 'typ': 'at+jwt'})}.{claims}.{signature}"

    def as_somebody_else(self) -> str:
        header, _, signature = self.live.split(".")
        claims = members_of(self.live, 1) | {"sub": "somebody-else"}
        return f"{header}.{segment(claims)}.{signature}"

    def with_public_key_as_secret(self) -> str:
        """Return the oldest trick: HS256, keyed with the key that everybody may read."""
        private = serialization.load_pem_private_key(self.key("identity").encode(), None)
        public = private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        header = segment(members_of(self.live, 0) | {"alg": "HS256"})
        signed = f"{header}.{self.live.split('.')[1]}"
        return f"{signed}.{b64url(hmac.digest(public, signed.encode(), hashlib.sha256))}"

    def by_a_key_of_nobody(self) -> str:
        clock: Clock = ShiftedClock(self.stack.clock_file)
        signer = Signer("identity", [new_key_pem()], clock)
        return signer.mint(self.claims(), typ="at+jwt", seconds=600)

    def by_another_service(self) -> str:
        return self.signed(self.claims(), by="voting")

    def unsigned(self) -> str:
        return self.with_header(alg="none").rpartition(".")[0] + "."


FORGERIES: dict[str, Callable[[Forge], str]] = {
    "expired": Forge.expired,
    "issued in the future": Forge.of_tomorrow,
    "for another audience": lambda forge: forge.signed(forge.claims(aud="voting")),
    "for two audiences": lambda forge: forge.signed(forge.claims(aud=["gateway", "voting"])),
    "an inside token": Forge.inside,
    "a service token": lambda forge: forge.signed(
        {"sub": "voting", "aud": "gateway"}, typ="service+jwt", by="voting"
    ),
    "of another type": lambda forge: forge.signed(forge.claims(), typ="JWT"),
    "signed by another service": Forge.by_another_service,
    "signed by a key of nobody": Forge.by_a_key_of_nobody,
    "algorithm none": Forge.unsigned,
    "algorithm none, spelled oddly": lambda forge: forge.with_header(alg="nOnE"),
    "HS256 with the public key": Forge.with_public_key_as_secret,
    "another curve": lambda forge: forge.with_header(alg="ES384"),
    "no key id": Forge.without_key_id,
    "a path as key id": lambda forge: forge.with_header(kid="../../keys/identity.pem"),
    "a key in its header": lambda forge: forge.with_header(jwk={"kty": "EC"}),
    "in the name of somebody else": Forge.as_somebody_else,
    "half of it": lambda forge: forge.live[: len(forge.live) // 2],
    "one letter less": lambda forge: forge.live[:-1],
    "twice": lambda forge: f"{forge.live}.{forge.live}",
    "garbage": lambda _: "a.b.c",
    "very long": lambda _: "a" * 5000,
}


@pytest.fixture
async def forge(whole: Whole, estate: Estate, owners: Owners) -> Forge:
    """A forger who has come by a live token."""
    live = await whole.token(owners.anna)
    return Forge(whole.stack, live, whole.now(), estate.estate_id)


@pytest.mark.parametrize("kind", FORGERIES)
async def test_a_forged_token_opens_nothing(
    whole: Whole, estate: Estate, forge: Forge, kind: str
) -> None:
    headers = bearer(whole.secret(FORGERIES[kind](forge)))
    draft = {"title": "表决", "meeting": "REGULAR", "items": [ITEM]}
    async with whole.unchanged():
        read = await whole.ask("GET", "/v1/me", headers=headers)
        drafted = await estate.ask("POST", "/ballots", None, json=draft, headers=headers)
    assert problem(read) == problem(drafted) == NOT_ACCEPTED
    # Which check it failed is nobody's business.
    assert read.json() == drafted.json()
    assert set(read.json()) == {"type", "status", "title", "title_en", "detail", "detail_en"}


async def test_the_forgeries_fail_for_what_is_wrong_with_them_alone(
    whole: Whole, forge: Forge
) -> None:
    forged_well = whole.secret(forge.signed(forge.claims()))
    assert (await whole.ask("GET", "/v1/me", headers=bearer(forged_well))).status_code == 200


@pytest.mark.parametrize("written", ["", "Bearer", "Basic YTpi", "Token {live}", "Bearer {live} x"])
async def test_a_token_is_shown_in_one_way_only(whole: Whole, forge: Forge, written: str) -> None:
    headers = {"authorization": written.format(live=forge.live)}
    assert problem(await whole.ask("GET", "/v1/me", headers=headers)) == NOT_ACCEPTED


async def test_without_a_token_or_with_two_nothing_opens(
    whole: Whole, estate: Estate, forge: Forge
) -> None:
    two = [("authorization", f"Bearer {forge.live}"), ("authorization", "Bearer a.b.c")]
    twice = await whole.http.get("/v1/me", headers=two)
    async with whole.unchanged():
        none = await estate.ask("POST", "/ballots", None, json={})
    assert problem(twice) == NOT_ACCEPTED
    assert problem(none) == (401, "chassis/token-missing")
    assert none.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("service", ["identity", "voting", "ledger"])
async def test_past_the_gateway_an_apps_token_opens_nothing(
    whole: Whole, estate: Estate, forge: Forge, service: str
) -> None:
    paths = {
        "identity": "/v1/me",
        "voting": f"{estate.path}/ballots",
        "ledger": f"{estate.path}/ledger/balance",
    }
    base = whole.stack.urls[service]
    wrong = {
        "for the gateway": forge.live,
        "for another service": forge.signed(forge.claims(aud="gateway"), typ="inside+jwt"),
        "of a neighbour in a person's name": forge.signed(
            forge.claims(aud=service, lvl=3, estate=estate.estate_id, roles=["person", "owner"]),
            typ="inside+jwt",
            by="gateway",
        ),
    }
    for token in wrong.values():
        reply = await whole.session.get(base + paths[service], headers=bearer(whole.secret(token)))
        assert (reply.status, (await reply.json(content_type=None))["type"]) == (
            401,
            "/problems/chassis/token-not-accepted",
        )


LOOK_ALIKES = {
    "x-user": "anna",
    "x-user-id": str(uuid.UUID(int=0)),
    "x-roles": "property_management_committee,street_office",
    "x_roles": "property_management_committee",
    "x-owner": "anna",
    "x-estate-id": str(uuid.UUID(int=0)),
    "x-subject": "anna",
    "x-forwarded-user": "admin",
    "x-forwarded-for": "127.0.0.1",
    "x-original-uri": "/v1/estates",
    "x-original-method": "GET",
    "x-http-method-override": "GET",
    "x-inside-token": "a.b.c",
    "x-proxy-secret": "",
    "forwarded": "for=127.0.0.1",
    "cookie": "session=anna",
}


async def test_headers_that_look_like_an_identity_change_nothing(
    whole: Whole, estate: Estate, owners: Owners
) -> None:
    draft = {"title": "表决", "meeting": "REGULAR", "items": [ITEM]}
    plain = done(await whole.ask("GET", "/v1/me", owners.anna))
    dressed = done(await whole.ask("GET", "/v1/me", owners.anna, headers=LOOK_ALIKES))
    async with whole.unchanged():
        nobody = await whole.ask("GET", "/v1/me", headers=LOOK_ALIKES)
        drafted = await estate.ask("POST", "/ballots", owners.anna, json=draft, headers=LOOK_ALIKES)
    assert dressed == plain
    assert problem(nobody) == (401, "chassis/token-missing")
    assert problem(drafted) == (403, "chassis/role-missing")
