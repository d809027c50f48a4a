"""What one line of a ballot bundle is examined for by itself, in whichever process."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.proofs.attestation import Attestation, SignedAttestation
from services.proofs.bundle_checks import Check, Fault, Under
from services.proofs.bundle_lines import EndLine, LeafLine, NotABundle, read_line
from services.proofs.electorate import RollEntry, holders_sha256
from services.proofs.leaf import Kind, SignatureWrong, record_of
from services.proofs.refuted import Refuted
from services.proofs.tree import leaf_hash
from services.proofs.vote import Channel, Choice, Vote, read_vote

OF_A_BALLOT = frozenset(
    {Kind.BALLOT, Kind.RULES, Kind.ELECTORATE, Kind.SCHEDULE, Kind.VOTE, Kind.RESULT}
)
_LOGGED = OF_A_BALLOT | {Kind.WITNESSES}


class VoteRefuted(Refuted):
    """A vote is not what the leaf at its place may stand for."""


@dataclass(frozen=True, slots=True)
class Lens:
    """What every leaf is held against; a notice that cannot be read lets no vote through."""

    estate_id: str
    ballot_id: str
    opened: bool
    record_key: bytes
    attesters: frozenset[bytes] = frozenset()
    item_ids: frozenset[str] = frozenset()
    follow_offered: bool = False


# Tuples, for they pass from process to process: a tuple is packed five times as fast.
class SeenVote(NamedTuple):
    """An opened vote in which nothing is wrong by itself; officials' votes name no holders."""

    vote_id: str
    entry_id: str
    channel: Channel
    choices: dict[str, Choice]
    holders_sha256: str | None


class SeenLeaf(NamedTuple):
    """A leaf as it was examined; `ours` if it is of the bundle's ballot."""

    position: int
    leaf_hash: bytes
    kind: Kind
    content_sha256: bytes
    ours: bool
    content: bytes | None
    policy: dict[str, bool | int | str] | None
    vote: SeenVote | None
    fault: Fault | None


Seen = SeenLeaf | RollEntry | EndLine


def examine(lens: Lens, lines: Sequence[bytes]) -> list[Seen]:
    """Return what the lines say, with what is wrong in each by itself.

    Raises:
        NotABundle: a line is malformed, or shows what no line of its kind shows.
    """
    return [_seen(lens, read_line(line)) for line in lines]


def _seen(lens: Lens, line: LeafLine | RollEntry | EndLine) -> Seen:
    if not isinstance(line, LeafLine):
        return line
    record = line.leaf.record
    ours = record.kind in OF_A_BALLOT and record.subject == lens.ballot_id
    _check_shape(lens, line, ours=ours)
    vote, fault = None, None
    try:
        vote = _checked(lens, line, ours=ours)
    except Fault as found:
        fault = found
    return SeenLeaf(
        position=line.position,
        leaf_hash=leaf_hash(line.leaf.encoded()),
        kind=record.kind,
        content_sha256=record.sha256,
        ours=ours,
        content=None if record.kind is Kind.VOTE else line.content,
        policy=line.policy,
        vote=vote,
        fault=fault,
    )


def _check_shape(lens: Lens, line: LeafLine, *, ours: bool) -> None:
    """Check that a line shows what its kind shows, and nothing else."""
    kind = line.leaf.record.kind
    content, policy = line.content is not None, line.policy is not None
    opening = line.key is not None or line.holders is not None
    if not ours:
        named = kind is not Kind.WITNESSES or line.leaf.record.subject == lens.estate_id
        fits = kind in _LOGGED and named and not (content or policy or opening)
    elif kind is Kind.ELECTORATE:
        fits = policy and not (content or opening)
    elif kind is Kind.VOTE:
        # A vote that is not opened where all are is judged later, by its position.
        fits = not policy and (lens.opened or not (content or opening))
    else:
        fits = content and not (policy or opening)
    if not fits:
        raise NotABundle(f"leaf {line.position} shows too much, too little, or is of no ballot")


def _checked(lens: Lens, line: LeafLine, *, ours: bool) -> SeenVote | None:
    record, position = line.leaf.record, line.position
    with Under(Check.SIGNATURES, position):
        line.leaf.check_signature()
    if record.kind is not Kind.VOTE:
        with Under(Check.RECORD_KEY, position):
            if line.leaf.public_key != lens.record_key:
                raise SignatureWrong("signed by another key than the estate's record key")
    if line.content is not None:
        _check_content(line)
    if ours and record.kind is Kind.VOTE and lens.opened:
        return _vote(lens, line)
    return None


def _check_content(line: LeafLine) -> None:
    """Check that a leaf's content has the hash that its record names.

    Raises:
        Fault: it has not.
    """
    record = line.leaf.record
    with Under(Check.CONTENTS, line.position):
        if line.content is None or record_of(record.kind, record.subject, line.content) != record:
            raise VoteRefuted("the content has another SHA-256 than its record names")


def _vote(lens: Lens, line: LeafLine) -> SeenVote:
    position = line.position
    with Under(Check.OPENED, position):
        if line.content is None or line.key is None:
            raise VoteRefuted("the vote is not opened")
    with Under(Check.VOTE_FORM, position):
        vote = read_vote(line.content)
        _check_holders_shown(vote, line)
    with Under(Check.THIS_BALLOT, position):
        if vote.ballot_id != lens.ballot_id:
            raise VoteRefuted("the vote names another ballot")
    with Under(Check.ATTESTED, position):
        attestation = _attested(line.key, lens.attesters)
        _check_attestation(lens, line, vote, attestation)
    with Under(Check.HOLDER, position):
        if line.holders is not None and attestation.holder not in line.holders:
            raise VoteRefuted("the key is none of a holder of this entry")
    with Under(Check.CHOICES, position):
        _check_choices(lens, vote)
    holders = None if line.holders is None else holders_sha256(line.holders)
    return SeenVote(vote.vote_id, vote.entry_id, vote.channel, dict(vote.choices), holders)


# An official's key stands behind hundreds of votes; its attestation is verified once.
@functools.lru_cache(maxsize=64)
def _attested(key: SignedAttestation, attesters: frozenset[bytes]) -> Attestation:
    return key.read(attesters)


def _check_attestation(lens: Lens, line: LeafLine, vote: Vote, attestation: Attestation) -> None:
    if attestation.estate_id != lens.estate_id:
        raise VoteRefuted("the key is attested for another estate")
    if attestation.public_key != line.leaf.public_key:
        raise VoteRefuted("another key is attested than the one that signed")
    if attestation.capacity is not vote.channel.capacity:
        raise VoteRefuted(f"a vote by {vote.channel} is not signed as {attestation.capacity}")


def _check_holders_shown(vote: Vote, line: LeafLine) -> None:
    if (vote.channel is Channel.PHONE) is not (line.holders is not None):
        raise VoteRefuted("holders are shown with a vote from a phone, and with no other")
    if line.holders is not None and list(line.holders) != sorted(set(line.holders)):
        raise VoteRefuted("holders stand in order, each once")


def _check_choices(lens: Lens, vote: Vote) -> None:
    if vote.choices.keys() != lens.item_ids:
        raise VoteRefuted("the vote does not answer exactly the items")
    if Choice.FOLLOW_MAJORITY in vote.choices.values() and not lens.follow_offered:
        raise VoteRefuted("the ballot does not offer to follow the majority")
