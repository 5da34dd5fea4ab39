"""Findings as text: what was found, the evidence, what it leads to, and the complete cure."""

from __future__ import annotations

from collections.abc import Sequence

from ..base.amount import plural
from ..base.finding import Finding, Severity
from .layout import PLAIN, Style, clean, indented


def findings_text(findings: Sequence[Finding], *, columns: int = 80, style: Style = PLAIN, clear: str = "") -> str:
    """The findings, worst first, and one line that counts them. `clear` is what to say when there are none."""
    if not findings:
        return (clear or "Nothing was found.") + "\n"
    order = list(Severity)
    ranked = sorted(findings, key=lambda finding: -order.index(finding.severity))
    blocks = ["\n".join(finding_lines(finding, columns, style)) for finding in ranked]
    return "\n\n".join(blocks) + f"\n\n{counted(findings)}\n"


def counted(findings: Sequence[Finding]) -> str:
    """`1 danger, 2 warnings`, the worst first."""
    return ", ".join(
        plural(number, severity.value)
        for severity in reversed(Severity)
        if (number := sum(finding.severity is severity for finding in findings))
    )


def finding_lines(finding: Finding, columns: int, style: Style, *, weight: str = "") -> list[str]:
    """One finding. The severity is a word, never only a colour. `weight` takes the place of where it is: what a cure
    can save, in words."""
    word = finding.severity.value
    head = f"{word}: {finding.name}" + (f" on {clean(finding.object)}" if finding.object else "")
    lines = [style.alarm(head) if finding.severity is Severity.DANGER else style.bold(head)]
    if weight:
        lines += indented(weight, columns, first="  ")
    elif finding.location:
        lines += indented(clean(finding.location), columns, first="  at: ")
    if finding.evidence.text:
        lines += indented(clean(finding.evidence.text), columns, first="  ")
    if finding.why:
        lines += indented(clean(finding.why), columns, first="  ")
    if finding.evidence.disproof:
        lines += indented(f"Wrong if: {clean(finding.evidence.disproof)}", columns, first="  ")
    if finding.cure_sql:
        lines.append("  cure" + _tried(finding) + ":")
        lines += [f"    {line}" for line in clean(finding.cure_sql, keep_lines=True).rstrip().splitlines()]
    return lines


def _tried(finding: Finding) -> str:
    if finding.tried is None:
        return ""
    tried = finding.tried
    changed = f"{tried.before:,.1f} → {tried.after:,.1f} {tried.unit}"
    return f" (tried {tried.where}, {'it helps' if tried.helped else 'it does not help'}: {changed})"
