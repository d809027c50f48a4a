"""The program that outsiders run: logs, checkpoints, receipts, its report and its exit status."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import cryptography
import pytest

from services.proofs.check import main
from services.proofs.checkpoint import sign_checkpoint
from services.proofs.refuted import Refuted
from services.proofs.steps import Report, Stopped, Verdict
from services.proofs.tiles import Tile
from services.proofs.tlog_proof import path_lines
from services.proofs.tree import leaf_hash
from tests.support.signed_log import (
    ATTESTER,
    DEVICE,
    STRANGER,
    SignedLog,
    public,
    trusted_keys,
    vote_document,
    voted,
)

Said = pytest.CaptureFixture[str]


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    path.write_text(trusted_keys().encoded())
    return path


def run(said: Said, *arguments: object) -> tuple[int, list[tuple[str, str]]]:
    """Run the program and return its exit status and each step's verdict and English name."""
    status = main([str(one) for one in (*arguments, "--json")])
    report = json.loads(said.readouterr().out)
    return status, [(step["verdict"], step["en"]) for step in report["steps"]]


def failures(steps: list[tuple[str, str]]) -> list[str]:
    return [name for verdict, name in steps if verdict == "FAIL"]


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 700])
def test_a_mirrored_log_passes(tmp_path: Path, keys: Path, capsys: Said, size: int) -> None:
    folder = SignedLog.of(size).mirror(tmp_path / "log")
    status, steps = run(capsys, "log", folder, "--keys", keys)
    assert (status, failures(steps)) == (0, [])


def test_a_log_that_grew_since_serves_the_older_checkpoint(
    tmp_path: Path, keys: Path, capsys: Said
) -> None:
    log = SignedLog.of(600)
    folder = log.mirror(tmp_path / "log")
    (folder / "checkpoint").write_text(log.checkpoint(300).encoded())
    # Of the partial tiles only level 1 has to be there as it was: nothing replaced it yet.
    partial = folder / Tile(1, 0, 1).path
    partial.parent.mkdir(parents=True, exist_ok=True)
    partial.write_bytes(log.tile(Tile(1, 0, 1)))
    status, steps = run(capsys, "log", folder, "--keys", keys)
    assert (status, failures(steps)) == (0, [])


ENTRIES = "the entries make the signed root"
TILES = "the tiles make the signed root"


@pytest.mark.parametrize(
    ("tile", "failed"),
    [
        (Tile(None, 0), ENTRIES),
        (Tile(None, 2, 188), ENTRIES),
        (Tile(0, 0), TILES),
        (Tile(0, 2, 188), TILES),
        (Tile(1, 0, 2), TILES),
    ],
    ids=lambda one: one.path if isinstance(one, Tile) else "",
)
@pytest.mark.parametrize("harm", ["changed", "shortened", "lengthened", "removed"])
def test_any_harm_to_a_mirrored_file_is_found(
    tmp_path: Path, keys: Path, capsys: Said, tile: Tile, failed: str, harm: str
) -> None:
    path = SignedLog.of(700).mirror(tmp_path / "log") / tile.path
    content = path.read_bytes()
    if harm == "removed":
        path.unlink()
    else:
        changed = content[:50] + bytes([content[50] ^ 1]) + content[51:]
        harmed = {"changed": changed, "shortened": content[:-1], "lengthened": content * 2}
        path.write_bytes(harmed[harm])
    status, steps = run(capsys, "log", tmp_path / "log", "--keys", keys)
    assert (status, failures(steps)) == (1, [failed])


def test_a_full_tile_above_is_checked_against_those_below(
    tmp_path: Path, keys: Path, capsys: Said
) -> None:
    path = SignedLog.of(65_536).mirror(tmp_path / "log") / Tile(1, 0).path
    path.write_bytes(bytes(32) + path.read_bytes()[32:])
    _, steps = run(capsys, "log", tmp_path / "log", "--keys", keys)
    assert failures(steps) == [TILES]


