"""Begins with a database that is there already: marks migrations as done without running them, or writes the first."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from ..base.consent import require_known
from ..base.errors import Refused, UsageError
from ..base.event import OnEvent, ignore
from ..config import Settings
from ..evolve.execute import finished, journal, known
from ..evolve.execute.runner import Runner
from ..evolve.plan import as_typed, files, first_file
from ..evolve.plan.files import Migration
from ..render.report import BaselineReport
from ..server import dump
from ..server.find import client
from . import _drift
from .status import report

FIRST = "0001_baseline.sql"
STRATEGY = "baseline"
_WHY = "it was there before pgwright; nothing was run"
_KNOWN = "From now on plan, expand and status name what differs from the structure as it is now."
_NOT_CHECKED = (
    "Not checked: whether the database is what the files would make. Apply them to an empty database and compare "
    "both with pg_dump --schema-only."
)


def baseline(
    settings: Settings,
    name: str | None = None,
    *,
    upto: int | None = None,
    owners: bool = True,
    privileges: bool = True,
    allow: frozenset[str] = frozenset(),
    on_event: OnEvent = ignore,
) -> BaselineReport:
    """Marks the files up to and with `name` (or the number `upto`) as done. With neither: writes the schema of the
    database as the first migration file where there is none, `owners` and `privileges` saying what is in it, and marks
    that; where migrations were started already, marks nothing. In every case the structure as it is now is taken for
    known. Raises UsageError for a name that is not there, Refused where the journal has what does not fit."""
    require_known(allow)
    if name is not None and upto is not None:
        raise UsageError("give a name or --upto, not both")
    with Runner(settings=settings, on_event=on_event, allow=allow, stop=threading.Event()) as runner:
        present = files.load(settings.migrations) if settings.migrations.is_dir() else ()
        records = journal.records(runner.connection)
        _refuse_middle(records)
        path: Path | None = None
        if name is None and upto is None:
            wanted: tuple[Migration, ...] = ()
            if not present and not records:
                path = _write(settings, runner, owners=owners, privileges=privileges)
                wanted = (files.read(path),)
            elif not records:
                raise UsageError(
                    f"there are {len(present)} migration files, and nobody said which of them the database has already",
                    hint=f"Say up to which: pgwright baseline {present[-1].name}. To run them all: pgwright apply",
                )
        else:
            wanted = _upto(present, name, upto)
        marked = _mark(runner, wanted, records, allow)
        _drift.tell(settings, runner)
        known.remember(runner, settings.schemas)
        statuses = report(settings, runner.connection, [each.name for each in marked]).migrations
        shown = "" if path is None else str(path)
        return BaselineReport(migrations=statuses, path=shown, said=_said(marked, wanted, shown))


def _refuse_middle(records: Sequence[journal.Record]) -> None:
    """The structure of the middle of a change is nothing to begin with."""
    middle = [record for record in records if record.state in known.MIDDLE]
    if middle:
        raise Refused(
            f'"{middle[0].name}" is {middle[0].state}, so the structure is in the middle of a change',
            hint="End that first; `pgwright status` says by which command.",
        )


def _upto(present: Sequence[Migration], name: str | None, upto: int | None) -> tuple[Migration, ...]:
    """The files up to the one that is meant."""
    order = [each.name if upto is None else int(each.number) for each in present]
    meant = name if upto is None else upto
    if meant not in order:
        shown = ", ".join(each.name for each in present) or "none"
        raise UsageError(f"there is no migration {meant}", hint=f"The migrations here: {shown}.")
    wanted = tuple(present[: order.index(meant) + 1])
    for each in wanted:
        as_typed.check(each)
    return wanted


def _mark(
    runner: Runner, wanted: Sequence[Migration], records: Sequence[journal.Record], allow: frozenset[str]
) -> tuple[Migration, ...]:
    """Marks those of `wanted` that are not done; returns them."""
    started = {record.name: record for record in records if record.state != "rolled back"}
    _refuse_others(wanted, tuple(started.values()), allow)
    marked = tuple(each for each in wanted if each.name not in started)
    if marked:
        planned = tuple(as_typed.planned(each, strategy=STRATEGY, why=_WHY) for each in marked)
        with runner.transaction() as connection:
            connection.execute(finished.rows(planned).encode())
    return marked


def _refuse_others(wanted: Sequence[Migration], started: Sequence[journal.Record], allow: frozenset[str]) -> None:
    """What the journal has must be done, and no other than the files say."""
    names, numbers = {each.name for each in wanted}, {int(each.number): each.name for each in wanted}
    for record in started:
        if record.name in names and record.state != "done":
            raise Refused(
                f'"{record.name}" is {record.state}, so it cannot be marked as done',
                hint="End it first: pgwright contract, or pgwright rollback",
            )
        other = numbers.get(int(record.number))
        if other is not None and other != record.name:
            raise Refused(
                f'the journal has "{record.name}", and the file with its number is "{other}"',
                hint="Is this the right database, and the right folder? See both with: pgwright status",
            )
    pending = [each for each in wanted if each.name not in {record.name for record in started}]
    later = [record.name for record in started if pending and int(record.number) > int(pending[0].number)]
    if later and "out_of_order" not in allow:
        raise Refused(
            f"{pending[0].name} stands before {min(later)}, which was started here",
            hint="If the database has it all the same: --allow out_of_order",
        )


def _write(settings: Settings, runner: Runner, *, owners: bool, privileges: bool) -> Path:
    """The first migration file, whole or not at all."""
    program = client("pg_dump", least=runner.connection.info.server_version // 10000)
    script = dump.schema_script(
        program,
        settings.direct_dsn or settings.dsn,
        schemas=settings.schemas,
        without=() if settings.schemas else ("pgwright",),
        owners=owners,
        privileges=privileges,
    )
    text = first_file.text(script)
    path = settings.migrations / FIRST
    made = files.from_text(text, path=path)
    if not made.statements:
        raise UsageError(
            "the database is empty, so there is nothing to begin with",
            hint="Make the first migration with: pgwright new NAME",
        )
    as_typed.check(made)
    beside = path.with_name(path.name + ".part")
    try:
        settings.migrations.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise UsageError(f"The file cannot be made in {settings.migrations}: {error.strerror}.") from error
    return path


def _said(marked: Sequence[Migration], wanted: Sequence[Migration], path: str) -> tuple[str, ...]:
    """What was done and what was not checked."""
    if path:
        first = f"{path} holds the schema as pg_dump wrote it, and is marked as done; none of it was run."
        return (first, "Read it before you commit it: names of roles in it must exist wherever it is applied.", _KNOWN)
    if marked:
        which = marked[0].name if len(marked) == 1 else f"{marked[0].name} to {marked[-1].name} ({len(marked)} files)"
        return (f"{which}: marked as done; none of their statements was run.", _NOT_CHECKED, _KNOWN)
    if wanted:
        return ("All of them are done already: nothing was marked.", _KNOWN)
    return ("No migration was marked.", _KNOWN)
