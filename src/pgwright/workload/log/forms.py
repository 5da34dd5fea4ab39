"""Entries out of lines: stderr with any log_line_prefix, syslog, csvlog and jsonlog (15 and newer).

And what passes logs on: Docker and Kubernetes put something before each line, or a line into an object; the operator
CloudNativePG makes objects of the records of a csvlog.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from .prefix import facts
from .words import SEVERITY, Severity

LONGEST = 1_048_576
"""Characters of an entry that are kept: what is longer is cut, and its statement is not read."""
_WAITING = 1_000
"""Sessions whose last entry may still get a detail."""
_CSV = re.compile(r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [^,"]+,(?:"(?:[^"]|"")*")?,(?:"(?:[^"]|"")*")?,\d*,')
_CONTAINER = re.compile(r"\S{20,40} (?:stdout|stderr) (?P<part>[FP]) ")
_STATE = re.compile(r"[0-9A-Z]{5}: ")  # log_error_verbosity = verbose
_WORD = re.compile(r"[^\W\d_]+[1-5]?(?= ?\Z)")
_COLON = ":  "
_PREFIX = 500
"""Characters in which a prefix ends; what comes later is a part of a message."""
_SYSLOG = re.compile(r"(?P<head>.{1,200}?\S\[(?P<pid>\d+)\]: \[\d+(?:-(?P<part>\d+))?\] )(?P<rest>.*)", re.DOTALL)


@dataclass(kw_only=True)
class Entry:
    """One entry. `session` tells apart who wrote it ("" where the log does not), `at` is its time as written, `whole`
    False where it was cut off."""

    message: str
    line: int
    session: str = ""
    user: str = ""
    database: str = ""
    application: str = ""
    at: str = ""
    detail: str = ""
    is_error: bool = False
    whole: bool = True


Reader = Callable[[Iterable[str]], Iterator[Entry]]


def recognised(head: str) -> Reader | None:
    """The reader of a log that begins so; None where it is no log."""
    for line in head.splitlines()[:200]:
        if line.startswith("{") and (reader := _of_objects(line)) is not None:
            return reader
        if _CSV.match(line):
            return of_csv
    heads = (_head(line) for line in head.splitlines() if not line.startswith(("--", "\t")))
    return of_lines if any(each and each.severity in (Severity.ENTRY, Severity.ERROR) for each in heads) else None


def _of_objects(line: str) -> Reader | None:
    """The reader of lines that are objects, by one of them."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if isinstance(found.get("log"), str):
        return of_docker
    return of_json if "message" in found.get("record", found) else None


def of_docker(lines: Iterable[str]) -> Iterator[Entry]:
    """Each line is an object that holds a line of stderr."""
    return of_lines(_within(lines))


