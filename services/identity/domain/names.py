"""Names of parties: how they are written alike, and how they are shown to others.

Masks follow the customary house styles; nothing unmasked leaves this service.
"""

import re

_BETWEEN_CJK = re.compile(r"(?<=[\u3400-\u9fff\U00020000-\U0003ffff])\s+(?=[\u3400-\u9fff])")
_DOTS = re.compile("[\u2022\u2027\u22c5\u30fb\uff65\u2219\u0387]")
_COMPOUND_SURNAME = re.compile(
    "欧阳|上官|司马|诸葛|东方|夏侯|皇甫|尉迟|公孙|慕容|令狐|司徒|长孙|宇文|端木|司空|南宫"
)
# Numbers shorter than this would give themselves away with four characters at each end.
_LONG_NUMBER = 12


def canonical_name(name: str) -> str:
    """Return `name` (already NFKC) as names are compared: spacing, dots and Latin case alike."""
    dotted = _DOTS.sub("·", name)
    return " ".join(_BETWEEN_CJK.sub("", dotted).upper().split())


def masked_name(name: str) -> str:
    """Return the name with the given name hidden: `张*`, `欧阳**`, `J***`."""
    family = 2 if _COMPOUND_SURNAME.match(name) else 1
    return name[:family] + "*" * min(max(len(name) - family, 1), 3)


def masked_number(number: str) -> str:
    """Return the number with its middle hidden: `3301**********1234`; short ones more so."""
    shown = 4 if len(number) >= _LONG_NUMBER else 1
    return number[:shown] + "*" * (len(number) - 2 * shown) + number[-shown:]


def masked_phone(phone: str) -> str:
    """Return the phone with its middle hidden: `138****8888`."""
    return phone[:3] + "****" + phone[-4:]
