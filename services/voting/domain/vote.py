"""The vote document: what one owner says about every item, in bytes that can be signed and kept.

The document is canonical JSON (RFC 8785) with exactly five members. Its bytes are stored as they
came, so a signature over them and a leaf of a log made of them stay valid for ever. The salt keeps
a published hash of the document from being guessed by trying the few possible choices.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from services.proofs.canonical import NotCanonical, read_canonical
from services.voting.domain.errors import ChoiceUnknown, VoteUnreadable

DOCUMENT_SIZE_BYTES_MAX = 16_384
_MEMBERS = {"ballot_id", "choices", "entry_id", "salt", "vote_id"}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SALT = re.compile(r"[0-9a-f]{64}")


class Choice(StrEnum):
    """赞同, 反对, 弃权, 随多数: the four boxes of a Hangzhou ballot paper."""

    AGREE = "AGREE"
    AGAINST = "AGAINST"
    ABSTAIN = "ABSTAIN"
    FOLLOW_MAJORITY = "FOLLOW_MAJORITY"


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote as its document says it."""

    vote_id: str
    ballot_id: str
    entry_id: str
    choices: Mapping[str, Choice]
    document: bytes

    @property
    def document_sha256(self) -> bytes:
        """The hash that names the document in an answer and, signed, in a log."""
        return hashlib.sha256(self.document).digest()


def read_vote(document: bytes) -> Vote:
    """Return the vote that `document` writes.

    Raises:
        VoteUnreadable: too large, not canonical, or not exactly the five members in their form.
        ChoiceUnknown: a choice is none of the four.
    """
    written = _members(document)
    for name in ("ballot_id", "entry_id", "vote_id"):
        if not _matches(_UUID, written[name]):
            raise _unreadable(f"{name} is not a UUID in lower case")
    if not _matches(_SALT, written["salt"]):
        raise _unreadable("salt is not 32 bytes in lower-case hexadecimal")
    return Vote(
        vote_id=cast("str", written["vote_id"]),
        ballot_id=cast("str", written["ballot_id"]),
        entry_id=cast("str", written["entry_id"]),
        choices=_choices(written["choices"]),
        document=document,
    )


def _members(document: bytes) -> Mapping[str, object]:
    if len(document) > DOCUMENT_SIZE_BYTES_MAX:
        raise _unreadable(f"larger than {DOCUMENT_SIZE_BYTES_MAX} bytes")
    try:
        written = read_canonical(document)
    except NotCanonical as refused:
        raise _unreadable(str(refused)) from refused
    if not isinstance(written, dict) or set(written) != _MEMBERS:
        raise _unreadable(f"the members are exactly {', '.join(sorted(_MEMBERS))}")
    return written


def _choices(written: object) -> dict[str, Choice]:
    if not isinstance(written, dict) or not written:
        raise _unreadable("choices is an object from item to choice")
    known = {choice.value: choice for choice in Choice}
    if not all(isinstance(choice, str) and choice in known for choice in written.values()):
        raise ChoiceUnknown(
            "选项只能是赞同、反对、弃权或随多数。",
            "A choice is AGREE, AGAINST, ABSTAIN or FOLLOW_MAJORITY.",
            choices=list(known),
        )
    return {item_id: known[choice] for item_id, choice in written.items()}


def _matches(form: re.Pattern[str], written: object) -> bool:
    return isinstance(written, str) and form.fullmatch(written) is not None


def _unreadable(reason: str) -> VoteUnreadable:
    return VoteUnreadable("选票格式不正确。", "The vote document is malformed.", reason=reason)
