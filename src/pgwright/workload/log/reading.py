"""The workload of one or several logs: entries are put together by their session, and added up as they come.

A statement and its time may stand in one entry or in two, and auto_explain tells of an execution that is told again
when it ends. Each execution counts once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ...sql.constants import skeleton
from ...sql.within import declared_cursor, fetched_cursor
from ..gathering import Gathering, Ran
from ..values import Origin, Reason, Workload
from .forms import Entry, Reader, recognised
from .lines import Opened
from .messages import Message, Told, understand

_SESSIONS = 10_000
_CURSORS = 50
_DECLARE = re.compile(r"(?i)\s*DECLARE\b")
_PLANS = 50
"""Plans of one session that wait to be told again."""
_QUICK_MS = 1.0
"""A log whose quickest statement took longer lacks what was quicker (log_min_duration_statement)."""


def form_of(file: Opened) -> Reader | None:
    """How a file is read as a log; None where it is none."""
    return recognised(file.head)


def read(files: Sequence[Opened], *, database: str = "") -> Workload:
    """The workload of the logs, one after the other. Raises WorkloadError where one cannot be read."""
    together = _Together(database)
    for file in files:
        reader = form_of(file)
        if reader is not None:
            for entry in reader(file.lines()):
                together.take(entry, file.name)
    together.end()
    gathering = together.gathering
    since, seconds = together.span()
    return Workload(
        origin=Origin.LOG,
        statements=gathering.statements,
        left_out=gathering.left,
        since=since,
        seconds=seconds,
        notes=tuple(together.notes()),
    )


@dataclass
class _Session:
    """What a session has begun and what it has ended last, and what auto_explain told of others. It tells of a
    statement before its end in the simple protocol, and after it in the extended one (14 to 18)."""

    begun: Ran | None = None
    ended: Ran | None = None
    plans: list[Ran] = field(default_factory=list)
    cursors: dict[str, str] = field(default_factory=dict)


class _Together:
    """Takes entries in their order."""

    def __init__(self, database: str) -> None:
        self.gathering = Gathering()
        self._database = database
        self._sessions: dict[str, _Session] = {}
        self._first = self._last = ""
        self._quickest: float | None = None
        self._lonely = 0  # times that belong to no statement
        self._apart = False  # no session is told

    def take(self, entry: Entry, file: str) -> None:
        """Counts what the entry tells, now or when the rest of it is known."""
        if not entry.whole:
            self.gathering.leave(Reason.UNREADABLE)
            return
        if entry.at:
            self._first = self._first or entry.at
            self._last = entry.at
        session = self._session(entry.session)
        if entry.is_error:
            self._failed(session)
            return
        message = understand(entry.message, entry.detail)
        if message is None:
            return
        if reason := self._foreign(entry):
            if message.told is not Told.TIME:
                self.gathering.leave(reason, ms=message.ms)
            return
        ran = Ran(
            text=message.text,
            timed=0 if message.told is Told.BEGAN else 1,
            ms=message.ms,
            parameters=message.parameters,
            user=entry.user,
            position=f"{file}:{entry.line}",
        )
        self._apart |= not entry.session
        self._tell(session, message, ran)

    def _foreign(self, entry: Entry) -> Reason | None:
        if entry.application.split(":")[0] == "pgwright":
            return Reason.OWN
        return Reason.ELSEWHERE if self._database and entry.database not in ("", self._database) else None

    def _session(self, name: str) -> _Session:
        session = self._sessions.get(name)
        if session is None:
            if len(self._sessions) >= _SESSIONS:
                self._flush(self._sessions.pop(next(iter(self._sessions))))
            session = self._sessions[name] = _Session()
        return session

    def _tell(self, session: _Session, message: Message, ran: Ran) -> None:
        if message.told is Told.TIME:
            self._ended(session, message.ms)
        elif message.told is Told.BEGAN:
            self._flush(session)
            session.begun, session.ended = ran, None
        elif message.told is Told.FETCHED:
            self._add(session, replace(ran, calls=0, timed=0))
        elif message.told is Told.PLANNED:
            self._planned(session, ran)
        else:
            session.plans = [plan for plan in session.plans if not _same(plan, ran)]
            if session.begun is not None and _same(session.begun, ran):
                session.begun = None
            self._flush(session)
            session.ended = ran
            self._add(session, ran)

    def _ended(self, session: _Session, ms: float) -> None:
        """A time without a text is of what the session began last; of nothing, where it was parse or bind."""
        if session.begun is None:
            self._lonely += 1
            return
        ran = replace(session.begun, timed=1, ms=ms)
        session.begun, session.ended = None, ran
        self._add(session, ran)

    def _planned(self, session: _Session, ran: Ran) -> None:
        if session.ended is not None and ran.ms <= session.ended.ms and _same(session.ended, ran):
            session.ended = None
            return
        if session.begun is not None and _same(session.begun, ran):
            ran = replace(ran, parameters=ran.parameters or session.begun.parameters)
            session.begun = None
            self._add(session, ran)
            return
        if _DECLARE.match(ran.text) and declared_cursor(ran.text) in session.cursors:
            return  # it was counted when it was declared and fetched
        session.plans.append(ran)
        if len(session.plans) > _PLANS:
            self._add(session, session.plans.pop(0))

    def _failed(self, session: _Session) -> None:
        """An error ends what the session began."""
        if session.begun is not None:
            session.begun = None
            self.gathering.leave(Reason.FAILED)

    def _flush(self, session: _Session) -> None:
        for ran in (*session.plans, *([session.begun] if session.begun else [])):
            self._add(session, ran)
        session.plans, session.begun = [], None

    def _add(self, session: _Session, ran: Ran) -> None:
        """Counts it. What FETCH takes is the time of the query of its cursor."""
        if (cursor := declared_cursor(ran.text) if _DECLARE.match(ran.text) else None) is not None:
            session.cursors[cursor] = ran.text
            while len(session.cursors) > _CURSORS:
                del session.cursors[next(iter(session.cursors))]
        elif session.cursors and (cursor := fetched_cursor(ran.text)) in session.cursors:
            ran = replace(ran, text=session.cursors[cursor], calls=0, timed=0, parameters={})
        if ran.timed and ran.calls and (self._quickest is None or ran.ms < self._quickest):
            self._quickest = ran.ms
        self.gathering.add(ran)

    def end(self) -> None:
        """Counts what was still open."""
        for session in self._sessions.values():
            self._flush(session)

    def span(self) -> tuple[datetime | None, float | None]:
        """The time of the first entry, and the seconds to the last one."""
        first, last = _time(self._first), _time(self._last)
        if first is None or last is None:
            return first, None
        if (first.tzinfo is None) != (last.tzinfo is None):
            return first, None
        return first, max((last - first).total_seconds(), 0.0)

    def notes(self) -> Iterator[str]:
        """What this log cannot show."""
        if self._quickest is not None and self._quickest >= _QUICK_MS:
            yield (
                f"The quickest statement of this log took {self._quickest:,.0f} ms: quicker ones were probably not "
                "logged (log_min_duration_statement), however often they ran."
            )
        if self.gathering.untimed:
            untimed = self.gathering.untimed
            yield f"The log has no time for {untimed:,} calls; other calls of the same statement stand for them."
        if self._lonely and self._apart:
            yield (
                "Times stand apart from their statements, and the log does not say which session wrote a line: put %p "
                "into log_line_prefix."
            )


def _same(one: Ran, other: Ran) -> bool:
    """Whether two entries tell of one statement."""
    return one.text == other.text or skeleton(one.text)[0].strip("; ") == skeleton(other.text)[0].strip("; ")


def _time(text: str) -> datetime | None:
    """A time as a log has it; its zone is an abbreviation, which only says something where it is UTC."""
    if not text:
        return None
    if text[:5].isdigit():
        return datetime.fromtimestamp(float(text), UTC)
    clock, _, zone = text[11:].partition(" ")
    try:
        if zone in ("UTC", "GMT", ""):
            clock = f"{clock}+00:00" if zone else clock
        return datetime.fromisoformat(f"{text[:10]} {clock}")
    except ValueError:
        return None
