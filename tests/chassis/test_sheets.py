"""Sheets as offices save them, and files built to do harm."""

import contextlib
import csv
import io
import time
import zipfile
from collections.abc import Sequence
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis import sheets, workbooks
from services.chassis.sheets import CSV, XLSX, SheetUnreadable, fold, read_sheet

HEADER = "幢,室,面积"


def workbook(*sheets_of_rows: Sequence[Sequence[object]], hidden: int | None = None) -> bytes:
    """Return an XLSX file with one sheet for each argument."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(sheets_of_rows):
        sheet = book.create_sheet(f"表{number}")
        for row in rows:
            sheet.append(list(row))
        if number == hidden:
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def kind_of_refusal(content: bytes, media_type: str = CSV) -> str:
    """Return the kind under which the sheet is refused."""
    with pytest.raises(SheetUnreadable) as refused:
        read_sheet(content, media_type=media_type)
    assert refused.value.zh
    assert refused.value.en
    return refused.value.kind


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_csv_reads_the_same_in_every_encoding_and_line_end(encoding: str, line_end: str) -> None:
    content = line_end.join([HEADER, "1,101,89.53", "2,202,90.00", ""]).encode(encoding)
    sheet = read_sheet(content, media_type="text/csv; charset=whatever")
    assert sheet.header == ("幢", "室", "面积")
    assert [row.line for row in sheet.rows] == [2, 3]
    assert sheet.rows[0].cells == {"幢": "1", "室": "101", "面积": "89.53"}


def test_full_width_characters_and_ideographic_spaces_are_folded() -> None:
    sheet = read_sheet(f"{HEADER}\n　１　, ＡＢ\u200b１ ,８９.５３㎡".encode(), media_type=CSV)
    assert dict(sheet.rows[0].cells) == {"幢": "1", "室": "AB1", "面积": "89.53m2"}


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    content = f'{HEADER}\n\n1,"1\n01",2\n,,\n2,3,4\n'
    assert [row.line for row in read_sheet(content.encode(), media_type=CSV).rows] == [3, 6]


@pytest.mark.parametrize("separator", ["\t", ";"])
def test_other_separators_of_office_programs_are_recognised(separator: str) -> None:
    content = f"{HEADER}\n1,101,3".replace(",", separator)
    assert read_sheet(content.encode(), media_type=CSV).rows[0].cells["室"] == "101"


def test_a_short_row_has_blank_cells_at_its_end() -> None:
    assert read_sheet(f"{HEADER}\n1".encode(), media_type=CSV).rows[0].cells["面积"] == ""


def test_xlsx_cells_read_as_they_look_on_the_screen() -> None:
    row = ["１", 101, 89.53, 0.1 + 0.2, datetime(2022, 7, 11), 330199197002264559, None, "1/3"]  # noqa: DTZ001 - cells have no zone
    sheet = read_sheet(workbook([list("ABCDEFGH"), row], []), media_type=XLSX)
    assert list(sheet.rows[0].cells.values()) == [
        "1", "101", "89.53", "0.3", "2022-07-11", "3.30199197002265e+17", "", "1/3",
    ]  # fmt: skip


def test_blank_lines_of_a_workbook_keep_their_numbers() -> None:
    content = workbook([["A"], [None], ["x"], [" "], ["y"]])
    assert [row.line for row in read_sheet(content, media_type=XLSX).rows] == [3, 5]


def test_a_hidden_sheet_is_not_read_and_two_visible_ones_are_refused() -> None:
    one, two = [["A"], ["x"]], [["A"], ["y"]]
    assert read_sheet(workbook(one, two, hidden=1), media_type=XLSX).rows[0].cells == {"A": "x"}
    assert kind_of_refusal(workbook(one, two), XLSX) == "sheets_not_one"
    assert kind_of_refusal(workbook([]), XLSX) == "sheets_not_one"


@pytest.mark.parametrize(
    ("content", "media_type", "kind"),
    [
        (b"", CSV, "header_missing"),
        (b"\n\nA,B\n1,2", CSV, "header_missing"),
        (b"A,,B\n1,2,3", CSV, "header_ambiguous"),
        (b"A,B,A\n1,2,3", CSV, "header_ambiguous"),
        (b"A,B\n1,2,3", CSV, "row_wider_than_header"),
        (b'A,B\n1,"2', CSV, "csv_broken"),
        (b"A,B\n\xff\xff\xff", CSV, "encoding_unknown"),
        (b"A,B\n\x001,2", CSV, "encoding_unknown"),
        (b"A,B\n1,2", "application/json", "media_type_unknown"),
        (b"A,B\n1,2", XLSX, "media_type_mismatch"),
        (workbook([["A"]]), CSV, "media_type_mismatch"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), XLSX, "xls_or_encrypted"),
        (b"PK\x03\x04 and no archive", XLSX, "xlsx_broken"),
        (workbook([["A"], ["x"]])[:-400], XLSX, "xlsx_broken"),
    ],
)
def test_what_cannot_be_read_is_refused_by_kind(content: bytes, media_type: str, kind: str) -> None:
    assert kind_of_refusal(content, media_type) == kind


@pytest.mark.parametrize(
    "content",
    [
        b"A\n" + b"x\n" * (sheets.ROWS_MAX + 1),
        b"A\n" + b"x" * (sheets.CELL_LENGTH_MAX + 1),
        ",".join(f"c{n}" for n in range(sheets.COLUMNS_MAX + 1)).encode(),
        b"x" * (sheets.BYTES_MAX + 1),
    ],
    ids=["rows", "cell", "columns", "bytes"],
)
def test_every_size_has_a_limit(content: bytes) -> None:
    assert kind_of_refusal(content) == "sheet_too_large"


def repacked(change: tuple[bytes, bytes], extra: tuple[str, bytes] | None = None) -> bytes:
    """Return a small workbook with one replacement in its sheet and, if told, one more member."""
    out = io.BytesIO()
    content = io.BytesIO(workbook([["A"], ["x"]]))
    with zipfile.ZipFile(content) as before, zipfile.ZipFile(out, "w", 8) as after:
        for name in before.namelist():
            raw = before.read(name)
            after.writestr(name, raw.replace(*change) if "worksheets/" in name else raw)
        if extra:
            after.writestr(*extra)
    return out.getvalue()


@pytest.mark.parametrize("far", [b"A1048576", b"XFD2", b"BN2", b"A9999999999", b"&#65;2", b"$A$2"])
def test_a_far_cell_is_refused_before_anything_is_allocated(far: bytes) -> None:
    started = time.perf_counter()
    assert kind_of_refusal(repacked((b'r="A2"', b'r="' + far + b'"')), XLSX) == "sheet_too_large"
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    "cell", [b"<c ", b"<q:c xmlns:q='q' ", b"<c x=' r=\"A2\" ' ", b"<c q:r='A2' xmlns:q='q' "]
)
def test_cells_that_do_not_say_where_they_are_are_refused(cell: bytes) -> None:
    """The reader would count them up: sixteen thousand of them and a low row end the process."""
    hidden = cell + b'y="A2"'
    assert kind_of_refusal(repacked((b'<c r="A2"', hidden)), XLSX) == "xlsx_broken"


def test_more_cells_than_any_register_has_are_refused() -> None:
    row = b'<row r="3">' + b'<c r="A3"/>' * (workbooks.CELLS_MAX + 1) + b"</row></sheetData>"
    content = repacked((b"</sheetData>", row))
    assert kind_of_refusal(content, XLSX) == "sheet_too_large"


@pytest.mark.parametrize("escaped", [b"_x0000_", b"_x0007_"])
def test_a_control_character_in_a_cell_is_refused(escaped: bytes) -> None:
    written = b'<c r="A2" t="inlineStr"><is><t>a' + escaped + b"</t></is></c></row></sheetData>"
    changed = repacked(
        (b"</row></sheetData>", b'</row><row r="3">' + written.replace(b"A2", b"A3"))
    )
    assert kind_of_refusal(changed, XLSX) == "control_character"


def test_a_zip_bomb_is_refused_by_its_declared_size() -> None:
    bomb = ("xl/media/x.bin", bytes(workbooks.BYTES_UNPACKED_MAX + 1))
    content = repacked((b"", b""), bomb)
    assert len(content) < 1_000_000
    assert kind_of_refusal(content, XLSX) == "sheet_too_large"


def test_a_workbook_of_another_format_inside_the_archive_is_refused() -> None:
    assert kind_of_refusal(repacked((b"", b""), ("content.xml", b"<x/>")), XLSX) == "xlsx_broken"


def test_a_megabyte_of_entities_is_not_expanded() -> None:
    entity = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><worksheet'
    assert len(read_sheet(repacked((b"<worksheet", entity)), media_type=XLSX).rows) == 1


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for media_type in (CSV, XLSX):
        with contextlib.suppress(SheetUnreadable):
            assert read_sheet(content, media_type=media_type).header


@given(st.lists(st.lists(st.text("ab1 ,\n\"'；", max_size=5), min_size=3, max_size=3), max_size=6))
def test_what_the_csv_module_writes_is_read_back(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["x", "y", "z"], *rows])
    read = read_sheet(out.getvalue().encode(), media_type=CSV).rows
    expected = [[fold(value) for value in row] for row in rows if any(map(str.strip, row))]
    assert [list(row.cells.values()) for row in read] == expected


@pytest.mark.parametrize(
    ("cell", "folded"),
    [
        ("１２．５０", "12.50"),
        ("89.53m²", "89.53m2"),
        ("89.53㎡", "89.53m2"),
        ("1500¹", "1500¹"),
        ("①500.00", "①500.00"),
        ("⒈5", "⒈5"),
        ("3½", "3½"),
        ("x₂", "x₂"),
    ],
)
def test_a_footnote_does_not_become_a_digit_of_the_number(cell: str, folded: str) -> None:
    assert fold(cell) == folded
