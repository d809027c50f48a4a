"""The electorate of a bundle, built again entry by entry as its lines come."""

from services.proofs.electorate import RollEntry, RollHash, Weight
from services.proofs.refuted import Refuted
from services.proofs.rules import Policies


class RollWrong(Refuted):
    """The electorate is not the frozen one, or a vote is not by one of its entries."""


class Roll:
    """The entries so far; of each its area and the hash of who may act for it are kept."""

    def __init__(self, estate_id: str, policy: Policies, sha256: bytes) -> None:
        """Begin the roll whose document the log names by `sha256`."""
        self.policy = policy
        self.areas: dict[str, int] = {}
        self._holders: dict[str, bytes] = {}
        self._hash = RollHash(estate_id, policy)
        self._named = sha256
        self._last = ""
        self._disordered: str | None = None

    def add(self, entry: RollEntry) -> None:
        """Take the next entry."""
        if entry.entry_id <= self._last:
            self._disordered = self._disordered or entry.entry_id
        self._last = entry.entry_id
        self._hash.add(entry)
        self.areas[entry.entry_id] = entry.area_centi
        self._holders[entry.entry_id] = bytes.fromhex(entry.holders_sha256)

    def check(self) -> None:
        """Check the roll as a whole.

        Raises:
            RollWrong: an entry stands twice or out of order, or the hash is another.
        """
        if self._disordered is not None:
            raise RollWrong(f"entry {self._disordered} stands twice, or out of order")
        if self._hash.sha256() != self._named:
            raise RollWrong("the entries make another electorate than the one that was frozen")

    def check_holders(self, entry_id: str, holders_sha256: str | None) -> None:
        """Check that an entry is on the roll and that, where shown, these are its holders.

        Raises:
            RollWrong: it is not, or they are not.
        """
        holders = self._holders.get(entry_id)
        if holders is None:
            raise RollWrong(f"entry {entry_id} is not in the electorate")
        if holders_sha256 is not None and holders.hex() != holders_sha256:
            raise RollWrong(f"others than those shown may act for entry {entry_id}")

    @property
    def weight(self) -> Weight:
        """What all entries weigh together."""
        return Weight(len(self.areas), sum(self.areas.values()))

    @property
    def sha256(self) -> str:
        """The hash that the log names the roll by."""
        return self._named.hex()

    @property
    def said(self) -> str:
        """The roll's figures."""
        area = self.weight.area_centi
        return f"{self.weight.people} people, {area // 100}.{area % 100:02d} m²"
