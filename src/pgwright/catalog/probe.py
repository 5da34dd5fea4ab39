"""Asks the server about one expression of a migration: is it right, what does it read, does it keep its value?

Everything happens on an empty temporary copy of the table, in a transaction or savepoint that is rolled back; the
table itself is never touched and no function of a user runs, except an immutable one whose arguments are constants.
Needs the TEMPORARY privilege on the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..base.errors import MigrationFileError, PgwrightError
from ..sql import expression, parse
from ..sql.quote import ident, literal
from ..sql.typename import without_length
from .advice import advice
from .values import Catalog, Column

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

TABLE = "pgwright_probe"
VIEW = "pgwright_probe_view"
TARGET = "pgwright_target"
VALUE = "pgwright_value"
COMPUTED = "pgwright_computed"
NOT_IMMUTABLE = "42P17"
NO_COLLATION = "42P22"
MISSING_RIGHT = "42501"
LOCK_TIMEOUT, STATEMENT_TIMEOUT = "2s", "10s"
_SETTINGS = f"""
SELECT set_config('search_path', 'pg_catalog, pg_temp', true), set_config('lock_timeout', '{LOCK_TIMEOUT}', true),
  set_config('statement_timeout', '{STATEMENT_TIMEOUT}', true), set_config('row_security', 'off', true),
  set_config('check_function_bodies', 'off', true)
