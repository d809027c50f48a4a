"""Months and half-years."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain.errors import PeriodUnknown
from services.ledger.domain.period import (
    HalfYear,
    Month,
    half_year_named,
    half_year_of,
    month_named,
    month_of,
    months_of_year,
)

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 12, 31))


@given(DAYS)
def test_every_day_is_in_exactly_its_month_and_half_year(day: date) -> None:
    month, half_year = month_of(day), half_year_of(day)
    assert month.first_on <= day <= month.last_on
    assert month in half_year.months
    assert half_year.holds(day)
    assert half_year_named(str(half_year)) == half_year
    assert month_named(str(month)) == month


def test_half_years_leave_no_gap_and_no_overlap() -> None:
    assert half_year_named("2026H1").last_on == date(2026, 6, 30)
    assert half_year_named("2026H2").first_on == date(2026, 7, 1)
    assert half_year_named("2026H2").last_on + timedelta(days=1) == HalfYear(2027, 1).first_on


def test_a_year_has_twelve_months_and_february_its_leap_day() -> None:
    assert len(months_of_year(2028)) == 12
    assert Month(2028, 2).last_on == date(2028, 2, 29)
    assert Month(2026, 12).last_on == date(2026, 12, 31)


@pytest.mark.parametrize("text", ["2026H3", "2026-H1", "1999H1", "26H1", "2026h1", ""])
def test_what_is_no_half_year_is_refused(text: str) -> None:
    with pytest.raises(PeriodUnknown):
        half_year_named(text)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-1", "1999-12", "2026/01", ""])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(PeriodUnknown):
        month_named(text)


@pytest.mark.parametrize("year", [1999, 2101])
def test_a_year_that_no_entry_carries_is_refused(year: int) -> None:
    with pytest.raises(PeriodUnknown):
        months_of_year(year)
