"""The health of a database in the text format of Prometheus, for a node exporter or a gateway.

Everything stands in one order, so that two runs with one outcome give one file. A label holds any character: backslash,
quote and line end are escaped as the format says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..diagnose.health.report import Health, State

PREFIX = "pgwright_health_"
Labels = tuple[tuple[str, str], ...]


def health_prometheus(health: Health) -> str:
    """The whole exposition; its last line ends with a line feed."""
    database = ("database", health.database)
    findings = {
        (("check", each.name), ("object", each.object), ("severity", each.severity.value), database): 1.0
        for each in health.findings
    }
    states = {
        (("check", check.name), ("state", state.value), database): float(check.state is state)
        for check in health.checks
        for state in State
    }
    lines = [
        *_metric("finding", "A finding of a check on an object.", findings.items()),
        *_metric("check", "1 for the state that a check is in.", states.items()),
        *_metric("at_seconds", "When it was looked, by the clock of the server.", [((database,), health.at)]),
    ]
    for name, (text, samples) in sorted(_measured(health).items()):
        lines += _metric(name, text, samples.items())
    return "\n".join(lines) + "\n"


def _measured(health: Health) -> dict[str, tuple[str, dict[Labels, float]]]:
    """The measured values by the name of their metric: what it is, and its samples."""
    found: dict[str, tuple[str, dict[Labels, float]]] = {}
    for check in health.checks:
        for value in check.values:
            name = value.name if value.name != "value" else f"{check.name}_value"
            _, samples = found.setdefault(name, (value.help, {}))
            samples[*value.labels, ("database", health.database)] = value.value
    return found


def _metric(name: str, text: str, samples: Iterable[tuple[Labels, float]]) -> Iterator[str]:
    """The lines of one gauge."""
    yield f"# HELP {PREFIX}{name} {_escaped(text)}"
    yield f"# TYPE {PREFIX}{name} gauge"
    for labels, value in sorted(samples):
        inside = ",".join(f'{key}="{_quoted(each)}"' for key, each in labels)
        yield f"{PREFIX}{name}{{{inside}}} {_number(value)}"


def _number(value: float) -> str:
    """A number without an exponent where it is whole, and without digits that nobody measured."""
    return f"{value:.0f}" if value == round(value) else f"{value:.12g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', '\\"')
