"""Findings as workflow commands of GitHub Actions, which shows them beside the lines of the files that they name."""

from __future__ import annotations

from collections.abc import Sequence

from ..base.finding import Finding, Severity

_WORDS = {Severity.NOTICE: "notice", Severity.WARNING: "warning", Severity.DANGER: "error"}


def annotated(findings: Sequence[Finding]) -> str:
    """One command a line; nothing in a finding can become a command of its own."""
    return "\n".join(map(_annotation, findings))


def _annotation(finding: Finding) -> str:
    file, _, line = finding.location.rpartition(":")
    title = f"{finding.name} {finding.object}".strip()
    where = f"file={_property(file)},line={line}," if file and line.isdigit() else ""
    text = " ".join(part for part in (finding.evidence.text, finding.why) if part)
    return f"::{_WORDS[finding.severity]} {where}title={_property(title)}::{_text(text)}"


def _text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")
