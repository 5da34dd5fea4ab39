"""The name and the definition of an index are those that PostgreSQL chooses, whatever its columns are called."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgwright.base.errors import MigrationFileError
from pgwright.sql.quote import ident
from tests.evolve.operations.planning import planned
from tests.sql.names import names
from tests.support.databases import Database

EXPRESSIONS = (
    "lower({})",
    "({} || 'x')",
    "({}::varchar)",
    '({} COLLATE "C")',
    "(coalesce({}, ''))",
    "(CASE WHEN {} = 'a' THEN 1 ELSE 2 END)",
    "(ARRAY[{}])",
    "(({} IS NULL))",
    "(greatest({}, 'a'))",
    "({}::text[]::text)",
    "nullif({}, '')",
)
ENDS = ("", " DESC", " NULLS FIRST", ' COLLATE "C" text_pattern_ops DESC')


@st.composite
def statements(draw: st.DrawFn) -> tuple[str, list[str], str]:
    """(table, columns, the statement without a name)."""
    table, *columns = draw(st.lists(names, min_size=3, max_size=4, unique=True))
    columns = [each for each in columns if each not in ("ctid", "xmin", "xmax", "cmin", "cmax", "tableoid")] or ["a"]
    keys = []
    for _ in range(draw(st.integers(1, 3))):
        column = ident(draw(st.sampled_from(columns)))
        form = draw(st.sampled_from(("{}", "{}", *EXPRESSIONS)))
        keys.append(form.format(column) + (draw(st.sampled_from(ENDS)) if form == "{}" else ""))
    where = f" WHERE {ident(columns[0])} <> ''" if draw(st.booleans()) else ""
    include = f" INCLUDE ({ident(columns[-1])})" if draw(st.booleans()) else ""
    unique = "UNIQUE " if draw(st.booleans()) else ""
    return table, columns, f"CREATE {unique}INDEX ON {ident(table)} ({', '.join(keys)}){include}{where}"


@pytest.mark.majors(14, 18)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(made=statements())
def test_as_the_server_does(make_database: Callable[..., Database], made: tuple[str, list[str], str]) -> None:
    database = _shared(make_database)
    table, columns, statement = made
    database.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    database.run(f"CREATE TABLE {ident(table)} ({', '.join(f'{ident(each)} text' for each in columns)})")
    try:
        database.run(statement)
    except psycopg.Error:
        with pytest.raises(MigrationFileError):
            planned(database, statement + ";")
        return
    definition = "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = to_regclass(%s)"
    [(native,)] = database.all(definition, ident(table))
    [(name,)] = database.all(
        "SELECT relname FROM pg_class WHERE relkind = 'i' AND relnamespace = 'public'::regnamespace"
    )
    database.run(f"DROP INDEX {ident(name)}")
    plan = planned(database, statement + ";")
    database.run(next(step.statements[0] for step in plan.steps if step.id.endswith(".build")))
    assert database.all(definition, ident(table)) == [(native,)]


_databases: dict[int, Database] = {}


def _shared(make: Callable[..., Database]) -> Database:
    """One database for all examples of a test; hypothesis calls the body many times with the same fixture."""
    if id(make) not in _databases:
        _databases.clear()
        _databases[id(make)] = make()
    return _databases[id(make)]
