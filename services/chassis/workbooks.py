"""An XLSX file before anything reads it: neither too much of it, nor cells too far out.

It is a ZIP archive of XML and can be built to exhaust a machine: by size, and by one cell at row
1,048,576, for which the reader would allocate every cell before it, and end the process when it
cannot. Both are settled from the archive's bytes, and the reader is given a fresh archive of
exactly the bytes that were checked.
"""

import io
import re
import zipfile
import zlib

BYTES_UNPACKED_MAX = 192 * 1024 * 1024
MEMBERS_MAX = 512
ROWS_MAX = 100_000
COLUMNS_MAX = 64
CELLS_MAX = 2_000_000

_REFERENCE = re.compile(rb"""\sr\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_CELL = re.compile(rb"([A-Z]{0,2})([0-9]{1,6})")
_CELL_TAG = re.compile(rb"<(?:[^\s<>/!?]+:)?c(?=[\s/>])")
# Attributes before `r` are read as such, or one of their values could pass for it.
_PLACED_TAG = re.compile(
    _CELL_TAG.pattern + rb"""(?:\s+(?!r[\s=])[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s+r\s*="""
)
_ARCHIVE_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,  # zipfile, of a compression that it does not know
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)


class WorkbookTooLarge(Exception):
    """There is more of it than is read; `limit` says what is."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


class WorkbookBroken(Exception):
    """It is damaged, or of a format whose cells cannot be looked at here."""


def checked(content: bytes) -> io.BytesIO:
    """Return an archive of the same members, uncompressed, after looking at every one.

    Raises:
        WorkbookTooLarge: unpacked, or by the places of its cells, it is over a limit.
        WorkbookBroken: it is no such archive.
    """
    fresh = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(fresh, "w") as plain:
            members = packed.infolist()
            unpacked = sum(member.file_size for member in members)
            if len(members) > MEMBERS_MAX or unpacked > BYTES_UNPACKED_MAX:
                raise WorkbookTooLarge(f"{BYTES_UNPACKED_MAX // 1024 // 1024} MiB unpacked")
            _check_members({member.filename for member in members})
            for member in members:
                # Reading stops at the declared size, and the declared sizes were added up above.
                raw = packed.read(member)
                _check_references(raw)
                plain.writestr(member.filename, raw)
    except _ARCHIVE_BROKEN as broken:
        raise WorkbookBroken from broken
    fresh.seek(0)
    return fresh


def _check_members(names: set[str]) -> None:
    """Accept the one format whose cell references can be read below (not XLSB, not ODS)."""
    if "xl/workbook.xml" not in names or names & {"xl/workbook.bin", "content.xml"}:
        raise WorkbookBroken


def _check_references(raw: bytes) -> None:
    """Refuse a cell or row so far out that reading the sheet would allocate the space between."""
    if b"sheetData" not in raw:
        return  # not a worksheet: a theme has attributes of the same name with another meaning
    _check_places(raw)
    for found in _REFERENCE.finditer(raw):
        reference = _CELL.fullmatch(found[1] or found[2] or b"")
        if reference is None:
            raise WorkbookTooLarge(f"{ROWS_MAX} rows, {COLUMNS_MAX} columns")
        column = 0
        for letter in reference[1]:
            column = column * 26 + letter - ord("A") + 1
        if column > COLUMNS_MAX or int(reference[2]) > ROWS_MAX + 1:
            raise WorkbookTooLarge(f"{ROWS_MAX} rows, {COLUMNS_MAX} columns")


def _check_places(raw: bytes) -> None:
    """Refuse cells that do not say where they are: the reader would count them up to any place.

    The format lets a cell leave its place out (ECMA-376, 18.3.1.4); office programs never do.
    """
    count = sum(1 for _ in _CELL_TAG.finditer(raw))
    if count > CELLS_MAX:
        raise WorkbookTooLarge(f"{CELLS_MAX} cells")
    if sum(1 for _ in _PLACED_TAG.finditer(raw)) != count:
        raise WorkbookBroken
