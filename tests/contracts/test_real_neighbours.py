"""Each client against its neighbour as it really is: the assembled service, the simulator."""

import secrets
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from services.chassis.callers import TokenNotAccepted
from services.gateway.clients.identity import IdentityClient
from services.gateway.clients.upstreams import Deadlines, Upstreams
from services.identity.clients.messages import Messages
from services.identity.clients.property_registry import PropertyRegistry
from services.identity.clients.real_name import RealName
from services.identity.domain.answers import Answer
from services.identity.domain.documents import Document, DocumentType
from services.identity.domain.errors import MessageNotSent
from services.identity.domain.unit import Holder
from services.ledger.clients.voting import VotingClient
from services.ledger.domain.errors import ItemUnknown
from services.ledger.domain.item import Item, ItemState
from services.proofs.canonical import canonical
from services.proofs.electorate import Weight
from services.proofs.leaf import Kind, record_of, sign
from services.voting.clients.identity import Identity
from services.voting.domain.electorate import check_electorate
from services.voting.domain.errors import ElectorateRefused, RegisterNotSignedOff
from simulators import messages, property_registry, real_name
from tests.gateway.fakes import served
from tests.identity.city import Office, Person, register, rows
from tests.identity.devices import Device
from tests.support.neighbourhood import Neighbourhood, neighbourhood
from tests.support.postgres import Databases
from tests.support.tokens import bearer, over_asgi

CONTROL = "control-secret-of-a-test"
PATIENCE = Deadlines(connect_seconds=2.0, silence_seconds=5.0, total_seconds=10.0)
Connect = Callable[[Callable[[], Starlette]], httpx.AsyncClient]


@pytest.fixture(scope="module")
async def around(databases: Databases) -> AsyncIterator[Neighbourhood]:
    """Identity and voting, each under its running role."""
    async with neighbourhood(databases) as assembled:
        yield assembled


@dataclass
class Governed:
    """An estate of three flats: Ada and Ben own one each, and one together."""

    around: Neighbourhood
    office: Office
    ada: Person
    ben: Person
    cards: dict[str, str]

    @property
    def estate_id(self) -> str:
        return self.office.estate_id

    @property
    def identity(self) -> Identity:
        return Identity(self.around.asking("voting", "identity", self.around.city.app))

    @property
    def voting(self) -> VotingClient:
        return VotingClient(self.around.asking("ledger", "voting", self.around.voting))

    async def token(self, person: Person) -> str:
        """Return what the gateway would send to voting for a person."""
        outside = person.tokens["access_token"]
        body = {"token": outside, "audience": "voting", "estate_id": self.estate_id}
        city = self.around.city
        reply = await city.http.post("/internal/v1/exchanges", json=body, headers=city.gateway())
        return str(reply.json()["token"])

    async def ask(
        self, method: str, path: str, who: Person, *, key: str | None = None, **request: Any
    ) -> Any:
        """Ask voting as a person, and return what it says."""
        headers = bearer(await self.token(who)) | {"idempotency-key": key or str(uuid.uuid4())}
        transport = over_asgi(self.around.voting)
        async with httpx.AsyncClient(transport=transport, base_url="http://voting") as http:
            path = f"/v1/estates/{self.estate_id}{path}"
            reply = await http.request(method, path, headers=headers, **request)
        assert reply.is_success, reply.text
        return reply.json()


@pytest.fixture
async def governed(around: Neighbourhood) -> Governed:
    """The estate, its register signed off and its owners holding cards."""
    city = around.city
    office, ada, ben = await city.office(), await city.person(), await city.person()
    sheet = register(rows("101", ada), rows("102", ben), rows("103", ada, ben))
    await office.govern(sheet)
    cards = {}
    for person, room in ((ada, "101"), (ben, "102")):
        claimed = await person.claim(office.estate_id, room)
        assert claimed.status_code == 201
        cards[person.phone] = claimed.json()["card_id"]
    return Governed(around, office, ada, ben, cards)


