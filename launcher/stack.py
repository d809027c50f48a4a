"""The whole on one machine: PostgreSQL, four simulators of the outside, four services."""

import asyncio
import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from launcher.supervisor import ProcessDied, Program, Supervisor, new_listener
from migrations import prepare
from services.chassis.clock import write_shift
from services.chassis.embedded import Cluster
from services.chassis.keys import new_key_pem
from services.chassis.sealing import SealingKeys
from services.proofs.note import KeyType, VerifierKey

SERVICES = ("identity", "voting", "ledger", "gateway")
SOURCES = ("real_name", "property_registry", "messages")
SIMULATORS = (*SOURCES, "witness")
WITNESS = "witness.example/street-office"
"""The name under which the outside's witness cosigns."""

MODULES = {name: f"simulators.{name}" for name in SIMULATORS} | {
    name: f"services.{name}.main" for name in SERVICES
}
# The outside first, then those who own data, at last the door. A service needs no neighbour to
# start, so those of one row start together.
ORDER = (SIMULATORS, SERVICES[:3], SERVICES[3:])


@dataclass(frozen=True)
class Choices:
    """How to run the whole.

    `folder` keeps data, keys and logs. `register` is what the outside simulators hold for true.
    `gateway_port` 0 picks a free one. `extra` are further settings of any process;
    `processes` says of which services more than one process runs.
    """

    folder: Path
    register: Path
    gateway_host: str = "127.0.0.1"
    gateway_port: int = 0
    extra: Mapping[str, str] = field(default_factory=dict)
    processes: Mapping[str, int] = field(default_factory=dict)


