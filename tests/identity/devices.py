"""Devices: keys that live in a phone, and the people who register them."""

import hashlib
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.chassis.tokens import Expected, VerificationKeys, read
from services.proofs.possession import prove_possession, registration_document
from tests.identity.city import City, Office, Person, register, rows


def claims(city: City, token: str, audience: str) -> dict[str, Any]:
    """Return what an inside token says to its audience."""
    keys = VerificationKeys()
    keys.replace("identity", city.parts.signer.jwks())
    return read(token, Expected("inside+jwt", audience, "identity"), keys, city.clock)


@dataclass
class Device:
    """A phone with a fresh key, which its holder registers on a card or as an official."""

    person: Person
    estate_id: str
    card_id: str | None
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    @property
    def key_id(self) -> str:
        return hashlib.sha256(self.public_key).hexdigest()

    @property
    def document(self) -> bytes:
        """Return the registration document of this key for its card or its estate."""
        return registration_document(
            estate_id=self.estate_id,
            holding=self.card_id or self.estate_id,
            public_key=self.public_key,
        )

    @property
    def path(self) -> str:
        """Return where the key is registered."""
        place = f"/v1/estates/{self.estate_id}"
        return f"{place}/staff-keys" if self.card_id is None else self._of_card(place)

    def _of_card(self, place: str) -> str:
        return f"{place}/cards/{self.card_id}/device-keys"

    async def ask_code(self, document: bytes = b"", **request: Any) -> httpx.Response:
        """Ask for a code for this registration, or for another document's."""
        self.person.city.clock.advance(seconds=1)
        sha256 = hashlib.sha256(document or self.document).hexdigest()
        body = {"act": "REGISTER_DEVICE_KEY", "act_sha256": sha256}
        return await self.person.ask("POST", "/v1/step-up-codes", json=body, **request)

    async def code(self) -> str:
        """Ask for a code, and return it from the text message."""
        asked = await self.ask_code()
        assert asked.status_code == 202, asked.text
        return self.person.city.outside.last_code(self.person.phone)

    async def register(
        self, code: str = "000000", *, headers: dict[str, str] | None = None, **changed: Any
    ) -> httpx.Response:
        """Ask for the key's registration with a code, and anything else changed."""
        body = {
            "public_key": self.public_key.hex(),
            "label": "我的手机",
            "signature": prove_possession(self.key, self.document).hex(),
            "step_up_code": code,
        }
        return await self.person.ask(
            "POST", self.path, self.estate_id, json=body | changed, headers=dict(headers or {})
        )

    async def registered(self) -> Self:
        """Register the key and return the device."""
        reply = await self.register(await self.code())
        assert reply.status_code == 201, reply.text
        return self

    async def revoke(self, by: Person | None = None, **request: Any) -> httpx.Response:
        """Ask for the key's revocation, by its holder or by somebody else."""
        path = f"/v1/estates/{self.estate_id}/device-keys/{self.key_id}"
        return await (by or self.person).ask("DELETE", path, self.estate_id, **request)


@dataclass
class Home:
    """An owner with a card on an estate."""

    office: Office
    owner: Person
    card_id: str

    def device(self) -> Device:
        """Return a new device for the owner's card."""
        return Device(self.owner, self.office.estate_id, self.card_id)


async def home(city: City) -> Home:
    """Return an owner who holds the card of room 101 on an estate of his own."""
    owner, office = await city.person(), await city.office()
    await office.govern(register(rows("101", owner)))
    card = await owner.claim(office.estate_id, "101")
    assert card.status_code == 201, card.text
    return Home(office, owner, card.json()["card_id"])


async def keys_in_token(person: Person, estate_id: str | None) -> list[str]:
    """Return the keys that voting is told of."""
    said = claims(person.city, await person.inside_token("voting", estate_id), "voting")
    keys: list[str] = said["keys"]
    return keys


async def listed(person: Person, estate_id: str) -> list[dict[str, Any]]:
    """Return the person's own list of keys."""
    reply = await person.ask("GET", f"/v1/estates/{estate_id}/device-keys", estate_id)
    assert reply.status_code == 200, reply.text
    keys: list[dict[str, Any]] = reply.json()["device_keys"]
    return keys


async def later(person: Person, **by: float) -> None:
    """Let time pass; the person's app renews its session meanwhile."""
    city = person.city
    city.clock.advance(**by)
    body = {"refresh_token": person.tokens["refresh_token"]}
    renewed = await city.http.post("/v1/session-renewals", json=body)
    assert renewed.status_code == 201, renewed.text
    person.tokens = renewed.json()


def texts_to(person: Person) -> list[str]:
    """Return the text messages that a person received, the oldest first."""
    sent = person.city.outside.sent
    return [one["text"] for one in sent if one["to"] == person.phone]


def kind(reply: httpx.Response) -> tuple[int, str]:
    """Return the status and the last part of the type of a refusal."""
    return reply.status_code, reply.json()["type"].rpartition("/")[2]
