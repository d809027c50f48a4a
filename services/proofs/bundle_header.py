"""The first line of a bundle: which span of which log it shows, and the checkpoint over it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from services.proofs.announced import Openings
from services.proofs.bundle_lines import NotABundle
from services.proofs.canonical import read_canonical
from services.proofs.checkpoint import Checkpoint, read_checkpoint
from services.proofs.members import Members
from services.proofs.refuted import Refuted
from services.proofs.tree import HASH_SIZE_BYTES, CompactRange
from services.proofs.trusted_keys import TrustedKeys

_COMMON = ("checkpoint", "estate_id", "first", "format", "range", "service", "type")
_BALLOT = ("ballot_id", "opened", "openings")


class Format(StrEnum):
    """What a bundle is of."""

    BALLOT = "owner-card/ballot-bundle@v1"
    LEDGER = "owner-card/ledger-bundle@v1"

    @property
    def service(self) -> str:
        """The service whose log it shows."""
        return "voting" if self is Format.BALLOT else "ledger"


@dataclass(frozen=True, slots=True)
class OfBallot:
    """Which ballot a bundle is of, who may see its votes opened, and whether they are here."""

    ballot_id: str
    openings: Openings
    opened: bool


@dataclass(frozen=True, slots=True)
class Header:
    """The span of a log that follows: from position `first`, after `before`, to the checkpoint."""

    format: Format
    estate_id: str
    first: int
    before: CompactRange
    checkpoint: Checkpoint
    ballot: OfBallot | None

    def check_of(self, keys: TrustedKeys) -> None:
        """Check that the bundle is of the log whose keys are pinned.

        Raises:
            NotABundle: it is another estate's or another service's.
        """
        if (self.estate_id, self.format.service) != (keys.estate_id, keys.service):
            raise NotABundle("the bundle is of another estate or another service than the keys")


@dataclass(frozen=True, slots=True)
class Source:
    """A bundle under way: its header, the lines that are left, and what it is held against.

    `attesters` are the keys of identity that whoever checks knows from elsewhere, if any.
    """

    header: Header
    keys: TrustedKeys
    lines: Iterator[bytes]
    processes: int
    attesters: frozenset[bytes] = frozenset()


class Span:
    """Follows the leaves of a span in their order, up to the root that they lead to."""

    def __init__(self, header: Header) -> None:
        self._first = header.first
        self._size, self._root = header.checkpoint.size, header.checkpoint.root
        self._range = header.before
        self._hashes: list[bytes] = []
        self._next = header.first
        self._ended = False

    def take(self, position: int, leaf_hash: bytes) -> None:
        """Take the next leaf.

        Raises:
            NotABundle: it is not at the next position, or stands after the end.
        """
        if self._ended or position != self._next:
            raise NotABundle(f"leaf {position} stands where leaf {self._next} belongs")
        self._next += 1
        self._hashes.append(leaf_hash)
        if len(self._hashes) == 1024:
            self._fold()

    def end(self, leaves: int) -> None:
        """Take the end.

        Raises:
            NotABundle: there were more or fewer leaves than it says, or than the log has.
        """
        if self._ended or leaves != self._next - self._first:
            raise NotABundle(f"the end does not count {self._next - self._first} leaves")
        if self._next != self._size:
            raise NotABundle(f"the span ends at {self._next}, the log at {self._size}")
        self._ended = True

    def check_ended(self) -> None:
        """Check that the end was there.

        Raises:
            NotABundle: it was not.
        """
        if not self._ended:
            raise NotABundle("the end is missing")

    def check_root(self) -> None:
        """Check that the leaves lead to the root that the log signed.

        Raises:
            NotABundle: they lead to another.
        """
        self._fold()
        if self._range.root() != self._root:
            raise NotABundle("the leaves lead to another root than the one that the log signed")

    def _fold(self) -> None:
        self._range = self._range.extended(self._hashes)
        self._hashes.clear()


def read_header(line: bytes) -> Header:
    """Return the header that a bundle's first line writes.

    Raises:
        NotABundle: it is not canonical, or a member is missing, left over or malformed.
    """
    try:
        written = read_canonical(line)
        members = Members(written, _COMMON, _BALLOT)
        form = Format(members.text("format"))
        Members(written, _COMMON + _BALLOT if form is Format.BALLOT else _COMMON)
        return _header(form, members)
    except (Refuted, ValueError) as refused:
        raise NotABundle(f"the first line: {refused}") from refused


def _header(form: Format, members: Members) -> Header:
    first, hashes = members.count("first"), members.texts("range")
    if members.text("type") != "header" or members.text("service") != form.service:
        raise NotABundle("no header of this format")
    if any(len(one) != 2 * HASH_SIZE_BYTES or one != one.lower() for one in hashes):
        raise NotABundle("a hash has 64 digits in lower case")
    ballot = None
    if form is Format.BALLOT:
        openings = Openings(members.text("openings"))
        ballot = OfBallot(members.uuid("ballot_id"), openings, members.flag("opened"))
    elif first != 0:
        raise NotABundle("a ledger is shown from its first leaf")
    return Header(
        format=form,
        estate_id=members.uuid("estate_id"),
        first=first,
        before=CompactRange(first, (bytes.fromhex(one) for one in hashes)),
        checkpoint=read_checkpoint(members.text("checkpoint")),
        ballot=ballot,
    )
