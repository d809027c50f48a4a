"""Processes in an order, ready before the next starts, stopped in reverse, none left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.chassis.embedded import die_with_parent
from services.chassis.serve import listening

READY_SECONDS_MAX = 30.0
STOP_SECONDS_MAX = 15.0


class ProcessDied(Exception):
    """A supervised process ended although nobody asked it to; the message shows its last words."""


class NotReadyInTime(Exception):
    """A process runs and does not become ready."""


@dataclass(frozen=True)
class Program:
    """What to run: a module with `from_environment()`, its settings, the socket it listens on."""

    name: str
    module: str
    environment: Mapping[str, str]
    listener: socket.socket
    ready_path: str = "/health/ready"

    @property
    def url(self) -> str:
        """Return the base URL at which the program answers."""
        host, port = self.listener.getsockname()[:2]
        return f"http://{host}:{port}"


@dataclass
class _Running:
    program: Program
    process: subprocess.Popen[bytes]
    log: Path


@dataclass
class Supervisor:
    """Runs programs; each writes to a log file of its own in `folder`."""

    folder: Path
    _running: list[_Running] = field(default_factory=list)

    def start(self, *programs: Program) -> None:
        """Start `programs`, which do not need each other, and wait until all say they are ready.

        Raises:
            ProcessDied: one ended before.
            NotReadyInTime: one did not get ready.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        started = [self._spawn(program) for program in programs]
        self._running += started
        for running in started:
            self._await_ready(running)

    def _spawn(self, program: Program) -> _Running:
        log = self.folder / f"{program.name}.log"
        handle = program.listener.fileno()
        command = [sys.executable, "-m", "services.chassis.serve", program.module]
        with log.open("ab") as sink:
            process = subprocess.Popen(  # noqa: S603 - our own module
                [*command, "--fd", str(handle)],
                env={**os.environ, **program.environment},
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                pass_fds=[handle],
                # A terminal's Ctrl-C reaches the launcher alone, who stops all in order.
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - the launcher has one thread here
            )
        # For whoever wants to signal one part: an operator, a test of faults.
        (self.folder / f"{program.name}.pid").write_text(str(process.pid))
        return _Running(program, process, log)

    def check(self) -> None:
        """Raise `ProcessDied` if a program ended by itself."""
        for running in self._running:
            status = running.process.poll()
            if status is not None:
                words = running.log.read_text(errors="replace")[-1500:]
                raise ProcessDied(f"{running.program.name} ended with status {status}:\n{words}")

    def stop(self) -> None:
        """Stop every program, the last started first; one that will not is killed."""
        for running in reversed(self._running):
            running.process.send_signal(signal.SIGTERM)
            try:
                running.process.wait(timeout=STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                running.process.kill()
                running.process.wait()
            running.program.listener.close()
        self._running.clear()

    def process_of(self, name: str) -> subprocess.Popen[bytes]:
        """Return the process of the program called `name`."""
        return next(one.process for one in self._running if one.program.name == name)

    def _await_ready(self, running: _Running) -> None:
        deadline = time.monotonic() + READY_SECONDS_MAX
        question = running.program.url + running.program.ready_path
        while not _answers(question):
            self.check()
            if time.monotonic() > deadline:
                raise NotReadyInTime(f"{running.program.name}: see {running.log}")
            time.sleep(0.05)  # readiness is asked, not pushed


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2.0) as reply:  # noqa: S310 - our own address
            return bool(reply.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def new_listener(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    """Return a listening socket for a program; port 0 picks a free one."""
    return listening(host, port)
