"""What was frozen and what was taken, held against the log before anything is made of it.

Nothing that runs can change these records. A restored backup, or somebody above the grants, can;
then there is no result, and whoever counts is told so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.proofs.attestation import SignedAttestation
from services.proofs.checkpoint import Checkpoint
from services.proofs.leaf import Kind, Leaf, Record, SignatureWrong, record_of
from services.proofs.note import VerifierKey
from services.proofs.rules import NotARuleTable, RuleTable, read_rules
from services.proofs.tree import CompactRange, leaf_hash
from services.proofs.vote import Channel, Vote
from services.voting.domain.ballot import Ballot
from services.voting.domain.electorate import ElectorateEntry, electorate_sha256
from services.voting.domain.errors import FrozenRecordsChanged, Refusal
from services.voting.domain.signing import Signer, check_signed, read_signed


@dataclass(frozen=True, slots=True)
class KeptVote:
    """A vote's row: the document as it was sent, and what was noted of it beside.

    `key` is identity's word on the key that signed, absent if it is not kept.
    """

    vote_id: str
    ballot_id: str
    entry_id: str
    area_centi: int
    channel: str
    by: str
    evidence_sha256: bytes | None
    document: bytes
    document_sha256: bytes
    key: SignedAttestation | None


@dataclass(frozen=True, slots=True)
class LoggedLeaf:
    """A leaf at its position, and the row of this ballot's vote that it stands for, if any."""

    position: int
    leaf: Leaf
    vote: KeptVote | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a ballot asks of every vote: an answer to each item, by a key that these attest."""

    estate_id: str
    attesters: frozenset[bytes]
    item_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class OnRoll:
    """What the frozen roll says of a vote: its entry's area, and whether its signer holds it."""

    area_centi: int | None
    is_holder: bool


@dataclass(frozen=True, slots=True)
class LogEnd:
    """Where the log ends: the range at its head, and the checkpoint over it, if there is one."""

    range: CompactRange
    checkpoint: Checkpoint | None
    log_key: VerifierKey
    votes_stored: int


def read_frozen_rules(document: bytes) -> RuleTable:
    """Return the rule table that a ballot was announced under.

    Raises:
        FrozenRecordsChanged: what is stored is no rule table.
    """
    try:
        return read_rules(document)
    except NotARuleTable as refused:
        raise _changed("electorate or rules") from refused


def check_frozen(ballot: Ballot, roll: Sequence[ElectorateEntry], table: RuleTable) -> None:
    """Check that roll and rules have the hashes that were announced.

    Raises:
        FrozenRecordsChanged: one of them has not.
    """
    announced = ballot.announced()
    recomputed = electorate_sha256(ballot.estate_id, announced.roll.policy, roll)
    if (recomputed, table.sha256) != (announced.roll.sha256, announced.rules.sha256):
        raise _changed("electorate or rules")


def announced_records(ballot: Ballot, rules_document: bytes) -> tuple[Record, ...]:
    """Return the records of an announcement in the order in which they are logged."""
    announced, subject = ballot.announced(), ballot.ballot_id
    return (
        record_of(Kind.BALLOT, subject, ballot.notice().encoded()),
        record_of(Kind.RULES, subject, rules_document),
        Record(Kind.ELECTORATE, subject, bytes.fromhex(announced.roll.sha256)),
        record_of(Kind.SCHEDULE, subject, announced.schedule.encoded()),
    )


