"""What the gateway's actions work with."""

from asyncio import Task
from dataclasses import dataclass, field

from services.chassis.clock import Clock
from services.chassis.trust import Trust
from services.gateway.clients.identity import IdentityClient
from services.gateway.clients.upstreams import Upstreams
from services.gateway.domain.inside import Exchange, InsideToken
from services.gateway.domain.rates import Budget
from services.gateway.domain.recent import Recent
from services.gateway.domain.routing import RoutingTable
from services.gateway.domain.sources import Network

KEYS_MAX = 100_000
TOKENS_MAX = 20_000


@dataclass(frozen=True)
class Budgets:
    """How much one address, one address signing in, and one session may ask.

    `stranger` is of one address that tells something without signing in, as apps do that compare
    the checkpoint of a log: a budget apart, so that neither keeps a neighbour from the other.
    """

    source: Budget
    sign_in: Budget
    session: Budget
    stranger: Budget


@dataclass(frozen=True)
class Memory:
    """What a process remembers and may forget at any time; nothing here is needed to be right.

    `whole_at_us` is the state of every budget (kind and key), `changes` how often the holder of an
    outside token changed who he is, `flights` the exchanges under way.
    """

    whole_at_us: Recent[tuple[str, str], int] = field(default_factory=lambda: Recent(KEYS_MAX))
    tokens: Recent[Exchange, InsideToken] = field(default_factory=lambda: Recent(TOKENS_MAX))
    changes: Recent[str, int] = field(default_factory=lambda: Recent(TOKENS_MAX))
    flights: dict[Exchange, Task[InsideToken]] = field(default_factory=dict)


@dataclass(frozen=True)
class Parts:
    """The gateway's parts; `proxy_secret` empty means that no proxy may exchange."""

    clock: Clock
    routes: RoutingTable
    trust: Trust
    identity: IdentityClient
    upstreams: Upstreams
    budgets: Budgets
    trusted_proxies: tuple[Network, ...] = ()
    proxy_secret: str = field(default="", repr=False)
    memory: Memory = field(default_factory=Memory)
