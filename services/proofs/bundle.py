"""The bundle of a ballot or of a ledger, checked by whoever received it.

Nothing is asked of any server. The lines are read once; what is kept grows with the electorate (or
with the entries of a ledger), not with the log.
"""

from collections.abc import Sequence
from pathlib import Path

from services.proofs.bundle_ballot import check_ballot
from services.proofs.bundle_header import Format, Source, read_header
from services.proofs.bundle_ledger import check_ledger
from services.proofs.bundle_lines import lines_of, processes_for
from services.proofs.bundle_receipts import Receipts
from services.proofs.check_checkpoint import check_made, check_witnessed
from services.proofs.receipt import Receipt
from services.proofs.steps import Report, Unreadable
from services.proofs.trusted_keys import TrustedKeys

MEMORY_EACH_BYTES_MAX = 64 * 2**20
"""What each process that reads holds at most, whatever the size of the log."""
MEMORY_PER_ENTRY_BYTES_MAX = 1024
"""What is kept for each entry of an electorate, or of a ledger, beside that."""


def check_bundle(
    path: Path,
    keys: TrustedKeys,
    receipts: Sequence[Receipt],
    report: Report,
    *,
    attesters: frozenset[bytes] = frozenset(),
) -> None:
    """Check a bundle step by step, and that what the receipts promise is in it.

    `attesters` are the raw public keys of identity that one knows from elsewhere; without
    them, that the announcement names the right ones is withheld.

    Raises:
        Unreadable: there is no such file, or it cannot be read to its end.
        Stopped: a step failed on which the later ones build.
    """
    try:
        file = path.open("rb")
    except OSError as refused:
        raise Unreadable(f"{path}: {refused.strerror}") from refused
    with file:
        lines = lines_of(file)
        with report.step("数据包属于本小区的日志", "the bundle is of this estate's log") as finding:
            header = read_header(next(lines, b""))
            header.check_of(keys)
            finding.detail = f"{header.format}, from leaf {header.first}"
        check_made(header.checkpoint, keys, report)
        check_witnessed(header.checkpoint, keys, report)
        processes = processes_for(path.stat().st_size)
        source = Source(header, keys, lines, processes, attesters)
        check = check_ballot if header.format is Format.BALLOT else check_ledger
        check(source, Receipts(receipts), report)