class CountedSpan:
    """Follows the log from a ballot's announcement to its end, and takes the votes on the way."""

    def __init__(
        self,
        ballot: Ballot,
        before: CompactRange,
        announced: tuple[Record, ...],
        roll: Sequence[ElectorateEntry],
    ) -> None:
        """Begin behind the leaves of `before`, with the records that were `announced` there."""
        self._ballot, self._range, self._announced = ballot, before, announced
        self._entries: Mapping[str, ElectorateEntry] = {one.entry_id: one for one in roll}
        self._item_ids = frozenset(item.item_id for item in ballot.items)
        self._attesters = ballot.announced().attesters
        self._first = before.size
        self._votes_count = 0

    def take(self, logged: Sequence[LoggedLeaf]) -> list[Vote]:
        """Return the votes of this ballot among the next leaves.

        Raises:
            FrozenRecordsChanged: a leaf is missing or is not what was announced, or a vote is not
                the one that its owner signed.
        """
        positions = [one.position for one in logged]
        size = self._range.size
        if positions != list(range(size, size + len(positions))):
            raise _changed("positions")
        self._range = self._range.extended(leaf_hash(one.leaf.encoded()) for one in logged)
        return [vote for one in logged if (vote := self._vote(one)) is not None]

    def check_end(self, end: LogEnd) -> None:
        """Check that the leaves lead to the log's head and to its signed checkpoint.

        Raises:
            FrozenRecordsChanged: they do not, or more votes are stored than logged.
        """
        checkpoint = end.checkpoint
        if checkpoint is None:
            raise _changed("checkpoint")
        try:
            checkpoint.check_signed(end.log_key)
        except SignatureWrong as wrong:
            raise _changed("checkpoint") from wrong
        led_to = (self._range.size, self._range.encoded())
        if led_to != (end.range.size, end.range.encoded()):
            raise _changed("positions")
        if (checkpoint.size, checkpoint.root) != (self._range.size, self._range.root()):
            raise _changed("checkpoint")
        if end.votes_stored != self._votes_count:
            raise _changed("votes")

    def _vote(self, one: LoggedLeaf) -> Vote | None:
        record, number = one.leaf.record, one.position - self._first
        if number < len(self._announced) and record != self._announced[number]:
            raise _changed("announcement")
        is_vote = (record.kind, record.subject) == (Kind.VOTE, self._ballot.ballot_id)
        if not is_vote and one.vote is None:
            return None
        if not is_vote or one.vote is None or one.vote.key is None:
            raise _changed("votes")
        self._votes_count += 1
        return self._checked(one.leaf, one.vote, one.vote.key)

    def _checked(self, leaf: Leaf, kept: KeptVote, key: SignedAttestation) -> Vote:
        entry = self._entries.get(kept.entry_id)
        return check_kept(
            leaf,
            kept,
            key,
            Asked(self._ballot.estate_id, self._attesters, self._item_ids),
            OnRoll(
                None if entry is None else entry.area_centi,
                is_holder=entry is not None and kept.by in entry.holders,
            ),
        )


def check_kept(
    leaf: Leaf, kept: KeptVote, key: SignedAttestation, asked: Asked, on_roll: OnRoll
) -> Vote:
    """Return what a vote's document says, if its row says the same and its signer signed it.

    Raises:
        FrozenRecordsChanged: it does not, or he did not, or could not vote for this entry.
    """
    try:
        signed = read_signed(kept.document, leaf.signature, key)
        signer = Signer(kept.by, {leaf.key_hash.hex()})
        check_signed(signed, signer, estate_id=asked.estate_id, attesters=asked.attesters)
    except Refusal as refused:
        raise _changed("votes") from refused
    vote = signed.vote
    said = (vote.vote_id, vote.ballot_id, vote.entry_id, vote.channel, vote.evidence_sha256)
    evidence = kept.evidence_sha256 and kept.evidence_sha256.hex()
    noted = (kept.vote_id, kept.ballot_id, kept.entry_id, kept.channel, evidence)
    if said != noted or vote.choices.keys() != asked.item_ids or signed.leaf != leaf:
        raise _changed("votes")
    if vote.channel is Channel.PHONE and not on_roll.is_holder:
        raise _changed("votes")
    if (kept.area_centi, kept.document_sha256) != (on_roll.area_centi, leaf.record.sha256):
        raise _changed("votes")
    return vote


def _changed(what: str) -> FrozenRecordsChanged:
    return FrozenRecordsChanged(
        "冻结或已收的记录与其校验值不符，不能计票。",
        "Records that were frozen or taken no longer match their hashes; nothing is counted.",
        changed=what,
    )
