"""A voting process that is killed under load: what it acknowledged stays, and nothing is torn."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from services.chassis.serve import listening
from services.proofs.canonical import canonical
from tests.support.postgres import Databases
from tests.support.tokens import bearer
from tests.voting.actions.test_appender import PEOPLE, entries
from tests.voting.fakes import Flat
from tests.voting.hall import NOON, Announced, Hall, owner
from tests.voting.verifier import (
    failures,
    found_by_checker,
    judged_receipt,
    pinned_keys,
    receipt_in,
)

CLIENTS = 40
# So many more answers are waited for before each kill.
ANSWERED = (1, 60)


@dataclass(frozen=True)
class Running:
    """A process that takes votes, and where; who connects waits until it does."""

    process: "subprocess.Popen[bytes]"
    origin: str


def to(running: Running) -> httpx.AsyncClient:
    """Return a client of a process, with a connection for everybody who votes at once."""
    limits = httpx.Limits(max_connections=CLIENTS)
    return httpx.AsyncClient(base_url=running.origin, limits=limits, timeout=30)


@dataclass
class Post:
    """Votes on their way to a process, and the answers that came back."""

    path: str
    bodies: dict[str, bytes]
    headers: dict[str, dict[str, str]]
    answers: dict[str, bytes] = field(default_factory=dict)

    def positions(self) -> dict[str, int]:
        """Return the positions that were acknowledged."""
        return {name: json.loads(answer)["position"] for name, answer in self.answers.items()}

    async def send(self, client: httpx.AsyncClient, name: str) -> bytes:
        """Return the answer to one vote."""
        headers, body = self.headers[name], self.bodies[name]
        reply = await client.post(self.path, headers=headers, content=body)
        assert reply.status_code == 201, reply.text
        return reply.content

    async def send_until_killed(self, running: Running, answered: int) -> None:
        """Send what has no answer yet, and kill the process once so many more have theirs."""
        left = iter([name for name in PEOPLE if name not in self.answers])
        enough = len(self.answers) + answered

        async def one_by_one(client: httpx.AsyncClient) -> None:
            for name in left:
                try:
                    self.answers[name] = await self.send(client, name)
                except httpx.TransportError:
                    return
                if len(self.answers) == enough:
                    running.process.kill()

        async with to(running) as client:
            await asyncio.gather(*(one_by_one(client) for _ in range(CLIENTS)))
        assert await asyncio.to_thread(running.process.wait, 10) == -9

    async def send_all(self, running: Running) -> dict[str, bytes]:
        """Return the answers to all votes, sent to a process that lives."""
        async with to(running) as client:
            sent = await asyncio.gather(*(self.send(client, name) for name in PEOPLE))
        return dict(zip(PEOPLE, sent, strict=True))


@pytest.fixture
async def ballot(hall: Hall) -> Announced:
    """An open ballot of two hundred people."""
    hall.identity.flats[hall.estate_id] = [Flat("80.00", (name,)) for name in PEOPLE]
    announced = await hall.announce("FUND_USE")
    hall.clock.move_to(NOON)
    return announced


@contextmanager
def voting(hall: Hall, databases: Databases) -> Iterator[Running]:
    """Run a process that alone holds its socket, so that nobody waits for a dead one."""
    key_set = json.dumps(hall.house.issuer.signer.jwks())
    with listening("127.0.0.1", 0) as listener:
        descriptor, port = listener.fileno(), listener.getsockname()[1]
        program = (sys.executable, "-m", "tests.voting.voting_process", str(descriptor))
        process = subprocess.Popen(
            (*program, databases.app_url("voting"), key_set),
            pass_fds=[descriptor],
            stderr=subprocess.DEVNULL,
        )
    with process:
        try:
            yield Running(process, f"http://127.0.0.1:{port}")
        finally:
            process.kill()


async def post(ballot: Announced) -> Post:
    """Return everybody's vote, ready to be sent."""
    hall = ballot.hall
    by_name = await entries(ballot)
    ready = Post(f"{hall.path(ballot.path)}/votes", {}, {})
    for name in PEOPLE:
        document = await ballot.document(name, entry_id=by_name[name])
        ready.bodies[name] = canonical(ballot.signed(owner(name), document))
        ready.headers[name] = bearer(hall.token(owner(name))) | {
            "idempotency-key": str(document["vote_id"]),
            "content-type": "application/json",
        }
    return ready


async def stored(ballot: Announced) -> dict[str, int]:
    """Return the positions of the votes that are stored, by who cast them."""
    async with ballot.hall.house.database.begin() as connection:
        query = "SELECT cast_by, position FROM votes WHERE ballot_id = $1"
        rows = await connection.exec_driver_sql(query, (ballot.ballot_id,))
        return {row.cast_by: row.position for row in rows}


async def test_what_a_killed_process_acknowledged_is_kept_and_the_rest_is_sent_again(
    ballot: Announced, databases: Databases
) -> None:
    hall, votes = ballot.hall, await post(ballot)
    with ExitStack() as processes:
        *killed, last = (
            processes.enter_context(voting(hall, databases)) for _ in (*ANSWERED, "the last")
        )
        for answered, running in zip(ANSWERED, killed, strict=True):
            await votes.send_until_killed(running, answered)
            assert await found_by_checker(hall) == set()
            kept = await stored(ballot)
            assert kept.items() >= votes.positions().items()
        assert sum(ANSWERED) <= len(votes.answers) < len(PEOPLE)
        again = await votes.send_all(last)
    # Retried is once: the same bytes as before the kill.
    assert again.items() >= votes.answers.items()
    answers = [json.loads(answer) for answer in again.values()]
    assert sorted(answer["position"] for answer in answers) == list(range(4, 4 + len(PEOPLE)))
    keys = await pinned_keys(hall)
    for answer in answers:
        assert failures(judged_receipt(receipt_in(answer["receipt"]), keys)) == []
    assert await found_by_checker(hall) == set()
