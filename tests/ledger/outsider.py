"""Somebody outside, with files and the published verifier and nothing of the services."""

import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.proofs.check import main as check
from tests.ledger.people import Estate, done


@dataclass(frozen=True)
class Judged:
    """What the verifier said: its exit status, and its steps."""

    status: int
    steps: list[dict[str, Any]]

    @property
    def failed(self) -> list[str]:
        """The steps that failed, in English."""
        return [one["en"] for one in self.steps if one["verdict"] == "FAIL"]

    def found(self, step: str) -> list[str]:
        """Return what was found at the steps of this name."""
        return [one["detail"] for one in self.steps if one["en"] == step]


class Outsider:
    """Pins the keys of an estate's log and judges what its ledger hands out."""

    def __init__(self, folder: Path, keys: str) -> None:
        self._folder = folder
        self._keys = self._kept("keys.json", keys.encode())

    @classmethod
    async def of(cls, estate: Estate, folder: Path) -> "Outsider":
        """Pin the keys as they are published now."""
        return cls(folder, done(await estate.get("/log/keys")).text)

    def receipt(self, receipt: bytes) -> Judged:
        """Judge a receipt."""
        return self._judged("receipt", self._kept("receipt.json", receipt))

    def bundle(self, bundle: bytes, *receipts: bytes) -> Judged:
        """Judge a bundle, and that what some receipts promise is in it."""
        file, further = self._kept("ledger.jsonl", bundle), []
        for number, receipt in enumerate(receipts):
            further += ["--receipt", self._kept(f"receipt-{number}.json", receipt)]
        return self._judged("bundle", file, *further)

    def _judged(self, *words: str) -> Judged:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            status = check([*words, "--keys", self._keys, "--json"])
        return Judged(status, json.loads(out.getvalue())["steps"])

    def _kept(self, name: str, content: bytes) -> str:
        path = self._folder / name
        path.write_bytes(content)
        return str(path)