"""
SUFFIX = f" AS {VALUE}\n   FROM "


@dataclass(frozen=True, kw_only=True)
class ExpressionFacts:
    """What the server says of an expression.

    `text` is the expression as the server deparses it with an empty search_path, column names logical and without
    a qualifier; only with `has_subquery` some stay qualified by the table's logical name. `columns` are the logical
    names it reads, in the table's order. `type` is the type of its value before the assignment to the target.
    `immutable` includes the assignment cast; `volatile` means that two calls in one statement may differ; neither
    is stable. `error` is None, or what is wrong and what to do, with `sqlstate`; then the rest says nothing.
    """

    text: str
    columns: tuple[str, ...] = ()
    immutable: bool = False
    volatile: bool = False
    has_subquery: bool = False
    error: str | None = None
    sqlstate: str | None = None
    type: str = ""


def probe_expression(
    connection: Connection,
    catalog: Catalog,
    table_oid: int,
    columns: Mapping[str, str | Column],
    text: str,
    target: Column,
    *,
    table_name: str | None = None,
) -> ExpressionFacts:
    """The facts about `text`, an expression over `columns` (logical name → physical name in the catalog, or a Column
    that does not exist yet), whose value is assigned to `target`. `table_name` is the table's logical name where it
    differs from the catalog's; references may be qualified with either.

    Raises Refused when the role may not make temporary tables, and other translated errors when the server fails
    for a reason that is not the expression's.
    """
    table = catalog.tables[table_oid]
    names = tuple(dict.fromkeys((table_name or table.name.name, table.name.name)))
    copy = {name: _column(table.column, column) for name, column in columns.items()}
    try:
        prepared, has_subquery = _prepared(text, tuple(copy), names, target)
    except MigrationFileError as error:
        return ExpressionFacts(text=text, error=error.message, sqlstate="42601")
    if (found := _itself(prepared, copy, target)) is not None:
        return found
    # What a subquery reads only the server can tell; else the answer depends on nothing but what is written here.
    read = copy if has_subquery else _read_by(prepared, copy)
    key = ("expression", prepared, *((name, _type(column)) for name, column in read.items()), _type(target))
    if not has_subquery and key in catalog.memo:
        known: ExpressionFacts = catalog.memo[key]
        return known
    probe = _Probe(connection, prepared, read, target, names[0], has_subquery, tuple(copy))
    with _rolled_back(connection):
        grant = f"GRANT TEMPORARY ON DATABASE {ident(catalog.database)} TO {ident(catalog.role)};"
        hint = f"pgwright checks expressions on an empty temporary copy of the table: {grant}"
        with _translated(f"making a temporary copy of {table.name}", hint):
            probe.make_copy(catalog.search_path)
        found = probe.facts(text)
    if not has_subquery and found.error is None:
        catalog.memo[key] = found
    return found


def _read_by(text: str, columns: Mapping[str, Column]) -> dict[str, Column]:
    named = set(expression.columns(text))
    return {name: column for name, column in columns.items() if name in named}


def _itself(text: str, columns: Mapping[str, Column], target: Column) -> ExpressionFacts | None:
    """The facts where the expression is one of the columns and the target is of its type: nothing is converted then,
    and there is nothing to ask."""
    name = expression.is_reference(text)
    column = columns.get(name or "")
    if name is None or column is None or _type(column) != _type(target):
        return None
    return ExpressionFacts(text=ident(name), columns=(name,), immutable=True, type=column.type)


def _column(find: Any, column: str | Column) -> Column:
    if isinstance(column, Column):
        return column
    found: Column | None = find(column)
    if found is None:
        raise KeyError(column)
    return found


def _prepared(text: str, columns: tuple[str, ...], names: tuple[str, ...], target: Column) -> tuple[str, bool]:
    """`text` as it is given to the server, and whether it has a subquery. Raises MigrationFileError."""
    node = parse.parse_expression(text)
    has_subquery = expression.has_subquery(text)
    if not has_subquery:
        for name in names:
            if name not in columns and expression.reads_whole_row(text, table=name):
                raise MigrationFileError(
                    f"the expression reads the whole row of {name}: name the columns that it needs",
                    file="<expression>", line=1, column=1,
                )  # fmt: skip
            text = expression.substitute(text, {column: ident(column) for column in columns}, table=name)
    elif len(names) > 1:
        logical = {column: f"{ident(names[0])}.{ident(column)}" for column in columns}
        text = expression.substitute(text, logical, table=names[1])
    if parse.kind_of(node) == "A_Const" and (node.isnull or node.HasField("sval")):
        # A bare 'x' or NULL has no type of its own; an assignment gives it the column's. Without the length: a
        # value that is too long must raise, as it does in an assignment, and not be cut.
        return f"CAST({text} AS {without_length(target.type)})", False
    return text, has_subquery


@contextmanager
def _rolled_back(connection: Connection) -> Iterator[None]:
    """A transaction or savepoint that leaves nothing behind, with the settings of the probe."""
    with connection.transaction(force_rollback=True):
        connection.execute(_SETTINGS.encode())
        yield


def script(connection: Connection, *statements: str) -> list[tuple[Any, ...] | None]:
    """Runs the statements in one message, because each answer that is waited for takes longer than most of them; the
    first row of each, None where it gives none. They hold no parameters."""
    cursor = connection.execute(";\n".join(statements).encode(), prepare=False)
    rows = [cursor.fetchone() if cursor.description else None]
    while cursor.nextset():
        rows.append(cursor.fetchone() if cursor.description else None)
    return rows


@contextmanager
def _translated(doing: str, hint_of_missing_right: str = "") -> Iterator[None]:
    import psycopg

    from ..connect.translation import translate

    try:
        yield
    except psycopg.Error as error:
        hint = hint_of_missing_right if error.sqlstate == MISSING_RIGHT else ""
        raise translate(error, doing=doing, hint=hint) from error


class _Probe:
    """One expression on one temporary copy; lives inside the transaction that is rolled back."""

    def __init__(
        self, connection: Connection, text: str, copy: Mapping[str, Column], target: Column, alias: str,
        has_subquery: bool, known: tuple[str, ...],
    ) -> None:  # fmt: skip
        self._connection = connection
        # On lines of its own: the text may end in a comment.
        self._text = f"(\n{text}\n)"
        self._copy = copy
        self._target = target
        self._from = f"pg_temp.{TABLE} AS {ident(alias)}"
        self._has_subquery = has_subquery
        self._known = known
        self._path = ""

    def make_copy(self, search_path: tuple[str, ...]) -> None:
        """Makes the empty table while nothing of a user is visible, so that every type is the one that was read;
        then the session's search_path comes back, temporary tables last."""
        columns = [_definition(name, column) for name, column in self._copy.items()]
        columns.append(_definition(TARGET, self._target))
        path = ", ".join(ident(schema) for schema in (*search_path, "pg_temp"))
        self._path = f"SET LOCAL search_path = {path}"
        script(self._connection, f"CREATE TEMPORARY TABLE {TABLE} ({', '.join(columns)})", self._path)

    def facts(self, original: str) -> ExpressionFacts:
        """Tries the expression in every role and reads back what the server made of it."""
        import psycopg

        check = f"ALTER TABLE pg_temp.{TABLE} ADD CONSTRAINT {VALUE} CHECK ({self._text} IS NULL)"
        try:
            *_, explained, _, row, _ = script(
                self._connection,
                f"EXPLAIN UPDATE {self._from} SET {TARGET} = {self._text}",
                f"CREATE TEMPORARY VIEW {VIEW} AS SELECT {self._text} AS {VALUE} FROM {self._from}",
                *([check] if not self._has_subquery else []),
                self._merging(),
                "SET LOCAL search_path = pg_catalog, pg_temp",
                _READ_BACK,
                self._path,
            )
        except psycopg.Error as error:
            if error.sqlstate is None or error.sqlstate[:2] in ("08", "53", "57", "58") or error.sqlstate == "55P03":
                with _translated(f"checking the expression {original!r}"):
                    raise
            message = advice(error, self._known, self._target, {TARGET: self._target.name})
            return ExpressionFacts(text=original, error=message, sqlstate=error.sqlstate)
        assert explained is not None, "EXPLAIN always answers"
        assert row is not None, "the view was made in this transaction"
        volatile = explained[0][0]["Plan"]["Node Type"] == "Subquery Scan"
        immutable = not self._has_subquery and not volatile and self._is_immutable()
        return self._read(original, row, immutable=immutable, volatile=volatile)

    def _merging(self) -> str:
        """The planner merges a subquery into the query around it unless its output is volatile (14 to 18, in
        is_simple_subquery): so built-in functions, operators, casts and nested subqueries all count rightly."""
        return (
            f"EXPLAIN (FORMAT JSON, COSTS OFF) SELECT FROM (SELECT {self._text} AS {VALUE} FROM {self._from}) s"
            f" WHERE {VALUE} IS NULL"
        )

    def _is_immutable(self) -> bool:
        """Whether the server takes it for a generated column of the target's type, assignment cast included."""
        # The cast is written out: the server does not look at the one that it adds itself (14 to 18, cookDefault).
        value = f"CAST({self._text} AS {self._target.type})"
        column = f"{COMPUTED} {_type(self._target)} GENERATED ALWAYS AS ({value}) STORED"
        refused = self._refused(f"ALTER TABLE pg_temp.{TABLE} ADD COLUMN {column}")
        if refused == NO_COLLATION:
            # The server works out calls on constants, as lower('X'), before it knows their collation, where it comes
            # to generated columns (14 to 18); in a predicate it knows it.
            refused = self._refused(f"CREATE INDEX ON pg_temp.{TABLE} ((1)) WHERE ({value}) IS NULL")
        return refused is None

    def _refused(self, statement: str) -> str | None:
        """The SQLSTATE by which the server refuses a statement for what it knows of the functions, None where it does
        not. Raises what else there is."""
        import psycopg

        try:
            script(self._connection, f"SAVEPOINT {VALUE}", statement)
        except psycopg.Error as error:
            if error.sqlstate not in (NOT_IMMUTABLE, NO_COLLATION):
                raise
            self._connection.execute(f"ROLLBACK TO SAVEPOINT {VALUE}".encode())
            return error.sqlstate
        return None

    def _read(self, original: str, row: tuple[Any, ...], *, immutable: bool, volatile: bool) -> ExpressionFacts:
        definition, condition, type_name, numbers = row
        if any(number <= 0 for number in numbers):
            message = "the expression reads a system column or the whole row: name the columns that it needs"
            return ExpressionFacts(text=original, error=message, sqlstate="0A000")
        names = tuple(self._copy)
        return ExpressionFacts(
            text=_from_check(condition) if condition is not None else _from_view(definition),
            columns=tuple(names[number - 1] for number in numbers),
            immutable=immutable,
            volatile=volatile,
            has_subquery=self._has_subquery,
            type=type_name,
        )


