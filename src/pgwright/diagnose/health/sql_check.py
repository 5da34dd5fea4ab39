"""A check that is one `.sql` file: a SELECT whose rows are findings, and a head of comments that says the rest.

    -- Tables that somebody forgot.
    --
    -- pgwright: severity = notice
    -- pgwright: why = Nobody knows whether they may go.
    SELECT 'public.' || quote_ident(relname) AS object, 'It was last written in 2019.' AS evidence FROM …

The head has `severity` and `why`, and may have `cure`, `versions` (14-16, 17-, 18), `extension`, and `on` (primary or
standby); a longer text goes on in a second line of the same name. The columns are `object` and `evidence`; `severity`,
`why` and `cure_sql` may be columns instead, and `value` is a number for a chart. One SELECT, which writes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...base.errors import CheckFileError, MigrationFileError
from ...base.finding import Severity
from .checks._check import Found, Hidden, Said, Value
from .checks._seen import Row, Seen, Server

if TYPE_CHECKING:
    from ...sql.parse import Node, Statement

REQUIRED = ("object", "evidence")
COLUMNS = (*REQUIRED, "severity", "why", "cure_sql", "value")
HEAD = ("severity", "why", "cure", "versions", "extension", "on")
_WRITTEN = re.compile(r"--+\s*pgwright\s*:\s*(?P<name>\w*)\s*=?\s*(?P<value>.*?)\s*$")
_VERSIONS = re.compile(r"(?P<first>\d\d)(?P<open>-(?P<last>\d\d)?)?")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, kw_only=True)
class SqlCheck:
    """What a file says. `first` and `last` are the majors that it is for."""

    file: str
    title: str
    query: str
    severity: str
    why: str
    cure: str
    first: int
    last: int
    extension: str
    on: str

    def need(self, server: Server) -> Hidden | None:
        """Why it is not for a server, None where it is."""
        if not self.first <= server.major <= self.last:
            return Hidden(what=f"It is for PostgreSQL {self._majors}, and this is {server.major}.")
        if self.on and (self.on == "standby") is not server.standby:
            return Hidden(what=f"It is for a {self.on}, and this server is none.")
        if self.extension and self.extension not in server.extensions:
            from ...sql.quote import ident

            grant = f"CREATE EXTENSION {ident(self.extension)};"
            return Hidden(what=f"The extension {self.extension} is not installed in this database.", grant=grant)
        return None

    @property
    def _majors(self) -> str:
        if self.first == self.last:
            return str(self.first)
        return f"{self.first} and newer" if self.last == _NEWEST else f"{self.first} to {self.last}"

    def look(self, seen: Seen) -> Iterator[Said]:
        """Its rows as findings; raises CheckFileError for a row that is none."""
        for row in seen.rows:
            yield self._found(row)
            if row.get("value") is not None:
                yield Value(name="value", help=self.title, value=self._number(row),
                            labels=(("object", str(row["object"])),))  # fmt: skip

    def _found(self, row: Row) -> Found:
        if unknown := [name for name in row if name not in COLUMNS]:
            raise self._error(f"has a column {unknown[0]!r}; the columns are {', '.join(COLUMNS)}")
        if any(row.get(name) is None for name in REQUIRED):
            raise self._error("gives a row without object or evidence")
        severity = str(row.get("severity") or self.severity)
        if severity not in list(Severity):
            raise self._error(f"gives the severity {severity!r}; it is one of {', '.join(Severity)}")
        return Found(
            object=str(row["object"]),
            severity=Severity(severity),
            seen=str(row["evidence"]),
            why=str(row.get("why") or self.why),
            cure=str(row.get("cure_sql") or self.cure),
            fields={} if row.get("value") is None else {"value": self._number(row)},
        )

    def _number(self, row: Row) -> float:
        try:
            return float(row["value"])
        except (TypeError, ValueError):
            raise self._error(f"gives the value {row['value']!r}, which is no number") from None

    def _error(self, what: str) -> CheckFileError:
        return CheckFileError(what, file=self.file)


_NEWEST = 99
_EVER = (14, _NEWEST)


def read(path: Path) -> SqlCheck:
    """The check in a file. Raises CheckFileError with file, line and reason."""
    shown = str(path)
    if not _NAME.fullmatch(path.stem):
        raise CheckFileError("the name of a check is of lower-case letters, digits and _", file=shown)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CheckFileError(f"it cannot be read: {error}", file=shown) from error
    head = _head(text, shown)
    columns = _columns(text, shown)
    _require(head, columns, shown)
    first, last = _majors(head, shown)
    return SqlCheck(
        file=shown,
        title=_title(text),
        query=text,
        severity=head.get("severity", ("", 0))[0],
        why=head.get("why", ("", 0))[0],
        cure=head.get("cure", ("", 0))[0],
        first=first,
        last=last,
        extension=head.get("extension", ("", 0))[0],
        on=head.get("on", ("", 0))[0],
    )


Head = dict[str, tuple[str, int]]


def _head(text: str, file: str) -> Head:
    """The lines `-- pgwright: name = value`, with the number of the first of each name."""
    found: Head = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = _WRITTEN.match(line.strip())
        if match is None:
            continue
        name, value = match["name"], match["value"]
        if name not in HEAD:
            raise CheckFileError(f"{name!r} is unknown; the head has {', '.join(HEAD)}", file=file, line=number)
        if not value:
            raise CheckFileError(f"{name} has no value", file=file, line=number)
        if name in found and name not in ("why", "cure"):
            raise CheckFileError(f"{name} stands there twice", file=file, line=number)
        before, first = found.get(name, ("", number))
        joint = "\n" if name == "cure" else " "
        found[name] = (f"{before}{joint}{value}" if before else value, first)
    for name, allowed in (("severity", list(Severity)), ("on", ["primary", "standby"])):
        if name in found and found[name][0] not in allowed:
            value, number = found[name]
            raise CheckFileError(f"{name} is {value!r}; it is one of {', '.join(allowed)}", file=file, line=number)
    return found


def _require(head: Head, columns: set[str] | None, file: str) -> None:
    """What a finding cannot be without; `columns` are None where the SELECT has a star, and the rows will tell."""
    if columns is not None:
        for name in sorted(columns - set(COLUMNS)):
            raise CheckFileError(f"the column {name!r} is unknown; they are {', '.join(COLUMNS)}", file=file)
        for name in REQUIRED:
            if name not in columns:
                raise CheckFileError(f"the SELECT has no column {name!r}", file=file)
    for name in ("severity", "why"):
        if name not in head and name not in (columns or ()):
            hint = f"Write a line: -- pgwright: {name} = …"
            raise CheckFileError(f"{name} is missing, in the head and among the columns", file=file, hint=hint)


def _majors(head: Head, file: str) -> tuple[int, int]:
    if "versions" not in head:
        return _EVER
    value, line = head["versions"]
    match = _VERSIONS.fullmatch(value)
    if match is None:
        raise CheckFileError(f"versions is {value!r}; write 17, 14-16 or 17-", file=file, line=line)
    first = int(match["first"])
    return first, int(match["last"]) if match["last"] else _NEWEST if match["open"] else first


def _title(text: str) -> str:
    """The first sentence of the first comment."""
    lines = []
    for line in text.splitlines():
        word = line.strip().lstrip("-").strip()
        if not line.strip().startswith("--") or not word or word.startswith("pgwright:"):
            break
        lines.append(word)
    return " ".join(lines)


def _columns(text: str, file: str) -> set[str] | None:
    """The names of the columns of the one SELECT of the file; None where it has a star."""
    from ...sql.node import kind_of, unwrap, walk
    from ...sql.parse import parse

    try:
        statements = parse(text, file=file)
    except MigrationFileError as error:
        raise CheckFileError(error.message.partition(": ")[2], file=file, line=error.line) from error
    if len(statements) != 1:
        raise CheckFileError(f"there are {len(statements)} statements, and a check is one SELECT", file=file)
    statement = statements[0]
    writes = ("InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "IntoClause", "LockingClause")
    if statement.kind != "SelectStmt" or any(kind_of(node) in writes for node in walk(statement.node)):
        raise CheckFileError("it is not a SELECT that only reads", file=file, line=statement.position.line)
    return _named(statement, [unwrap(target) for target in _first_select(statement.node).target_list])


def _first_select(node: Node) -> Node:
    """The SELECT that names the columns: the leftmost of a UNION."""
    while not node.target_list and node.HasField("larg"):
        node = node.larg
    return node


def _named(statement: Statement, targets: list[Node]) -> set[str] | None:
    from ...sql.node import kind_of, unwrap

    names = set()
    for target in targets:
        value = unwrap(target.val)
        if target.name:
            names.add(target.name)
        elif kind_of(value) == "ColumnRef":
            last = unwrap(value.fields[-1])
            if kind_of(last) != "String":
                return None
            names.add(last.sval)
        else:
            reason = "a column has no name; write: … AS object"
            raise CheckFileError(reason, file=statement.source.file, line=statement.position.line)
    return names
