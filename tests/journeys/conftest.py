"""One running whole for all journeys of bad input, and an estate in it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import aiohttp
import httpx
import pytest

from demo.__main__ import ONE_ADDRESS_FOR_ALL
from demo.door import Door
from demo.people import staff_member
from demo.sheets import Owner
from launcher.stack import SERVICES, Choices, Stack
from tests.journeys.estate import Estate, resident
from tests.support.estates import write_estate
from tests.support.rows import Rows
from tests.support.whole import ZONE, Whole, done, hold_to_contract

# After the half-year that the sheets of the demo are about.
BEGINS = datetime(2026, 7, 6, 9, 30, tzinfo=ZONE)
# Numbers by which made-up people who are in no register are told apart.
STAFF_BEGINS = 70
FAMILY = 90
ROLES = (
    "street_office",
    "residents_committee",
    "property_management_committee",
    "committee",
    "property_manager",
    "auditor",
)


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a made-up estate of thirty flats."""
    folder = tmp_path_factory.mktemp("whole")
    write_estate(folder / "estate", flats=30)
    return folder


@pytest.fixture(scope="package")
def register(folder: Path) -> bytes:
    """That estate's register, in order."""
    return (folder / "estate" / "register.csv").read_bytes()


@pytest.fixture(scope="package")
def stack(folder: Path) -> Iterator[Stack]:
    """Every process of the whole."""
    truth = folder / "estate" / "register.csv"
    with Stack(Choices(folder / "run", truth, extra=ONE_ADDRESS_FOR_ALL)) as running:
        yield running


@pytest.fixture(scope="package")
async def whole(stack: Stack) -> AsyncIterator[Whole]:
    """The whole, at half past nine on 6 July 2026 in Hangzhou."""
    kept = [service for service in SERVICES if service != "gateway"]
    urls = {name: stack.environment[f"{name.upper()}_MIGRATION_URL"] for name in kept}
    gateway = stack.urls["gateway"]
    async with (
        aiohttp.ClientSession() as session,
        Door(gateway) as door,
        httpx.AsyncClient(base_url=gateway, timeout=20.0) as http,
    ):
        told = await hold_to_contract(http)
        running = Whole(stack, session, door, http, await Rows.of(urls), told)
        running.move_to(BEGINS)
        yield running
        await running.rows.close()


@dataclass
class City:
    """The housing bureau, and a team that works for any estate it is appointed to."""

    whole: Whole
    bureau: Owner
    team: dict[str, Owner]

    async def found(self) -> Estate:
        """Return a new estate with its staff and nothing else."""
        body = {
            "name": "试验小区",
            "district_code": "330106",
            "street_code": "330106001000",
            "governing_body": "PROPERTY_MANAGEMENT_COMMITTEE",
            "zone": "Asia/Shanghai",
        }
        made = done(await self.whole.ask("POST", "/v1/estates", self.bureau, json=body))
        estate = Estate(self.whole, made["estate_id"], self.team)
        for role, person in self.team.items():
            granter = self.bureau if role == "street_office" else self.team["street_office"]
            grant = {"account_id": await self.whole.account_of(person), "role": role}
            done(await estate.ask("POST", "/staff", granter, json=grant))
        return estate


@pytest.fixture(scope="package")
async def city(whole: Whole) -> City:
    """The offices, each a person who proved a name."""
    bureau = staff_member("试验房管员", STAFF_BEGINS)
    await whole.appoint_bureau(bureau)
    await whole.join(bureau)
    numbered = enumerate(ROLES, start=STAFF_BEGINS + 1)
    team = {role: staff_member(f"试验工作者{n}", n) for n, role in numbered}
    for person in team.values():
        await whole.join(person)
    return City(whole, bureau, team)


@pytest.fixture(scope="package")
async def estate(city: City, register: bytes) -> Estate:
    """A founded estate whose register is imported and signed off."""
    estate = await city.found()
    await estate.import_register(register)
    await estate.sign_off()
    return estate


@dataclass
class Owners:
    """Some who hold main cards, and one who holds a family card of the first."""

    anna: Owner
    bela: Owner
    carl: Owner
    dora: Owner
    family: Owner


@pytest.fixture(scope="package")
async def owners(estate: Estate) -> Owners:
    """Anna and Bela own a flat each; Carl and Dora own one together."""
    anna, bela = await estate.settle(resident(0, 0)), await estate.settle(resident(2, 1))
    carl, dora = await estate.settle(resident(10, 5)), await estate.settle(resident(11, 5))
    family = await estate.whole.join(staff_member("试验家属", FAMILY), verified=False)
    (card,) = done(await estate.whole.ask("GET", "/v1/me/cards", anna))["cards"]
    body = {"account_id": await estate.whole.account_of(family), "user_type": "FAMILY"}
    done(await estate.ask("POST", f"/cards/{card['card_id']}/dependents", anna, json=body))
    await estate.whole.renew(family)
    return Owners(anna, bela, carl, dora, family)


@pytest.fixture(scope="package")
async def elsewhere(city: City, register: bytes) -> Estate:
    """Another estate, whose ballots and books are none of these owners' business."""
    estate = await city.found()
    await estate.import_register(register)
    await estate.sign_off()
    return estate
