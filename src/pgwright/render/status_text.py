"""`status` and the end of `expand`, `contract` and `rollback` as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ..base.amount import plural
from .layout import PLAIN, Style, clean, count, duration, indented, pad, width
from .report import (
    BackfillStatus,
    BaselineReport,
    HeldStatus,
    MigrationStatus,
    PauseStatus,
    RunnerStatus,
    Status,
    UnitReport,
)

_NEXT = {
    "pending": "pgwright plan shows the steps, pgwright expand starts it.",
    "expanding": "pgwright expand goes on where it stopped, pgwright rollback undoes it.",
    "expanded": "Both versions of the application work. "
    "pgwright contract removes the old side, pgwright rollback the new.",
    "contracting": "pgwright contract goes on where it stopped.",
    "retiring": "pgwright contract --finalize ends it, pgwright rollback still undoes it.",
    "rolling back": "pgwright rollback goes on where it stopped.",
    "rolled back": "pgwright expand starts it again.",
}


def status_text(status: Status, *, columns: int = 80, style: Style = PLAIN) -> str:
    """Migrations with their states, the runner, backfills, warnings, and what to type next."""
    if not status.migrations:
        return "No migrations. pgwright new NAME makes the first one.\n" + _warned(status.warnings, columns, style)
    blocks = ["\n".join(_migrations(status.migrations, columns, style))]
    if status.running:
        blocks.append("\n".join(indented(runner_text(status.running), columns)))
    if status.backfills:
        blocks.append("\n".join(line for item in status.backfills for line in indented(backfill_text(item), columns)))
    holding = [paused_text(status.paused)] if status.paused else []
    holding += [_held(status.held)] if status.held else []
    blocks += ["\n".join(style.alarm(line) for line in indented(text, columns)) for text in holding]
    text = "\n\n".join(blocks) + "\n"
    hint = next_command(status.migrations)
    ending = "\n" + "\n".join(indented(hint, columns)) + "\n" if hint else ""
    return text + ("\n" if status.warnings else "") + _warned(status.warnings, columns, style) + ending


def report_text(report: UnitReport, *, columns: int = 80, style: Style = PLAIN) -> str:
    """The migrations of a unit as they are now, and what to type next."""
    if not report.migrations:
        return "Nothing to do.\n"
    hint = next_command(report.migrations)
    lines = _migrations(report.migrations, columns, style) + (["", *indented(hint, columns)] if hint else [])
    return "\n".join(lines) + "\n"


def baseline_text(report: BaselineReport, *, columns: int = 80, style: Style = PLAIN) -> str:
    """What `baseline` marked, and what it says about it."""
    lines = [*_migrations(report.migrations, columns, style), ""] if report.migrations else []
    for sentence in report.said:
        lines += indented(clean(sentence), columns)
    return "\n".join(lines) + "\n"


def next_command(migrations: Sequence[MigrationStatus]) -> str:
    """What to type next, for the migration that needs it most: one under way before one that waits."""
    order = ("expanding", "contracting", "rolling back", "retiring", "expanded", "pending", "rolled back")
    states = {migration.state for migration in migrations}
    return next((_NEXT[state] for state in order if state in states), "")


def _migrations(migrations: Sequence[MigrationStatus], columns: int, style: Style) -> list[str]:
    """One line a migration: state first, so that states stand in one column; facts under it."""
    size = max(width(migration.state) for migration in migrations)
    lines: list[str] = []
    for migration in migrations:
        facts = _when(migration)
        head = f"{pad(migration.state, size)}  {style.bold(clean(migration.name))}" + (f"  ({facts})" if facts else "")
        if size + width(migration.name) + width(facts) + 6 <= columns:
            lines.append(head)
        else:
            lines.append(f"{pad(migration.state, size)}  {style.bold(clean(migration.name))}")
            lines += indented(facts, columns, first=" " * (size + 2)) if facts else []
        if migration.edited:
            note = "the file was edited after this migration was started"
            lines += indented(note, columns, first=" " * (size + 2))
        if migration.error:
            lines += indented("error: " + clean(migration.error), columns, first=" " * (size + 2))
    return lines


def _when(migration: MigrationStatus) -> str:
    """Unit, phase and times, as far as there are any."""
    parts = []
    if migration.unit is not None:
        parts.append(f"unit {migration.unit}")
    if migration.phase and migration.state not in ("done", "expanded", "pending", "rolled back"):
        parts.append(f"phase {migration.phase}")
    if migration.finished_at:
        parts.append(f"since {_time(migration.finished_at)}")
    elif migration.started_at:
        parts.append(f"started {_time(migration.started_at)}")
    return ", ".join(parts)


def _time(text: str) -> str:
    """A time of day to the second."""
    return datetime.fromisoformat(text).replace(microsecond=0).isoformat(sep=" ")


def runner_text(runner: RunnerStatus) -> str:
    """Who runs now, or who held the lease last."""
    who = f"pid {runner.pid} on {clean(runner.host)}"
    age = duration(max(runner.heartbeat_age, 0.0))
    if runner.alive:
        return f"A runner is at work: {who}, last sign of life {age} ago."
    return f"The last runner ({who}) gave no sign of life for {age}; another may take over."


def backfill_text(item: BackfillStatus) -> str:
    """How far a backfill is. An empty table is done."""
    share = 100.0 if item.blocks_total == 0 else 100.0 * item.blocks_done / item.blocks_total
    blocks = f"{item.blocks_done:,} of {plural(item.blocks_total, 'block')}"
    parts = [f"{share:.0f} %", blocks, f"{count(item.rows, 'row')} filled"]
    if item.rows_per_second:
        parts.append(f"{count(item.rows_per_second)} rows/s")
    if item.seconds_left is not None:
        parts.append(f"about {duration(item.seconds_left)} left")
    return f"Backfill of {clean(item.relation)}: {', '.join(parts)}."


def paused_text(paused: PauseStatus) -> str:
    """Who has paused, since when and why, and what to type."""
    why = f": {clean(paused.reason)}" if paused.reason else ""
    return f"Paused by {clean(paused.by)} since {_time(paused.since)}{why}. pgwright resume lets backfills go on."


def _held(held: HeldStatus) -> str:
    """What the throttle says."""
    return f"The throttle holds the backfill since {_time(held.since)}: {clean(held.reason)}."


def _warned(warnings: Sequence[str], columns: int, style: Style) -> str:
    """One warning a paragraph."""
    lines = [line for warning in warnings for line in indented(clean(warning), columns, first="warning: ", rest="  ")]
    return "".join(style.alarm(line) + "\n" for line in lines)