class Stack:
    """Every process of the whole; use it as a context manager."""

    def __init__(self, choices: Choices) -> None:
        self.folder = choices.folder.resolve()
        self._choices = choices
        self._supervisor = Supervisor(self.folder / "logs")
        self._cluster: Cluster | None = None
        self.control_secret = secrets.token_urlsafe(24)
        self.clock_file = self.folder / "clock"
        self.urls: dict[str, str] = {}
        self.environment: dict[str, str] = {}

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start everything in order, each part ready before the next begins."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._prepare_databases()
        listeners = {name: new_listener() for name in (*SIMULATORS, *SERVICES[:3])}
        listeners["gateway"] = new_listener(self._choices.gateway_host, self._choices.gateway_port)
        for name, listener in listeners.items():
            host, port = listener.getsockname()[:2]
            self.urls[name] = f"http://{host}:{port}"
        self.environment |= self._settings()
        programs = {
            name: Program(name, module, self.environment, listeners[name])
            for name, module in MODULES.items()
        }
        for together in ORDER:
            alike = [one for name in together for one in self._copies(programs[name])]
            self._supervisor.start(*alike)

    def _copies(self, program: Program) -> list[Program]:
        """Return as many processes of a program as are wanted, on one listening socket.

        Nothing that a service needs to be right is in a process's memory, so any number may run.
        """
        count = self._choices.processes.get(program.name, 1)
        return [replace(program, name=_numbered(program.name, i)) for i in range(count)]

    def check(self) -> None:
        """Raise if a part ended by itself."""
        self._supervisor.check()
        if self._cluster is not None and self._cluster.exit_status is not None:
            raise ProcessDied(f"PostgreSQL ended; see {self._cluster.folder}/postgres.log")

    def stop(self) -> None:
        """Stop everything, the last started first."""
        self._supervisor.stop()
        if self._cluster is not None:
            self._cluster.stop()
            self._cluster = None

    def full_environment(self) -> dict[str, str]:
        """Return the environment in which a command of a service finds its settings."""
        return {**os.environ, **self.environment}

    def shift_clock(self, shift: timedelta) -> None:
        """Move the clock of every service to `shift` away from the machine's."""
        write_shift(self.clock_file, shift)

    def _prepare_databases(self) -> None:
        """Use the databases that the environment names, and the embedded one for the others."""
        names = {one: (f"{one.upper()}_DATABASE_URL", _migration(one)) for one in prepare.SERVICES}
        elsewhere = {one for one, (database, _) in names.items() if database in os.environ}
        embedded = {} if elsewhere == names.keys() else self._start_cluster()
        for service, both in names.items():
            given = os.environ if service in elsewhere else embedded
            self.environment |= {name: given[name] for name in both if name in given}
            if migration_url := self.environment.get(_migration(service)):
                prepare.upgrade(service, migration_url)

    def _start_cluster(self) -> dict[str, str]:
        """Start the embedded PostgreSQL and return the URLs of every service's database in it."""
        self._cluster = Cluster(self.folder / "postgres")
        self._cluster.start()
        admin = self._cluster.admin_url()
        passwords = prepare.kept_passwords(self.folder / "postgres" / "passwords.json")
        asyncio.run(prepare.create(admin, passwords))
        return prepare.urls(admin, passwords)

    def _settings(self) -> dict[str, str]:
        keys = self.folder / "keys"
        keys.mkdir(mode=0o700, exist_ok=True)
        _write_once(keys / "sealing.json", SealingKeys.fresh)
        for name in ("pseudonym", "attestation", "voting-log", "ledger-log", "witness"):
            _write_once(keys / f"{name}.hex", lambda: secrets.token_hex(32))
        witnesses = keys / "witnesses.json"
        witnesses.write_text(json.dumps([_witness(keys, self.urls["witness"])]))
        issuers = {name: f"{self.urls[name]}/.well-known/jwks.json" for name in SERVICES}
        settings = {
            "SIMULATOR_REGISTER": str(self._choices.register.resolve()),
            "SIMULATOR_CONTROL_SECRET": self.control_secret,
            "SIMULATOR_CLOCK_FILE": str(self.clock_file),
            "IDENTITY_SEALING_KEYS_FILE": str(keys / "sealing.json"),
            "IDENTITY_PSEUDONYM_KEY_FILE": str(keys / "pseudonym.hex"),
            "IDENTITY_ATTESTATION_KEY_FILES": json.dumps([str(keys / "attestation.hex")]),
            "VOTING_LOG_SEED_FILE": str(keys / "voting-log.hex"),
            "LEDGER_LOG_SEED_FILE": str(keys / "ledger-log.hex"),
            "VOTING_WITNESSES_FILE": str(witnesses),
            "LEDGER_WITNESSES_FILE": str(witnesses),
            "SIMULATOR_WITNESS_NAME": WITNESS,
            "SIMULATOR_WITNESS_SEED_FILE": str(keys / "witness.hex"),
        }
        for name in SOURCES:
            settings[f"IDENTITY_{name.upper()}_URL"] = self.urls[name]
        for name in SERVICES:
            _write_once(keys / f"{name}.pem", new_key_pem)
            prefix = name.upper()
            settings[f"{prefix}_SIGNING_KEY_FILES"] = json.dumps([str(keys / f"{name}.pem")])
            settings[f"{prefix}_ISSUERS"] = json.dumps(issuers)
            settings[f"{prefix}_PROFILE"] = "demo"
            settings[f"{prefix}_CLOCK_FILE"] = str(self.clock_file)
            for neighbour in SERVICES:
                settings[f"{prefix}_{neighbour.upper()}_URL"] = self.urls[neighbour]
        return settings | dict(self._choices.extra)


def _witness(keys: Path, url: str) -> dict[str, str]:
    seed = bytes.fromhex((keys / "witness.hex").read_text())
    public_key = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    key = VerifierKey(WITNESS, KeyType.COSIGNATURE, public_key)
    return {"name": WITNESS, "url": url, "key": key.encoded()}


def _migration(service: str) -> str:
    return f"{service.upper()}_MIGRATION_URL"


def _numbered(name: str, index: int) -> str:
    return name if index == 0 else f"{name}-{index + 1}"


def _write_once(path: Path, make: Callable[[], str]) -> None:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(make())
