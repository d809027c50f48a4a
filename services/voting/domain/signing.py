"""Signed votes: whose key signed, whether it may, and that it did.

An owner's key signs his own vote on his phone; an official's key signs what he enters from paper or
from a telephone call, and says from what. So nobody who runs the servers can make a vote.
"""

import functools
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from services.proofs.attestation import (
    Attestation,
    NotAnAttestation,
    SignedAttestation,
    read_attestation,
)
from services.proofs.leaf import Kind, Leaf, SignatureWrong, key_hash, record_of
from services.proofs.vote import Vote
from services.voting.domain.errors import (
    KeyNotAttested,
    KeyNotForChannel,
    KeyNotRegistered,
    KeyOfAnother,
    VoteSignatureWrong,
)
from services.voting.domain.vote import read_vote


@dataclass(frozen=True, slots=True)
class SignedVote:
    """A vote, the leaf that it will be in the log, and identity's word on the key that signed."""

    vote: Vote
    leaf: Leaf
    key: SignedAttestation
    attestation: Attestation


@dataclass(frozen=True, slots=True)
class Signer:
    """Who says that he signed: his pseudonym, and the hashes of the keys registered for him."""

    holder: str | None
    keys: AbstractSet[str]


def read_signed(document: bytes, signature: bytes, key: SignedAttestation) -> SignedVote:
    """Return a vote as it was sent, whoever signed it.

    Raises:
        VoteUnreadable, ChoiceUnknown, EvidenceMissing: the vote document is none.
        KeyNotAttested: identity's word is not in its one form.
    """
    vote = read_vote(document)
    try:
        attestation = read_attestation(key.document)
    except NotAnAttestation as refused:
        raise _not_attested() from refused
    record = record_of(Kind.VOTE, vote.ballot_id, document)
    return SignedVote(vote, Leaf(record, signature, attestation.public_key), key, attestation)


def check_signed(
    signed: SignedVote, signer: Signer, *, estate_id: str, attesters: frozenset[bytes]
) -> None:
    """Refuse a vote that the signer did not sign with a key that may sign it.

    Raises:
        KeyNotForChannel: an owner's key under a paper vote, or an official's under a phone's.
        KeyOfAnother: the key was attested for another holder or another estate.
        KeyNotRegistered: it is not registered for this account, or no longer.
        KeyNotAttested: none of the attesters that were announced with the ballot signed.
        VoteSignatureWrong: the key did not sign this vote.
    """
    attested = signed.attestation
    if attested.capacity is not signed.vote.channel.capacity:
        raise KeyNotForChannel(
            "该密钥不能用于此种投票方式。",
            "The key does not sign votes that come this way.",
            capacity=attested.capacity.value,
            channel=signed.vote.channel.value,
        )
    if (attested.holder, attested.estate_id) != (signer.holder, estate_id):
        raise KeyOfAnother(
            "该密钥不是您在本小区登记的密钥。", "The key is not one of yours on this estate."
        )
    if key_hash(attested.public_key).hex() not in signer.keys:
        raise KeyNotRegistered(
            "该密钥未登记或已注销，请先在本机登记密钥。",
            "The key is not registered for your account, or no longer.",
        )
    try:
        _check_attested(signed.key, attesters)
    except (NotAnAttestation, SignatureWrong) as wrong:
        raise _not_attested() from wrong
    try:
        signed.leaf.check_signature()
    except SignatureWrong as wrong:
        raise VoteSignatureWrong(
            "选票的签名不正确。", "The signature is not by this key over this vote."
        ) from wrong


# Identity signs a key once and its owner sends that with every vote, so it is verified once.
@functools.lru_cache(maxsize=8192)
def _check_attested(key: SignedAttestation, attesters: frozenset[bytes]) -> None:
    key.read(attesters)


def _not_attested() -> KeyNotAttested:
    return KeyNotAttested(
        "密钥证明无效，或不是由本次表决公告的身份服务签发。",
        "The key's attestation is malformed, or not by an attester of this ballot.",
    )