async def test_voting_freezes_a_real_electorate_and_recomputes_its_hash(governed: Governed) -> None:
    ballot_id, until = str(uuid.uuid4()), governed.around.clock.now() + timedelta(days=30)
    frozen = await governed.identity.freeze_electorate(
        estate_id=governed.estate_id, ballot_id=ballot_id, hold_until=until
    )
    check_electorate(frozen, estate_id=governed.estate_id)
    assert frozen.weight == Weight(people=3, area_centi=3 * 10_000)
    assert sorted(len(entry.holders) for entry in frozen.entries) == [1, 1, 2]
    # A lost answer is asked for again, and nothing is frozen twice.
    again = await governed.identity.freeze_electorate(
        estate_id=governed.estate_id, ballot_id=ballot_id, hold_until=until
    )
    assert again == frozen


async def test_voting_understands_why_identity_freezes_nothing(around: Neighbourhood) -> None:
    office, owner = await around.city.office(), await around.city.person()
    client = Identity(around.asking("voting", "identity", around.city.app))

    async def freeze(estate_id: str) -> None:
        until = around.clock.now() + timedelta(days=30)
        ballot_id = str(uuid.uuid4())
        await client.freeze_electorate(estate_id=estate_id, ballot_id=ballot_id, hold_until=until)

    with pytest.raises(ElectorateRefused, match="did not freeze"):
        await freeze(str(uuid.uuid4()))
    assert (await office.import_register(register(rows("101", owner)))).status_code == 201
    with pytest.raises(RegisterNotSignedOff):
        await freeze(office.estate_id)


@dataclass
class Decision:
    """A ballot of two items, on real identity's electorate."""

    governed: Governed
    convener: Person
    ballot_id: str
    item_ids: list[str]
    opens_at: datetime
    closes_at: datetime

    @property
    def path(self) -> str:
        return f"/ballots/{self.ballot_id}"

    async def vote(self, person: Person, entry_id: str) -> None:
        """Say yes to the first item and no to the second."""
        governed = self.governed
        device = Device(person, governed.estate_id, governed.cards[person.phone])
        registered = await device.register(await device.code())
        assert registered.status_code == 201, registered.text
        document = {
            "ballot_id": self.ballot_id,
            "channel": "PHONE",
            "choices": dict(zip(self.item_ids, ("AGREE", "AGAINST"), strict=True)),
            "entry_id": entry_id,
            "salt": secrets.token_hex(32),
            "vote_id": str(uuid.uuid4()),
        }
        content = canonical(document)
        leaf = sign(device.key, record_of(Kind.VOTE, self.ballot_id, content))
        body = {
            "document": content.decode(),
            "signature": leaf.signature.hex(),
            "key": registered.json()["attestation"],
        }
        path, key = f"{self.path}/votes", str(document["vote_id"])
        await governed.ask("POST", path, person, key=key, json=body)

    async def decide(self) -> None:
        """Let everybody vote, and count."""
        city = self.governed.around.city
        city.clock.move_to(self.opens_at)
        for person in (self.governed.ada, self.governed.ben):
            await city.sign_in(person)
            mine = await self.governed.ask("GET", f"{self.path}/entries/mine", person)
            for entry in mine["entries"]:
                if not entry["voted"]:
                    await self.vote(person, entry["entry_id"])
        city.clock.move_to(self.closes_at)
        await city.sign_in(self.convener)
        await self.governed.ask("POST", f"{self.path}/result", self.convener)


@pytest.fixture
async def decision(governed: Governed) -> Decision:
    """A ballot that is announced and not open yet."""
    convener = await governed.around.city.appoint(governed.office, "property_management_committee")
    item = {"kind": "COMMON_REVENUE_USE", "title": "购置长椅", "budget_fen": 860_000}
    body = {
        "title": "业主大会会议",
        "meeting": "REGULAR",
        "convening_reason": "NO_COMMITTEE_YET",
        "items": [item, item | {"budget_fen": None}],
    }
    drafted = await governed.ask("POST", "/ballots", convener, json=body)
    today = governed.around.clock.now().date()
    days = {
        "opens_on": (today + timedelta(days=17)).isoformat(),
        "closes_on": (today + timedelta(days=23)).isoformat(),
    }
    path = f"/ballots/{drafted['ballot_id']}/announcement"
    said = await governed.ask("POST", path, convener, json=days)
    opens_at, closes_at = (datetime.fromisoformat(said[n]) for n in ("opens_at", "closes_at"))
    item_ids = [item["item_id"] for item in drafted["items"]]
    return Decision(governed, convener, drafted["ballot_id"], item_ids, opens_at, closes_at)


