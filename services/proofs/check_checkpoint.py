"""The steps that every check of a log's checkpoint begins with."""

from datetime import UTC, datetime

from services.proofs.checkpoint import Checkpoint
from services.proofs.instants import rfc3339
from services.proofs.steps import Report
from services.proofs.trusted_keys import TrustedKeys


def check_made(checkpoint: Checkpoint, keys: TrustedKeys, report: Report) -> None:
    """Check that the pinned log signed a checkpoint, and when it says that it did.

    Raises:
        Stopped: it did not.
    """
    with report.step(
        "检查点由本小区的日志签名", "the log of this estate signed the checkpoint"
    ) as finding:
        checkpoint.check_signed(keys.log_key)
        finding.detail = f"size {checkpoint.size}"
    with report.step("检查点的时间有签名", "the checkpoint's time is signed") as finding:
        finding.detail = _utc(keys.signed_at(checkpoint))


def check_witnessed(checkpoint: Checkpoint, keys: TrustedKeys, report: Report) -> None:
    """Check that as many witnesses cosigned a checkpoint as the pinned policy needs."""
    zh, en = "见证人的联署达到要求", "enough witnesses cosigned the checkpoint"
    if keys.quorum or any(checkpoint.line_by(key) for key in keys.witnesses):
        with report.independent(zh, en) as finding:
            finding.detail = ", ".join(keys.check_quorum(checkpoint))
    else:
        report.withheld(zh, en, "this log's policy needs no witness")


def _utc(posix_time: int) -> str:
    try:
        return rfc3339(datetime.fromtimestamp(posix_time, UTC))
    except (OSError, OverflowError, ValueError):
        return f"{posix_time} seconds after 1970"
