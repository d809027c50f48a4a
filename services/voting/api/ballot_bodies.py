"""Bodies of ballots: what a convener sends, what everybody reads."""

import re
from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from services.proofs.announced import Attachment, Item, Openings
from services.proofs.areas import area_m2
from services.voting.actions.announce_ballot import AnnouncementOrder
from services.voting.actions.draft_ballot import BallotDraft, ItemDraft
from services.voting.domain.ballot import Announcement, BallotState, FrozenRoll, SeenBallot
from services.voting.domain.convening import Convener, ConveningReason, article_of
from services.voting.domain.schedule import Meeting

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _only_text(given: object) -> object:
    """Let a day be text only: pydantic would take a number for seconds since 1970."""
    if not isinstance(given, str) or not _DATE.fullmatch(given):
        raise ValueError("a day is written 2026-01-02")
    return given


def _in_the_calendar(day: date) -> date:
    """Refuse years at the ends of time, in which a day has no midnight before or after it."""
    if not 2000 <= day.year < 2200:
        raise ValueError("no day of a ballot")
    return day


# Enumerations and dates arrive as JSON strings, which strictness would refuse.
_Meeting = Annotated[Meeting, Field(strict=False)]
_Reason = Annotated[ConveningReason | None, Field(strict=False)]
_Day = Annotated[
    date,
    BeforeValidator(_only_text, json_schema_input_type=date),
    Field(strict=False),
    AfterValidator(_in_the_calendar),
]
_Openings = Annotated[
    Openings,
    Field(
        strict=False,
        description=(
            "Who may see the single votes after the result, each beside the pseudonyms of those "
            "who could cast it. NONE: nobody; the export shows the electorate, that each vote was "
            "logged, and the result, so everybody can check that nothing was added or dropped, but "
            "not recount. OFFICIALS: those who convene, the street office, the housing bureau and "
            "auditors recount every vote; owners see what NONE shows. OWNERS: every owner of the "
            "electorate recounts as well, and may recognise a neighbour by his area. It is frozen "
            "with the announcement and printed in the notice."
        ),
    ),
]
_Title = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
_Text = Annotated[str, Field(max_length=20_000)]
_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", examples=["5f" * 32])]
_FEN_MAX = 10**14


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class AttachmentIn(_In):
    """A paper that belongs to an item, named by the hash of its bytes."""

    name: Annotated[str, Field(min_length=1, max_length=200, examples=["长椅报价单.pdf"])]
    sha256: _Sha256
    size_bytes: Annotated[int, Field(gt=0, le=2**40)]
    media_type: Annotated[
        str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]+$", max_length=100, examples=["application/pdf"])
    ]

    def value(self) -> Attachment:
        """Return the domain's value."""
        return Attachment(**self.model_dump())


class ItemIn(_In):
    """One question. `kind` is a kind of `GET /v1/decision-rules`."""

    kind: Annotated[str, Field(pattern=r"^[A-Z_]{1,40}$", examples=["COMMON_REVENUE_USE"])]
    title: Annotated[_Title, Field(examples=["使用共有收入购置儿童区长椅"])]
    description: _Text = ""
    budget_fen: Annotated[int | None, Field(gt=0, le=_FEN_MAX, examples=[860000])] = None
    attachments: Annotated[list[AttachmentIn], Field(max_length=20)] = []

    def value(self) -> ItemDraft:
        """Return the domain's value."""
        return ItemDraft(
            kind=self.kind,
            title=self.title,
            description=self.description,
            budget_fen=self.budget_fen,
            attachments=tuple(attachment.value() for attachment in self.attachments),
        )


class BallotIn(_In):
    """A ballot to be announced later; to change it, write another."""

    title: Annotated[_Title, Field(examples=["2026 年第一次业主大会会议"])]
    meeting: _Meeting
    convening_reason: _Reason = None
    openings: _Openings = Openings.NONE
    items: Annotated[list[ItemIn], Field(min_length=1, max_length=50)]

    def value(self) -> BallotDraft:
        """Return the domain's value."""
        return BallotDraft(
            title=self.title,
            meeting=self.meeting,
            convening_reason=self.convening_reason,
            openings=self.openings,
            items=tuple(item.value() for item in self.items),
        )


