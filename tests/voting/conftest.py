"""One voting process a session, one estate of its own a test."""

import uuid
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.postgres import Databases
from tests.voting.fakes import SteadyIdentity
from tests.voting.hall import FLATS, NOTICE, Hall, House


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(databases: Databases) -> AsyncIterator[House]:
    """The process, under the role that cannot change what is published."""
    house = House(databases.app_url("voting"))
    yield house
    await house.close()


@pytest.fixture
def hall(house: House) -> Hall:
    """An estate of six people, at the minute of notice."""
    house.clock.move_to(NOTICE)
    house.identity = SteadyIdentity()
    estate_id = str(uuid.uuid4())
    house.identity.flats[estate_id] = list(FLATS)
    return Hall(house, estate_id)
