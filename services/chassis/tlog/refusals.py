"""What the log refuses, and how each refusal looks from outside."""

from collections.abc import Iterable, Mapping

from services.chassis.problems import Problem


class LogUnknown(Exception):
    """The estate has no log in this service: nothing was ever published."""

    zh = "本小区在此尚无公开日志。"
    en = "This estate has no log here yet."


class BeyondLog(Exception):
    """The log has not reached what is asked for; it may do so later."""

    zh = "公开日志尚未到达所请求的位置。"
    en = "The log has not reached this yet."

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.facts = {"size": size}


class TileUnknown(Exception):
    """The path names no tile."""

    zh = "没有这样的日志分片。"
    en = "No tile has this path (C2SP tlog-tiles)."


class SizesBackwards(Exception):
    """Consistency leads from the smaller tree to the larger one."""

    zh = "旧的日志大小不得大于新的。"
    en = "The older size is the smaller one."


class NotOurCheckpoint(Exception):
    """A checkpoint without this log's right signature; it proves nothing and is not kept."""

    zh = "这不是本日志签署的检查点。"
    en = "This is no checkpoint that this log signed."


class LogForked(Exception):
    """This log signed a checkpoint that its present history does not contain."""

    zh = "该检查点确由本日志签署，却不在现有历史之中：日志曾被改动。请保存本答复作为证据。"
    en = (
        "This log signed that checkpoint, and its present history does not contain it: "
        "the log was changed. Keep this answer as evidence."
    )

    def __init__(self, alarm_id: str, document: bytes, signature: bytes) -> None:
        super().__init__(alarm_id)
        self.facts = {
            "alarm_id": alarm_id,
            "document": document.decode(),
            "signature": signature.hex(),
        }


class WitnessUnknown(Exception):
    """A policy names a witness that the operator does not know."""

    zh = "没有这样的见证人。"
    en = "The operator knows no witness of this name."

    def __init__(self, unknown: Iterable[str], known: Iterable[str]) -> None:
        super().__init__()
        self.facts = {"unknown": sorted(unknown), "known": sorted(known)}


class QuorumUnreachable(Exception):
    """A policy asks for more cosignatures than it names witnesses."""

    zh = "所需见证数不得多于见证人数。"
    en = "A quorum cannot be larger than the number of witnesses."


class PolicyUnknown(Exception):
    """The estate never chose witnesses."""

    zh = "本小区尚未选定见证人。"
    en = "This estate has not chosen witnesses."


LOG_PROBLEMS: Mapping[type[Exception], Problem] = {
    LogUnknown: Problem(404, "no-such-log", "没有公开日志", "No such log"),
    BeyondLog: Problem(404, "beyond-log", "日志尚未到达", "Beyond the log"),
    TileUnknown: Problem(404, "no-such-tile", "没有这个分片", "No such tile"),
    SizesBackwards: Problem(422, "sizes-backwards", "大小颠倒", "Sizes backwards"),
    NotOurCheckpoint: Problem(422, "not-our-checkpoint", "非本日志检查点", "Not our checkpoint"),
    LogForked: Problem(409, "log-forked", "日志分叉", "Log forked"),
    WitnessUnknown: Problem(422, "no-such-witness", "没有这个见证人", "No such witness"),
    QuorumUnreachable: Problem(422, "quorum-unreachable", "见证数过多", "Quorum unreachable"),
    PolicyUnknown: Problem(404, "no-witness-policy", "尚未选定见证人", "No witnesses chosen"),
}
"""A service merges these into its own table, so that their types carry its name."""
