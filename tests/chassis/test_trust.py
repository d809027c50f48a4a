"""Keys rotate while tokens are read; kept tokens end with their time."""

from datetime import UTC, datetime

import httpx
import pytest

from services.chassis.keys import new_key_pem
from services.chassis.tokens import Expected, Signer, TokenRefused
from services.chassis.trust import Trust
from tests.support.clocks import ClockStoppedAt

EXPECTED = Expected("inside+jwt", "voting", "identity")


class RotatingIssuer:
    """Publishes whatever keys it was last given, and counts who asks."""

    def __init__(self, clock: ClockStoppedAt) -> None:
        self.clock = clock
        self.pems = [new_key_pem()]
        self.asked = 0
        self.away = False

    @property
    def signer(self) -> Signer:
        return Signer("identity", self.pems, self.clock)

    def mint(self) -> str:
        claims = {"sub": "one", "aud": "voting"}
        return self.signer.mint(claims, typ="inside+jwt", seconds=120)

    def answer(self, _request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.away:
            raise httpx.ConnectError("nobody there")
        return httpx.Response(200, json=self.signer.jwks())


@pytest.fixture
def clock() -> ClockStoppedAt:
    return ClockStoppedAt(datetime(2026, 5, 6, tzinfo=UTC))


@pytest.fixture
def issuer(clock: ClockStoppedAt) -> RotatingIssuer:
    return RotatingIssuer(clock)


@pytest.fixture
def trust(issuer: RotatingIssuer, clock: ClockStoppedAt) -> Trust:
    client = httpx.AsyncClient(transport=httpx.MockTransport(issuer.answer))
    return Trust({"identity": "http://identity/keys"}, client, clock)


async def test_a_new_key_is_fetched_when_it_is_met(trust: Trust, issuer: RotatingIssuer) -> None:
    assert (await trust.read(issuer.mint(), EXPECTED))["sub"] == "one"
    issuer.pems = [new_key_pem(), *issuer.pems]
    issuer.clock.advance(seconds=2)
    assert (await trust.read(issuer.mint(), EXPECTED))["sub"] == "one"
    assert issuer.asked == 2


async def test_a_withdrawn_key_is_no_longer_believed(trust: Trust, issuer: RotatingIssuer) -> None:
    await trust.read(issuer.mint(), EXPECTED)
    old = issuer.mint()
    issuer.pems = [new_key_pem()]
    issuer.clock.advance(seconds=2)
    await trust.read(issuer.mint(), EXPECTED)
    with pytest.raises(TokenRefused):
        await trust.read(old, EXPECTED)


async def test_forged_key_ids_cannot_make_it_ask_more_than_once_a_second(
    trust: Trust, issuer: RotatingIssuer
) -> None:
    await trust.read(issuer.mint(), EXPECTED)
    stranger = RotatingIssuer(issuer.clock)
    for _ in range(50):
        with pytest.raises(TokenRefused):
            await trust.read(stranger.mint(), EXPECTED)
    assert issuer.asked == 1


async def test_an_absent_issuer_is_asked_again_by_the_next_token(
    trust: Trust, issuer: RotatingIssuer
) -> None:
    issuer.away = True
    with pytest.raises(TokenRefused):
        await trust.read(issuer.mint(), EXPECTED)
    issuer.away = False
    assert await trust.read(issuer.mint(), EXPECTED)


async def test_a_kept_token_ends_with_its_time(trust: Trust, issuer: RotatingIssuer) -> None:
    token = issuer.mint()
    await trust.read(token, EXPECTED)
    issuer.clock.advance(seconds=119)
    assert await trust.read(token, EXPECTED)
    issuer.clock.advance(seconds=1)
    with pytest.raises(TokenRefused):
        await trust.read(token, EXPECTED)


async def test_a_kept_token_is_not_good_for_another_audience(
    trust: Trust, issuer: RotatingIssuer
) -> None:
    token = issuer.mint()
    await trust.read(token, EXPECTED)
    with pytest.raises(TokenRefused):
        await trust.read(token, Expected("inside+jwt", "ledger", "identity"))
    with pytest.raises(TokenRefused):
        await trust.read(token, Expected("at+jwt", "voting", "identity"))


async def test_an_issuer_nobody_named_is_not_asked(trust: Trust, issuer: RotatingIssuer) -> None:
    stranger = Signer("stranger", [new_key_pem()], issuer.clock)
    token = stranger.mint({"sub": "x", "aud": "voting"}, typ="inside+jwt", seconds=60)
    with pytest.raises(TokenRefused):
        await trust.read(token, EXPECTED)
    assert issuer.asked == 0


@pytest.mark.parametrize(
    "keys", [[], {}, {"keys": None}, {"keys": [1]}, {"keys": [{"kty": "EC", "crv": "P-256"}]}]
)
async def test_what_is_no_key_set_refuses_the_token_and_breaks_nothing(
    clock: ClockStoppedAt, issuer: RotatingIssuer, keys: object
) -> None:
    client = httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, json=keys))
    )
    trust = Trust({"identity": "http://identity/keys"}, client, clock)
    with pytest.raises(TokenRefused):
        await trust.read(issuer.mint(), EXPECTED)
