"""Rollback: undoes a unit, newest operation first. What the new application wrote stays, in the old column."""

from __future__ import annotations

from collections.abc import Sequence

from ...base.errors import Refused, UsageError
from ...base.event import Notice, StateChanged
from ..steps.step import Kind, Phase
from . import chunks, journal, reach
from .runner import Runner

BESIDE = (Phase.EXPAND, Phase.BACKFILL, Phase.VERIFY)
"""The phases in which something is added that rollback takes away."""
OPEN = ("expanding", "expanded", "contracting", "retiring", "rolling back")


def choose(records: Sequence[journal.Record], names: Sequence[str]) -> tuple[journal.Record, ...]:
    """The migrations to roll back, newest first: the named ones, or those of the newest open unit. Raises UsageError
    for
    a name that was never started, Refused for one that is done or already rolled back."""
    known = {record.name: record for record in records}
    for name in names:
        if name not in known:
            raise UsageError(f'no migration "{name}" was started here', hint="See them with: pgwright status")
        if known[name].state not in OPEN:
            after = (
                "After `done`, undo is a new migration." if known[name].state == "done" else "There is nothing to undo."
            )
            raise Refused(f'"{name}" is {known[name].state}', hint=after)
    wanted = [record for record in records if record.state in OPEN and (not names or record.name in names)]
    if not names:
        newest = max((record.unit for record in wanted), default=None)
        wanted = [record for record in wanted if record.unit == newest]
    return tuple(sorted(wanted, key=lambda record: (record.unit, record.name), reverse=True))


def rollback(runner: Runner, record: journal.Record) -> None:
    """Rolls one migration back from wherever it is."""
    refuse_younger(runner, record)
    steps = _steps(runner, record)
    reach.require_for(runner, steps)
    with runner.transaction() as connection:
        journal.set_state(connection, [record.name], "rolling back")
    if record.state != "rolling back":
        runner.on_event(StateChanged(migration=record.name, before=record.state, after="rolling back"))
    try:
        for position, each in enumerate(steps, 1):
            runner.run(each, position=position, total=len(steps), state="undone")
    except Refused:
        _as_before(runner, record, steps)
        raise
    _notice(runner, record)
    with runner.transaction() as connection:
        journal.set_state(connection, [record.name], "rolled back")
        chunks.clear(connection, record.unit)
    runner.on_event(StateChanged(migration=record.name, before="rolling back", after="rolled back"))


def _steps(runner: Runner, record: journal.Record) -> list[journal.StepRecord]:
    """For each operation, newest first: what brings the old side back if it was flipped, else what drops the new
    one."""
    connection = runner.connection
    mine = [each for each in journal.steps(connection, record.unit, tuple(Phase)) if each.migration == record.name]
    found: list[journal.StepRecord] = []
    for operation in sorted({op for each in mine for op in each.step.operations}, key=_number, reverse=True):
        of = [each for each in mine if operation in each.step.operations]
        flipped = any(each.step.phase is Phase.CONTRACT and _is_changed(each) and each.step.undo for each in of)
        begun = any(each.state in ("done", "running", "failed") for each in of if each.step.phase in BESIDE)
        phase = Phase.RESTORE if flipped else Phase.ROLLBACK
        if begun or flipped:
            found += [each for each in of if each.step.phase is phase and each.state != "undone"]
    if any(each.step.phase is Phase.RESTORE for each in found):
        return found
    # Until contract every name on the server is what it was at expand, so that rows are looked at before anything goes.
    return sorted(found, key=lambda each: not _only_looks(each))


def _only_looks(record: journal.StepRecord) -> bool:
    return record.step.action is not None and record.step.action.name == "look"


def _as_before(runner: Runner, record: journal.Record, steps: Sequence[journal.StepRecord]) -> None:
    """A rollback that rows stopped before it has changed anything was none: the migration may go on as well."""
    reading = {each.step.id for each in steps if _only_looks(each)}
    now = journal.steps(runner.connection, record.unit, (Phase.ROLLBACK, Phase.RESTORE))
    mine = [each for each in now if each.migration == record.name and each.state == "undone"]
    if record.state == "rolling back" or any(each.step.id not in reading for each in mine):
        return
    with runner.transaction() as connection:
        journal.set_state(connection, [record.name], record.state)
        for each in mine:
            connection.execute(journal.mark_step(record.unit, each.step.id, "pending").encode())
    runner.on_event(StateChanged(migration=record.name, before="rolling back", after=record.state))


def _number(operation: str) -> tuple[str, int]:
    """The place of an operation in its migration. (The order of steps is not that: a look comes before everything.)"""
    migration, _, number = operation.rpartition(".")
    return migration, int(number)


def _is_changed(record: journal.StepRecord) -> bool:
    """Whether the step has taken something away; a concurrent one may have done so before it failed."""
    return record.state == "done" or (record.step.kind is Kind.CONCURRENT and record.state in ("running", "failed"))


def _notice(runner: Runner, record: journal.Record) -> None:
    for each in journal.steps(runner.connection, record.unit, (Phase.EXPAND,)):
        if each.migration == record.name and each.state == "done" and not each.step.undo:
            runner.on_event(Notice(step=each.step.id, message=f"not undone: {each.step.summary}"))


def refuse_younger(runner: Runner, record: journal.Record) -> None:
    """Links of one table are rolled back from the newest to the oldest, and a table gets its old name back last."""
    mine = {link.table for link in journal.links(runner.connection) if link.migration == record.name}
    for link in reversed(journal.links(runner.connection)):
        if link.table in mine and link.migration != record.name:
            raise Refused(
                f'"{link.migration}" is younger, open, and about the same table',
                state="Nothing was changed by this command.",
                hint=f"Roll it back first: pgwright rollback {link.migration}",
            )
        mine.discard(link.table)
    younger = journal.younger(runner.connection, record.name)
    if younger:
        raise Refused(
            f'"{younger}" is younger, open, and speaks of a table by the name that this one gave it',
            state="Nothing was changed by this command.",
            hint=f"Roll it back first: pgwright rollback {younger}",
        )
