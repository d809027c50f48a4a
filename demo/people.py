"""What the people of the story do: sign in, prove their names, claim cards, vote."""

import re
from dataclasses import dataclass

import aiohttp

from demo.door import Door, Refused
from demo.sheets import Owner

CONSENT = "2026-05-01"
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Outside:
    """The simulators' control doors, which only demo and tests can open."""

    urls: dict[str, str]
    secret: str
    session: aiohttp.ClientSession

    @property
    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.secret}"}

    async def code_for(self, phone: str) -> str:
        """Return the newest sign-in code that was sent to `phone`."""
        url = f"{self.urls['messages']}/outbox"
        async with self.session.get(url, params={"to": phone}, headers=self._headers) as reply:
            reply.raise_for_status()
            messages = (await reply.json())["messages"]
        found = _CODE.search(messages[-1]["text"])
        assert found is not None
        return found.group()

    async def add_person(self, name: str, number: str) -> None:
        """Let the real-name provider know a person who is in no register."""
        person = {"name": name, "document_type": "RESIDENT_IDENTITY", "document_number": number}
        url = f"{self.urls['real_name']}/control/people"
        async with self.session.post(url, json=person, headers=self._headers) as reply:
            reply.raise_for_status()

    async def show_log_to_witness(self, log_key: str) -> None:
        """Let the witness know a log by its verifier key, as its operator would."""
        url = f"{self.urls['witness']}/control/logs"
        async with self.session.post(url, json={"key": log_key}, headers=self._headers) as reply:
            reply.raise_for_status()


def staff_member(name: str, number: int) -> Owner:
    """Return a made-up member of staff: neither district 330199 nor mobile numbers in 120 exist."""
    body = f"33019919800101{900 + number}"
    check = "10X98765432"[sum(w * int(d) for w, d in zip(_WEIGHTS, body, strict=True)) % 11]
    return Owner(name, body + check, f"1200000{number:04d}")


async def sign_in(door: Door, outside: Outside, owner: Owner) -> None:
    """Sign in by a code to the phone."""
    await door.send("POST", "/v1/sign-in-codes", None, {"phone": owner.phone})
    code = await outside.code_for(owner.phone)
    session = await door.send("POST", "/v1/sessions", None, {"phone": owner.phone, "code": code})
    owner.access, owner.refresh = session["access_token"], session["refresh_token"]


async def renew(door: Door, owner: Owner) -> None:
    """Exchange the refresh token for fresh ones, as an app does after days."""
    session = await door.send(
        "POST", "/v1/session-renewals", None, {"refresh_token": owner.refresh}
    )
    owner.access, owner.refresh = session["access_token"], session["refresh_token"]


async def prove_name(door: Door, owner: Owner) -> None:
    """Let the real-name provider compare name and number."""
    body = {
        "name": owner.name,
        "document_type": "RESIDENT_IDENTITY",
        "document_number": owner.number,
        "consent_version": CONSENT,
    }
    try:
        await door.send("POST", "/v1/verifications", owner.access, body)
    except Refused as refused:
        # On databases of one's own a story may be told twice; its people are known by then.
        if refused.problem.get("type") != "/problems/identity/account-already-verified":
            raise


async def claim_cards(door: Door, estate_id: str, owner: Owner) -> list[str]:
    """Claim a card for every flat that is to be claimed, and return the cards' ids."""
    cards = []
    for unit in owner.units:
        body = {"building": unit.building, "stairwell": unit.stairwell, "room": unit.room}
        card = await door.send("POST", f"/v1/estates/{estate_id}/cards", owner.access, body)
        cards.append(str(card["card_id"]))
    return cards


async def join(door: Door, outside: Outside, owner: Owner) -> str:
    """Sign in and prove the name; return the account's id."""
    await sign_in(door, outside, owner)
    await prove_name(door, owner)
    me = await door.get("/v1/me", owner.access)
    return str(me["account_id"])