def _within(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        try:
            yield str(json.loads(line)["log"])
        except (ValueError, KeyError, TypeError, RecursionError):
            yield ""


def of_json(lines: Iterable[str]) -> Iterator[Entry]:
    """Each line is one object. One that is cut off is an entry that is not whole."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
            found = found.get("record", found)
            message = found["message"]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            yield Entry(message=line, line=number, whole=False)
            continue
        yield Entry(
            message=message,
            line=number,
            session=str(found.get("session_id", found.get("pid", ""))),
            user=found.get("user", found.get("user_name", "")),
            database=found.get("dbname", found.get("database_name", "")),
            application=found.get("application_name", ""),
            at=found.get("timestamp", found.get("log_time", "")),
            detail=found.get("detail", ""),
            is_error=found.get("error_severity") in ("ERROR", "FATAL", "PANIC"),
        )


def of_csv(lines: Iterable[str]) -> Iterator[Entry]:
    """Records end where a line ends outside of quotes. What stands before the first record is passed over."""
    record: list[str] = []
    begun = length = quotes = 0
    for number, line in enumerate(lines, 1):
        if not record:
            if not _CSV.match(line):
                continue
            begun = number
        if length < LONGEST:
            record.append(line)
        length += len(line)
        quotes += line.count('"')
        if quotes % 2 == 0 and line.endswith("\n"):
            yield _csv_entry(record, begun, whole=length < LONGEST)
            record, length, quotes = [], 0, 0
    if record:
        yield Entry(message=record[0], line=begun, whole=False)


def _csv_entry(record: list[str], line: int, *, whole: bool) -> Entry:
    import csv

    csv.field_size_limit(2 * LONGEST)
    fields = next(csv.reader(["".join(record)])) if whole else []
    if len(fields) < 23:  # application_name, the last column of the oldest servers
        return Entry(message=record[0], line=line, whole=False)
    return Entry(
        message=fields[13],
        line=line,
        session=fields[5],
        user=fields[1],
        database=fields[2],
        application=fields[22],
        at=fields[0],
        detail=fields[14],
        is_error=SEVERITY.get(fields[11]) is Severity.ERROR,
    )


@dataclass(frozen=True)
class _Head:
    """The first line of an entry, or of a part of one."""

    prefix: str
    severity: Severity
    message: str


def _head(line: str) -> _Head | None:
    """The line taken apart at the word that tells the severity; None where it has none."""
    at = line.find(_COLON)
    while 0 <= at <= _PREFIX:
        word = _WORD.search(line, max(at - 30, 0), at)
        if word is not None and word[0] in SEVERITY:
            message = line[at + len(_COLON) :]
            if state := _STATE.match(message):
                message = message[state.end() :]
            return _Head(line[: word.start()], SEVERITY[word[0]], message)
        at = line.find(_COLON, at + 1)
    return None


@dataclass
class _Field:
    """The lines of a message, or of a detail, that are read so far."""

    lines: list[str]
    length: int = 0

    def add(self, line: str, *, joined: bool = False) -> bool:
        """Adds a line, or goes on with the last one; whether there is still room."""
        self.length += len(line)
        if self.length > LONGEST:
            return False
        if joined:
            self.lines[-1] += line
        else:
            self.lines.append(line)
        return True


@dataclass
class _Pending:
    entry: Entry
    message: _Field
    detail: _Field | None = None
    current: _Field | None = None

    def done(self) -> Entry:
        self.entry.message = "\n".join(self.message.lines)
        if self.detail is not None:
            self.entry.detail = "\n".join(self.detail.lines)
        return self.entry


def of_lines(lines: Iterable[str]) -> Iterator[Entry]:
    """Entries of stderr or syslog. The server indents what goes on by a tab; a line that is not, and has no severity,
    goes on, too, because programs that pass logs on take tabs away."""
    waiting: dict[str, _Pending] = {}
    last: _Pending | None = None
    ended = True
    for number, raw in enumerate(lines, 1):
        ended = raw.endswith("\n")
        line, pid, joined = _unwrapped(raw.rstrip("\r\n"))
        if pid:
            last = waiting.get(pid, last)
        head = None if joined or line.startswith("\t") else _head(line)
        if head is None:
            if last is not None and last.current is not None:
                last.entry.whole &= last.current.add(line.removeprefix("\t"), joined=joined and line[:1] != "\t")
            continue
        session, seen = _about(head, pid)
        if head.severity in (Severity.DETAIL, Severity.OTHER):
            last = waiting.get(session, last)
            _go_on(last, head)
            continue
        if session in waiting:
            yield waiting.pop(session).done()
        elif len(waiting) >= _WAITING:
            yield waiting.pop(next(iter(waiting))).done()
        last = waiting[session] = _begun(head, number, session, seen)
    if not ended and last is not None:
        last.entry.whole = False
    yield from (each.done() for each in waiting.values())


def _unwrapped(line: str) -> tuple[str, str, bool]:
    """The line without what a container or syslog put before it, the process id that syslog tells, and whether the line
    before goes on in it."""
    if (container := _CONTAINER.match(line)) is not None:
        line = line[container.end() :]
    match = _SYSLOG.match(line)
    if match is None:
        return line, "", False
    rest = match["rest"].replace("#012#011", "\n").replace("#012", "\n")
    if rest.startswith("#011"):
        rest = "\t" + rest[4:]
    return rest, match["pid"], (match["part"] or "1") != "1"


def _about(head: _Head, pid: str) -> tuple[str, dict[str, str]]:
    seen = facts(head.prefix)
    return pid or seen.get("session", ""), seen


def _begun(head: _Head, number: int, session: str, seen: dict[str, str]) -> _Pending:
    message = _Field([head.message], len(head.message))
    entry = Entry(
        message="",
        line=number,
        session=session,
        user=seen.get("user", ""),
        database=seen.get("database", ""),
        application=seen.get("application", ""),
        at=seen.get("at", ""),
        is_error=head.severity is Severity.ERROR,
    )
    return _Pending(entry, message, current=message)


def _go_on(pending: _Pending | None, head: _Head) -> None:
    """A detail belongs to the entry before; a hint, a context or a statement is passed over."""
    if pending is None:
        return
    pending.current = None
    if head.severity is Severity.DETAIL:
        pending.detail = pending.current = _Field([head.message], len(head.message))
