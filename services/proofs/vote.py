"""The vote document: what one owner says about every item, in bytes that are signed and kept.

The document is canonical JSON (RFC 8785) with exactly the members of its channel. The salt keeps a
published hash of the document from being guessed by trying the few possible choices. What officials
enter for an owner names the hash of the scan or the recording that it was entered from.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.proofs.attestation import Capacity
from services.proofs.canonical import NotCanonical, read_canonical
from services.proofs.refuted import Refuted

DOCUMENT_SIZE_BYTES_MAX = 16_384
_MEMBERS = {"ballot_id", "channel", "choices", "entry_id", "salt", "vote_id"}
_EVIDENCE = "evidence_sha256"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Choice(StrEnum):
    """赞同, 反对, 弃权, 随多数: the four boxes of a Hangzhou ballot paper."""

    AGREE = "AGREE"
    AGAINST = "AGAINST"
    ABSTAIN = "ABSTAIN"
    FOLLOW_MAJORITY = "FOLLOW_MAJORITY"


class Channel(StrEnum):
    """How a vote came: from the owner's phone, or through an official on paper or by telephone."""

    PHONE = "PHONE"
    PAPER = "PAPER"
    TELEPHONE = "TELEPHONE"

    @property
    def capacity(self) -> Capacity:
        """As what the signer of such a vote signs."""
        return Capacity.OWNER if self is Channel.PHONE else Capacity.OFFICIAL


_CHOICES = {choice.value: choice for choice in Choice}
_CHANNELS = {channel.value: channel for channel in Channel}


class NotAVote(Refuted):
    """The bytes are no vote document in its one canonical form."""


class NotAChoice(NotAVote):
    """A choice is none of the four."""


class NoEvidence(NotAVote):
    """Officials entered a vote and do not say from what."""


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote as its document says it; only what officials entered has evidence."""

    vote_id: str
    ballot_id: str
    entry_id: str
    channel: Channel
    choices: Mapping[str, Choice]
    evidence_sha256: str | None
    document: bytes

    @property
    def document_sha256(self) -> bytes:
        """The hash that names the document in an answer and, signed, in a log."""
        return hashlib.sha256(self.document).digest()


def read_vote(document: bytes) -> Vote:
    """Return the vote that `document` writes.

    Raises:
        NotAVote: too large, not canonical, or not exactly the members of its channel in their form.
        NotAChoice: a choice is none of the four.
        NoEvidence: officials entered it and do not say from what.
    """
    written = _members(document)
    for name in ("ballot_id", "entry_id", "vote_id"):
        if not _matches(_UUID, written[name]):
            raise NotAVote(f"{name} is not a UUID in lower case")
    if not _matches(_SHA256, written["salt"]):
        raise NotAVote("salt is not 32 bytes in lower-case hexadecimal")
    return Vote(
        vote_id=str(written["vote_id"]),
        ballot_id=str(written["ballot_id"]),
        entry_id=str(written["entry_id"]),
        channel=_CHANNELS[str(written["channel"])],
        choices=_choices(written["choices"]),
        evidence_sha256=_evidence(written),
        document=document,
    )


def _members(document: bytes) -> Mapping[str, object]:
    if len(document) > DOCUMENT_SIZE_BYTES_MAX:
        raise NotAVote(f"larger than {DOCUMENT_SIZE_BYTES_MAX} bytes")
    try:
        written = read_canonical(document)
    except NotCanonical as refused:
        raise NotAVote(str(refused)) from refused
    if not isinstance(written, dict):
        raise NotAVote("a vote is an object")
    channel = written.get("channel")
    if not isinstance(channel, str) or channel not in _CHANNELS:
        raise NotAVote(f"channel is one of {', '.join(_CHANNELS)}")
    members = _MEMBERS if channel == Channel.PHONE else _MEMBERS | {_EVIDENCE}
    if members - written.keys() == {_EVIDENCE}:
        raise NoEvidence(f"{_EVIDENCE} is missing")
    if written.keys() != members:
        raise NotAVote(f"the members are exactly {', '.join(sorted(members))}")
    return written


def _evidence(written: Mapping[str, object]) -> str | None:
    if _EVIDENCE not in written:
        return None
    if not _matches(_SHA256, written[_EVIDENCE]):
        raise NotAVote("evidence_sha256 is not a SHA-256 in lower-case hexadecimal")
    return str(written[_EVIDENCE])


def _choices(written: object) -> dict[str, Choice]:
    if not isinstance(written, dict) or not written:
        raise NotAVote("choices is an object from item to choice")
    if not all(isinstance(choice, str) and choice in _CHOICES for choice in written.values()):
        raise NotAChoice(f"a choice is one of {', '.join(_CHOICES)}")
    return {item_id: _CHOICES[choice] for item_id, choice in written.items()}


def _matches(form: re.Pattern[str], written: object) -> bool:
    return isinstance(written, str) and form.fullmatch(written) is not None
