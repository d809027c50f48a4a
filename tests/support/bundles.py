"""Bundles made with nothing but proofs: an estate's two logs, its owners, and whoever cheats.

A scene is played as the services play it. What a thief of the service's keys would do is set on the
scene before it is played, so that everything is signed; what anybody could do to the file is done
to its lines afterwards.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.proofs.announced import Item, Notice, Openings, Schedule
from services.proofs.attestation import Attestation, Capacity, SignedAttestation, attest
from services.proofs.bundle import check_bundle
from services.proofs.canonical import canonical
from services.proofs.checkpoint import Checkpoint, cosign, log_key, sign_checkpoint
from services.proofs.counting import BallotBox
from services.proofs.electorate import EntryKind, RollEntry, RollHash, Weight, holders_sha256
from services.proofs.leaf import Kind, Leaf, Record, record_of, sign
from services.proofs.note import KeyType, VerifierKey
from services.proofs.receipt import Receipt, receipt_of
from services.proofs.result import Basis, result_document
from services.proofs.rules import Policies, RuleTable, frozen_policies, read_rules
from services.proofs.steps import Report, Stopped, Verdict
from services.proofs.tlog_proof import TlogProof
from services.proofs.tree import CompactRange, inclusion_path, leaf_hash, root_of
from services.proofs.trusted_keys import TrustedKeys
from services.proofs.vote import Channel, Choice, read_vote

RULES = Path("services/voting/domain/decision_rules.json")
POLICY: dict[str, bool | int | str] = {
    "parking_area_counts": False,
    "parking_as_person_counts": False,
    "same_owner_rule": "identical_owner_set",
}
ANNOUNCED_AT = datetime(2026, 3, 19, 4, tzinfo=UTC)
COUNTED_AT = datetime(2026, 4, 12, 1, 2, 3, 456789, tzinfo=UTC)
LOGGED_AT = 1_775_960_000
Line = dict[str, Any]


def key_of(name: str) -> Ed25519PrivateKey:
    """Return the same key for the same name."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def public_of(name: str) -> bytes:
    return key_of(name).public_key().public_bytes_raw()


def id_of(name: str) -> str:
    """Return the same UUID for the same name."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


class Log:
    """One estate's log of one service, with the keys that sign it and two witnesses."""

    def __init__(self, service: str, estate: str = "estate") -> None:
        self.service, self.estate, self.estate_id = service, estate, id_of(estate)
        self.witnesses = ["street", "neighbour"]
        self.logged_at = LOGGED_AT
        self.leaves: list[Leaf] = []
        self.shown: list[Line] = []

    @property
    def tree(self) -> Ed25519PrivateKey:
        return key_of(f"{self.estate}/{self.service}/tree")

    @property
    def record(self) -> Ed25519PrivateKey:
        return key_of(f"{self.estate}/{self.service}/record")

    def keys(self) -> TrustedKeys:
        """Return what a verifier pins."""
        record = self.record.public_key().public_bytes_raw()
        named = log_key(self.tree.public_key().public_bytes_raw())
        return TrustedKeys(
            estate_id=self.estate_id,
            service=self.service,
            log_key=named,
            record_key=record,
            time_key=VerifierKey(f"{named.name}/time", KeyType.COSIGNATURE, record),
            witnesses=tuple(
                VerifierKey(f"{name}.example", KeyType.COSIGNATURE, public_of(name))
                for name in ("street", "neighbour")
            ),
            quorum=2,
        )

    def add(
        self, record: Record, *, key: Ed25519PrivateKey | None = None, shown: Line | None = None
    ) -> int:
        """Sign a record, log it, and return its position."""
        self.leaves.append(sign(key or self.record, record))
        self.shown.append(shown or {})
        return len(self.leaves) - 1

    def add_content(self, kind: Kind, subject: str, content: bytes) -> int:
        return self.add(record_of(kind, subject, content), shown={"content": content.decode()})

    def hashes(self) -> list[bytes]:
        return [leaf_hash(leaf.encoded()) for leaf in self.leaves]

    def checkpoint(self) -> Checkpoint:
        made = sign_checkpoint(self.tree, len(self.leaves), root_of(self.hashes()))
        lines = [cosign(self.record, self.keys().time_key.name, made, posix_time=self.logged_at)]
        lines += [
            cosign(key_of(name), f"{name}.example", made, posix_time=self.logged_at)
            for name in self.witnesses
        ]
        return made.with_signatures(lines)

    def receipt(self, position: int) -> Receipt:
        """Return the receipt of what stands at a position."""
        hashes, shown = self.hashes(), self.shown[position]
        path = inclusion_path(position, len(hashes), lambda a, b: root_of(hashes[a:b]))
        key = shown.get("key")
        return receipt_of(
            self.leaves[position],
            shown["content"].encode(),
            TlogProof(position, tuple(path), self.checkpoint()),
            self.keys(),
            key and SignedAttestation(key["document"].encode(), bytes.fromhex(key["signature"])),
        )

    def lines(self, header: Line, *, first: int = 0) -> list[Line]:
        """Return the bundle from a position on; `shown` may bring an electorate's entries."""
        before = CompactRange().extended(self.hashes()[:first]).hashes
        lines: list[Line] = [
            {
                "type": "header",
                "estate_id": self.estate_id,
                "service": self.service,
                "first": first,
                "range": [one.hex() for one in before],
                "checkpoint": self.checkpoint().encoded(),
                **header,
            }
        ]
        for position in range(first, len(self.leaves)):
            shown = dict(self.shown[position])
            entries = shown.pop("entries", ())
            lines.append(leaf_line(position, self.leaves[position]) | shown)
            lines += entries
        return [*lines, {"type": "end", "leaves": len(self.leaves) - first}]


