"""Names what is no plan of PostgreSQL: a statement, the plan of another database, something that is no text.

A reader would only say that it does not understand. Who gave the wrong thing is better told which thing it was.
"""

from __future__ import annotations

import re

from ....base.errors import QueryPlanError
from .limits import HINT

_OTHERS = (
    ("MySQL or MariaDB", re.compile(r'"query_block"\s*:|\bselect_type\b.*\bpossible_keys\b', re.M)),
    ("MySQL or MariaDB", re.compile(r"^\s*(?:\| )?-> .*\(cost=[\d.e+]+(?:\.\.[\d.e+]+)? rows=[\d.e+]+\)", re.M)),
    ("SQLite", re.compile(r"^(?:QUERY PLAN\n)?[ |`]*(?:\|--|`--)(?:SCAN|SEARCH|USE TEMP|CO-ROUTINE|COMPOUND)\b", re.M)),
    ("SQL Server", re.compile(r"<ShowPlanXML\b|^\s*\|--[A-Z][A-Za-z ]+\(", re.M)),
    ("Oracle", re.compile(r"^\s*Plan hash value: \d+|^\|\s*Id\s*\|\s*Operation\s*\|", re.M)),
    ("DuckDB", re.compile(r"│+ *(?:Physical Plan|Total Time:|Query Profiling Information) ", re.M)),
    ("CockroachDB", re.compile(r"^\s*(?:distribution: \w+|vectorized: \w+)$\n", re.M)),
    ("MongoDB", re.compile(r"[\"']?(?:queryPlanner|winningPlan)[\"']?\s*:")),
    ("ClickHouse", re.compile(r"^\s*(?:Expression \(\(?Projection|ReadFromMergeTree)\b", re.M)),
    ("Spark", re.compile(r"^== (?:Physical|Parsed Logical|Optimized Logical) Plan ==", re.M)),
)  # fmt: skip

_STATEMENT = re.compile(
    r"\s*+(?:(?:--[^\n]*+\n|/\*.*?\*/|;)\s*+)*+[\s(]*+(?:explain\b|select\b|with\b|insert\s+into\b|delete\s+from\b"
    r"|update\b(?!\s+on\b)|merge\s+into\b|values\s*\(|table\s+(?!function\s+scan)\w|create\s|alter\s|drop\s|begin\b"
    r"|set\s|execute\s|prepare\s|declare\s|do\s+\$|copy\s|refresh\s|call\s)",
    re.IGNORECASE | re.DOTALL,
)
_QUOTED = re.compile(r"'[^']*+'|--[^\n]*+|/\*.*?\*/|\$(\w*)\$.*?\$\1\$", re.DOTALL)
_ASK = "Run it with EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) before it, and give what that prints."


def is_statement(text: str) -> bool:
    """Whether `text` begins as an SQL statement does."""
    return _STATEMENT.match(text) is not None


def without_quoted(statement: str) -> str:
    """`statement` without its texts and comments, in which a plan may stand; lines stay lines."""
    return _QUOTED.sub("", statement)


def refuse_what_is_no_text(text: str) -> None:
    """Raises QueryPlanError where there is nothing, or nothing that a person could read."""
    if not text.strip("\ufeff \t\r\n"):
        raise QueryPlanError("there is nothing to read: the input is empty.", hint=HINT)
    if "\x00" in text or text[:10_000].count("\ufffd") > 20:
        raise QueryPlanError("this is no text, so it is no query plan.", hint=HINT)


def error(text: str) -> QueryPlanError:
    """What to say of `text`, in which no plan was found."""
    head = text[:100_000]
    for name, sign in _OTHERS:
        if sign.search(head):
            return QueryPlanError(f"this is a plan of {name}; only those of PostgreSQL can be read.", hint=HINT)
    if is_statement(head):
        return QueryPlanError("this is an SQL statement, not its query plan.", hint=_ASK)
    return QueryPlanError("there is no query plan in it.", hint=HINT)
