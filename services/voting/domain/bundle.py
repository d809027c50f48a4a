"""The export of a counted ballot: its span of the log, line by line, as outsiders verify it.

What is opened follows from the policy that was announced. Everything else is there for everybody:
the notice, the rules, the electorate without its holders, that each vote was logged, the result.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from services.proofs.announced import Openings
from services.proofs.bundle_header import Format
from services.proofs.canonical import canonical
from services.proofs.checkpoint import Checkpoint
from services.proofs.electorate import RollEntry
from services.proofs.tree import CompactRange
from services.proofs.vote import Channel
from services.voting.domain.ballot import Ballot
from services.voting.domain.convening import Convener
from services.voting.domain.records import KeptVote, LoggedLeaf

SUPERVISORS = frozenset({*Convener, "street_office", "housing_bureau", "auditor"})
"""Officials who recount. A property manager works for those who vote, and is none of them."""


@dataclass(frozen=True, slots=True)
class BallotContents:
    """The documents of a ballot's records, by the position of their leaves."""

    by_position: Mapping[int, bytes]
    electorate_at: int


def may_see_openings(openings: Openings, roles: AbstractSet[str], *, is_entitled: bool) -> bool:
    """Return whether somebody may see the single votes of a counted ballot.

    `is_entitled` says that he is an owner in this ballot's electorate.
    """
    if openings is Openings.NONE:
        return False
    if not roles.isdisjoint(SUPERVISORS):
        return True
    return openings is Openings.OWNERS and is_entitled and "owner" in roles


def header_line(
    ballot: Ballot, before: CompactRange, checkpoint: Checkpoint, *, opened: bool
) -> bytes:
    """Return the first line: which span of which log follows, and what is opened in it."""
    return _line(
        {
            "type": "header",
            "format": Format.BALLOT.value,
            "estate_id": ballot.estate_id,
            "ballot_id": ballot.ballot_id,
            "service": Format.BALLOT.service,
            "first": before.size,
            "range": [one.hex() for one in before.hashes],
            "openings": ballot.openings.value,
            "opened": opened,
            "checkpoint": checkpoint.encoded(),
        }
    )


def leaf_line(
    logged: LoggedLeaf,
    ballot: Ballot,
    contents: BallotContents,
    holders: Mapping[str, tuple[str, ...]] | None,
) -> bytes:
    """Return the line of one leaf; `holders` by entry if the votes are opened."""
    leaf = logged.leaf
    line: dict[str, object] = {
        "type": "leaf",
        "position": logged.position,
        "record": leaf.record.encoded().decode(),
        "signature": leaf.signature.hex(),
        "public_key": leaf.public_key.hex(),
    }
    content = contents.by_position.get(logged.position)
    if content is not None:
        line["content"] = _text(content)
    if logged.position == contents.electorate_at:
        line["policy"] = dict(ballot.announced().roll.policy)
    if logged.vote is not None and holders is not None:
        line |= _opening(logged.vote, holders)
    return _line(line)


def entry_line(entry: RollEntry) -> bytes:
    """Return the line of one entry of the electorate, without who may act for it."""
    return _line(
        {
            "type": "entry",
            "entry_id": entry.entry_id,
            "area_centi": entry.area_centi,
            "kind": entry.kind.value,
            "holders_sha256": entry.holders_sha256,
        }
    )


def end_line(leaves: int) -> bytes:
    """Return the last line."""
    return _line({"type": "end", "leaves": leaves})


def _opening(vote: KeptVote, holders: Mapping[str, tuple[str, ...]]) -> dict[str, object]:
    opening: dict[str, object] = {"content": _text(vote.document)}
    if vote.key is not None:
        document, signature = _text(vote.key.document), vote.key.signature.hex()
        opening["key"] = {"document": document, "signature": signature}
    if vote.channel == Channel.PHONE:
        opening["holders"] = sorted(holders.get(vote.entry_id, ()))
    return opening


def _text(document: bytes) -> str:
    # What somebody put in a document's place may be no text; whoever verifies sees another hash.
    return document.decode(errors="replace")


def _line(members: dict[str, object]) -> bytes:
    return canonical(members) + b"\n"
