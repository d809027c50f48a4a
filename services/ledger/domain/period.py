"""Months and half-years, which is how common revenue is published (HZ 30: every half-year)."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from services.ledger.domain.errors import PeriodUnknown

YEAR_MIN, YEAR_MAX = 2000, 2100
"""The years that an entry may carry; anything else in a sheet is a typing error."""

_MONTHS = 12
_HALF = 6
_MONTH = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})")
_HALF_YEAR = re.compile(r"(?P<year>[0-9]{4})H(?P<half>[12])")


@dataclass(frozen=True, order=True)
class Month:
    """One calendar month."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (YEAR_MIN <= self.year <= YEAR_MAX and 1 <= self.number <= _MONTHS):
            raise PeriodUnknown("没有这个月份。", "There is no such month.")

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def first_on(self) -> date:
        """Return the month's first day."""
        return date(self.year, self.number, 1)

    @property
    def last_on(self) -> date:
        """Return the month's last day."""
        following = date(self.year + self.number // _MONTHS, self.number % _MONTHS + 1, 1)
        return following - timedelta(days=1)


@dataclass(frozen=True, order=True)
class HalfYear:
    """January to June, or July to December."""

    year: int
    half: int

    def __post_init__(self) -> None:
        if not (YEAR_MIN <= self.year <= YEAR_MAX and self.half in {1, 2}):
            raise PeriodUnknown("没有这个半年度。", "There is no such half-year.")

    def __str__(self) -> str:
        return f"{self.year:04d}H{self.half}"

    @property
    def months(self) -> tuple[Month, ...]:
        """Return its six months in order."""
        start = (self.half - 1) * _HALF
        return tuple(Month(self.year, start + step) for step in range(1, _HALF + 1))

    @property
    def first_on(self) -> date:
        """Return its first day."""
        return self.months[0].first_on

    @property
    def last_on(self) -> date:
        """Return its last day."""
        return self.months[-1].last_on

    def holds(self, day: date) -> bool:
        """Return whether `day` falls into it."""
        return self.first_on <= day <= self.last_on


def month_of(day: date) -> Month:
    """Return the month that `day` falls into."""
    return Month(day.year, day.month)


def half_year_of(day: date) -> HalfYear:
    """Return the half-year that `day` falls into."""
    return HalfYear(day.year, 1 if day.month <= _HALF else 2)


def months_of_year(year: int) -> tuple[Month, ...]:
    """Return the twelve months of `year`.

    Raises:
        PeriodUnknown: no such year can be in the books.
    """
    return tuple(Month(year, number) for number in range(1, _MONTHS + 1))


def month_named(text: str) -> Month:
    """Return the month written `2026-01`.

    Raises:
        PeriodUnknown: it is not written so, or does not exist.
    """
    found = _MONTH.fullmatch(text)
    if found is None:
        raise PeriodUnknown("月份应写作 2026-01。", "A month is written 2026-01.")
    return Month(int(found["year"]), int(found["month"]))


def half_year_named(text: str) -> HalfYear:
    """Return the half-year written `2026H1`.

    Raises:
        PeriodUnknown: it is not written so, or does not exist.
    """
    found = _HALF_YEAR.fullmatch(text)
    if found is None:
        raise PeriodUnknown("半年度应写作 2026H1。", "A half-year is written 2026H1.")
    return HalfYear(int(found["year"]), int(found["half"]))
