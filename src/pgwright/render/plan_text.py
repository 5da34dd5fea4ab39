"""A plan as a person reads it: what each migration becomes and why, then every step with its locks.

Wide enough for a name is wide enough: nothing is cut off, long cells go on in the next line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..base.amount import plural
from .layout import PLAIN, Style, clean, count, duration, indented, table

if TYPE_CHECKING:
    from ..base.lock import LockMode
    from ..evolve.plan.plan_file import Plan, PlannedMigration
    from ..evolve.steps.step import Step

_HEAD = ("#", "phase", "kind", "what", "rows", "about")
_WHAT = 3

_GROUPS = {
    "pgwright expand": ("look", "expand", "backfill", "verify"),
    "pgwright contract": ("contract", "retire"),
    "pgwright rollback, if it is wanted before contract": ("rollback",),
    "pgwright rollback, if it is wanted in the grace period of contract": ("restore",),
}
"""Which command runs the steps of which phases."""


def plan_text(plan: Plan, *, columns: int = 80, style: Style = PLAIN, sql: bool = False) -> str:
    """The plan as text of at most `columns`. With `sql` each step lists its statements and its undo."""
    if not plan.migrations:
        return "Nothing to do: no migration is pending.\n" + _warnings(plan.warnings, columns, style)
    head, *more = indented(f"Plan of {plural(len(plan.migrations), 'migration')}. Nothing has been changed.", columns)
    blocks = ["\n".join([style.bold(head), *more]) + "\n"]
    blocks += ["\n".join(_migration(migration, columns, style)) + "\n" for migration in plan.migrations]
    numbered = list(enumerate(plan.steps, 1))
    for command, phases in _GROUPS.items():
        steps = [(number, step) for number, step in numbered if step.phase in phases]
        if steps:
            blocks.append("\n".join(_steps(command, steps, columns, style)) + "\n")
    if sql:
        blocks += ["\n".join(_statements(number, step, style)) + "\n" for number, step in numbered]
    if plan.warnings:
        blocks.append(_warnings(plan.warnings, columns, style))
    blocks.append("\n".join(line for text in _next(sql) for line in indented(text, columns)) + "\n")
    return "\n".join(blocks)


def _migration(migration: PlannedMigration, columns: int, style: Style) -> list[str]:
    """The operations of one migration, each with its strategy, why, and hazards."""
    lines = [style.bold(clean(migration.name))]
    for operation in migration.operations:
        lines.append(f"  line {operation.line}, column {operation.column}: {operation.name} by {operation.strategy}")
        lines += indented(clean(operation.why), columns, first="    why:    ")
        for hazard in operation.hazards:
            lines += indented(clean(hazard), columns, first="    hazard: ")
    return lines


def _steps(command: str, steps: Sequence[tuple[int, Step]], columns: int, style: Style) -> list[str]:
    """The table of the steps that `command` runs; under each its locks, scans and rewrites, in the full width."""
    rows: list[tuple[str, ...]] = [_HEAD]
    margin = " " * (len(str(steps[-1][0])) + 2)
    below = []
    for number, step in steps:
        amount = "-" if step.rows is None else count(step.rows)
        rows.append((f"{number}", step.phase, step.kind, clean(step.summary), amount, duration(step.seconds)))
        below.append([line for label, fact in _facts(step) for line in _fact(margin, label, fact, columns)])
    size = f"{plural(len(steps), 'step')}, about {duration(sum(step.seconds for _, step in steps))}"
    title = indented(f"{command}: {size}", columns)
    return [
        *(style.bold(line) for line in title),
        *table(rows, columns, flexible=_WHAT, numbers=(0, 4, 5), below=below),
    ]


def _fact(margin: str, label: str, fact: str, columns: int) -> list[str]:
    return indented(fact, columns, first=f"{margin}{label}: ", rest=margin + "  ")


def _facts(step: Step) -> Iterable[tuple[str, str]]:
    """Locks, scans and rewrites of a step. Locks of one mode on many tables share a line."""
    relations: dict[LockMode, list[str]] = {}
    for lock in step.locks:
        relations.setdefault(lock.mode, []).append(clean(str(lock.relation)))
    for mode in sorted(relations, reverse=True):
        yield "lock", f"{mode.sql} on {', '.join(relations[mode])} blocks {mode.blocks}"
    if step.scans:
        yield "scans", ", ".join(clean(str(relation)) for relation in step.scans)
    if step.rewrites:
        yield "rewrites", ", ".join(clean(str(relation)) for relation in step.rewrites)


def _statements(number: int, step: Step, style: Style) -> list[str]:
    """The statements of a step and its undo, as they are, ready to be copied."""
    lines = [style.bold(f"-- step {number} ({step.id}): {clean(step.summary)}")]
    lines += [clean(_ended(statement), keep_lines=True) for statement in step.statements]
    if step.undo:
        lines.append("-- undo:")
        lines += [f"--   {line}" for undo in step.undo for line in clean(undo, keep_lines=True).splitlines()]
    return lines


def _ended(statement: str) -> str:
    return statement if statement.rstrip().endswith(";") else statement.rstrip() + ";"


def _warnings(warnings: Sequence[str], columns: int, style: Style) -> str:
    """The warnings of the whole plan."""
    if not warnings:
        return ""
    lines = [style.alarm("Warnings")]
    for warning in warnings:
        lines += indented(clean(warning), columns, first="  - ")
    return "\n".join(lines) + "\n"


def _next(sql: bool) -> list[str]:
    """What to type next."""
    more = [] if sql else ["Every statement and its undo: pgwright plan --sql"]
    return [*more, "To start it: pgwright expand. To undo that: pgwright rollback."]