class AnnouncementIn(_In):
    """First and last day of voting; the last day ends at 24:00 in the estate's zone (CC 203)."""

    opens_on: Annotated[_Day, Field(examples=["2026-04-04"])]
    closes_on: Annotated[_Day, Field(examples=["2026-04-11"])]

    def value(self, estate_id: str, ballot_id: str) -> AnnouncementOrder:
        """Return the domain's value."""
        return AnnouncementOrder(estate_id, ballot_id, self.opens_on, self.closes_on)


class AttachmentOut(BaseModel):
    """A paper that belongs to an item."""

    name: str
    sha256: str
    size_bytes: int
    media_type: str


class ItemOut(BaseModel):
    """One question; `number` is its place on the paper."""

    item_id: str
    number: int
    kind: str
    title: str
    description: str
    budget_fen: int | None
    attachments: list[AttachmentOut]

    @classmethod
    def of(cls, item: Item) -> Self:
        """Return the body for an item."""
        return cls.model_validate(item, from_attributes=True)


class FrozenRulesOut(BaseModel):
    """The rule table, by version and hash, and the rules of procedure (议事规则) of this ballot."""

    version: str
    sha256: str
    policies: dict[str, bool | int | str]


class ElectorateOut(BaseModel):
    """The frozen roll: N people and S of area, and the hash that anybody can recompute."""

    electorate_id: str
    frozen_at: AwareDatetime
    people: int
    area_m2: Annotated[str, Field(examples=["218450.36"])]
    sha256: str

    @classmethod
    def of(cls, roll: FrozenRoll) -> Self:
        """Return the body for a roll."""
        return cls(
            electorate_id=roll.electorate_id,
            frozen_at=roll.frozen_at,
            people=roll.weight.people,
            area_m2=area_m2(roll.weight.area_centi),
            sha256=roll.sha256,
        )


class AnnouncementOut(BaseModel):
    """What was frozen: `opens_at` is the first instant that counts, `closes_at` the first late."""

    announced_at: AwareDatetime
    zone: Annotated[str, Field(examples=["Asia/Shanghai"])]
    opens_on: date
    closes_on: date
    opens_at: AwareDatetime
    closes_at: AwareDatetime
    rules: FrozenRulesOut
    electorate: ElectorateOut

    @classmethod
    def of(cls, announcement: Announcement) -> Self:
        """Return the body for an announcement."""
        schedule = announcement.schedule
        return cls(
            announced_at=schedule.announced_at,
            zone=schedule.zone,
            opens_on=schedule.opens_on,
            closes_on=schedule.closes_on,
            opens_at=schedule.opens_at,
            closes_at=schedule.closes_at,
            rules=FrozenRulesOut.model_validate(announcement.rules, from_attributes=True),
            electorate=ElectorateOut.of(announcement.roll),
        )


class BallotOut(BaseModel):
    """A ballot; `state` follows from its times and the clock."""

    ballot_id: str
    title: str
    meeting: Meeting
    convener: Convener
    convening_reason: ConveningReason | None
    convening_article: Annotated[str, Field(examples=["HZ 40"])]
    openings: Openings
    state: BallotState
    drafted_at: AwareDatetime
    items: list[ItemOut]
    announcement: AnnouncementOut | None
    counted_at: AwareDatetime | None

    @classmethod
    def of(cls, seen: SeenBallot) -> Self:
        """Return the body for a ballot as it was seen."""
        ballot = seen.ballot
        return cls(
            ballot_id=ballot.ballot_id,
            title=ballot.title,
            meeting=ballot.meeting,
            convener=ballot.convener,
            convening_reason=ballot.convening_reason,
            convening_article=article_of(ballot.convening_reason),
            openings=ballot.openings,
            state=seen.state,
            drafted_at=ballot.drafted_at,
            items=[ItemOut.of(item) for item in ballot.items],
            announcement=ballot.announcement and AnnouncementOut.of(ballot.announcement),
            counted_at=ballot.counted_at,
        )


class BallotPageOut(BaseModel):
    """A page of ballots, newest first; the `Link` header leads to the next."""

    ballots: list[BallotOut]
