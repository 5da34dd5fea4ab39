"""What the page shows: findings by severity, the checks with their states, and the measured values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from ...base.amount import plural
from ...base.finding import Finding, Severity
from ...diagnose.health.report import Health, Looked, State
from ..layout import duration

WRITTEN = 20
"""Findings of one check and severity that stand there open; the others are folded."""
_STATES = {
    State.MADE: "made",
    State.PARTLY: "made in part",
    State.WAITS: "waits for a second look",
    State.UNMADE: "not made",
    State.SILENCED: "silenced",
}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One finding."""

    number: int
    title: str
    object: str
    severity: str
    seen: str
    why: str
    known: str
    disproof: str
    cure: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Group:
    """Findings of one check and severity: those that stand open, and the rest."""

    open: tuple[Item, ...]
    folded: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A check in the table; `anchor` is the number of its first finding, 0 for none."""

    name: str
    state: str
    found: str
    reason: str
    grant: str
    compared: str
    anchor: int


@dataclass(frozen=True, kw_only=True)
class View:
    """The whole page. `counts` are (severity, how many), the worst first."""

    title: str
    facts: tuple[tuple[str, str], ...]
    counts: tuple[tuple[str, str], ...]
    groups: tuple[Group, ...]
    lines: tuple[Line, ...]
    values: tuple[tuple[str, str, str, str], ...]
    notes: tuple[str, ...]


def view(health: Health) -> View:
    """The view of a health."""
    items = tuple(_items(health.findings))
    first: dict[str, int] = {}
    for item, finding in zip(items, health.findings, strict=True):
        first.setdefault(finding.name, item.number)
    return View(
        title=f"Health of {health.database}",
        facts=tuple(_facts(health)),
        counts=tuple(_counts(health.findings)),
        groups=tuple(_groups(items)),
        lines=tuple(_line(check, first.get(check.name, 0)) for check in health.checks),
        values=tuple(_values(health)),
        notes=health.notes,
    )


def _facts(health: Health) -> Iterator[tuple[str, str]]:
    yield "server", f"PostgreSQL {health.version}, {'standby' if health.standby else 'primary'}"
    yield "seen by", health.role
    yield "at", datetime.fromtimestamp(health.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    times = [check.compared for check in health.checks if check.compared is not None]
    yield "compared with", f"{duration(max(times))} ago" if times else "nothing: this is the first look"
    made = sum(check.state in (State.MADE, State.PARTLY) for check in health.checks)
    yield "made", f"{made} of {plural(len(health.checks), 'check')}"


def _counts(findings: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    for severity in reversed(Severity):
        if number := sum(finding.severity is severity for finding in findings):
            yield severity.value, plural(number, severity.value)


def _items(findings: Sequence[Finding]) -> Iterator[Item]:
    for number, finding in enumerate(findings, 1):
        words = finding.name.replace("_", " ")
        evidence = finding.evidence
        yield Item(
            number=number,
            title=words[:1].upper() + words[1:],
            object=finding.object,
            severity=finding.severity.value,
            seen=evidence.text,
            why=finding.why,
            known=evidence.confidence,
            disproof=evidence.disproof,
            cure=finding.cure_sql,
            fields=tuple((key, _plain(value)) for key, value in evidence.fields.items() if value is not None),
        )


def _groups(items: Sequence[Item]) -> Iterator[Group]:
    for _, group in groupby(items, key=lambda item: (item.severity, item.title)):
        every = tuple(group)
        yield Group(open=every[:WRITTEN], folded=every[WRITTEN:])


def _line(check: Looked, anchor: int) -> Line:
    found = plural(len(check.findings), "finding") if check.findings else ""
    return Line(
        name=check.name,
        state=_STATES[check.state],
        found=", ".join(part for part in (found, f"{check.silenced:,} silenced" if check.silenced else "") if part),
        reason=check.reason,
        grant=check.grant,
        compared=duration(check.compared) if check.compared is not None else "",
        anchor=anchor,
    )


def _values(health: Health) -> Iterator[tuple[str, str, str, str]]:
    for check in health.checks:
        for value in check.values:
            labels = ", ".join(f"{key} {each}" for key, each in value.labels)
            yield value.name.replace("_", " "), labels, _plain(value.value), value.help


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,.0f}" if value == round(value) else f"{value:,.3f}".rstrip("0").rstrip(".")
    if isinstance(value, list | tuple):
        return "; ".join(map(_plain, value))
    return str(value)
