"""An estate of the running whole: its staff, its owners, its ballots."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

import httpx

from demo.devices import Device, register_card_key, register_staff_key, vote_document
from demo.people import claim_cards
from demo.sheets import Owner, Unit
from tests.support.estates import identity_number
from tests.support.whole import CSV, JSON, Whole, done

NAME = "示例业主"
ITEM = {"kind": "COMMON_REVENUE_USE", "title": "购置长椅", "budget_fen": 860_000}


def resident(serial: int, *flats: int) -> Owner:
    """Return the owner of that serial number in a made-up register, and his flats by index."""
    units = [Unit("1", "1", room(flat)) for flat in flats]
    return Owner(NAME, identity_number(serial), f"199{serial:08d}", units)


def room(flat: int) -> str:
    """Return the room of the flat with that index."""
    return str((1 + flat // 4) * 100 + 1 + flat % 4)


@dataclass
class Estate:
    """One estate, and who works for it."""

    whole: Whole
    estate_id: str
    staff: Mapping[str, Owner]
    devices: dict[str, Device] = field(default_factory=dict)
    """Registered devices by the phone number of whose they are."""

    @property
    def path(self) -> str:
        return f"/v1/estates/{self.estate_id}"

    @property
    def convener(self) -> Owner:
        return self.staff["property_management_committee"]

    @property
    def manager(self) -> Owner:
        return self.staff["property_manager"]

    @property
    def street(self) -> Owner:
        return self.staff["street_office"]

    async def ask(
        self, method: str, path: str, who: Owner | None, **request: Any
    ) -> httpx.Response:
        """Send one request about this estate."""
        return await self.whole.ask(method, self.path + path, who, **request)

    async def get(self, path: str, who: Owner) -> Any:
        """Return the JSON at a path of this estate."""
        return done(await self.ask("GET", path, who))

    async def upload(self, path: str, content: bytes, *, kind: str = CSV) -> httpx.Response:
        """Send a sheet as the property manager."""
        headers = {"content-type": kind}
        return await self.ask("POST", path, self.manager, content=content, headers=headers)

    async def import_register(self, content: bytes) -> Any:
        """Import a register that is in order."""
        return done(await self.upload("/register-imports", content))

    async def sign_off(self) -> None:
        done(await self.ask("POST", "/register-sign-off", self.street, json={}))

    async def settle(self, owner: Owner) -> Owner:
        """Let an owner sign in, prove his name, claim his cards and register his phone."""
        whole = self.whole
        await whole.join(owner)
        card, *_ = await claim_cards(whole.door, self.estate_id, owner)
        device = await register_card_key(whole.door, whole.outside, self.estate_id, owner, card)
        self.devices[owner.phone] = device
        await whole.renew(owner)
        return owner

    async def equip(self, official: Owner) -> None:
        """Let an official register a key with which he enters votes given on paper."""
        whole = self.whole
        await whole.token(official)
        device = await register_staff_key(whole.door, whole.outside, self.estate_id, official)
        self.devices[official.phone] = device
        await whole.renew(official)

    async def draft(
        self, *items: Mapping[str, Any], meeting: str = "REGULAR", openings: str = "NONE"
    ) -> Any:
        """Return a drafted ballot."""
        body = {
            "title": "业主大会会议",
            "meeting": meeting,
            "convening_reason": "NO_COMMITTEE_YET",
            "openings": openings,
            "items": list(items or (ITEM,)),
        }
        return done(await self.ask("POST", "/ballots", self.convener, json=body))

    async def announce(
        self, ballot_id: str, *, notice_days: int = 15, voting_days: int = 5
    ) -> httpx.Response:
        """Announce a draft with so many full days of notice and so many days of voting."""
        opens_on = self.whole.today() + timedelta(days=notice_days + 1)
        closes_on = opens_on + timedelta(days=voting_days - 1)
        days = {"opens_on": opens_on.isoformat(), "closes_on": closes_on.isoformat()}
        path = f"/ballots/{ballot_id}/announcement"
        return await self.ask("POST", path, self.convener, json=days)

    async def announced(self, *items: Mapping[str, Any], voting_days: int = 5) -> "Ballot":
        """Return a freshly announced ballot that opens after its notice."""
        drafted = await self.draft(*items)
        said = done(await self.announce(drafted["ballot_id"], voting_days=voting_days))
        return Ballot.of(self, drafted, said)


@dataclass
class Ballot:
    """An announced ballot, and votes on it."""

    estate: Estate
    ballot_id: str
    item_ids: list[str]
    opens_at: datetime
    closes_at: datetime

    @classmethod
    def of(cls, estate: Estate, drafted: Any, announced: Any) -> Self:
        """Return the ballot that was drafted and announced."""
        return cls(
            estate,
            drafted["ballot_id"],
            [item["item_id"] for item in drafted["items"]],
            datetime.fromisoformat(announced["opens_at"]),
            datetime.fromisoformat(announced["closes_at"]),
        )

    @property
    def path(self) -> str:
        return f"/ballots/{self.ballot_id}"

    async def entry_of(self, owner: Owner) -> str:
        """Return the entry of an owner of one."""
        mine = await self.estate.get(f"{self.path}/entries/mine", owner)
        (entry,) = mine["entries"]
        return str(entry["entry_id"])

    def document(self, entry_id: str, **changed: Any) -> dict[str, Any]:
        """Return a good vote document, but for what is changed."""
        good = vote_document(self.ballot_id, entry_id, dict.fromkeys(self.item_ids, "AGREE"))
        self.estate.whole.secret(good["salt"])
        return good | changed

    async def cast(
        self, who: Owner, document: Mapping[str, Any], *, device: Device | None = None
    ) -> httpx.Response:
        """Send a vote document, signed by its sender's device, under its own id."""
        signed = (device or self.device_of(who)).signed(document)
        return await self.send(who, signed, key=str(document["vote_id"]))

    async def cast_bytes(self, who: Owner, content: bytes, *, key: str) -> httpx.Response:
        """Send any text as a vote document, rightly signed."""
        return await self.send(
            who, self.device_of(who).signed_bytes(self.ballot_id, content), key=key
        )

    def device_of(self, who: Owner) -> Device:
        """Return somebody's device; who never registered one borrows another's."""
        devices = self.estate.devices
        return devices.get(who.phone) or next(iter(devices.values()))

    async def send(self, who: Owner, content: bytes, *, key: str) -> httpx.Response:
        """Send any bytes as a vote."""
        headers = {"content-type": JSON, "idempotency-key": key}
        path = f"{self.path}/votes"
        return await self.estate.ask("POST", path, who, content=content, headers=headers)