_READ_BACK = f"""
    SELECT pg_get_viewdef(v.oid), pg_get_expr(k.conbin, k.conrelid), format_type(a.atttypid, a.atttypmod),
           ARRAY (SELECT DISTINCT n FROM (
               SELECT d.refobjsubid FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid AND r.ev_class = v.oid
               WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
                 AND d.refobjid = t.oid AND d.refobjsubid <> 0
               UNION ALL SELECT unnest(k.conkey)) x (n) ORDER BY n)::int[]
    FROM pg_class v
    JOIN pg_class t ON t.relnamespace = v.relnamespace AND t.relname = {literal(TABLE)}
    JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum = 1
    LEFT JOIN pg_constraint k ON k.conrelid = t.oid AND k.conname = {literal(VALUE)}
    WHERE v.relnamespace = pg_my_temp_schema() AND v.relname = {literal(VIEW)}
"""


def _definition(name: str, column: Column) -> str:
    return f"{ident(name)} {_type(column)}"


def _type(column: Column) -> str:
    return column.type if column.collation is None else f"{column.type} COLLATE {column.collation}"


def _from_check(condition: str) -> str:
    """The expression out of `(… IS NULL)`."""
    before, after = "(", " IS NULL)"
    if not (condition.startswith(before) and condition.endswith(after)):
        raise PgwrightError(f"The server wrote the check of an expression in an unknown way: {condition}")
    return condition[len(before) : -len(after)].strip()


def _from_view(definition: str) -> str:
    """The expression out of ` SELECT … AS pgwright_value FROM …`; the last such suffix is never inside a literal."""
    before = " SELECT "
    end = definition.rfind(SUFFIX)
    if not definition.startswith(before) or end < 0:
        raise PgwrightError(f"The server wrote the view of an expression in an unknown way: {definition}")
    return definition[len(before) : end].strip()