def test_a_file_that_breaks_off_under_the_reader_is_unreadable(
    tmp_path: Path, keys: Path, capsys: Said
) -> None:
    breaking = Path("/proc/self/mem")  # nobody reads its beginning
    path = SignedLog.of(3).mirror(tmp_path / "log") / Tile(None, 0, 3).path
    path.unlink()
    path.symlink_to(breaking)
    assert main(["log", str(tmp_path / "log"), "--keys", str(keys)]) == 2
    assert main(["bundle", str(breaking), "--keys", str(keys)]) == 2
    assert capsys.readouterr().out == ""


def test_entries_that_are_no_leaves_are_refused(tmp_path: Path, keys: Path, capsys: Said) -> None:
    log = SignedLog.of(1)
    log.hashes = [leaf_hash(b"a")]
    path = log.mirror(tmp_path / "log") / Tile(None, 0, 1).path
    path.write_bytes(b"\x00\x01a")
    _, steps = run(capsys, "log", tmp_path / "log", "--keys", keys)
    assert failures(steps) == [ENTRIES]


def test_a_log_of_another_estate_is_refused(tmp_path: Path, keys: Path, capsys: Said) -> None:
    folder = SignedLog.of(3).mirror(tmp_path / "log")
    (folder / "checkpoint").write_text(sign_checkpoint(STRANGER, 3, bytes(32)).encoded())
    status, steps = run(capsys, "log", folder, "--keys", keys)
    assert (status, failures(steps)) == (1, ["the log of this estate signed the checkpoint"])


def checkpoints(tmp_path: Path, *written: str) -> list[Path]:
    paths = [tmp_path / f"checkpoint-{number}" for number in range(len(written))]
    for path, text in zip(paths, written, strict=True):
        path.write_text(text)
    return paths


CONSISTENT = "the larger log begins with the smaller one"


@pytest.mark.parametrize(("old", "new"), [(5, 600), (256, 600), (600, 5), (0, 600)])
def test_growth_is_shown_from_the_tiles_or_from_a_proof(
    tmp_path: Path, keys: Path, capsys: Said, old: int, new: int
) -> None:
    log = SignedLog.of(600)
    paths = checkpoints(tmp_path, log.checkpoint(old).encoded(), log.checkpoint(new).encoded())
    folder = log.mirror(tmp_path / "log")
    status, steps = run(capsys, "consistency", *paths, "--keys", keys, "--log", folder)
    assert (status, steps[-1]) == (0, ("PASS", CONSISTENT))
    path = log.consistency(min(old, new), 600)
    proof = tmp_path / "proof"
    proof.write_text(json.dumps({"old_size": old, "size": new, "path": path_lines(path).split()}))
    status, steps = run(capsys, "consistency", *paths, "--keys", keys, "--proof", proof)
    assert (status, steps[-1]) == (0, ("PASS", CONSISTENT))


def test_growth_without_a_proof_is_withheld(tmp_path: Path, keys: Path, capsys: Said) -> None:
    log = SignedLog.of(9)
    paths = checkpoints(tmp_path, log.checkpoint(5).encoded(), log.checkpoint(9).encoded())
    status, steps = run(capsys, "consistency", *paths, "--keys", keys)
    assert (status, steps[-1]) == (0, ("WITHHELD", CONSISTENT))
    status, _ = run(capsys, "consistency", *paths, "--keys", keys, "--strict")
    assert status == 1


def test_a_larger_history_that_is_another_is_found(
    tmp_path: Path, keys: Path, capsys: Said
) -> None:
    honest, other = SignedLog.of(9), SignedLog()
    other.append(honest.leaves[8])
    other.fill(8)
    paths = checkpoints(tmp_path, honest.checkpoint(5).encoded(), other.checkpoint().encoded())
    folder = other.mirror(tmp_path / "log")
    status, steps = run(capsys, "consistency", *paths, "--keys", keys, "--log", folder)
    assert (status, failures(steps)) == (1, [CONSISTENT])