def leaf_line(position: int, leaf: Leaf) -> Line:
    return {
        "type": "leaf",
        "position": position,
        "record": leaf.record.encoded().decode(),
        "signature": leaf.signature.hex(),
        "public_key": leaf.public_key.hex(),
    }


def encoded(lines: Iterable[Line]) -> bytes:
    """Return the file that the lines make."""
    return b"".join(canonical(line) + b"\n" for line in lines)


@dataclass(frozen=True)
class Cast:
    """One vote of an owner (by number), and everything about it that can be false."""

    owner: int
    choices: str
    channel: Channel = Channel.PHONE
    ballot: str = "ballot"
    signer: str | None = None
    attested: str | None = None
    attester: str = "identity"
    capacity: Capacity | None = None
    attested_estate: str = "estate"
    holder: str | None = None
    holders: tuple[str, ...] | None = None
    changes: Mapping[str, object] = field(default_factory=dict)
    key: Ed25519PrivateKey | None = None

    @property
    def signed_by(self) -> str:
        official = self.channel is not Channel.PHONE
        return self.signer or ("clerk" if official else f"owner-{self.owner}")


LETTERS = {
    "A": Choice.AGREE,
    "D": Choice.AGAINST,
    "N": Choice.ABSTAIN,
    "F": Choice.FOLLOW_MAJORITY,
}
CAST = (
    Cast(0, "AA"),
    Cast(1, "AD"),
    Cast(2, "DA", Channel.PAPER),
    Cast(3, "NF"),
    Cast(4, "FA", Channel.TELEPHONE),
    Cast(5, "AA"),
)


def holders_of(owner: int) -> tuple[str, ...]:
    return (f"holder-{owner}", f"spouse-{owner}")


