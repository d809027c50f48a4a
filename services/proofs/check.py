"""Check receipts, logs and ballots on one's own machine: no network, no database, no server.

    python -m services.proofs.check receipt FILE --keys keys.json
    python -m services.proofs.check log FOLDER --keys keys.json
    python -m services.proofs.check consistency OLD NEW --keys keys.json --log FOLDER
    python -m services.proofs.check bundle FILE --keys keys.json --receipt FILE

Exit status: 0 every step passed, 1 one did not, 2 the input cannot be read.
"""

import argparse
import contextlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from services.proofs.bundle import check_bundle
from services.proofs.check_consistency import Proof, check_checkpoints
from services.proofs.check_log import Mirror, check_log
from services.proofs.check_receipt import Holdings, check_receipt
from services.proofs.checkpoint import read_checkpoint
from services.proofs.leaf import is_key
from services.proofs.members import read_members
from services.proofs.receipt import SIZE_BYTES_MAX, read_receipt
from services.proofs.refuted import Refuted
from services.proofs.steps import Report, Stopped, Unreadable
from services.proofs.tlog_proof import read_path_lines
from services.proofs.trusted_keys import TrustedKeys, read_trusted_keys

_USAGE = 2
# What a log's answer about consistency says beside the path.
_BESIDE_PATH = ("old_size", "size", "old_checkpoint", "checkpoint")
_Check = Callable[[argparse.Namespace, TrustedKeys, Report], None]
_Read = TypeVar("_Read")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one check, write its report, and return the exit status."""
    options = _parser().parse_args(arguments)
    report = Report()
    try:
        keys = _read(options.keys, read_trusted_keys)
        with contextlib.suppress(Stopped):
            options.check(options, keys, report)
    except Unreadable as refused:
        sys.stderr.write(f"无法读取 / cannot be read: {refused}\n")
        return _USAGE
    written = report.json if options.json else report.text
    sys.stdout.write(written(strict=options.strict))
    return report.exit_status(strict=options.strict)


def _receipt(options: argparse.Namespace, keys: TrustedKeys, report: Report) -> None:
    held = Holdings(
        attesters=frozenset(options.attester),
        device_key=options.device_key,
        document=_bytes(options.vote) if options.vote else None,
    )
    check_receipt(_read(options.file, read_receipt), keys, held, report)


def _log(options: argparse.Namespace, keys: TrustedKeys, report: Report) -> None:
    check_log(Mirror(options.folder), keys, report)


def _consistency(options: argparse.Namespace, keys: TrustedKeys, report: Report) -> None:
    old, new = (_read(path, read_checkpoint) for path in (options.old, options.new))
    check_checkpoints((old, new), _proof(options), keys, report)


def _bundle(options: argparse.Namespace, keys: TrustedKeys, report: Report) -> None:
    receipts = [_read(path, read_receipt) for path in options.receipt]
    attesters = frozenset(options.attester)
    check_bundle(options.file, keys, receipts, report, attesters=attesters)


def _proof(options: argparse.Namespace) -> Proof:
    if options.log:
        return Mirror(options.log)
    return _read(options.proof, _path) if options.proof else None


def _path(text: str) -> Sequence[bytes]:
    return read_path_lines(read_members(text, ("path",), _BESIDE_PATH).texts("path"))


def _read(path: Path, read: Callable[[str], _Read]) -> _Read:
    try:
        return read(_bytes(path).decode())
    except (Refuted, UnicodeDecodeError) as refused:
        raise Unreadable(f"{path}: {refused}") from refused


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(4 * SIZE_BYTES_MAX + 1)
    except OSError as refused:
        raise Unreadable(f"{path}: {refused.strerror}") from refused
    if len(content) > 4 * SIZE_BYTES_MAX:
        raise Unreadable(f"{path}: too large")
    return content


def _key(written: str) -> bytes:
    key = bytes.fromhex(written)
    if not is_key(key):
        raise ValueError
    return key


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.proofs.check")
    checks = parser.add_subparsers(required=True, metavar="CHECK")

    receipt = _subparser(checks, "receipt", "a receipt that an owner kept", _receipt)
    receipt.add_argument("file", type=Path)
    receipt.add_argument("--device-key", type=_key, metavar="HEX", help="the key of one's phone")
    receipt.add_argument("--vote", type=Path, metavar="FILE", help="the document that one kept")
    _add_attesters(receipt)

    log = _subparser(checks, "log", "a mirrored log", _log)
    log.add_argument("folder", type=Path)

    consistency = _subparser(checks, "consistency", "two checkpoints of one log", _consistency)
    consistency.add_argument("old", type=Path)
    consistency.add_argument("new", type=Path)
    source = consistency.add_mutually_exclusive_group()
    source.add_argument("--proof", type=Path, metavar="FILE", help="the log's answer about both")
    source.add_argument("--log", type=Path, metavar="FOLDER", help="the mirrored log")

    bundle = _subparser(checks, "bundle", "the bundle of a ballot or a ledger", _bundle)
    bundle.add_argument("file", type=Path)
    bundle.add_argument("--receipt", type=Path, action="append", default=[], metavar="FILE")
    _add_attesters(bundle)
    return parser


def _subparser(
    checks: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    what: str,
    check: _Check,
) -> argparse.ArgumentParser:
    parser = checks.add_parser(name, help=what)
    parser.set_defaults(check=check)
    parser.add_argument("--keys", type=Path, required=True, help="the pinned keys of the log")
    parser.add_argument("--strict", action="store_true", help="fail when a step was withheld")
    parser.add_argument("--json", action="store_true", help="write the report for programs")
    return parser


def _add_attesters(parser: argparse.ArgumentParser) -> None:
    said = "a public key by which identity attests keys; may be given again"
    parser.add_argument(
        "--attester", type=_key, action="append", default=[], metavar="HEX", help=said
    )


if __name__ == "__main__":
    sys.exit(main())
