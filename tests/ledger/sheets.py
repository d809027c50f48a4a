"""Sheets for the tests, read without the chassis."""

import csv
import io
from pathlib import Path

from services.ledger.domain.sheet import Line

HEADER = "日期,收支,类别,金额,对方,凭证号,备注,依据,合同号,表决事项"


def parsed(text: str) -> tuple[list[str], list[Line]]:
    """Return the header and lines of a CSV text."""
    reader = csv.DictReader(io.StringIO(text))
    lines = [
        Line(number, {key: value or "" for key, value in row.items() if key})
        for number, row in enumerate(reader, start=2)
    ]
    return list(reader.fieldnames or ()), lines


def lines_of(path: Path, encoding: str) -> tuple[list[str], list[Line]]:
    """Return the header and lines of a CSV file."""
    return parsed(path.read_bytes().decode(encoding))