async def test_the_ledger_understands_what_voting_says_of_an_item(decision: Decision) -> None:
    estate_id, client = decision.governed.estate_id, decision.governed.voting
    yes, no = decision.item_ids
    undecided = await client.item(estate_id, yes)
    assert (undecided.state, undecided.decided_at) == (ItemState.UNDECIDED, None)
    await decision.decide()
    kind, at = "COMMON_REVENUE_USE", decision.governed.around.clock.now()
    passed, failed = await client.item(estate_id, yes), await client.item(estate_id, no)
    assert passed == Item(yes, kind, ItemState.PASSED, 860_000, passed.decided_at)
    assert failed == Item(no, kind, ItemState.NOT_PASSED, None, failed.decided_at)
    assert passed.decided_at == failed.decided_at
    assert passed.decided_at is not None
    assert timedelta() <= at - passed.decided_at < timedelta(minutes=1)


async def test_the_ledger_understands_that_there_is_no_such_item(decision: Decision) -> None:
    client = decision.governed.voting
    with pytest.raises(ItemUnknown):
        await client.item(decision.governed.estate_id, str(uuid.uuid4()))
    with pytest.raises(ItemUnknown):
        await client.item(str(uuid.uuid4()), decision.item_ids[0])


async def test_the_gateway_exchanges_a_token_with_the_real_identity(governed: Governed) -> None:
    around, outside = governed.around, governed.ada.tokens["access_token"]
    async with served(around.city.app) as url:
        upstreams = Upstreams({"identity": url}, PATIENCE)
        mint = around.issuers["gateway"].service_token
        client = IdentityClient(upstreams, mint, around.clock)
        there = {"audience": "voting", "estate_id": governed.estate_id}
        inside = await client.exchange(outside, **there)
        assert inside.is_fresh(around.clock.now())
        with pytest.raises(TokenNotAccepted):
            await client.exchange(f"{outside}x", **there)
        await upstreams.close()
    # What came is what voting reads.
    path = f"/v1/estates/{governed.estate_id}/ballots"
    transport = over_asgi(around.voting)
    async with httpx.AsyncClient(transport=transport, base_url="http://voting") as http:
        assert (await http.get(path, headers=bearer(inside.value))).status_code == 200


SOMEBODY = Holder("甲某", Document(DocumentType.RESIDENT_IDENTITY, "33019919900101001X"))


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Return how to reach a simulator, with its control open."""
    monkeypatch.setenv("SIMULATOR_CONTROL_SECRET", CONTROL)
    monkeypatch.delenv("SIMULATOR_REGISTER", raising=False)

    def into(factory: Callable[[], Starlette]) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=factory())
        return httpx.AsyncClient(transport=transport, base_url="http://simulator")

    return into


@pytest.mark.parametrize("manner", ["match", "no_match", "inconclusive", "unavailable", "limited"])
async def test_identity_understands_each_of_the_five_answers(connect: Connect, manner: str) -> None:
    told, headers = {"answer": manner}, bearer(CONTROL)
    async with connect(real_name.from_environment) as http:
        await http.put("/control/behaviour", json=told, headers=headers)
        said = await RealName(http).check(SOMEBODY, reference="r1")
    async with connect(property_registry.from_environment) as http:
        await http.put("/control/behaviour", json=told, headers=headers)
        titled = await PropertyRegistry(http).match(SOMEBODY, unit_code="U", reference="r2")
    assert (said.answer, titled.answer) == (Answer(manner), Answer(manner))
    assert (said.reference, titled.reference) == ("r1", "r2")
    if manner not in {"unavailable", "limited"}:
        assert (said.provider, titled.provider) == (
            "simulated-real-name",
            "simulated-property-registry",
        )
        assert said.expires_at is not None
        assert said.as_of is not None
        assert said.expires_at > said.as_of


async def test_a_message_that_was_taken_is_in_the_outbox_and_one_that_was_not_is_told(
    connect: Connect,
) -> None:
    async with connect(messages.from_environment) as http:
        await Messages(http).send(phone="19900000001", text="验证码 123456", reference="r")
        told = {"answer": "limited"}
        await http.put("/control/behaviour", json=told, headers=bearer(CONTROL))
        with pytest.raises(MessageNotSent):
            await Messages(http).send(phone="19900000001", text="t", reference="s")
        path = "/outbox?to=19900000001"
        kept = (await http.get(path, headers=bearer(CONTROL))).json()["messages"]
    assert [one["reference"] for one in kept] == ["r"]