def test_two_roots_of_one_size_are_named_a_fork_with_both_signatures(
    tmp_path: Path, keys: Path, capsys: Said
) -> None:
    honest, other = SignedLog.of(9), SignedLog()
    other.append(honest.leaves[8])
    other.fill(8)
    one, two = honest.checkpoint(), other.checkpoint()
    paths = checkpoints(tmp_path, one.encoded(), two.encoded())
    assert main(["consistency", *map(str, paths), "--keys", str(keys)]) == 1
    said = capsys.readouterr().out
    assert "FORK" in said
    assert one.signatures[0].signature.hex() in said
    assert two.signatures[0].signature.hex() in said
    paths = checkpoints(tmp_path, one.encoded(), one.encoded())
    assert run(capsys, "consistency", *paths, "--keys", keys)[0] == 0


@pytest.mark.parametrize("stranger_first", [True, False])
def test_a_checkpoint_that_the_log_did_not_sign_proves_no_fork(
    tmp_path: Path, keys: Path, capsys: Said, *, stranger_first: bool
) -> None:
    right = SignedLog.of(9).checkpoint().encoded()
    forged = sign_checkpoint(STRANGER, 9, bytes(32)).encoded()
    paths = checkpoints(tmp_path, *((forged, right) if stranger_first else (right, forged)))
    status, steps = run(capsys, "consistency", *paths, "--keys", keys)
    assert (status, failures(steps)) == (1, ["the log of this estate signed the checkpoint"])


def test_a_receipt_is_checked_with_what_its_holder_knows(
    tmp_path: Path, keys: Path, capsys: Said
) -> None:
    _, receipt = voted()
    file, vote = tmp_path / "receipt.json", tmp_path / "vote.json"
    file.write_text(receipt.encoded())
    vote.write_bytes(vote_document())
    known = ["--vote", vote, "--device-key", public(DEVICE).hex()]
    known += ["--attester", public(STRANGER).hex(), "--attester", public(ATTESTER).hex()]
    status, steps = run(capsys, "receipt", file, "--keys", keys, *known)
    assert status == 0
    assert [name for verdict, name in steps if verdict == "WITHHELD"] == [
        "enough witnesses cosigned the checkpoint"
    ]
    assert run(capsys, "receipt", file, "--keys", keys, "--strict", *known)[0] == 1
    stranger = public(STRANGER).hex()
    for wrong in (["--device-key", stranger], ["--attester", stranger], ["--vote", file]):
        assert run(capsys, "receipt", file, "--keys", keys, *wrong)[0] == 1