@dataclass
class Paper:
    """One ballot of a scene."""

    name: str = "ballot"
    kinds: tuple[str, ...] = ("FUND_USE", "RECONSTRUCTION")
    openings: Openings = Openings.OWNERS
    owners: int = 7
    table: RuleTable = field(default_factory=lambda: read_rules(RULES.read_bytes()))
    policies: Policies = field(default_factory=dict)
    attesters: tuple[str, ...] = ("identity",)
    schedules: list[Schedule] = field(
        default_factory=lambda: [
            Schedule("Asia/Shanghai", ANNOUNCED_AT, date(2026, 4, 4), date(2026, 4, 11))
        ]
    )
    cast: Sequence[Cast] = CAST
    counted_at: datetime = COUNTED_AT
    ballot_id: str = ""

    def __post_init__(self) -> None:
        self.ballot_id = id_of(self.name)
        self.policies = frozen_policies(self.table, POLICY)

    def items(self) -> tuple[Item, ...]:
        return tuple(
            Item(id_of(f"{self.name}/item/{number}"), number, kind, f"事项 {number}", "", None, ())
            for number, kind in enumerate(self.kinds, start=1)
        )

    def notice(self, estate_id: str) -> Notice:
        return Notice(
            estate_id=estate_id,
            ballot_id=self.ballot_id,
            title="业主大会会议",
            meeting="REGULAR",
            convener="committee",
            convening_reason=None,
            items=self.items(),
            openings=self.openings,
            policies=self.policies,
            attesters=frozenset(public_of(name) for name in self.attesters),
            announced_at=ANNOUNCED_AT,
            announced_by="official",
        )

    def entry_id(self, owner: int) -> str:
        return id_of(f"entry/{owner}")

    def roll(self) -> list[RollEntry]:
        entries = (
            RollEntry(
                self.entry_id(owner),
                EntryKind.OWNERS,
                8_000 + 7 * owner,
                holders_sha256(holders_of(owner)),
            )
            for owner in range(self.owners)
        )
        return sorted(entries, key=lambda entry: entry.entry_id)

    def document(self, cast: Cast) -> bytes:
        """Return the vote document of one vote."""
        items = self.items()
        good: dict[str, object] = {
            "ballot_id": self.ballot_id,
            "channel": cast.channel.value,
            "choices": {
                item.item_id: LETTERS[letter].value
                for item, letter in zip(items, cast.choices, strict=True)
            },
            "entry_id": self.entry_id(cast.owner),
            "salt": hashlib.sha256(f"{self.name}/{cast.owner}".encode()).hexdigest(),
            "vote_id": id_of(f"{self.name}/vote/{cast.owner}"),
        }
        if cast.channel is not Channel.PHONE:
            good["evidence_sha256"] = "ab" * 32
        return canonical(good | dict(cast.changes))


Change = Callable[[dict[str, Any]], None]


