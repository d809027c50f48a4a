"""Identity, as far as voting needs it: the electorate to freeze with a ballot."""

import uuid
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from services.chassis.neighbours import Neighbour, NeighbourRefused
from services.proofs.areas import area_centi
from services.proofs.electorate import EntryKind, Weight
from services.proofs.instants import rfc3339
from services.voting.domain.electorate import Electorate, ElectorateEntry
from services.voting.domain.errors import (
    ElectorateNotVerified,
    ElectorateRefused,
    RegisterNotSignedOff,
)

_Uuid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
_Key = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Number = Annotated[int, Field(ge=0, le=2**31 - 1)]
_NOT_SIGNED_OFF = "/problems/identity/register-not-signed-off"


class _Answer(BaseModel):
    """What voting reads of an answer; whatever else is there is identity's affair."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _EntryAnswer(_Answer):
    entry_id: _Uuid
    kind: EntryKind
    area_m2: str
    holders: list[str]
    units: _Number


class _ElectorateAnswer(_Answer):
    electorate_id: _Uuid
    estate_id: str
    zone: str
    frozen_at: AwareDatetime
    # As it came, member for member, because the electorate's hash covers it.
    policy: dict[str, bool | _Number | str]
    people: _Number
    area_m2: str
    sha256: str
    attesters: list[_Key]
    entries: list[_EntryAnswer]


class Identity:
    """Asks identity to freeze an electorate."""

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour

    async def freeze_electorate(
        self, *, estate_id: str, ballot_id: str, hold_until: datetime
    ) -> Electorate:
        """Return the electorate of an estate, frozen for one ballot and held until its close.

        Ballot and close make the key: asking again after a lost answer freezes nothing twice, and
        an announcement that came to nothing does not stand in the way of one with other days.

        Raises:
            RegisterNotSignedOff: the estate's data governance is not done.
            ElectorateRefused: identity refused for another reason.
            ElectorateNotVerified: its answer is not one.
            NeighbourAway: it could not be asked.
        """
        path = f"/internal/v1/estates/{estate_id}/electorates"
        body = {"purpose": "BALLOT", "hold_until": rfc3339(hold_until)}
        key = str(uuid.uuid5(uuid.UUID(ballot_id), body["hold_until"]))
        try:
            answer = await self._neighbour.post(path, body, key=key)
        except NeighbourRefused as refused:
            raise _refusal(refused) from refused
        try:
            return _electorate(_ElectorateAnswer.model_validate(answer))
        except (ValidationError, ValueError) as broken:
            raise ElectorateNotVerified(
                "业主名册无法读取，未予采用；请稍后重试。",
                "The electorate could not be read and was not used.",
                mismatch="answer",
            ) from broken


def _refusal(refused: NeighbourRefused) -> ElectorateRefused | RegisterNotSignedOff:
    if refused.kind == _NOT_SIGNED_OFF:
        return RegisterNotSignedOff(
            "本小区数据治理尚未完成确认，不能公告表决。",
            "The estate's register is not signed off, so no ballot can be announced.",
        )
    return ElectorateRefused(
        "身份服务未能冻结业主名册。",
        "Identity did not freeze the electorate.",
        because=refused.kind,
    )


def _electorate(answer: _ElectorateAnswer) -> Electorate:
    return Electorate(
        electorate_id=answer.electorate_id,
        estate_id=answer.estate_id,
        zone=answer.zone,
        frozen_at=answer.frozen_at,
        policy=answer.policy,
        weight=Weight(answer.people, area_centi(answer.area_m2)),
        sha256=answer.sha256,
        attesters=frozenset(bytes.fromhex(one) for one in answer.attesters),
        entries=tuple(
            ElectorateEntry(
                entry_id=entry.entry_id,
                kind=entry.kind,
                area_centi=area_centi(entry.area_m2),
                units=entry.units,
                holders=tuple(entry.holders),
            )
            for entry in answer.entries
        ),
    )
