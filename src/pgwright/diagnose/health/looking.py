"""Makes the checks: asks each its query, compares with an earlier look, and lets it judge. One that fails is said."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

import psycopg

from ...base.errors import CheckFileError, LockNotObtained, Refused, StepFailed
from ...base.finding import Evidence, Finding
from ...base.uncollected import uncollected
from ...connect.translation import describe
from . import looks
from .catalogue import Check, query
from .checks._check import Found, Hidden, Value
from .checks._seen import Row, Seen, Server
from .looks import Counted, Look
from .report import Looked, State
from .session import Session

KIND = "health"
SECOND = "It compares two looks, and there is one only: run it again later, or with --interval 10s."
OLDER = "It compares with a look that is {minutes:.0f} min old at least: run it again then."
CLEARED = "The counters were cleared since the last look; run it again later, or with --interval 10s."


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the configuration says: thresholds by check and name, and what is not to be told: a whole check (an empty
    pattern), or findings of it on objects that match one."""

    thresholds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    silence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, check: Check) -> dict[str, float]:
        """The thresholds of a check."""
        given = self.thresholds.get(check.name, {})
        return {name: given.get(name, each.default) for name, each in check.thresholds.items()}

    def applied(self, check: Check) -> Check:
        """The check with its thresholds as the configuration says them."""
        given = self.of(check)
        changed = {name: replace(each, default=given[name]) for name, each in check.thresholds.items()}
        return replace(check, thresholds=changed)

    def silences(self, check: Check) -> bool:
        """Whether the whole check is not wanted."""
        return "" in self.silence.get(check.name, ())


@dataclass(frozen=True, kw_only=True)
class Made:
    """What the checks gave, and the counters of this moment."""

    checks: tuple[Looked, ...]
    look: Look


@uncollected
def made(session: Session, server: Server, checks: Sequence[Check], wishes: Wishes, kept: Sequence[Look]) -> Made:
    """All checks, made one after the other."""
    found, counted = [], {}
    for check in checks:
        looked, rows = _made(session, server, check, wishes, kept)
        found.append(looked)
        if rows is not None:
            counted[check.name] = rows
    return Made(checks=tuple(found), look=Look(at=server.at, epoch=server.epoch, rows=counted))


def counted(session: Session, server: Server, checks: Sequence[Check], wishes: Wishes) -> Look:
    """The counters alone, for a later comparison."""
    found: dict[str, Counted] = {}
    for check in checks:
        if check.counting is None or wishes.silences(check) or check.unmet(server) is not None:
            continue
        try:
            rows = _rows(session, server, check, wishes)
        except (psycopg.Error, StepFailed, Refused, LockNotObtained):
            continue  # the check itself says so when it is made
        found[check.name] = looks.counted(check.counting, rows)
    return Look(at=server.at, epoch=server.epoch, rows=found)


def _made(
    session: Session, server: Server, check: Check, wishes: Wishes, kept: Sequence[Look]
) -> tuple[Looked, Counted | None]:
    """One check, and its counters where it has some."""
    if wishes.silences(check):
        return Looked(name=check.name, state=State.SILENCED, reason="The configuration silences it."), None
    if (hidden := check.unmet(server)) is not None:
        return Looked(name=check.name, state=State.UNMADE, reason=hidden.what, grant=hidden.grant), None
    started = time.monotonic()
    try:
        rows = _rows(session, server, check, wishes)
    except psycopg.Error as error:
        return Looked(name=check.name, state=State.UNMADE, reason=_failed(error)), None
    except (StepFailed, Refused, LockNotObtained) as error:  # as other rooms translate them
        return Looked(name=check.name, state=State.UNMADE, reason=error.message), None
    ms = (time.monotonic() - started) * 1000
    counts = None if check.counting is None else looks.counted(check.counting, rows)
    return _judged(session, server, check, wishes, kept, rows, ms), counts


def _rows(session: Session, server: Server, check: Check, wishes: Wishes) -> Sequence[Row]:
    """The rows of a check: of its query, or of what another room reads."""
    if check.room is not None and check.of_room is not None:
        return check.of_room(session.room(check.room))
    return session.rows(check.query(server), None if check.plain else wishes.of(check), ours=not check.file)


def _failed(error: psycopg.Error) -> str:
    if error.sqlstate == "57014":
        return "The server took too long over it; --timeout gives it more time."
    return f"It failed: {describe(error)}"


def _judged(
    session: Session, server: Server, check: Check, wishes: Wishes, kept: Sequence[Look], rows: Sequence[Row], ms: float
) -> Looked:
    """What the check makes of its rows."""
    earlier = None
    if check.counting is not None:
        earlier = looks.earlier(check.name, check.counting, kept, at=server.at, epoch=server.epoch)
        if earlier is None and check.counting.needed:
            return Looked(name=check.name, state=State.WAITS, reason=_waits(check, kept, server), ms=ms)
    seen = Seen(server=server, rows=rows, thresholds=wishes.of(check), counting=check.counting, earlier=earlier)
    try:
        seen, failed = _measured(session, check, seen)
        said = [*failed, *check.look(seen)]
    except CheckFileError as error:
        return Looked(name=check.name, state=State.UNMADE, reason=error.message, ms=ms)
    hidden = [need(server) for need in check.better]
    unseen = [each for each in (*hidden, *said) if isinstance(each, Hidden)]
    findings = [_finding(check, each) for each in said if isinstance(each, Found)]
    wanted = _wanted(findings, wishes.silence.get(check.name, ()))
    return Looked(
        name=check.name,
        state=State.PARTLY if unseen else State.MADE,
        findings=tuple(wanted),
        values=tuple(each for each in said if isinstance(each, Value)),
        reason=" ".join(dict.fromkeys(each.what for each in unseen)),
        grant="\n".join(dict.fromkeys(each.grant for each in unseen if each.grant)),
        silenced=len(findings) - len(wanted),
        compared=None if earlier is None else earlier.seconds,
        ms=ms,
    )


def _waits(check: Check, kept: Sequence[Look], server: Server) -> str:
    """Why there is nothing to compare with."""
    assert check.counting is not None
    had = [look for look in kept if check.name in look.rows]
    if check.counting.reset and had and all(look.epoch != server.epoch for look in had):
        return CLEARED
    return OLDER.format(minutes=check.counting.least / 60) if check.counting.least else SECOND


def _measured(session: Session, check: Check, seen: Seen) -> tuple[Seen, list[Hidden]]:
    """With the rows of the second query, where something is suspicious; one that fails leaves the estimate."""
    values = check.suspects(seen) if check.suspects is not None else None
    if values is None:
        return seen, []
    try:
        rows = session.rows(query(check.measuring, seen.server, "measured"), values)
    except psycopg.Error as error:
        return seen, [Hidden(what=f"What is suspicious could not be measured. {_failed(error)}")]
    return replace(seen, measured=rows), []


def _wanted(findings: Sequence[Finding], patterns: Iterable[str]) -> list[Finding]:
    """The findings on objects that no pattern silences."""
    return [each for each in findings if not any(fnmatchcase(each.object, pattern) for pattern in patterns)]


def _finding(check: Check, found: Found) -> Finding:
    return Finding(
        kind=KIND,
        name=check.name,
        object=found.object,
        severity=found.severity,
        location=check.file,
        evidence=Evidence(
            text=found.seen,
            confidence="estimated" if found.estimated else "measured",
            fields=dict(found.fields),
            disproof=found.disproof,
        ),
        why=found.why,
        cure_sql=found.cure,
    )
