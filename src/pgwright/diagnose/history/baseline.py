"""The baseline file: what each query did when it was saved, as JSON that lives well in version control.

Queries are sorted by name, keys stand in a fixed order, and a plan is kept whole. The numbers beside a plan are for
who reads a change of the file: they, and the fingerprint, are computed from the plan when the file is read, so that an
edited number means nothing and a better fingerprint changes no file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...base.errors import QueryPlanError, UsageError
from ..query_plan.forms import json_
from ..query_plan.model import QueryPlan, document
from .measured import Measured, Span

VERSION = 1
KIND = "pgwright plans"
_HINT = "pgwright plans save -o FILE writes a baseline."


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """Queries, sorted by name, and the server that they ran on: `server_version` is its server_version_num, 0 where
    it is not known; `settings` are those that the planner heeds and that are not at their default."""

    server_version: int
    settings: Mapping[str, str]
    queries: tuple[Measured, ...]

    @property
    def major(self) -> int:
        """The major version of the server, 0 where it is not known."""
        return self.server_version // 10000

    @property
    def measured(self) -> bool:
        """Whether its queries were executed; True for none."""
        return all(query.measured for query in self.queries)


def baseline(queries: Sequence[Measured], *, server_version: int) -> Baseline:
    """The baseline that the queries make."""
    settings: dict[str, str] = {}
    for query in queries:
        of_plan = query.plan.properties.get("Settings")
        settings.update(of_plan if isinstance(of_plan, dict) else {})
    return Baseline(
        server_version=server_version,
        settings=dict(sorted(settings.items())),
        queries=tuple(sorted(queries, key=lambda query: query.name)),
    )


def to_document(baseline: Baseline) -> dict[str, Any]:
    """The object of the file."""
    return {
        "version": VERSION,
        "kind": KIND,
        "server_version": baseline.server_version,
        "settings": dict(baseline.settings),
        "queries": [_query(query) for query in baseline.queries],
    }


def to_text(baseline: Baseline) -> str:
    """The text of the file: one value a line, the same for the same baseline."""
    return json.dumps(to_document(baseline), indent=1, ensure_ascii=False) + "\n"


def _query(query: Measured) -> dict[str, Any]:
    times = query.milliseconds
    return {
        "name": query.name,
        "statement": query.statement.split("\n"),
        "fingerprint": query.structure.fingerprint,
        "blocks": _whole(query.blocks.high),
        "temp_blocks": _whole(query.temp_blocks),
        "wal_bytes": _whole(query.wal_bytes.high),
        "rows": _whole(query.rows),
        "runs": query.runs,
        "milliseconds": None if times is None else {"low": times.low, "high": times.high},
        "planning_ms": query.planning_ms,
        "plan": document(query.plan),
    }


def _whole(number: float) -> float:
    """Without a point where there is nothing behind it."""
    return int(number) if float(number).is_integer() else number


def is_baseline(value: Any) -> bool:
    """Whether a parsed document says that it is a baseline."""
    return isinstance(value, dict) and value.get("kind") == KIND


def from_text(text: str, *, file: str) -> Baseline:
    """The baseline in `text`; raises UsageError, which names `file`."""
    try:
        value = json.loads(text, parse_constant=_no_number)
    except ValueError as error:
        raise UsageError(f"{file}: this is no baseline, it is not JSON: {error}.", hint=_HINT) from error
    except RecursionError as error:
        raise UsageError(f"{file}: this is no baseline, it is nested too deep.", hint=_HINT) from error
    if not is_baseline(value):
        raise UsageError(f'{file}: this is no baseline: it does not say "kind": "{KIND}".', hint=_HINT)
    if value.get("version") != VERSION:
        raise UsageError(
            f"{file}: the baseline has version {json.dumps(value.get('version'))}, and this pgwright reads {VERSION}.",
            hint="Use the pgwright that wrote it or a newer one, or save it again: pgwright plans save -o FILE.",
        )
    try:
        return _read(value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{file}: the baseline is damaged: {error!r}.", hint=_HINT) from error
    except QueryPlanError as error:
        raise UsageError(f"{file}: a plan of the baseline is damaged. {error.message}", hint=_HINT) from error


def _no_number(word: str) -> None:
    """Refuses NaN and the infinities, which Python takes for JSON."""
    raise ValueError(f"{word} is no number")


def _read(value: Mapping[str, Any]) -> Baseline:
    queries = [_measured(each) for each in value["queries"]]
    if len({query.name for query in queries}) < len(queries):
        raise ValueError("a name is there twice")
    return Baseline(
        server_version=int(value["server_version"]),
        settings={str(name): str(setting) for name, setting in value["settings"].items()},
        queries=tuple(sorted(queries, key=lambda query: query.name)),
    )


def _measured(value: Mapping[str, Any]) -> Measured:
    if not isinstance(value["statement"], list):
        raise TypeError("a statement is no list of lines")
    plan, statement = json_.from_value(value["plan"]), "\n".join(value["statement"])
    times, planning = value["milliseconds"], value["planning_ms"]
    return Measured(
        name=str(value["name"]),
        statement=statement,
        plan=QueryPlan(root=plan.root, properties=plan.properties, query=statement),
        runs=int(value["runs"]),
        milliseconds=None if times is None else Span(low=float(times["low"]), high=float(times["high"])),
        planning_ms=None if planning is None else float(planning),
    )
