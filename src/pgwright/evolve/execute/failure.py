"""What is taken back when a step fails on the data: a helper that refuses writes, a hold on the application.

An action may have `failed(context, error) -> Failure | None`. What it gives runs in one short transaction after the
step has been rolled back, so that a command that ends in an error leaves no restriction behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...base import registry
from ...base.errors import LockNotObtained, PgwrightError, Refused, StepFailed
from ..steps.step import Lock
from . import declared, guard, journal

if TYPE_CHECKING:
    from .runner import Runner


@dataclass(frozen=True, kw_only=True)
class Failure:
    """The error to raise instead, the statements that take back what holds the application, the table (oid, 0 for none)
    that they lock with the `others`, and the steps that have to run again."""

    error: PgwrightError
    statements: tuple[str, ...]
    relation: int
    again: tuple[str, ...] = ()
    others: tuple[int, ...] = ()


def after(runner: Runner, record: journal.StepRecord, error: PgwrightError) -> PgwrightError:
    """Takes back what the failed step asks for, and returns the error to raise. Errors that have nothing to do with the
    data (locks, interruptions, lost connections) take nothing back: the same command goes on. Where the lock for it is
    not obtained, that is the error: the same command finds the rows again, and takes back then."""
    step = record.step
    kind = "evolve.execute.actions"
    # a backfill has an action without a file here: the runner does it itself
    if step.action is None or step.action.name not in registry.names(kind) or not about_data(error):
        return error
    failed = getattr(registry.load(kind, step.action.name), "failed", None)
    if failed is None:
        return error
    failure: Failure | None = failed(runner.context(record), error)
    if failure is None:
        return error

    def work() -> None:
        runner.fence(runner.connection)
        again = (journal.mark_step(record.unit, each, "pending") for each in failure.again)
        runner.connection.execute(";\n".join((*failure.statements, *again)).encode())

    try:
        guard.strong_locks(
            runner.connection,
            declared.present(runner.connection, _locks(runner, failure)),
            settings=runner.settings.execute,
            on_event=runner.on_event,
            step=step.id,
            work=work,
        )
    except LockNotObtained as blocked:
        blocked.state = f"{failure.error.message} And what holds the application to it could not be taken back yet."
        return blocked
    return failure.error


def _locks(runner: Runner, failure: Failure) -> tuple[Lock, ...]:
    """ACCESS EXCLUSIVE on the table and on those of the others that are still there."""
    mine = (declared.exclusive(runner.connection, failure.relation),) if failure.relation else ()
    others = tuple(declared.exclusive(runner.connection, oid) for oid in failure.others if oid != failure.relation)
    return (*mine, *declared.there(runner.connection, others))


def about_data(error: PgwrightError) -> bool:
    """Whether rows are the cause: a refusal, or an error of class 22 or 23, or one that a function raised."""
    if isinstance(error, Refused):
        return True
    return isinstance(error, StepFailed) and (error.sqlstate or "")[:2] in ("22", "23", "P0", "54")
