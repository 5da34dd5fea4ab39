"""Who waits for whom, for people: who is to blame first, with what ends it, and all who wait below."""

from __future__ import annotations

from ..activity.moment import Knot, Moment, Session
from .layout import Style, clean, duration, indented

DEEPEST = 8
"""Steps that a queue goes in at most: in sixty columns more would leave no room for the words."""
_CLIENT = "client backend"
_WRAPAROUND = "(to prevent wraparound)"


def blocking(moment: Moment, columns: int, style: Style) -> list[str]:
    """The trees, each with its root first."""
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
    first, rest = lead + "    ", lead + "      "
    lines: list[str] = []
    if knot.session is not None and knot.session.application.split(":")[0] == "pgwright":
        lines += indented("this is pgwright: Ctrl-C where it runs ends it in order", columns, first=first, rest=rest)
    if knot.ends:
        lines += indented(clean(knot.ends), columns, first=f"{first}to end it: ", rest=rest)
    elif knot.session is not None and _WRAPAROUND in knot.session.statement:
        lines += indented("an autovacuum that does not yield: let it finish", columns, first=first, rest=rest)
    elif knot.session is not None:
        lines += indented("an autovacuum, which yields when it is waited for", columns, first=first, rest=rest)
    return lines


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
    if session.state in ("", "active"):  # what it runs stands below
        return name
    return f"{name}, {session.state}" + (f" for {duration(session.state_age)}" if session.state_age is not None else "")
