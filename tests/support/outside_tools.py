"""Programs that nobody here wrote, as judges of our proofs: Debian's sigsum-go and litetlog."""

import http.client
import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from services.proofs.leaf import key_hash
from services.proofs.note import KeyType, VerifierKey
from services.proofs.receipt import Receipt
from services.proofs.tlog_proof import HEADER
from services.proofs.trusted_keys import TrustedKeys

FETCHED = Path(__file__).parents[2] / ".data" / "outside-tools" / "usr" / "bin"
PACKAGES = {
    "sigsum-verify": "sigsum-go",
    "sigsum-witness": "sigsum-go",
    "spicy-litetlog": "litetlog",
}
_DEADLINE_SECONDS = 20


def tool(name: str) -> Path | None:
    """Return where a program is: on the path, or where `.ci/outside-tools` puts it."""
    found = shutil.which(name) or shutil.which(name, path=str(FETCHED))
    return Path(found) if found else None


def missing_packages() -> list[str]:
    """Return the Debian packages whose programs are not here."""
    return sorted({package for name, package in PACKAGES.items() if tool(name) is None})


def openssh(public_key: bytes) -> bytes:
    """Return a public key as OpenSSH and Sigsum's tools write it."""
    key = Ed25519PublicKey.from_public_bytes(public_key)
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH) + b"\n"


def sigsum_policy(keys: TrustedKeys) -> str:
    """Return what Sigsum's tools are told about a log, its witnesses and the quorum."""
    lines = [f"log {keys.log_key.public_key.hex()}"]
    names = [f"w{number}" for number in range(len(keys.witnesses))]
    for name, witness in zip(names, keys.witnesses, strict=True):
        lines.append(f"witness {name} {witness.public_key.hex()}")
    if keys.quorum:
        lines.append(f"group quorum-rule {keys.quorum} {' '.join(names)}")
    lines.append(f"quorum {'quorum-rule' if keys.quorum else 'none'}")
    return "\n".join(lines) + "\n"


def sigsum_verify(
    folder: Path, receipt: Receipt, keys: TrustedKeys, signer: bytes | None = None
) -> bool:
    """Return whether `sigsum-verify` accepts a receipt, `signer` being who must have signed."""
    program = tool("sigsum-verify")
    assert program is not None
    (folder / "policy").write_text(sigsum_policy(keys))
    (folder / "signer.pub").write_bytes(openssh(signer or receipt.leaf.public_key))
    (folder / "proof").write_text(receipt.sigsum_text)
    ran = subprocess.run(
        [program, "-k", "signer.pub", "-p", "policy", "proof"],
        cwd=folder,
        input=receipt.leaf.record.encoded(),
        capture_output=True,
        timeout=_DEADLINE_SECONDS,
        check=False,
    )
    return ran.returncode == 0


def spicy_verify(folder: Path, receipt: Receipt, keys: TrustedKeys) -> bool:
    """Return whether `spicy-litetlog -verify` accepts a receipt.

    litetlog 0.4 is older than the header line of C2SP's tlog-proof and reads what comes after it.
    """
    program = tool("spicy-litetlog")
    assert program is not None
    (folder / "leaf").write_bytes(receipt.leaf.encoded())
    (folder / "leaf.spicy").write_text(receipt.tlog_text.removeprefix(HEADER))
    ran = subprocess.run(
        [program, "-verify", keys.log_key.encoded(), "leaf"],
        cwd=folder,
        capture_output=True,
        timeout=_DEADLINE_SECONDS,
        check=False,
    )
    return ran.returncode == 0


@dataclass(frozen=True)
class Answer:
    """What a witness said."""

    status: int
    content_type: str
    body: str


class Witness:
    """A running `sigsum-witness` with a key of its own, for one log; it keeps state in a folder."""

    def __init__(self, folder: Path, log: bytes, key: Ed25519PrivateKey) -> None:
        self._folder = folder
        private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        (folder / "witness").touch(mode=0o600)
        (folder / "witness").write_bytes(private)
        (folder / "log.pub").write_bytes(openssh(log))
        public = key.public_key().public_bytes_raw()
        # The name that it signs under is made of its key, as a log's is.
        name = f"sigsum.org/v1/witness/{key_hash(public).hex()}"
        self.key = VerifierKey(name, KeyType.COSIGNATURE, public)
        self._port = _free_port()

    @property
    def url(self) -> str:
        """The address that requests to add a checkpoint are made under."""
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        program = tool("sigsum-witness")
        assert program is not None
        files = ["-k", "witness", "--log-key", "log.pub", "--state-file", "state"]
        self._process = subprocess.Popen(
            [program, *files, f"127.0.0.1:{self._port}"],
            cwd=self._folder,
            # As it was built, Go's older router answers every path with 404.
            env={**os.environ, "GODEBUG": "httpmuxgo121=0"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._await_listening()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait(timeout=_DEADLINE_SECONDS)

    def add_checkpoint(self, body: str) -> Answer:
        """Ask it to cosign."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_DEADLINE_SECONDS)
        try:
            connection.request("POST", "/add-checkpoint", body.encode())
            answer = connection.getresponse()
            kind = answer.headers.get("Content-Type", "")
            return Answer(answer.status, kind, answer.read().decode())
        finally:
            connection.close()

    def _await_listening(self) -> None:
        deadline = time.monotonic() + _DEADLINE_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
        self.__exit__(None, None, None)
        raise RuntimeError("sigsum-witness does not listen")


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
