"""The keys that a verifier pins: whose word counts for one estate's log of one service.

Everything else that a server hands out is judged by them. They are fetched once, compared with what
neighbours, the committee or the street office hold, and kept.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from services.proofs.checkpoint import Checkpoint, log_key
from services.proofs.leaf import KEY_SIZE_BYTES, is_key
from services.proofs.members import Members, NotInForm, read_members
from services.proofs.note import KeyType, NotANote, VerifierKey, read_verifier_key
from services.proofs.refuted import Refuted

FORMAT = "owner-card/log-keys@v1"
_MEMBERS = (
    "format",
    "estate_id",
    "service",
    "origin",
    "log_key",
    "record_key",
    "time_key",
    "witnesses",
    "quorum",
)


class NotTrustedKeys(Refuted):
    """The text holds no keys of a log, or keys that do not belong together."""


class QuorumMissed(Refuted):
    """Fewer witnesses cosigned a checkpoint than its log's policy needs."""


@dataclass(frozen=True, slots=True)
class TrustedKeys:
    """The keys of a log, of the service that fills it, and of its witnesses with their quorum."""

    estate_id: str
    service: str
    log_key: VerifierKey
    record_key: bytes
    time_key: VerifierKey
    witnesses: tuple[VerifierKey, ...] = ()
    quorum: int = 0

    @property
    def origin(self) -> str:
        """The log's name."""
        return self.log_key.name

    @property
    def cosigners(self) -> tuple[VerifierKey, ...]:
        """All keys that may stand under a checkpoint beside the log's."""
        return (self.time_key, *self.witnesses)

    def members(self) -> Mapping[str, object]:
        """Return the members of the published JSON."""
        return {
            "format": FORMAT,
            "estate_id": self.estate_id,
            "service": self.service,
            "origin": self.origin,
            "log_key": self.log_key.encoded(),
            "record_key": self.record_key.hex(),
            "time_key": self.time_key.encoded(),
            "witnesses": [{"name": one.name, "key": one.encoded()} for one in self.witnesses],
            "quorum": self.quorum,
        }

    def encoded(self) -> str:
        """Return the keys as a file holds them."""
        return json.dumps(self.members(), ensure_ascii=False, indent=2) + "\n"

    def signed_at(self, checkpoint: Checkpoint) -> int:
        """Return when the log says that it made a checkpoint, in POSIX seconds.

        Raises:
            SignatureWrong: the log or its clock did not sign it.
        """
        checkpoint.check_signed(self.log_key)
        return checkpoint.cosigned_at(self.time_key)

    def check_quorum(self, checkpoint: Checkpoint) -> tuple[str, ...]:
        """Return the names of the witnesses that cosigned a checkpoint.

        Raises:
            SignatureWrong: a line names a witness that did not sign it.
            QuorumMissed: too few did.
        """
        there = [key for key in self.witnesses if checkpoint.line_by(key)]
        for key in there:
            checkpoint.cosigned_at(key)
        if len(there) < self.quorum:
            raise QuorumMissed(f"{len(there)} of the {self.quorum} witnesses that are needed")
        return tuple(key.name for key in there)


def read_trusted_keys(text: str) -> TrustedKeys:
    """Return the keys that `text` writes.

    Raises:
        NotTrustedKeys: it is malformed, the origin is not this key's, or one key has two roles.
    """
    try:
        members = read_members(text, _MEMBERS)
        keys = _keys(members)
    except (NotInForm, NotANote) as refused:
        raise NotTrustedKeys(str(refused)) from refused
    if members.text("format") != FORMAT or members.text("origin") != keys.origin:
        raise NotTrustedKeys("another format, or an origin that is not the log key's name")
    _check_roles(keys)
    return keys


def _keys(members: Members) -> TrustedKeys:
    return TrustedKeys(
        estate_id=members.uuid("estate_id"),
        service=members.text("service"),
        log_key=_key(members.text("log_key"), KeyType.ED25519),
        record_key=members.octets("record_key", KEY_SIZE_BYTES),
        time_key=_key(members.text("time_key"), KeyType.COSIGNATURE),
        witnesses=tuple(_witness(written) for written in members.many("witnesses")),
        quorum=members.count("quorum"),
    )


def _witness(written: object) -> VerifierKey:
    members = Members(written, ("name", "key"))
    key = _key(members.text("key"), KeyType.COSIGNATURE)
    if members.text("name") != key.name:
        raise NotInForm("a witness has the name of its key")
    return key


def _key(written: str, kind: KeyType) -> VerifierKey:
    key = read_verifier_key(written)
    if key.type is not kind or not is_key(key.public_key):
        raise NotInForm("a key of another type, or of small order")
    return key


def _check_roles(keys: TrustedKeys) -> None:
    if keys.log_key != log_key(keys.log_key.public_key):
        raise NotTrustedKeys("the log's name is not made of its key")
    if keys.time_key.public_key != keys.record_key:
        raise NotTrustedKeys("the time is signed by the record key")
    publics = [one.public_key for one in (keys.log_key, *keys.cosigners)]
    # A quorum of one key under several names, or of the log itself, would be no quorum.
    if len(set(publics)) != len(publics) or keys.quorum > len(keys.witnesses):
        raise NotTrustedKeys("one key in two roles, or a quorum that nobody can reach")
