"""Who the demo lets claim cards, read from whatever a property office hands over."""

import csv
import random
from pathlib import Path

from demo.sheets import Folder, claimants
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
