"""What goes on in a server, for people: what stands still first, then what takes long, then the rest in a line each.

Nothing is shortened but statements, which are one line each: who looks at a server that hangs has no time to scroll.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ..activity.moment import Knot, Moment
from ..base.amount import plural
from .layout import PLAIN, Style, clean, duration, indented, pad, table, width, wrap
from .live_report import LiveReport
from .live_streams import command, recovery, replication
from .live_tree import blocking
from .status_text import backfill_text, runner_text

LONG = 5.0
"""Seconds from which a transaction or a statement is listed: an application that answers people is done by then."""
LISTED = 10
_CLIENT = "client backend"


def live_text(report: LiveReport, *, columns: int, style: Style = PLAIN) -> str:
    """The whole picture."""
    return "\n".join(live_lines(report, columns=columns, style=style)) + "\n"


def live_lines(report: LiveReport, *, columns: int, style: Style = PLAIN) -> list[str]:
    """The lines of the picture, none wider than `columns`."""
    moment = report.moment
    lines = [*_head(moment, columns, style)]
    for title, body in (
        (f"Who waits for whom ({moment.waiting:,} waiting for a lock)", blocking(moment, columns, style)),
        ("Other long transactions" if moment.blocking else "Long transactions", _long(moment, columns)),
        ("Prepared transactions", _prepared(moment, columns)),
        ("Long commands", [line for each in moment.commands for line in command(each, columns)]),
        ("Recovery", recovery(moment, columns)),
        ("Replication", replication(moment, columns)),
        ("Migrations of pgwright", _migrations(report, columns)),
    ):
        if body:
            lines += ["", *map(style.bold, wrap(title, columns)), *body]
    for note in moment.notes:
        lines += ["", *indented(clean(note), columns, first="note: ", rest="  ")]
    return lines


def _head(moment: Moment, columns: int, style: Style) -> Iterator[str]:
    """Where this is, and the counts."""
    role = ", a standby" if moment.standby else ""
    where = f"{clean(moment.database)} on PostgreSQL {moment.version.split()[0]}{role}, up {duration(moment.up)}"
    clock = moment.at[11:19]
    room = columns - width(where) - width(clock)
    first, *rest = wrap(where, columns)
    yield style.bold(first) + (" " * room + clock if room > 1 else "")
    yield from map(style.bold, rest)
    clients = [each for each in moment.sessions if each.kind in (_CLIENT, "")]
    states = Counter("hidden" if each.hidden else each.state or "starting" for each in clients)
    told = ", ".join(f"{number:,} {clean(state)}" for state, number in states.most_common())
    others = Counter(each.kind for each in moment.sessions if each.kind in ("autovacuum worker", "parallel worker"))
    told += "".join(f"; {plural(number, kind)}" for kind, number in sorted(others.items()))
    head = f"Sessions  {len(clients):,} of {moment.max_connections:,}"
    yield from indented(f"{head}: {told}" if told else head, columns, rest=" " * 10)
    if moment.waits:
        waits = ", ".join(f"{each.sessions:,} {clean(each.what) or 'at work'}" for each in moment.waits)
        yield from indented(f"Active    {waits}", columns, rest=" " * 10)


def _long(moment: Moment, columns: int) -> list[str]:
    """The oldest transactions that are worth a line, with their statement, but for those that stand in the tree."""
    told = set(_pids(moment.blocking))
    leaders = (each for each in moment.sessions if each.leader in (None, each.pid) and each.pid not in told)
    old = [each for each in leaders if (each.transaction_age or 0.0) >= LONG]
    if not old:
        return []
    rows = [("pid", "open", "state", "who", "statement")]
    for each in old[:LISTED]:
        person = clean(each.user or each.kind) + (f" ({clean(each.application)})" if each.application else "")
        state = each.state if each.state != "active" else f"active {duration(each.statement_age or 0.0)}"
        rows.append((str(each.pid), duration(each.transaction_age or 0.0), state, person, clean(each.statement)))
    lines = table(rows, columns, flexible=4) if _fits(rows, columns) else list(_stacked(rows, columns))
    if len(old) > LISTED:
        lines.append(f"and {len(old) - LISTED:,} more")
    return lines


def _pids(knots: Sequence[Knot]) -> Iterator[int | None]:
    for knot in knots:
        yield knot.pid
        yield from _pids(knot.waiters)


def _fits(rows: Sequence[Sequence[str]], columns: int) -> bool:
    """Whether a table leaves thirty columns for the statement."""
    return sum(max(width(row[index]) for row in rows) + 2 for index in range(4)) + 30 <= columns


def _stacked(rows: Sequence[Sequence[str]], columns: int) -> Iterator[str]:
    """Two lines for each where a table is too narrow."""
    for pid, age, state, person, statement in rows[1:]:
        yield from indented(f"pid {pid}, {person}, open for {age}, {state}", columns, first="  ", rest="    ")
        if statement:
            yield from indented(statement, columns, first="    ")


def _prepared(moment: Moment, columns: int) -> list[str]:
    lines: list[str] = []
    for each in moment.prepared:
        text = f"'{clean(each.gid)}' of {clean(each.user)} in {clean(each.database)}, prepared {duration(each.age)} ago"
        lines += indented(text, columns, first="  ", rest="    ")
    return lines


def _migrations(report: LiveReport, columns: int) -> list[str]:
    lines = [f"  {pad(each.state, 12)}  {clean(each.name)}" for each in report.migrations]
    told = [runner_text(report.running)] if report.running is not None and report.migrations else []
    told += [backfill_text(each) for each in report.backfills]
    for text in told:
        lines += indented(text, columns, first="  ", rest="    ")
    return lines
