"""A small world of made-up people, and clients into the simulators that know it."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

SECRET = "control-secret-of-a-test"
CONTROL = {"authorization": f"Bearer {SECRET}"}
# The columns that a simulator reads, among others that it does not.
SHEET = """\
幢,单元,室,不动产单元号,专有面积,业主姓名,证件类型,证件号码,共有份额
1,1,101,UNIT-101,89.10,甲某,居民身份证,33019919900101001X,1/2
1,1,101,UNIT-101,89.10,乙某,居民身份证,330199199001010028,1/2
1,1,102,UNIT-102,89.10,丙某,居民身份证,330199199001010036,1
"""

Connect = Callable[[Callable[[], Starlette]], httpx.AsyncClient]


@pytest.fixture
def register_file(tmp_path: Path) -> Path:
    path = tmp_path / "register.csv"
    path.write_text(SHEET, encoding="utf-8")
    return path


@pytest.fixture
def connect(register_file: Path, monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Return how to reach a simulator in this world, with control open."""
    monkeypatch.setenv("SIMULATOR_REGISTER", str(register_file))
    monkeypatch.setenv("SIMULATOR_CONTROL_SECRET", SECRET)
    return client_into


def client_into(factory: Callable[[], Starlette]) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=factory())
    return httpx.AsyncClient(transport=transport, base_url="http://simulator")


def person(name: str, number: str, **more: str) -> dict[str, str]:
    return {
        "name": name,
        "document_type": "RESIDENT_IDENTITY",
        "document_number": number,
        "reference": "question-1",
    } | more
