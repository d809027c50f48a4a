"""Yuan as people write them, in integer fen.

Sheets carry `1,234.50`, `¥1500.00`, `￥１５００`, `1500元`; the books carry one integer. There is
no float anywhere: a hundredth that got lost cannot be found again.
"""

import re
import unicodedata
from enum import StrEnum

CURRENCY = "CNY"
FEN_MAX = 10**15
"""Ten trillion yuan: beyond any estate, and within what JSON readers keep exactly (2^53)."""

_DECIMALS = 2
_BEFORE = re.compile(r"^(?:人民币|RMB|CNY)?\s*¥?\s*", re.IGNORECASE)
_AFTER = re.compile(r"\s*(?:元整|元|圆)?$")
# Separators only where they belong: `12,34.5` may be a typing error in either direction.
_NUMBER = re.compile(r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.(?P<part>[0-9]+))?")
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2014": "-"})
_DIGITS_MAX = 30
# `1500¹` is an amount with a footnote, which folding would make 15001.
_SMALL = ("<super>", "<sub>", "<circle>", "<fraction>")


class AmountFault(StrEnum):
    """What is wrong with an amount as written; the values are defect kinds of a sheet."""

    MISSING = "amount_missing"
    UNREADABLE = "amount_unreadable"
    PRECISION = "amount_precision"
    TOO_LARGE = "amount_too_large"
    NOT_POSITIVE = "amount_not_positive"


class AmountUnfit(ValueError):
    """A text is no amount; `fault` says why."""

    def __init__(self, fault: AmountFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def parse(text: str) -> int:
    """Return the fen that `text` stands for, signed.

    Raises:
        AmountUnfit: nothing there, no number, more than two decimals, or out of bounds.
    """
    if any(unicodedata.decomposition(one).startswith(_SMALL) for one in text):
        raise AmountUnfit(AmountFault.UNREADABLE)
    plain = unicodedata.normalize("NFKC", text).strip().translate(_MINUS)
    if not plain:
        raise AmountUnfit(AmountFault.MISSING)
    negative, digits = _unsigned(plain)
    found = _NUMBER.fullmatch(digits)
    if found is None or len(digits) > _DIGITS_MAX:
        raise AmountUnfit(AmountFault.UNREADABLE)
    part = found["part"] or ""
    if len(part) > _DECIMALS:
        raise AmountUnfit(AmountFault.PRECISION)
    fen = int(found["whole"].replace(",", "") + part.ljust(_DECIMALS, "0"))
    if fen > FEN_MAX:
        raise AmountUnfit(AmountFault.TOO_LARGE)
    return -fen if negative else fen


def parse_positive(text: str) -> int:
    """Return the fen of an amount whose direction is told elsewhere, so that it is above zero.

    Raises:
        AmountUnfit: as `parse`, or zero or below.
    """
    fen = parse(text)
    if fen <= 0:
        raise AmountUnfit(AmountFault.NOT_POSITIVE)
    return fen


def text_of(fen: int) -> str:
    """Return `fen` as yuan with exactly two decimals; `parse` is its inverse."""
    yuan, part = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan}.{part:02d}"


def _unsigned(plain: str) -> tuple[bool, str]:
    """Split the sign from the digits; it may stand before or after the currency, once."""
    if plain.startswith("(") and plain.endswith(")"):
        return True, _bare(plain[1:-1])
    sign = plain[0] if plain[0] in "+-" else ""
    bare = _bare(plain[len(sign) :])
    if not sign and bare[:1] in {"+", "-"}:
        sign, bare = bare[0], bare[1:]
    return sign == "-", bare.strip()


def _bare(text: str) -> str:
    return _AFTER.sub("", _BEFORE.sub("", text.strip()))
