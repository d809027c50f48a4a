"""Kinds of field that several bodies share."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StrictInt

from services.ledger.domain.money import CURRENCY, FEN_MAX
from services.ledger.domain.period import YEAR_MAX, YEAR_MIN

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Currency = Literal["CNY"]
CNY: Currency = "CNY"
assert CNY == CURRENCY

STRICT = ConfigDict(extra="forbid")
"""Input bodies: nothing unknown, and no number that is spelled as something else."""


def _only_text(given: object) -> object:
    """Let a date be text only: pydantic would take a number for seconds since 1970."""
    if not isinstance(given, str) or not _DATE.fullmatch(given):
        raise ValueError("a date is written 2026-01-02")
    return given


DayIn = Annotated[
    date,
    Field(ge=date(YEAR_MIN, 1, 1), le=date(YEAR_MAX, 12, 31)),
    BeforeValidator(_only_text, json_schema_input_type=date),
]
FenIn = Annotated[StrictInt, Field(ge=0, le=FEN_MAX)]
