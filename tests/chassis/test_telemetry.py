"""What a log line holds: one JSON object, where something broke, and nothing that it was about."""

import json
import logging
import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.chassis.database import Database
from services.chassis.telemetry import JsonLines
from tests.support.postgres import Databases

SECRET = "330199197002264559"


def line_of(failed: Exception, message: str = "unexpected failure") -> dict[str, Any]:
    info = (type(failed), failed, failed.__traceback__)
    record = logging.LogRecord("services", logging.ERROR, __file__, 1, message, None, info)
    line: dict[str, Any] = json.loads(JsonLines("notes").format(record))
    return line


def failing() -> Exception:
    """Return an exception whose own and whose cause's sentences quote somebody's number."""
    try:
        try:
            int(f"{SECRET}x")
        except ValueError as cause:
            raise RuntimeError(f"cannot take {SECRET}") from cause
    except RuntimeError as failed:
        return failed
    raise AssertionError


def test_a_failure_is_told_by_kind_and_place_never_by_its_sentences() -> None:
    told = line_of(failing())["exception"]
    assert told.splitlines()[0] == "builtins.RuntimeError"
    assert "builtins.ValueError" in told
    assert f"{__file__}:" in told
    assert SECRET not in told


def test_what_a_library_adds_on_further_lines_stays_out() -> None:
    line = line_of(failing(), f"Task exception was never retrieved\nfuture: {SECRET}")
    assert line["message"] == "Task exception was never retrieved"


async def test_a_database_error_does_not_repeat_what_it_was_given(databases: Databases) -> None:
    database = Database(databases.app_url("identity"), pool_size=1)
    question = text("SELECT :number FROM nowhere")
    async with database.begin() as connection:
        with pytest.raises(DBAPIError) as failed:
            await connection.execute(question, {"number": SECRET})
    assert SECRET not in str(failed.value)
    await database.close()


def test_what_libraries_warn_of_is_json_too() -> None:
    """Run in a process of its own: logging is the process's."""
    code = (
        "import logging; from services.chassis.telemetry import log_as; log_as('notes')\n"
        "logging.getLogger('uvicorn.error').error('Exception in ASGI application\\n')"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(ran.stderr)["message"] == "Exception in ASGI application"