def test_people_read_each_step_in_chinese_and_in_english(
    tmp_path: Path, keys: Path, capsys: Said
) -> None:
    file = tmp_path / "receipt.json"
    file.write_text(voted()[1].encoded())
    assert main(["receipt", str(file), "--keys", str(keys)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == " 1. 通过  文件是规范的 JSON"
    assert lines[1] == "    PASS      the document is canonical JSON"
    assert lines[-2] == "结论：通过（通过 10，不符 0，未核 3）"
    assert lines[-1] == "Verdict: PASS (PASS 10, FAIL 0, WITHHELD 3)"


@pytest.mark.parametrize(
    "arguments",
    [
        ["receipt", "missing"],
        ["receipt", "keys.json"],
        ["receipt", "huge"],
        ["receipt", "latin"],
        ["receipt", "receipt.json", "--vote", "missing"],
        ["receipt", "receipt.json", "--keys", "receipt.json"],
        ["receipt", "receipt.json", "--keys", "missing"],
        ["log", "missing"],
        ["log", "."],
        ["consistency", "keys.json", "keys.json"],
        ["consistency", "checkpoint", "checkpoint", "--proof", "keys.json"],
        ["consistency", "checkpoint", "checkpoint", "--log", "missing", "--proof", "missing"],
        ["bundle", "missing"],
        ["receipt", "receipt.json", "--device-key", "00" * 32],
        ["receipt", "receipt.json", "--attester", "zz"],
        ["receipt"],
        ["nothing"],
        [],
    ],
    ids=" ".join,
)
def test_what_cannot_be_read_is_told_from_what_is_wrong(
    tmp_path: Path,
    keys: Path,
    capsys: Said,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("receipt.json").write_text(voted()[1].encoded())
    Path("huge").write_bytes(b" " * 1_000_000)
    Path("latin").write_bytes(b"\xe9")
    Path("checkpoint.d").mkdir()
    Path("checkpoint.d/checkpoint").write_text("nothing")
    Path("checkpoint").write_text(SignedLog.of(3).checkpoint().encoded())
    if arguments == ["log", "."]:
        Path("checkpoint").write_text("no checkpoint")
    pinned = [] if "--keys" in arguments or not arguments else ["--keys", str(keys)]
    try:
        status = main([*arguments, *pinned])
    except SystemExit as usage:
        status = int(usage.code or 0)
    assert status == 2
    assert capsys.readouterr().out == ""


def refute(sentence: str) -> None:
    raise Refuted(sentence)


def test_a_report_stops_where_later_steps_would_mean_nothing() -> None:
    report = Report()
    with pytest.raises(Stopped), report.step("一", "one"):
        refute("it is not so")
    with report.independent("二", "two"):
        refute("nor this")
    with report.step("三", "three") as finding:
        finding.detail = "3 of 3"
    report.withheld("四", "four", "no means")
    assert [(step.number, step.verdict.value, step.detail) for step in report.steps] == [
        (1, "FAIL", "it is not so"),
        (2, "FAIL", "nor this"),
        (3, "PASS", "3 of 3"),
        (4, "WITHHELD", "no means"),
    ]


def test_a_report_without_steps_has_passed_nothing() -> None:
    assert Report().verdict() is Verdict.FAIL
    assert Report().exit_status() == 1


def test_a_withheld_step_fails_only_whoever_wants_every_step() -> None:
    report = Report()
    with report.step("一", "one"):
        pass
    assert report.exit_status(strict=True) == 0
    report.withheld("二", "two", "why")
    assert (report.exit_status(), report.exit_status(strict=True)) == (0, 1)
    assert "Verdict: WITHHELD" in report.text(strict=True)
    assert json.loads(report.json(strict=True))["verdict"] == "WITHHELD"


def test_what_a_file_says_cannot_play_with_the_terminal() -> None:
    report = Report()
    with report.independent("一", "one"):
        refute("\x1b[2J\nVerdict: PASS")
    assert report.text().count("\n") == 4
    assert "\x1b" not in report.text()


def test_the_program_runs_from_a_copy_of_its_folder_and_cryptography_alone(
    tmp_path: Path, keys: Path
) -> None:
    copy, allowed = tmp_path / "copy", tmp_path / "allowed"
    source = Path(__file__).parents[2] / "services" / "proofs"
    shutil.copytree(source, copy / "services" / "proofs")
    allowed.mkdir()
    installed = Path(cryptography.__file__).parents[1]
    for name in ["cryptography", *(one.name for one in installed.glob("*cffi*"))]:
        (allowed / name).symlink_to(installed / name)
    receipt = tmp_path / "receipt.json"
    receipt.write_text(voted()[1].encoded())
    started = (
        "import runpy, sys; sys.path[:0] = [sys.argv.pop(1), sys.argv.pop(1)];"
        "runpy.run_module('services.proofs.check', run_name='__main__')"
    )
    # Isolated and without site-packages: nothing is found but what the two folders hold.
    command = [sys.executable, "-I", "-S", "-c", started, str(copy), str(allowed)]
    ran = subprocess.run(
        [*command, "receipt", str(receipt), "--keys", str(keys)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "Verdict: PASS" in ran.stdout
