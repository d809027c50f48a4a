"""The bodies of the log's routes."""

import base64
import json
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.tlog.alarms import Alarm
from services.chassis.tlog.policies import WitnessPolicy
from services.chassis.tlog.publishing import Consistency
from services.chassis.tlog.reports import KeptCheck
from services.chassis.tlog.witnessing import Collected
from services.proofs.instants import rfc3339

STRICT = ConfigDict(extra="forbid", strict=True)
WITNESSES_MAX = 16


class WitnessOut(BaseModel):
    """A witness by its verifier key (C2SP signed-note)."""

    name: str
    key: str


class KeysOut(BaseModel):
    """The keys that a verifier pins; the file that `--keys` reads."""

    format: Literal["owner-card/log-keys@v1"]
    estate_id: str
    service: str
    origin: str
    log_key: str
    record_key: str
    time_key: str
    witnesses: list[WitnessOut]
    quorum: int


class ConsistencyOut(BaseModel):
    """That one tree begins with another (RFC 9162, 2.1.4), with the checkpoints over both.

    A checkpoint is absent where no commit ended at that size.
    """

    old_size: int
    size: int
    path: list[str]
    old_checkpoint: str | None
    checkpoint: str | None

    @classmethod
    def of(cls, proof: Consistency) -> Self:
        """Return the body for a proof."""
        return cls(
            old_size=proof.old_size,
            size=proof.size,
            path=[base64.b64encode(one).decode() for one in proof.path],
            old_checkpoint=proof.old_checkpoint.encoded() if proof.old_checkpoint else None,
            checkpoint=proof.checkpoint.encoded() if proof.checkpoint else None,
        )


class FindingOut(BaseModel):
    """One thing that a check found."""

    code: str
    zh: str
    en: str
    position: int | None = None
    table: str | None = None
    key: str | None = None


class CheckOut(BaseModel):
    """One check: what was found, and the document as it was signed by the record key."""

    check_id: str
    checked_at: str
    size: int
    root: str
    passed: bool
    found: int
    findings: list[FindingOut]
    document: str
    signature: str

    @classmethod
    def of(cls, kept: KeptCheck) -> Self:
        """Return the body for a check."""
        written: dict[str, Any] = json.loads(kept.document)
        members = {name: written[name] for name in cls.model_fields if name in written}
        return cls(**members, document=kept.document.decode(), signature=kept.signature.hex())


class ChecksOut(BaseModel):
    """The newest checks of a log, newest first."""

    checks: list[CheckOut]

    @classmethod
    def of(cls, kept: list[KeptCheck]) -> Self:
        """Return the body for some checks."""
        return cls(checks=[CheckOut.of(one) for one in kept])


class AlarmOut(BaseModel):
    """One alarm; `document` holds the evidence and is signed by the record key."""

    alarm_id: str
    kind: str
    raised_at: str
    document: str
    signature: str

    @classmethod
    def of(cls, alarm: Alarm) -> Self:
        """Return the body for an alarm."""
        return cls(
            alarm_id=alarm.alarm_id,
            kind=alarm.kind.value,
            raised_at=rfc3339(alarm.raised_at),
            document=alarm.document.decode(),
            signature=alarm.signature.hex(),
        )


class AlarmsOut(BaseModel):
    """Alarms of a log, newest first; `next_cursor` leads to older ones."""

    alarms: list[AlarmOut]
    next_cursor: str | None

    @classmethod
    def of(cls, alarms: list[Alarm], *, limit: int) -> Self:
        """Return the body for a page that may hold `limit`."""
        following = alarms[-1].alarm_id if len(alarms) == limit else None
        return cls(alarms=[AlarmOut.of(one) for one in alarms], next_cursor=following)


class WitnessPolicyIn(BaseModel):
    """Whose cosignatures a published checkpoint needs, and how many."""

    model_config = STRICT | {
        "json_schema_extra": {
            "examples": [{"witnesses": ["witness.street.example"], "quorum": 1}],
        }
    }

    witnesses: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=WITNESSES_MAX)
    ]
    quorum: Annotated[int, Field(ge=0, le=WITNESSES_MAX)]


class WitnessPolicyOut(BaseModel):
    """A version of the witness policy; `document` is what its leaf stands for."""

    version: int
    witnesses: list[WitnessOut]
    quorum: int
    set_at: str
    document: str

    @classmethod
    def of(cls, policy: WitnessPolicy) -> Self:
        """Return the body for a policy."""
        return cls(
            version=policy.version,
            witnesses=[WitnessOut(name=one.name, key=one.encoded()) for one in policy.witnesses],
            quorum=policy.quorum,
            set_at=rfc3339(policy.set_at),
            document=policy.document().decode(),
        )


class CosignaturesOut(BaseModel):
    """Which witnesses have cosigned the newest checkpoint, and which have not."""

    size: int
    cosigned: list[str]
    missing: list[str]

    @classmethod
    def of(cls, collected: Collected) -> Self:
        """Return the body for what was collected."""
        return cls(
            size=collected.size,
            cosigned=list(collected.cosigned),
            missing=list(collected.missing),
        )


class SightingIn(BaseModel):
    """The last checkpoint that an app saw, as it was served."""

    model_config = STRICT

    checkpoint: Annotated[str, Field(min_length=1, max_length=16_384)]
