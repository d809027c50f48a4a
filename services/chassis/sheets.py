"""Read a sheet that an office hands over: CSV as UTF-8 or GB18030, or XLSX.

What comes out is text only, already tidied by `fold`: a cell's meaning is the business of the
service that asked. Everything here blocks, so callers hand it to a thread.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from services.chassis import workbooks

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = (CSV, XLSX)

BYTES_MAX = 24 * 1024 * 1024
ROWS_MAX, COLUMNS_MAX = workbooks.ROWS_MAX, workbooks.COLUMNS_MAX
CELL_LENGTH_MAX = 2_000

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# Invisible characters that come with copied text; NFKC leaves them in.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")

_VISIBLE = SheetVisibleEnum.Visible
_Value = int | float | str | bool | time | date | datetime | timedelta


class SheetUnreadable(Exception):
    """The sheet as a whole cannot be read; `zh` and `en` say why and what to do."""

    def __init__(self, kind: str, zh: str, en: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a sheet; the header is line 1, so the first row is line 2."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header and the rows under it that are not blank."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]


def _is_mark(character: str) -> bool:
    """Return whether a character is a number set small, in a circle or as a fraction."""
    kind = unicodedata.decomposition(character).partition(" ")[0]
    digits = unicodedata.numeric(character, None) is not None
    return digits and kind in {"<super>", "<sub>", "<circle>", "<compat>", "<fraction>"}


# `1500¹` is 1,500 with a footnote and not 15,001; the square of `m²` is no footnote.
_MARK = re.compile(f"((?<![mM])[{''.join(filter(_is_mark, map(chr, range(0x80, 0x3400))))}])")


def fold(text: str) -> str:
    """Return `text` in its compatibility form (NFKC), without invisible marks and outer spaces.

    Full-width digits and letters become ordinary ones, `㎡` becomes `m2`, `￥` becomes `¥`. Small,
    circled and fractional numbers stay what they are, so that none slips into an amount.
    """
    if text.isascii():
        return text.strip()
    pieces = _MARK.split(text)
    # Every second piece is a mark.
    pieces[::2] = [unicodedata.normalize("NFKC", piece) for piece in pieces[::2]]
    return _INVISIBLE.sub("", "".join(pieces)).strip()


def read_sheet(content: bytes, *, media_type: str) -> Sheet:
    """Return the one sheet that `content` holds.

    Raises:
        SheetUnreadable: not one of the two types, damaged, too large, or without a usable header.
    """
    declared = media_type.partition(";")[0].strip().lower()
    if declared not in MEDIA_TYPES:
        raise SheetUnreadable(
            "media_type_unknown",
            "只接受 CSV (text/csv) 或 XLSX 文件",
            f"only {CSV} and {XLSX} are read",
        )
    if len(content) > BYTES_MAX:
        raise _too_large(f"{BYTES_MAX // 1024 // 1024} MiB")
    _check_kind(content, declared)
    return _sheet(_xlsx_lines(content) if declared == XLSX else _csv_lines(content))


def _check_kind(content: bytes, declared: str) -> None:
    if content.startswith(_OLD_EXCEL):
        raise SheetUnreadable(
            "xls_or_encrypted",
            "这是旧版 XLS 或加密的工作簿, 请另存为不加密的 XLSX 或 CSV",
            "an old XLS or an encrypted workbook: save it as a plain XLSX or CSV",
        )
    if content.startswith(_ZIP) != (declared == XLSX):
        raise SheetUnreadable(
            "media_type_mismatch",
            "文件内容与所声明的类型不符, 请检查文件和上传的类型",
            "the content is not of the declared type: check the file and its media type",
        )


def _too_large(limit: str) -> SheetUnreadable:
    return SheetUnreadable(
        "sheet_too_large",
        f"表格超过上限 ({limit}), 请拆分或删去多余的行列",
        f"the sheet is over the limit ({limit}): split it or delete what is not needed",
    )


def _sheet(lines: Iterator[tuple[int, Sequence[str]]]) -> Sheet:
    line, names = next(lines, (0, ()))
    header = _header(names) if line == 1 else ()
    if not header:
        raise SheetUnreadable("header_missing", "第一行必须是表头", "line 1 must be the header")
    rows: list[Row] = []
    for line, values in lines:
        if len(rows) == ROWS_MAX:
            raise _too_large(f"{ROWS_MAX} rows")
        rows.append(Row(line, _cells(header, line, values)))
    return Sheet(header, tuple(rows))


def _header(values: Sequence[str]) -> tuple[str, ...]:
    names = [fold(value) for value in values]
    while names and not names[-1]:
        names.pop()
    if len(names) > COLUMNS_MAX:
        raise _too_large(f"{COLUMNS_MAX} columns")
    if "" in names or len(set(names)) != len(names):
        raise SheetUnreadable(
            "header_ambiguous",
            "表头有空白或重复的列名, 请为每一列写上不同的名称",
            "the header has a blank or repeated name: give every column a name of its own",
        )
    return tuple(names)


def _cells(header: tuple[str, ...], line: int, values: Sequence[str]) -> dict[str, str]:
    if any(len(value) > CELL_LENGTH_MAX for value in values):
        raise _too_large(f"{CELL_LENGTH_MAX} characters in a cell, line {line}")
    folded = [fold(value) for value in values]
    if any(folded[len(header) :]):
        raise SheetUnreadable(
            "row_wider_than_header",
            f"第 {line} 行的列数多于表头, 请检查是否有未加引号的逗号",
            f"line {line} has more cells than the header: look for a comma without quotes",
        )
    folded += [""] * (len(header) - len(folded))
    return dict(zip(header, folded, strict=False))


def _csv_lines(content: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the number of each line that is not blank and its values.

    A record with a line break inside quotes counts from the line on which it begins.
    """
    text = _decoded(content)
    separator = max(",\t;", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 1
    try:
        for values in reader:
            if any(value and not value.isspace() for value in values):
                yield begins, values
            begins = reader.line_num + 1
    except csv.Error as broken:
        raise SheetUnreadable(
            "csv_broken",
            f"第 {begins} 行无法读取, 请检查引号是否成对",
            f"line {begins} cannot be read: check that quotation marks come in pairs",
        ) from broken


def _decoded(content: bytes) -> str:
    """Return the text: UTF-8 with or without a mark, else GB18030 as Chinese Excel saves it."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _NOT_TEXT.search(text):
            return text
    raise SheetUnreadable(
        "encoding_unknown",
        "无法识别文字编码, 请另存为 UTF-8 的 CSV 或 XLSX",
        "the encoding is neither UTF-8 nor GB18030: save it as UTF-8 CSV or as XLSX",
    )


def _xlsx_broken() -> SheetUnreadable:
    return SheetUnreadable(
        "xlsx_broken",
        "XLSX 文件损坏或带有密码, 请重新另存后再上传",
        "the XLSX file is damaged or has a password: save it again",
    )


def _xlsx_lines(content: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        archive = workbooks.checked(content)
        book = CalamineWorkbook.from_filelike(archive)
        shown = [one.name for one in book.sheets_metadata if one.visible == _VISIBLE]
        filled = [sheet for sheet in map(book.get_sheet_by_name, shown) if sheet.total_height]
        if len(filled) != 1:
            raise SheetUnreadable(
                "sheets_not_one",
                "工作簿里必须恰好有一张有内容的工作表",
                "the workbook must hold exactly one sheet that is not blank",
            )
        lines = filled[0].to_python(skip_empty_area=False)
    except workbooks.WorkbookTooLarge as large:
        raise _too_large(large.limit) from large
    except (workbooks.WorkbookBroken, CalamineError, ValueError, OSError) as broken:
        raise _xlsx_broken() from broken
    for number, values in enumerate(lines, start=1):
        texts = [_text(value) for value in values]
        if _NOT_TEXT.search("".join(texts)):
            raise _control_character(number)
        if any(text and not text.isspace() for text in texts):
            yield number, texts


def _control_character(line: int) -> SheetUnreadable:
    """Return the refusal of what no eye sees and, like U+0000, no database keeps."""
    return SheetUnreadable(
        "control_character",
        f"第 {line} 行含有不可见的控制字符, 请清除后再上传",
        f"line {line} holds a control character: clear it",
    )


def _text(value: _Value) -> str:
    """Return a cell as a person reads it on the screen.

    A number keeps fifteen digits, as in Excel: an identity number typed as a number has already
    lost its last digits there, and shows as `3.30199197002265e+17`, which no format accepts.
    """
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, float):
        return format(value, ".15g")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**15:
        return format(float(value), ".15g")
    return str(value)
