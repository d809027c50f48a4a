"""Who the demo lets claim cards, read from whatever a property office hands over."""

import csv
import random
from datetime import date
from pathlib import Path

import pytest

from demo.sheets import Folder, Unfit, claimants
from tests.support.estates import write_estate


def with_phones(folder: Path, *phones: str) -> Folder:
    """Write an estate whose holders have `phones`, in turn."""
    write_estate(folder, flats=30)
    path = folder / "register.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for index, row in enumerate(rows):
        row["联系电话"] = phones[index % len(phones)]
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return Folder(folder)


def test_everybody_signs_in_with_a_mobile_of_his_own(tmp_path: Path) -> None:
    """A couple shares a number, others list a landline or none; an account is one person."""
    folder = with_phones(tmp_path, "13800008888", "057112345678", "")
    phones = [owner.phone for owner in claimants(folder, random.Random(1))]
    assert len(set(phones)) == len(phones) > 20
    assert all(len(phone) == 11 and phone[0] == "1" for phone in phones)


def test_nobody_signs_in_with_the_phone_of_the_staff(tmp_path: Path) -> None:
    folder = with_phones(tmp_path, "13800008888")
    owners = claimants(folder, random.Random(1), phones_taken=["13800008888"])
    assert "13800008888" not in {owner.phone for owner in owners}


def test_a_phone_that_is_one_persons_is_his(tmp_path: Path) -> None:
    write_estate(tmp_path, flats=30)
    with (tmp_path / "register.csv").open(encoding="utf-8", newline="") as lines:
        listed = {row["证件号码"]: row["联系电话"] for row in csv.DictReader(lines)}
    for owner in claimants(Folder(tmp_path), random.Random(1)):
        assert owner.phone == listed[owner.number]


def test_the_spellings_of_an_office_are_read_as_the_services_read_them(tmp_path: Path) -> None:
    write_estate(tmp_path, flats=30)
    register = (tmp_path / "register.csv").read_text(encoding="utf-8")
    plain = len(claimants(Folder(tmp_path), random.Random(1)))
    spelled = register.replace("居民身份证", "身份证").replace("车位", "车库")
    (tmp_path / "register.csv").write_text(spelled, encoding="utf-8-sig")
    assert len(claimants(Folder(tmp_path), random.Random(1))) == plain
    line = '2026/6/20,支出,维修,"¥1,500.00",工程队,V1,\n'
    (tmp_path / "common_revenue_2026H1.csv").write_text(
        f"日期,收支,类别,金额,对方,凭证号,备注\n{line}"
    )
    assert Folder(tmp_path).repairs() == [(date(2026, 6, 20), 150000)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("register.csv", None),
        ("common_revenue_2026H1.csv", None),
        ("register.csv", "幢,单元,室".encode("gb18030")),
        ("common_revenue_2026H1.csv", "日期,收支,类别,金额\n2026".encode("gb18030")),
        ("common_revenue_2026H1.csv", "日期,收支,类别\n".encode()),
        ("estate.json", b'{"opening": "much"}'),
    ],
)
def test_a_folder_that_cannot_be_played_is_told_at_once(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    write_estate(tmp_path, flats=30)
    Folder(tmp_path).check()
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(Unfit):
        Folder(tmp_path).check()
