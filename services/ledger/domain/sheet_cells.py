"""What single cells of a common-revenue sheet mean."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from services.ledger.domain import chart, money
from services.ledger.domain.authority import AuthorityKind
from services.ledger.domain.chart import Account, Direction
from services.ledger.domain.defects import DefectKind
from services.ledger.domain.period import YEAR_MAX, YEAR_MIN

_DATE = re.compile(
    r"(?P<year>[0-9]{4})(?:"
    r"(?P<separator>[-/.])(?P<month>[0-9]{1,2})(?P=separator)(?P<day>[0-9]{1,2})"
    r"|年(?P<month_zh>[0-9]{1,2})月(?P<day_zh>[0-9]{1,2})日"
    r"|(?P<month_plain>[0-9]{2})(?P<day_plain>[0-9]{2}))"
    r"(?:[T ]00:00(?::00)?)?"
)
_DIRECTIONS: Mapping[str, Direction] = {
    "收入": Direction.INCOME,
    "收": Direction.INCOME,
    "income": Direction.INCOME,
    "支出": Direction.EXPENSE,
    "支": Direction.EXPENSE,
    "expense": Direction.EXPENSE,
}
_AUTHORITIES: Mapping[AuthorityKind, tuple[str, ...]] = {
    AuthorityKind.COST_OF_INCOME: ("经营成本", "合同"),
    AuthorityKind.RULES_LIMIT: ("议事规则限额", "议事规则", "限额内", "限额"),
    AuthorityKind.COMMITTEE_COSTS: ("业委会经费", "业委会运行经费", "业主委员会经费"),
    AuthorityKind.AUDIT: ("审计", "审计费"),
    AuthorityKind.FUND_REPLENISHMENT: ("补充维修资金", "补充专项维修资金"),
    AuthorityKind.PASSED_ITEM: ("表决事项", "业主大会决定", "业主共同决定"),
}
_AUTHORITY_NAMED = {
    chart.folded(name): kind
    for kind, names in _AUTHORITIES.items()
    for name in (kind.value, *names)
}
_ALLOWED_CONTROLS = frozenset("\n\r\t")
_UNPRINTABLE = frozenset({"Cc", "Cs", "Cn", "Co"})


class CellUnfit(ValueError):
    """A cell means nothing here; `kind` says why."""

    def __init__(self, kind: DefectKind) -> None:
        super().__init__(kind.value)
        self.kind = kind


def date_in(text: str) -> date:
    """Return the date of a cell; what it is bounded by is the sheet's business.

    Raises:
        CellUnfit: empty, in no known form, or no day of the calendar.
    """
    if not text:
        raise CellUnfit(DefectKind.DATE_MISSING)
    found = _DATE.fullmatch(text.replace(" 年", "年") if "年" in text else text)
    if found is None or not YEAR_MIN <= int(found["year"]) <= YEAR_MAX:
        raise CellUnfit(DefectKind.DATE_INVALID)
    month = found["month"] or found["month_zh"] or found["month_plain"]
    day = found["day"] or found["day_zh"] or found["day_plain"]
    try:
        return date(int(found["year"]), int(month), int(day))
    except ValueError as broken:
        raise CellUnfit(DefectKind.DATE_INVALID) from broken


def direction_in(text: str) -> Direction:
    """Return whether a cell says income or expense.

    Raises:
        CellUnfit: empty or something else, a transfer for one.
    """
    if not text:
        raise CellUnfit(DefectKind.DIRECTION_MISSING)
    found = _DIRECTIONS.get(chart.folded(text))
    if found is None:
        raise CellUnfit(DefectKind.DIRECTION_UNKNOWN)
    return found


def check_category(text: str) -> None:
    """Check that a cell names a category of either direction.

    Raises:
        CellUnfit: empty, unknown, a reversal, or the service charge (HZ 60(2)).
    """
    if not text:
        raise CellUnfit(DefectKind.CATEGORY_MISSING)
    if chart.directions_of(text):
        return
    if chart.is_service_charge(text):
        raise CellUnfit(DefectKind.SERVICE_CHARGE)
    if chart.is_reversal(text):
        raise CellUnfit(DefectKind.REVERSAL_IN_SHEET)
    raise CellUnfit(DefectKind.CATEGORY_UNKNOWN)


def category_in(text: str, direction: Direction) -> Account:
    """Return the category that a cell names, among those of `direction`.

    Raises:
        CellUnfit: as `check_category`, or it belongs to the other direction.
    """
    check_category(text)
    found = chart.category_named(text, direction)
    if found is None:
        raise CellUnfit(DefectKind.CATEGORY_OF_OTHER_DIRECTION)
    return found


def amount_in(text: str) -> int:
    """Return the fen of a cell, above zero.

    Raises:
        CellUnfit: see `money.parse_positive`.
    """
    try:
        return money.parse_positive(text)
    except money.AmountUnfit as unfit:
        raise CellUnfit(DefectKind(unfit.fault.value)) from unfit


def text_in(text: str, *, length_max: int) -> str:
    """Return a cell that is kept and shown as it is.

    Raises:
        CellUnfit: too long, or with characters that no screen shows and no database keeps.
    """
    if len(text) > length_max:
        raise CellUnfit(DefectKind.TEXT_TOO_LONG)
    for character in text:
        if unicodedata.category(character) in _UNPRINTABLE and character not in _ALLOWED_CONTROLS:
            raise CellUnfit(DefectKind.TEXT_UNPRINTABLE)
    return text


def voucher_in(text: str, *, length_max: int) -> str | None:
    """Return a voucher number in the one spelling by which duplicates are found.

    Raises:
        CellUnfit: as `text_in`.
    """
    return text_in("".join(text.split()).upper(), length_max=length_max) or None


def authority_kind_in(text: str) -> AuthorityKind | None:
    """Return the authority that a cell names, or nothing when it is empty.

    Raises:
        CellUnfit: it names none that there is.
    """
    if not text:
        return None
    found = _AUTHORITY_NAMED.get(chart.folded(text))
    if found is None:
        raise CellUnfit(DefectKind.AUTHORITY_UNKNOWN)
    return found