class Scene:
    """Two ballots in one log, their leaves interleaved; the first one's bundle is asked for."""

    def __init__(self, estate: str = "estate") -> None:
        self.log = Log("voting", estate)
        self.paper = Paper()
        self.other = Paper("other ballot", cast=(Cast(0, "DD"), Cast(6, "NN")))
        self.result_change: Change | None = None
        self.early: Sequence[Cast] = ()
        self.late: Sequence[Cast] = ()
        self.left_out: frozenset[Kind] = frozenset()
        self.rules_announced = 1
        self.record_signer: Mapping[Kind, str] = {}
        self.positions: dict[int, int] = {}

    def play(self) -> "Scene":
        """Play it: announce both, vote in turns, publish both results."""
        self.log.add(record_of(Kind.WITNESSES, self.log.estate_id, b"earlier"))
        self._announce(self.other)
        self._announce(self.paper)
        rest = list(self.other.cast)
        for cast in self.paper.cast:
            self.positions[cast.owner] = self.vote(self.paper, cast)
            if rest:
                self.vote(self.other, rest.pop(0))
        for _ in range(1, self.rules_announced):
            self._content(self.paper, Kind.RULES, self.paper.table.document)
        for later in self.paper.schedules[1:]:
            self._content(self.paper, Kind.SCHEDULE, later.encoded())
        self._publish(self.other, None)
        self._publish(self.paper, self.result_change)
        for cast in self.late:
            self.vote(self.paper, cast)
        return self

    def lines(self, *, opened: bool = True) -> list[Line]:
        """Return the bundle of the first ballot."""
        ballot_id = self.paper.ballot_id
        first = next(
            n for n, leaf in enumerate(self.log.leaves) if leaf.record.subject == ballot_id
        )
        lines = self.log.lines(
            {
                "format": "owner-card/ballot-bundle@v1",
                "ballot_id": ballot_id,
                "openings": self.paper.openings.value,
                "opened": opened,
            },
            first=first,
        )
        return [self._allowed(line, opened=opened) for line in lines]

    def _allowed(self, line: Line, *, opened: bool) -> Line:
        record = line.get("record", "")
        ours = self.paper.ballot_id in record
        if line["type"] != "leaf" or (ours and (opened or '"vote"' not in record)):
            return line
        return {name: line[name] for name in leaf_line(0, self.log.leaves[0])}

    def _content(self, paper: Paper, kind: Kind, content: bytes) -> None:
        if kind in self.left_out and paper is self.paper:
            return
        record = record_of(kind, paper.ballot_id, content)
        signer = self.record_signer.get(kind) if paper is self.paper else None
        key = key_of(signer) if signer else None
        self.log.add(record, key=key, shown={"content": content.decode()})

    def _announce(self, paper: Paper) -> None:
        self._content(paper, Kind.BALLOT, paper.notice(self.log.estate_id).encoded())
        self._content(paper, Kind.RULES, paper.table.document)
        roll = RollHash(self.log.estate_id, POLICY)
        for entry in paper.roll():
            roll.add(entry)
        entries = [
            {
                "type": "entry",
                "entry_id": entry.entry_id,
                "area_centi": entry.area_centi,
                "kind": entry.kind.value,
                "holders_sha256": entry.holders_sha256,
            }
            for entry in paper.roll()
        ]
        shown: Line = {"policy": POLICY}
        if paper is self.paper:
            shown["entries"] = entries
        if Kind.ELECTORATE not in self.left_out:
            self.log.add(Record(Kind.ELECTORATE, paper.ballot_id, roll.sha256()), shown=shown)
        for cast in self.early if paper is self.paper else ():
            self.vote(paper, cast)
        self._content(paper, Kind.SCHEDULE, paper.schedules[0].encoded())

    def vote(self, paper: Paper, cast: Cast) -> int:
        """Log one vote, and return its position."""
        document = paper.document(cast)
        key = cast.key or key_of(cast.signed_by)
        owner = cast.channel is Channel.PHONE
        attested = attest(
            key_of(cast.attester),
            Attestation(
                estate_id=id_of(cast.attested_estate),
                holder=cast.holder or (f"holder-{cast.owner}" if owner else "official"),
                capacity=cast.capacity or (Capacity.OWNER if owner else Capacity.OFFICIAL),
                public_key=(
                    public_of(cast.attested)
                    if cast.attested
                    else key.public_key().public_bytes_raw()
                ),
                registered_at="2026-03-01T00:00:00Z",
            ),
        )
        shown: Line = {
            "content": document.decode(),
            "key": {
                "document": attested.document.decode(),
                "signature": attested.signature.hex(),
            },
        }
        if owner:
            shown["holders"] = list(cast.holders or holders_of(cast.owner))
        record = record_of(Kind.VOTE, paper.ballot_id, document)
        return self.log.add(record, key=key, shown=shown)

    def _publish(self, paper: Paper, change: Change | None) -> None:
        roll = paper.roll()
        box = BallotBox({entry.entry_id: entry.area_centi for entry in roll}, paper.items())
        for cast in {one.owner: one for one in reversed(paper.cast)}.values():
            box.add(read_vote(paper.document(replace(cast, changes={}))))
        counted = box.count(paper.table, paper.policies, paper.counted_at)
        hashed = RollHash(self.log.estate_id, POLICY)
        for entry in roll:
            hashed.add(entry)
        basis = Basis(
            estate_id=self.log.estate_id,
            ballot_id=paper.ballot_id,
            electorate=Weight(len(roll), sum(entry.area_centi for entry in roll)),
            electorate_sha256=hashed.sha256().hex(),
            rules_version=paper.table.version,
            rules_sha256=paper.table.sha256,
        )
        document: dict[str, Any] = dict(result_document(basis, counted))
        if change is not None:
            change(document)
        self._content(paper, Kind.RESULT, canonical(document))


def checked(content: bytes, log: Log, folder: Path, receipts: Sequence[Receipt] = ()) -> Report:
    """Return the report on a bundle, checked with the keys of its log and identity's key."""
    path = folder / "bundle.jsonl"
    path.write_bytes(content)
    report = Report()
    with suppress(Stopped):
        pinned = frozenset({public_of("identity")})
        check_bundle(path, log.keys(), receipts, report, attesters=pinned)
    return report


def failed(report: Report) -> list[str]:
    """Return the steps that failed."""
    return [step.en for step in report.steps if step.verdict is Verdict.FAIL]
