"""The gate: which queries do worse than in the baseline, as findings.

Blocks decide. Time is judged only where that was asked for, only beyond the spread of both sides, and only where the
plan turned or the blocks rose: a slow machine alone fails nothing. A plan that turned without being worse is a notice.
So is a query that reads more because there is more to read: its statement and plan are what they were, and it touches
no more blocks for each row than before. Costs are compared where nothing was executed, of one major version only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ...base.finding import Evidence, Finding, Severity
from ...sql.quote import ident, qualified
from . import grounds
from .baseline import Baseline
from .compare import Comparison, compare
from .limits import Limits
from .measured import Measured
from .sentences import sentences
from .verdicts import BETTER, Verdict, grown, verdicts

KIND = "history"


@dataclass(frozen=True, kw_only=True)
class Failed:
    """A query that could not be explained now. `message` is what the server said."""

    name: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Gate:
    """What the gate found: a finding for each query that is not as it was, and each query before and after."""

    findings: tuple[Finding, ...]
    comparisons: tuple[Comparison, ...]
    limits: Limits = field(default_factory=Limits)


def judge(
    before: Baseline,
    after: Baseline,
    *,
    failed: Sequence[Failed] = (),
    limits: Limits | None = None,
    places: Mapping[str, str] | None = None,
) -> Gate:
    """Compares what was measured now with the baseline. `places` says where a query stands, as `file:line`."""
    limits, places = limits or Limits(), places or {}
    broken = {each.name for each in failed}
    comparisons = compare([query for query in before.queries if query.name not in broken], after.queries)
    findings = [*grounds.warnings(before, after, comparisons), *map(_failed, failed)]
    ground = grounds.ground(before, after, comparisons, limits)
    for each in comparisons:
        findings += _query(each, limits, ground)
    placed = (replace(each, location=places.get(each.object, "")) for each in findings)
    return Gate(findings=tuple(placed), comparisons=comparisons, limits=limits)


def _failed(failed: Failed) -> Finding:
    return Finding(
        kind=KIND,
        name="query_failed",
        object=failed.name,
        severity=Severity.DANGER,
        evidence=Evidence(text=failed.message),
        why="What the application asks for with it fails as well, or does not end in time.",
    )


def _query(comparison: Comparison, limits: Limits, ground: grounds.Ground) -> Iterator[Finding]:
    """What is to be said about one query; nothing where it is as it was."""
    if comparison.both is None:
        yield _alone(comparison)
        return
    found = verdicts(comparison, limits, ground)
    if found:
        yield _finding(comparison, found, limits)
    elif not comparison.same_structure:
        said = sentences(comparison, limits)
        text = " ".join([*said.told, *said.worse, *said.better]) or "It touches about as many blocks as before."
        yield _notice(comparison, "other_plan", "Its plan has another structure and is not worse.", text)
    yield from _visits(comparison, limits)


def _alone(comparison: Comparison) -> Finding:
    if comparison.before is None:
        text = "It is not in the baseline: nothing to compare with."
        return _notice(comparison, "not_in_the_baseline", text, "pgwright plans gate --update takes it in.")
    text = "It is in the baseline and not among the queries."
    return _notice(comparison, "not_among_the_queries", text, "pgwright plans gate --update takes it out.")


def _notice(comparison: Comparison, name: str, text: str, why: str, cure: str = "") -> Finding:
    return Finding(
        kind=KIND,
        name=name,
        object=comparison.name,
        severity=Severity.NOTICE,
        evidence=Evidence(text=text),
        why=why,
        cure_sql=cure,
    )


def _finding(comparison: Comparison, found: Sequence[Verdict], limits: Limits) -> Finding:
    """One finding for all that differs of a query, called as the worst of it."""
    first, said = found[0], sentences(comparison, limits)
    parts = [*said.told, *(said.better if first.name in BETTER else said.worse)]
    if first.severity is Severity.DANGER and comparison.same_structure:
        parts.append("The plan has the structure that it had.")
    return Finding(
        kind=KIND,
        name=first.name,
        object=comparison.name,
        severity=first.severity,
        evidence=Evidence(
            text=" ".join(each.text for each in found if each.severity is first.severity),
            fields={each.figure: [each.before, each.after] for each in found},
        ),
        why=" ".join(parts),
    )


def _visits(comparison: Comparison, limits: Limits) -> Iterator[Finding]:
    """The notice that pages rose by visits that a VACUUM ends: those fail nothing."""
    assert comparison.both is not None
    before, after = comparison.both
    if not limits.above(before.blocks.high, after.blocks.high) or limits.above(before.blocks.high, after.blocks.low):
        return
    if grown(comparison, limits) is None:
        text = f"Blocks touched rose from {before.blocks.high:,.0f} to {after.blocks.high:,.0f} by visits of the table."
        why = "An Index Only Scan looks into the table for each row on a page that no VACUUM has marked since."
        yield _notice(comparison, "waits_for_a_vacuum", text, why, _vacuum(after))


def _vacuum(query: Measured) -> str:
    """VACUUM for each table that an Index Only Scan visited."""
    visited = {
        qualified(node.text("Schema"), node.relation) if node.text("Schema") else ident(node.relation)
        for node in query.plan.by_type.get("Index Only Scan", ())
        if node.number("Heap Fetches") and node.relation and "\0" not in node.text("Schema") + node.relation
    }
    return "\n".join(f"VACUUM {name};" for name in sorted(visited))
