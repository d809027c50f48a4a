"""Sheets, imports and drafts in JSON."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from services.chassis import sheets
from services.ledger.actions.read_sheet import Upload
from services.ledger.api.authority_bodies import AuthorityOut, authority_out
from services.ledger.api.texts import CNY, Currency
from services.ledger.domain.chart import ACCOUNTS, Direction
from services.ledger.domain.defects import Defect, DefectKind
from services.ledger.domain.draft import SheetImport
from services.ledger.domain.period import HalfYear, half_year_named
from services.ledger.domain.reading import DraftSeen
from services.ledger.domain.sheet import Reading

SHEET: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "CSV (UTF-8, GB18030) 或 XLSX；列：日期、收支、类别、金额、对方、凭证号、"
        "备注，可加依据、合同号、表决事项 / columns as named",
        "content": {
            sheets.CSV: {
                "schema": {"type": "string"},
                "example": "日期,收支,类别,金额,对方,凭证号,备注\n"
                "2026-01-12,收入,电梯广告,6279.15,示例传媒,S0001,\n",
            },
            sheets.XLSX: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


async def _upload(request: Request) -> Upload:
    return Upload(await request.body(), request.headers.get("content-type", ""))


async def _period(
    period: Annotated[
        str | None, Query(description="只收本期 / the only period allowed", examples=["2026H1"])
    ] = None,
) -> HalfYear | None:
    return half_year_named(period) if period else None


Uploaded = Annotated[Upload, Depends(_upload)]
OnlyPeriod = Annotated[HalfYear | None, Depends(_period)]


class DefectOut(BaseModel):
    """One defect of one line; the header is line 1."""

    # Examples one by one: a whole one would lose its nulls on the way into the contract.
    line: Annotated[int, Field(examples=[96])]
    kind: Annotated[DefectKind, Field(examples=["amount_precision"])]
    column: Annotated[str, Field(examples=["金额"])]
    same_as: int | None
    same_as_entry: int | None
    same_as_import: str | None
    message_zh: Annotated[str, Field(examples=["金额超过两位小数。"])]
    message_en: Annotated[str, Field(examples=["The amount has more than two decimals."])]
    advice_zh: Annotated[str, Field(examples=["请按凭证填写到分，不要四舍五入计算值。"])]
    advice_en: Annotated[str, Field(examples=["Enter the amount of the voucher, to the fen."])]

    @classmethod
    def of(cls, defect: Defect) -> Self:
        """Return the body for a defect."""
        return cls(
            line=defect.line,
            kind=defect.kind,
            column=defect.column,
            same_as=defect.same_as,
            same_as_entry=defect.same_as_entry,
            same_as_import=defect.same_as_import,
            **defect.texts._asdict(),
        )


class SheetCheckOut(BaseModel):
    """What an import of the sheet would find."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "rows": 99,
                    "good": 99,
                    "income_fen": 53103723,
                    "expense_fen": 27749151,
                    "currency": "CNY",
                    "defects": [],
                }
            ]
        }
    )

    rows: int
    good: int
    income_fen: int
    expense_fen: int
    currency: Currency
    defects: list[DefectOut]

    @classmethod
    def of(cls, reading: Reading) -> Self:
        """Return the body for what a sheet says."""
        return cls(
            rows=reading.lines,
            good=len(reading.drafts),
            income_fen=reading.total_fen(Direction.INCOME),
            expense_fen=reading.total_fen(Direction.EXPENSE),
            currency=CNY,
            defects=[DefectOut.of(defect) for defect in reading.defects],
        )


class SheetImportOut(BaseModel):
    """One sheet that was imported and waits for publication."""

    import_id: str
    lines: int
    sha256: str
    imported_at: datetime

    @classmethod
    def of(cls, made: SheetImport) -> Self:
        """Return the body for an import."""
        return cls(
            import_id=made.import_id,
            lines=made.lines,
            sha256=made.sha256,
            imported_at=made.imported_at,
        )


class DraftOut(BaseModel):
    """One draft; `authority` is its own or its category's, and absent when it has none yet."""

    draft_id: str
    import_id: str
    line: int
    direction: Direction
    category: str
    category_zh: str
    amount_fen: int
    currency: Currency
    occurred_on: date
    counterparty: str
    voucher_number: str | None
    memo: str
    contract_reference: str | None
    authority: AuthorityOut | None

    @classmethod
    def of(cls, seen: DraftSeen) -> Self:
        """Return the body for a draft."""
        draft, particulars = seen.kept.draft, seen.kept.draft.particulars
        return cls(
            draft_id=seen.kept.draft_id,
            import_id=seen.kept.import_id,
            line=draft.line,
            direction=draft.direction,
            category=draft.category,
            category_zh=ACCOUNTS[draft.category].name_zh,
            amount_fen=draft.amount_fen,
            currency=CNY,
            occurred_on=draft.occurred_on,
            counterparty=particulars.counterparty,
            voucher_number=particulars.voucher_number,
            memo=particulars.memo,
            contract_reference=particulars.contract_reference,
            authority=authority_out(seen.authority),
        )


class DraftsOut(BaseModel):
    """The drafts that wait for publication."""

    drafts: list[DraftOut]

    @classmethod
    def of(cls, seen: tuple[DraftSeen, ...]) -> Self:
        """Return the body for drafts."""
        return cls(drafts=[DraftOut.of(one) for one in seen])
