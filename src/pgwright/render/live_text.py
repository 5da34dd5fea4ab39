"""What goes on in a server, for people: what stands still first, then what takes long, then the rest in a line each.

Nothing is shortened but statements, which are one line each: who looks at a server that hangs has no time to scroll.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ..activity.moment import Command, Knot, Moment, Session
from ..config.limits import amount
from .layout import PLAIN, Style, clean, duration, indented, pad, plural, table, width
from .live_report import LiveReport
from .status_text import backfill_text, runner_text

LONG = 5.0
"""Seconds from which a transaction or a statement is listed: an application that answers people is done by then."""
LISTED = 10
DEEPEST = 8
"""Steps that a queue goes in at most: in sixty columns more would leave no room for the words."""
_BAR = 20
_CLIENT = "client backend"


def live_text(report: LiveReport, *, columns: int, style: Style = PLAIN) -> str:
    """The whole picture."""
    return "\n".join(live_lines(report, columns=columns, style=style)) + "\n"


def live_lines(report: LiveReport, *, columns: int, style: Style = PLAIN) -> list[str]:
    """The lines of the picture, none wider than `columns`."""
    moment = report.moment
    lines = [*_head(moment, columns, style)]
    for title, body in (
        (f"Who waits for whom ({moment.waiting:,} waiting for a lock)", _blocking(moment, columns, style)),
        ("Other long transactions" if moment.blocking else "Long transactions", _long(moment, columns)),
        ("Prepared transactions", _prepared(moment, columns)),
        ("Long commands", [line for each in moment.commands for line in _command(each, columns)]),
        ("Recovery", _recovery(moment, columns)),
        ("Replication", _replication(moment, columns)),
        ("Migrations of pgwright", _migrations(report, columns)),
    ):
        if body:
            lines += ["", style.bold(title), *body]
    for note in moment.notes:
        lines += ["", *indented(clean(note), columns, first="note: ", rest="  ")]
    return lines


def _head(moment: Moment, columns: int, style: Style) -> Iterator[str]:
    """Where this is, and the counts."""
    role = ", a standby" if moment.standby else ""
    where = f"{clean(moment.database)} on PostgreSQL {moment.version.split()[0]}{role}, up {duration(moment.up)}"
    clock = moment.at[11:19]
    room = columns - width(where) - width(clock)
    yield style.bold(where) + (" " * room + clock if room > 1 else "")
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


def _blocking(moment: Moment, columns: int, style: Style) -> list[str]:
    return [line for root in moment.blocking for line in _knot(root, columns, style, 1)]


def _knot(knot: Knot, columns: int, style: Style, depth: int) -> list[str]:
    """One, and below it, further in, who waits for it. Very deep queues stop going in, so that there is room. Who is to
    blame stands out, with what ends it before all who wait."""
    lead = "  " * min(depth, DEEPEST)
    lines = indented(_who(knot), columns, first=lead, rest=lead + "    ")
    if depth == 1:
        lines = [style.alarm(line) for line in lines]
    if knot.session is not None and knot.session.statement:
        word = "runs: " if knot.session.state == "active" else "last: "
        lines += indented(word + clean(knot.session.statement), columns, first=lead + "    ", rest=lead + "      ")
    if depth == 1:
        lines += _ending(knot, columns, lead)
    for waiter in knot.waiters:
        lines += _knot(waiter, columns, style, depth + 1)
    return lines


def _ending(knot: Knot, columns: int, lead: str) -> list[str]:
    """What ends a blocker, for who decides that it should end."""
    if knot.ends:
        return indented(clean(knot.ends), columns, first=f"{lead}    to end it: ", rest=lead + "      ")
    if knot.session is None:
        return []
    return indented(
        "an autovacuum, which yields by itself, unless it prevents wraparound", columns, first=f"{lead}    "
    )


def _who(knot: Knot) -> str:
    """Who it is, what it holds, and what it waits for."""
    parts = [f"pid {knot.pid}" if knot.gid is None else f"prepared transaction '{clean(knot.gid)}'"]
    if knot.session is not None:
        parts.append(_person(knot.session))
    elif knot.user:
        parts.append(clean(knot.user))
    if knot.on:
        since = f" {duration(knot.seconds)}" if knot.seconds is not None else ""
        parts.append(f"waits{since} for {f'{knot.wants} on ' if knot.wants else ''}{clean(knot.on)}")
    if knot.holds:
        parts.append(f"holds {clean(knot.holds)}")
    if not knot.on and knot.age is not None:
        parts.append(f"open for {duration(knot.age)}")
    if knot.others:
        parts.append(f"also behind {', '.join(map(clean, knot.others))}")
    if knot.behind > 1:
        parts.append(f"{knot.behind:,} wait behind it")
    return ", ".join(parts)


def _person(session: Session) -> str:
    """User, application and state, as far as they are known."""
    if session.kind not in (_CLIENT, ""):
        return clean(session.kind)
    name = clean(session.user or "somebody")
    if session.application:
        name += f" ({clean(session.application)})"
    if session.hidden:
        return f"{name}, hidden"
    age = f" for {duration(session.state_age)}" if session.state_age is not None and session.state != "active" else ""
    return f"{name}, {session.state}{age}" if session.state else name


def _long(moment: Moment, columns: int) -> list[str]:
    """The oldest transactions that are worth a line, with their statement, but for those that stand in the tree."""
    old = [
        each for each in moment.sessions if (each.transaction_age or 0.0) >= LONG and each.leader in (None, each.pid)
    ]
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


def _command(command: Command, columns: int) -> list[str]:
    """How far one is."""
    what = f"pid {command.pid}, {clean(command.command)}" + (
        f" of {clean(command.relation)}" if command.relation else ""
    )
    if not command.relation and command.database:
        what += f" in {clean(command.database)}"
    parts = [clean(command.phase) or "its phase is hidden"]
    if command.done is not None and command.total:
        share = min(command.done / command.total, 1.0)
        done = _amount(command, command.done).removesuffix(f" {command.unit}")
        parts.append(f"{_bar(share)} {share * 100:.0f} % ({done} of {_amount(command, command.total)})")
    elif command.done is not None:
        parts.append(_amount(command, command.done))
    if command.rate:
        parts.append(f"{_rate(command)}/s")
    if command.seconds_left is not None:
        parts.append(f"about {duration(command.seconds_left)} left of this phase")
    if command.waits_for:
        parts.append(f"waits for pid {command.waits_for}")
    return indented(f"{what}: {', '.join(parts)}", columns, first="  ", rest="    ")


def _bar(part: float) -> str:
    full = int(part * _BAR)
    return "[" + "#" * full + "." * (_BAR - full) + "]"


def _amount(command: Command, number: float) -> str:
    if command.unit == "bytes":
        return amount("B", number)
    return f"{number:,.0f} {command.unit}"


def _rate(command: Command) -> str:
    rate = command.rate or 0.0
    return amount("B", rate) if command.unit == "bytes" else f"{rate:,.0f} {command.unit}"


def _recovery(moment: Moment, columns: int) -> list[str]:
    recovery = moment.recovery
    if recovery is None:
        return []
    parts = [f"receiver {recovery.receiver}" if recovery.receiver else "nothing is received"]
    if recovery.bytes:
        parts.append(f"{amount('B', recovery.bytes)} to replay")
    elif recovery.receiver:
        parts.append("all is replayed that was received")
    if recovery.delay is not None:
        parts.append(f"the last commit that was replayed is {duration(recovery.delay)} old")
    if recovery.paused:
        parts.append("the replay is paused: SELECT pg_wal_replay_resume() lets it go on")
    if recovery.waits.startswith("RecoveryConflict"):
        parts.append(f"the replay waits for queries ({recovery.waits}): those with the oldest transactions hold it up")
    parts.append(f"queries of this database cancelled by conflicts so far: {recovery.cancelled:,}")
    return indented("; ".join(parts), columns, first="  ", rest="    ")


def _replication(moment: Moment, columns: int) -> list[str]:
    lines: list[str] = []
    for each in moment.standbys:
        lag = [f"{duration(each.lag)} behind"] if each.lag is not None else []
        lag += [f"{amount('B', each.bytes)} to replay"] if each.bytes is not None else []
        told = ", ".join([each.state or "hidden", *([each.sync] if each.sync else []), *lag])
        lines += indented(f"standby {clean(each.name) or each.pid}: {told}", columns, first="  ", rest="    ")
    for slot in moment.slots:
        keeps = f"keeps {amount('B', max(slot.bytes, 0))} of WAL" if slot.bytes is not None else "keeps no WAL"
        status = f", {slot.status}" if slot.status not in ("", "reserved") else ""
        text = f"slot {clean(slot.name)} ({slot.kind}): {'active' if slot.active else 'inactive'}, {keeps}{status}"
        lines += indented(text, columns, first="  ", rest="    ")
    return lines


def _migrations(report: LiveReport, columns: int) -> list[str]:
    lines = [f"  {pad(each.state, 12)}  {clean(each.name)}" for each in report.migrations]
    told = [runner_text(report.running)] if report.running is not None and report.migrations else []
    told += [backfill_text(each) for each in report.backfills]
    for text in told:
        lines += indented(text, columns, first="  ", rest="    ")
    return lines
