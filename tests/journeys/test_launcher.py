"""The launcher: a part that dies is named, the rest is stopped, nothing is left."""

import os
import signal
from pathlib import Path

import pytest

from tests.journeys.test_demo import left_behind, start


@pytest.mark.parametrize("victim", ["voting", "messages"])
def test_a_part_that_dies_ends_the_whole_with_a_clear_message(tmp_path: Path, victim: str) -> None:
    running = start(tmp_path)
    assert running.stderr is not None
    for line in running.stderr:
        if "Ctrl-C" in line:
            break
    pid = (tmp_path / "data" / "logs" / f"{victim}.pid").read_text()
    os.kill(int(pid), signal.SIGKILL)
    said = running.stderr.read()
    assert running.wait(timeout=60) == 1
    running.stderr.close()
    assert victim in said
    assert left_behind(tmp_path) == []
