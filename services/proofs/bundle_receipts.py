"""Receipts that owners hold, against the bundle that is said to contain their votes."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.proofs.leaf import record_of
from services.proofs.receipt import Receipt
from services.proofs.refuted import Refuted
from services.proofs.steps import Report
from services.proofs.tree import leaf_hash


class ReceiptNotHonoured(Refuted):
    """What a receipt promises is not in the bundle."""


@dataclass(slots=True)
class _Held:
    receipt: Receipt
    found: bytes | None = None
    counted: bool = False


class Receipts:
    """The receipts that a bundle is held against, looked for as its leaves pass."""

    def __init__(self, receipts: Sequence[Receipt]) -> None:
        self._held = [_Held(one) for one in receipts]
        self._at: dict[int, list[_Held]] = {}
        for one in self._held:
            self._at.setdefault(one.receipt.proof.position, []).append(one)

    def take(self, position: int, hash_: bytes) -> None:
        """Take the leaf that stands at a position."""
        for one in self._at.get(position, ()):
            one.found = hash_

    def count(self, position: int) -> None:
        """Note that what stands at a position was opened and counted."""
        for one in self._at.get(position, ()):
            one.counted = True

    def judge(self, report: Report, *, opened: bool) -> None:
        """Judge each receipt: its leaf is there, of its document, and, if opened, was counted."""
        for number, one in enumerate(self._held, start=1):
            zh, en = f"回执 {number} 在其位置", f"receipt {number} is in its place"
            if opened:
                zh, en = f"{zh}且已计入", f"{en} and counted"
            with report.step(zh, en) as finding:
                _check(one, opened=opened)
                finding.detail = f"leaf {one.receipt.proof.position}"


def _check(held: _Held, *, opened: bool) -> None:
    leaf = held.receipt.leaf
    if held.found is None:
        raise ReceiptNotHonoured("the bundle has no leaf at the receipt's position")
    if held.found != leaf_hash(leaf.encoded()):
        raise ReceiptNotHonoured("another leaf stands at the receipt's position")
    if record_of(leaf.record.kind, leaf.record.subject, held.receipt.document) != leaf.record:
        raise ReceiptNotHonoured("the receipt's document is not what its leaf stands for")
    if opened and not held.counted:
        raise ReceiptNotHonoured("the leaf is there, but it is nothing that was counted")
