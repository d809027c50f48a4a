"""What is checked of a bundle, step by step, and what was found wrong on the way.

A bundle is read once, from its first line to its last. What is wrong is kept for the step that it
belongs to, and the steps are judged in their order afterwards.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from services.proofs.refuted import Refuted
from services.proofs.steps import Finding, Report


class Check(Enum):
    """The steps over all lines, in Chinese and English."""

    SIGNATURES = ("每个叶子均由其所载密钥签名", "every leaf is signed by the key that it names")
    ROOT = ("全部叶子算得检查点的根", "all leaves together lead to the checkpoint's root")
    RECORD_KEY = (
        "选票以外的记录均由本小区的记录密钥签名",
        "everything but votes is signed by the estate's record key",
    )
    ORDER = ("各项记录齐全且次序正确", "the records are all there, each in its place")
    CONTENTS = ("内容与叶子所载校验值一致", "contents have the hashes that the leaves name")
    NOTICE = ("公告属于本次表决", "the announcement is of this ballot")
    ROLL = ("业主名册逐户重算一致", "the electorate, rebuilt entry by entry, is the frozen one")
    RULES = ("表决规则与公告一致", "the decision rules are those that were announced")
    SCHEDULE = ("投票起止时间有效", "the schedule holds together")
    OPENED = ("每张选票均已公开", "every vote is opened")
    VOTE_FORM = ("每张选票格式正确", "every vote is a vote document")
    THIS_BALLOT = ("每张选票均属本次表决", "every vote names this ballot")
    ATTESTED = ("签名密钥经认证且身份相符", "identity attested the key behind every vote")
    HOLDER = (
        "选票所载专有部分在名册内，且由其业主签名",
        "every vote is for an entry of the roll, by one of its holders or an official",
    )
    ONCE = ("无人重复投票", "nobody voted twice")
    CHOICES = ("每一事项均有选择且选项有效", "every vote answers exactly the items")
    SUBJECTS = ("记录的类别与编号同内容相符", "records name the kind and the id of their contents")
    BOOKS = (
        "分录连续、借贷平衡、冲销对应",
        "entries follow without a gap, balance, and reverse what is there",
    )
    LIMITS = ("支出未超议事规则的次数和额度", "spending stayed within the rules of procedure")
    STATEMENTS = ("每份半年报表逐项重算一致", "every published half-year is what its entries say")

    @property
    def zh(self) -> str:
        """The step in Chinese."""
        return self.value[0]

    @property
    def en(self) -> str:
        """The step in English."""
        return self.value[1]


class Fault(Refuted):
    """Something is wrong that belongs to one step."""

    def __init__(self, check: Check, detail: str) -> None:
        super().__init__(check, detail)
        self.check = check
        self.detail = detail

    def __str__(self) -> str:
        return self.detail


def fault_of(refuted: Refuted, check: Check, position: int) -> Fault:
    """Return the fault that something refuted about a leaf is; it keeps a step that it has."""
    if isinstance(refuted, Fault):
        return refuted
    return Fault(check, f"leaf {position}: {refuted}")


class Under:
    """Lets what is refuted inside, about the leaf at a position, belong to one step."""

    # A class, not a generator: it is entered ten times for each of a hundred thousand votes.
    __slots__ = ("_check", "_position")

    def __init__(self, check: Check, position: int) -> None:
        self._check, self._position = check, position

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, refuted: object, _trace: object) -> None:
        if isinstance(refuted, Refuted) and not isinstance(refuted, Fault):
            raise fault_of(refuted, self._check, self._position) from refuted


class Gathering:
    """Keeps what is refuted inside for one step, and goes on."""

    __slots__ = ("_check", "_faults", "_position")

    def __init__(self, faults: "Faults", check: Check, position: int) -> None:
        self._faults, self._check, self._position = faults, check, position

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, refuted: object, _trace: object) -> bool:
        if isinstance(refuted, Refuted):
            self._faults.note(fault_of(refuted, self._check, self._position))
        return isinstance(refuted, Refuted)


class Faults:
    """The first fault of every step."""

    def __init__(self) -> None:
        self._by_check: dict[Check, Fault] = {}

    def note(self, fault: Fault | None) -> None:
        """Keep a fault, unless its step has one already."""
        if fault is not None:
            self._by_check.setdefault(fault.check, fault)

    def gathering(self, check: Check, position: int) -> "Gathering":
        """Keep what is refuted inside, and go on."""
        return Gathering(self, check, position)

    @contextmanager
    def judged(self, report: Report, check: Check) -> Iterator[Finding]:
        """Judge one step: by what was kept for it, then by what happens inside.

        Raises:
            Stopped: it failed.
        """
        with report.step(check.zh, check.en) as finding:
            if check in self._by_check:
                raise self._by_check[check]
            yield finding
