"""One voting process, to be killed: a listening socket, the database, and whose tokens it reads."""

import json
import socket
import sys

import httpx
import uvloop

from services.chassis.database import Database
from services.chassis.neighbours import Neighbour
from services.chassis.serve import serve
from services.chassis.trust import Trust
from services.voting.actions.parts import Parts
from services.voting.clients.identity import Identity
from services.voting.main import assemble
from tests.support.clocks import ClockStoppedAt
from tests.voting.hall import LOG_KEYS, NOON


def main(descriptor: str, url: str, key_set: str) -> None:
    """Take votes at noon until the end."""
    clock = ClockStoppedAt(NOON)

    def keys(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=json.loads(key_set))

    issuer = httpx.AsyncClient(transport=httpx.MockTransport(keys))
    trust = Trust({"identity": "http://identity/.well-known/jwks.json"}, issuer, clock)
    # No vote asks a neighbour.
    nobody = Identity(Neighbour("identity", httpx.AsyncClient(), str))
    parts = Parts(Database(url).begin, clock, nobody, "Asia/Shanghai", LOG_KEYS)
    uvloop.run(serve(assemble(parts, trust), socket.socket(fileno=int(descriptor))))


if __name__ == "__main__":
    main(*sys.argv[1:])
