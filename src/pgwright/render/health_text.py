"""The health of a database as text: what is wrong, the worst first, and what could not be looked at and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from ..base.amount import plural
from ..base.finding import Finding
from ..diagnose.health.report import Health, Looked, State
from .findings_text import counted, finding_lines
from .layout import PLAIN, Style, clean, duration, indented

SHOWN = 5
"""Findings of one check and one severity that are written out; a database has thousands of tables."""


def health_text(health: Health, *, columns: int = 80, style: Style = PLAIN, full: bool = False) -> str:
    """The whole text. `full` writes out every finding."""
    lines = indented(style.bold(_head(health)), columns)
    for findings in _blocks(health.findings, full):
        lines += ["", *findings.lines(columns, style)]
    lines += ["", *indented(_sum(health), columns)]
    lines += _unmade(health.checks, columns)
    for note in health.notes:
        lines += ["", *indented(clean(note), columns)]
    return "\n".join(lines) + "\n"


def _head(health: Health) -> str:
    kind = "standby" if health.standby else "primary"
    times = [check.compared for check in health.checks if check.compared is not None]
    compared = f"; counters are compared with those of {duration(max(times))} ago" if times else ""
    return f"{clean(health.database)}: PostgreSQL {health.version}, {kind}, seen by {clean(health.role)}{compared}."


class _Block:
    """Findings of one check and one severity, and how many of them are not written out."""

    def __init__(self, findings: Sequence[Finding], left: int) -> None:
        self.findings = findings
        self.left = left

    def lines(self, columns: int, style: Style) -> list[str]:
        """The findings with an empty line between them."""
        lines: list[str] = []
        for finding in self.findings:
            lines += [*([""] if lines else []), *finding_lines(finding, columns, style)]
        if self.left:
            rest = f"and {self.left:,} more of {self.findings[0].name}; --full writes them out."
            lines += ["", *indented(style.dim(rest), columns, first="  ")]
        return lines


def _blocks(findings: Sequence[Finding], full: bool) -> Iterator[_Block]:
    for _, group in groupby(findings, key=lambda finding: (finding.severity, finding.name)):
        every = list(group)
        shown = every if full or len(every) <= SHOWN + 1 else every[:SHOWN]
        yield _Block(shown, len(every) - len(shown))


def _sum(health: Health) -> str:
    """What was found, and how many checks were made."""
    made = [check for check in health.checks if check.state in (State.MADE, State.PARTLY)]
    found = f"{counted(health.findings)}." if health.findings else "Nothing was found."
    silenced = sum(check.silenced for check in health.checks)
    hidden = f" {plural(silenced, 'finding')} silenced by the configuration." if silenced else ""
    return f"{found} {len(made)} of {plural(len(health.checks), 'check')} made.{hidden}"


_TITLES = {
    State.WAITS: "Waiting for a second look",
    State.UNMADE: "Not made",
    State.PARTLY: "Made in part",
    State.SILENCED: "Silenced",
}


def _unmade(checks: Sequence[Looked], columns: int) -> list[str]:
    """The checks that were not made, or not whole; those with one reason together."""
    lines: list[str] = []
    for state, title in _TITLES.items():
        reasons: dict[tuple[str, str], list[str]] = {}
        for check in checks:
            if check.state is state:
                reasons.setdefault((check.reason, check.grant), []).append(check.name)
        if not reasons:
            continue
        lines += ["", f"{title}:"]
        for (reason, grant), names in reasons.items():
            lines += indented(clean(f"{', '.join(names)}: {reason}"), columns, first="  ", rest="    ")
            lines += [f"      {line}" for line in clean(grant, keep_lines=True).splitlines()]
    return lines
