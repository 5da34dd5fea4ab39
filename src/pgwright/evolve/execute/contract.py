"""Contract: removes the old side, oldest migration first; then `retiring` for the grace period, then `done`."""

from __future__ import annotations

from collections.abc import Sequence

from ...base.errors import Refused, UsageError
from ...base.event import Notice, StateChanged
from ...sql.quote import ident
from ..steps.step import Phase
from ..sync import naming
from . import chunks, consent, journal, live, names, reach, usage
from .runner import Runner

READY = ("expanded", "contracting", "retiring")


def choose(records: Sequence[journal.Record], names: Sequence[str]) -> tuple[journal.Record, ...]:
    """The migrations to contract, oldest first. Raises UsageError for a name that is not there, Refused for one
    that is not ready."""
    known = {record.name: record for record in records}
    for name in names:
        if name not in known:
            raise UsageError(f'no migration "{name}" was started here', hint="See them with: pgwright status")
        if known[name].state not in READY:
            raise Refused(
                f'"{name}" is {known[name].state}, so it cannot be contracted',
                hint="See where it is with: pgwright status",
            )
    return tuple(record for record in records if record.state in READY and (not names or record.name in names))


def consented(runner: Runner, record: journal.Record, *, grace: float, finalize: bool) -> None:
    """Raises Unconfirmed when contracting the migration now would destroy data that nobody has let go."""
    if finalize or (record.state != "retiring" and grace <= 0):
        consent.require(runner, record)


def contract(runner: Runner, record: journal.Record, *, grace: float, finalize: bool) -> None:
    """Contracts one migration as far as its grace period allows (seconds; `finalize` ends it now)."""
    if record.state != "retiring":
        _refuse_older(runner, record)
        _refuse_left(runner, record)
        _refuse_rewrites(runner, record)
        consent.beforehand(runner, record)
        consented(runner, record, grace=grace, finalize=finalize)
        _refuse_pooler(runner, record)
        _tell_usage(runner, record)
        _run(runner, record, Phase.CONTRACT, "contracting")
        with runner.transaction() as connection:
            journal.set_state(connection, [record.name], "retiring")
            connection.execute(
                "UPDATE pgwright.migration SET retire_at = clock_timestamp() + make_interval(secs => %s) WHERE name "
                "= %s",
                (grace, record.name),
            )
        runner.on_event(StateChanged(migration=record.name, before="contracting", after="retiring"))
    due = runner.connection.execute(
        "SELECT retire_at <= clock_timestamp() FROM pgwright.migration WHERE name = %s", (record.name,)
    ).fetchone()
    if not finalize and not (due and due[0]):
        runner.on_event(
            Notice(
                message=f"{record.name} keeps its old side until the grace period ends; `pgwright contract "
                f"--finalize` ends it."
            )
        )
        return
    consent.require(runner, journal.with_state(record, "retiring"))
    _run(runner, journal.with_state(record, "retiring"), Phase.RETIRE, "retiring")
    with runner.transaction() as connection:
        journal.set_state(connection, [record.name], "done")
        chunks.clear(connection, record.unit)
    runner.on_event(StateChanged(migration=record.name, before="retiring", after="done"))


def _run(runner: Runner, record: journal.Record, phase: Phase, state: str) -> None:
    if record.state != state:
        with runner.transaction() as connection:
            journal.set_state(connection, [record.name], state)
        runner.on_event(StateChanged(migration=record.name, before=record.state, after=state))
    steps = [each for each in journal.steps(runner.connection, record.unit, (phase,)) if each.migration == record.name]
    for position, each in enumerate(steps, 1):
        if each.state != "done":
            runner.run(each, position=position, total=len(steps))
        _revalidate(runner, each)


def _revalidate(runner: Runner, record: journal.StepRecord) -> None:
    """Checks of younger links that a flip made again are validated, without a strong lock."""
    connection = runner.connection
    for link_id in journal.result(connection, record.unit, record.step.id).get("again", []):
        link = next((each for each in journal.links(connection) if each.id == link_id), None)
        if link is None:
            continue
        table = live.look(connection, link.table).table
        with runner.transaction():
            connection.execute(
                f"ALTER TABLE {table.root_sql} VALIDATE CONSTRAINT {ident(naming.check_name(link.id))}".encode()
            )


def _tell_usage(runner: Runner, record: journal.Record) -> None:
    """Says which known statements still use the old side; whether they may fail is the author's to decide."""
    for link in journal.links(runner.connection):
        if link.migration == record.name:
            for sentence in usage.since_expand(runner.connection, link):
                runner.on_event(Notice(message=sentence))
    for sentence in usage.names_since_expand(runner.connection, record.unit, record.name):
        runner.on_event(Notice(message=sentence))


def _refuse_left(runner: Runner, record: journal.Record) -> None:
    """What an older one still has to do to a column is done before another takes over from it."""
    taken = {
        (link.table, link.old)
        for link in journal.links(runner.connection)
        if link.migration == record.name and not link.plain and not link.alone
    }
    for older in journal.records(runner.connection):
        if older.name >= record.name or older.state not in ("expanding", "expanded", "contracting"):
            continue
        if taken & names.planned(runner.connection, older, (Phase.CONTRACT, Phase.RETIRE)):
            raise Refused(
                f'"{older.name}" is older, open, and still changes a column that leaves',
                state="Nothing was changed by this command.",
                hint=f"Contract it first: pgwright contract {older.name}",
            )


def _refuse_rewrites(runner: Runner, record: journal.Record) -> None:
    """A rewrite under the strong lock is consented to before anything of contract is changed."""
    for each in journal.steps(runner.connection, record.unit, (Phase.CONTRACT,)):
        step = each.step
        consent = step.action is not None and step.action.parameters.get("rewrite")
        if each.migration != record.name or each.state == "done" or consent or "rewrite" in runner.allow:
            continue
        if step.rewrites:
            raise Refused(
                f"contract rewrites {', '.join(map(str, step.rewrites))} under ACCESS EXCLUSIVE, "
                "because a generated column reads the renamed one",
                state=f"Nothing was changed: {record.name} is {record.state}.",
                hint="When the table may stand still for that long: pgwright contract --allow rewrite",
            )


def _refuse_pooler(runner: Runner, record: journal.Record) -> None:
    """What cannot run through the pooler is said before anything of contract is changed."""
    steps = journal.steps(runner.connection, record.unit, (Phase.CONTRACT, Phase.RETIRE))
    reach.require_for(runner, [each for each in steps if each.migration == record.name])


def _refuse_older(runner: Runner, record: journal.Record) -> None:
    """Links of one table close from the oldest to the newest, and before what is younger changes the table: it speaks
    the names that they lead to."""
    owners = {link.table: link.migration for link in reversed(journal.links(runner.connection))}
    mine = {link.table for link in journal.links(runner.connection) if link.migration == record.name}
    ahead = journal.steps(runner.connection, record.unit, (Phase.CONTRACT, Phase.RETIRE))
    mine |= {lock.oid for each in ahead if each.migration == record.name for lock in each.step.locks}
    for table in sorted(mine & owners.keys()):
        oldest = owners[table]
        if oldest > record.name:
            continue
        state = next((each.state for each in journal.records(runner.connection) if each.name == oldest), "")
        if oldest != record.name and state != "retiring":
            raise Refused(
                f'"{oldest}" is older, open, and about the same table',
                state="Nothing was changed by this command.",
                hint=f"Contract it first: pgwright contract {oldest}",
            )
