"""A verification as numbered steps with a verdict each, for people and for programs.

A step passes, fails, or is withheld: not judged, because what it needs was not given. Withheld is
never silent, since somebody who hides the means to check would otherwise look like a success.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum

from services.proofs.refuted import Refuted


class Verdict(StrEnum):
    """What became of a step."""

    PASS = "PASS"  # noqa: S105 - a verdict, no password
    FAIL = "FAIL"
    WITHHELD = "WITHHELD"


_CHINESE = {Verdict.PASS: "通过", Verdict.FAIL: "不符", Verdict.WITHHELD: "未核"}


class Stopped(Exception):
    """A step failed without which the later ones would mean nothing."""


class Unreadable(Exception):
    """The input is not what the check was told that it is, so there is nothing to judge."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was checked; `detail` says what was found or what is wrong."""

    number: int
    zh: str
    en: str
    verdict: Verdict
    detail: str


@dataclass(slots=True)
class Finding:
    """What a step under way wants to be said beside its verdict."""

    detail: str = ""


class Report:
    """The steps of one verification, in their order."""

    def __init__(self) -> None:
        self._steps: list[Step] = []

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps so far."""
        return tuple(self._steps)

    @contextmanager
    def step(self, zh: str, en: str) -> Iterator[Finding]:
        """Judge what happens inside: it passes unless something is refuted.

        Raises:
            Stopped: it failed; the later steps build on it.
        """
        finding = Finding()
        try:
            yield finding
        except Refuted as refuted:
            self._add(zh, en, Verdict.FAIL, str(refuted))
            raise Stopped from refuted
        self._add(zh, en, Verdict.PASS, finding.detail)

    @contextmanager
    def independent(self, zh: str, en: str) -> Iterator[Finding]:
        """Judge what happens inside as `step` does, but go on after a failure."""
        try:
            with self.step(zh, en) as finding:
                yield finding
        except Stopped:
            pass

    def withheld(self, zh: str, en: str, why: str) -> None:
        """Note a step that could not be judged, and what was missing."""
        self._add(zh, en, Verdict.WITHHELD, why)

    def verdict(self, *, strict: bool = False) -> Verdict:
        """Return the verdict over all; `strict` wants every step judged."""
        verdicts = {step.verdict for step in self._steps}
        if Verdict.FAIL in verdicts or not verdicts:
            return Verdict.FAIL
        return Verdict.WITHHELD if strict and Verdict.WITHHELD in verdicts else Verdict.PASS

    def exit_status(self, *, strict: bool = False) -> int:
        """Return 0 if all passed (and, if `strict`, none was withheld), else 1."""
        return 0 if self.verdict(strict=strict) is Verdict.PASS else 1

    def text(self, *, strict: bool = False) -> str:
        """Return the report for people: each step in Chinese and in English."""
        lines = [line for step in self._steps for line in _lines(step)]
        verdict = self.verdict(strict=strict)
        counts = {one: sum(step.verdict is one for step in self._steps) for one in Verdict}
        zh = "，".join(f"{_CHINESE[one]} {count}" for one, count in counts.items())
        en = ", ".join(f"{one} {count}" for one, count in counts.items())
        lines += [f"结论：{_CHINESE[verdict]}（{zh}）", f"Verdict: {verdict} ({en})"]
        return "\n".join(lines) + "\n"

    def json(self, *, strict: bool = False) -> str:
        """Return the report for programs."""
        report = {
            "verdict": self.verdict(strict=strict),
            "steps": [asdict(step) for step in self._steps],
        }
        return json.dumps(report, ensure_ascii=False, indent=2) + "\n"

    def _add(self, zh: str, en: str, verdict: Verdict, detail: str) -> None:
        self._steps.append(Step(len(self._steps) + 1, zh, en, verdict, detail))


def _lines(step: Step) -> tuple[str, str]:
    detail = f" — {_printable(step.detail)}" if step.detail else ""
    number = f"{step.number:>2}"
    return (
        f"{number}. {_CHINESE[step.verdict]}  {step.zh}{detail}",
        f"    {step.verdict:<8}  {step.en}{detail}",
    )


def _printable(text: str) -> str:
    """Return the text without characters that could play with a terminal."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
