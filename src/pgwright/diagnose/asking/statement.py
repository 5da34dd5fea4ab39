"""The one statement that is to be explained: found, checked, and with its parameters filled in.

pg_stat_statements writes constants as `$n`, and some of what it writes cannot be parsed again: `interval $2`, and since
18 `IN ($1 /*, ... */)` for a list of any length. Parameters are filled in as constants of unknown type, which the
server resolves by what stands around them, as it does with a parameter; so both can be run again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...base.errors import MigrationFileError, Refused, UsageError
from ...sql import parse, quote, shape
from ...sql.lexeme import Token
from ...sql.shape import READING, WRITING

REACHING_OUT = frozenset(
    {
        "pg_terminate_backend", "pg_cancel_backend", "pg_reload_conf", "pg_rotate_logfile", "pg_switch_wal",
        "pg_promote", "pg_create_restore_point", "pg_drop_replication_slot", "pg_create_logical_replication_slot",
        "pg_create_physical_replication_slot", "pg_replication_slot_advance", "pg_logical_slot_get_changes",
        "pg_stat_reset", "pg_stat_reset_shared", "pg_stat_statements_reset", "dblink_exec", "dblink",
        "pg_file_write", "pg_file_unlink", "lo_export",
    }
)  # fmt: skip
"""Functions whose effect a read-only transaction allows and no rollback takes back (tried on 14 and 18)."""

_LIST = re.compile(r"\$(\d+)\s*/\*, \.\.\. \*/")
LISTED = 5
"""How many values stand for a list of which pg_stat_statements kept one."""

_NAME = r'(?:[A-Za-z_]\w*|"[^"]+")'
_WORDS = r"double precision|character varying|bit varying|(?:timestamp|time)(?:\(\d\))? with(?:out)? time zone"
_VALUE = re.compile(rf"(?s)(.*)::\s*((?:{_WORDS}|{_NAME}(?:\.{_NAME})?)(?:\(\d+(?:,\s*\d+)?\))?(?:\[\])*)\s*")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A statement that EXPLAIN takes: `text` without semicolon, and whether it writes."""

    text: str
    writes: bool


def numbers(text: str) -> tuple[int, ...]:
    """The numbers of the parameters `$n` of a statement, in ascending order."""
    return tuple(sorted({int(token.text[1:]) for token in parse.scan(text) if token.kind == "PARAM"}))


def opened(text: str) -> tuple[str, Mapping[int, int]]:
    """The statement with each list that was cut to one value (`IN ($1 /*, ... */)`) holding several parameters again,
    and for each of the new ones the number of the one that it belongs to."""
    highest = max(numbers(text), default=0)
    more: dict[int, int] = {}

    def several(match: re.Match[str]) -> str:
        nonlocal highest
        first, added = int(match[1]), []
        for _ in range(LISTED - 1):
            highest += 1
            more[highest] = first
            added.append(f", ${highest}")
        return f"${first}" + "".join(added)

    return _LIST.sub(several, text), more


def filled(text: str, values: Mapping[int, str]) -> str:
    """The statement with its parameters replaced by constants. A value is text (`5`, `WAIT`), or text with a type
    (`30 days::interval`); NULL is the null. Raises UsageError for a parameter without a value."""
    for number in numbers(text):
        if number not in values:
            raise UsageError(f"The statement has a parameter ${number} and there is no value for it.", hint=HINT)
    return shape.filled(text, {number: _constant(value) for number, value in values.items()})


HINT = "Give a value for each in order: --param 5 --param WAIT; or with its type: --param '30 days::interval'."


def _constant(value: str) -> str:
    if value.upper() == "NULL":
        return "NULL"
    match = _VALUE.fullmatch(value)
    if match is not None:
        return f"{quote.literal(match[1].strip().strip(chr(39)))}::{match[2].strip()}"
    return quote.literal(value)


def asked(text: str, *, file: str = "<statement>") -> Asked:
    """The one statement of `text`. Raises UsageError where there is none, are several, or it is one that EXPLAIN does
    not take, and Refused where it calls a function whose effect would remain."""
    try:
        found = parse.parse(text, file=file)
    except MigrationFileError as error:
        raise UsageError(
            f"This is neither a query plan nor SQL that PostgreSQL knows: {error.message}", hint=_FORMS
        ) from error
    if len(found) != 1:
        many = f"There are {len(found)} statements" if found else "There is no statement"
        raise UsageError(f"{many} in it, and one is needed.", hint="pgwright plans save FILE explains several.")
    return taken(found[0])


def taken(statement: parse.Statement) -> Asked:
    """The statement, without its EXPLAIN where it has one; raises as `asked` does."""
    node, kind, body = statement.node, statement.kind, statement.text
    if kind == "ExplainStmt":
        node = parse.unwrap(node.query)
        kind = parse.kind_of(node)
        body = _without_explain(body)
    if kind not in READING | WRITING:
        what = re.sub(r"Stmt$", "", kind)
        raise UsageError(
            f"This is no statement that can be explained ({what}).",
            hint="EXPLAIN takes SELECT, INSERT, UPDATE, DELETE and MERGE. For DDL: pgwright plan.",
        )
    reaching = sorted(_called(node) & REACHING_OUT)
    if reaching:
        raise Refused(
            f"The statement calls {', '.join(reaching)}, and what that does no rollback takes back.",
            hint="Explain it without running it: pgwright explain --plain.",
        )
    return Asked(text=body, writes=_writes(node, kind))


_FORMS = "Give a plan as EXPLAIN writes it, or one SQL statement (-c 'SELECT …', a file, or standard input)."


def _without_explain(text: str) -> str:
    """The statement after EXPLAIN and its options."""
    tokens = [token for token in parse.scan(text) if not token.is_comment]
    at = 1
    if tokens[at].kind == "ASCII_40":
        closed = _closing(tokens, at)
        if closed + 1 < len(tokens) and tokens[closed + 1].kind in _BEGINNINGS:
            at = closed + 1  # else the brackets are those of the query
    while tokens[at].kind in ("ANALYZE", "ANALYSE", "VERBOSE"):
        at += 1
    return text[tokens[at].start :]


_BEGINNINGS = frozenset(
    {"SELECT", "WITH", "INSERT", "UPDATE", "DELETE_P", "MERGE", "VALUES", "TABLE", "ASCII_40", "WITH_LA"}
)


def _closing(tokens: Sequence[Token], at: int) -> int:
    """The number of the token that closes the bracket at `at`."""
    depth = 0
    for number, token in enumerate(tokens[at:], at):
        depth += (token.kind == "ASCII_40") - (token.kind == "ASCII_41")
        if depth == 0:
            return number
    return len(tokens)


def _called(node: parse.Node) -> set[str]:
    calls = (each for each in parse.walk(node) if parse.kind_of(each) == "FuncCall")
    return {str(call.funcname[-1].string.sval) for call in calls}


def _writes(node: parse.Node, kind: str) -> bool:
    """Whether it needs a transaction that may write: as it says, or as a WITH or FOR UPDATE in it says."""
    kinds = {parse.kind_of(each) for each in parse.walk(node)}
    return kind in WRITING or bool(kinds & (WRITING | {"LockingClause", "IntoClause"}))
