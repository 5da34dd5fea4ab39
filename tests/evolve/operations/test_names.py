"""The names that PostgreSQL chooses, on real servers: what the plan foretells is what the plain statement gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgwright.catalog.reader import read
from pgwright.catalog.values import Catalog
from pgwright.evolve.operations import _names
from pgwright.sql.quote import ident
from tests.support.databases import Database

LETTERS = st.sampled_from(["a", "B", "_", "é", "€", "𝄞", " ", '"', "'", ";", "%", "1"])
PIECES = st.lists(LETTERS, min_size=1, max_size=70).map("".join)
LONG = st.builds(lambda piece, times: piece * times, PIECES, st.sampled_from([1, 1, 5, 40]))


def _cut(name: str) -> str:
    return name.encode()[:63].decode(errors="ignore")


# The array type of a table of 63 underscores would have its name: PostgreSQL makes no such table (14 to 18).
NAMES = LONG.map(_cut).filter(lambda name: name.strip() != "" and name.strip("_") != "")


@dataclass(frozen=True)
class Scene:
    """A table with columns, and who has the names: `taken` numbers of the label that a relation or a constraint of
    another table has."""

    table: str
    columns: tuple[str, ...]
    keys: tuple[int, ...]
    taken: tuple[tuple[int, str], ...]


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Hostile names; the first of those that would be chosen are taken."""
    columns = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    keys = draw(st.lists(st.sampled_from(range(len(columns))), min_size=1, max_size=len(columns), unique=True))
    taken = draw(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["table", "constraint", "domain"])), max_size=3))
    return Scene(draw(NAMES), tuple(columns), tuple(keys), tuple(taken))


KINDS = {
    "check": ("ADD CHECK ({first} > 0)", "c"),
    "fkey": ("ADD FOREIGN KEY ({listed}) REFERENCES {table} ({listed})", "f"),
    "key": ("ADD UNIQUE ({listed})", "u"),
    "pkey": ("ADD PRIMARY KEY ({listed})", "p"),
    "not_null": ("ALTER COLUMN {first} SET NOT NULL", "n"),
}


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize("label", [*KINDS, "idx", "included"])
def test_names(make_database: Callable[..., Database], label: str) -> None:
    database = make_database()
    with database.connect(autocommit=False) as connection:
        connection.execute("SET client_min_messages = error")

        @settings(max_examples=15, suppress_health_check=list(HealthCheck))
        @given(scenes())
        def compare(scene: Scene) -> None:
            try:
                assert _foretold(connection, scene, label) == _given(connection, scene, label)
            finally:
                connection.rollback()

        if label != "not_null" or database.server.major >= 18:
            compare()


def _foretold(connection: psycopg.Connection[tuple[object, ...]], scene: Scene, label: str) -> str:
    """Makes the table and what has the names, and foretells the next one."""
    _make(connection, scene)
    for number, kind in scene.taken:
        name = _names.free(
            scene.table, _of(scene, label)[1], _of(scene, label)[0] + (str(number) if number else ""), ()
        )
        statement = {
            "table": f"CREATE TABLE s.{ident(name)} ()",
            "domain": f"CREATE DOMAIN s.{ident(f'domain{number}')} AS int CONSTRAINT {ident(name)} CHECK (VALUE > 0)",
            "constraint": f"CREATE TABLE s.{ident(f'other{number}')} (a int, CONSTRAINT {ident(name)} CHECK (a > 0))",
        }[kind]
        with connection.transaction(force_rollback=False):
            try:
                with connection.transaction():
                    connection.execute(statement.encode())
            except (psycopg.errors.DuplicateTable, psycopg.errors.DuplicateObject):
                pass
    catalog = read(connection, schemas=("s",))
    return _name(catalog, scene, label)


def _of(scene: Scene, label: str) -> tuple[str, str]:
    columns = [scene.columns[key] for key in scene.keys]
    if label in ("check", "not_null"):
        return label, columns[0]
    if label == "pkey":
        return label, ""
    return ("key" if label == "included" else label), "_".join(columns)


def _name(catalog: Catalog, scene: Scene, label: str) -> str:
    table = next(each for each in catalog.tables.values() if each.name.name == scene.table)
    columns = [scene.columns[key] for key in scene.keys]
    if label in ("check", "not_null"):
        return _names.constraint_name(catalog, table, columns[:1], label, ())
    if label == "fkey":
        return _names.constraint_name(catalog, table, columns, label, ())
    return _names.index_name(catalog, table.name, columns, "key" if label == "included" else label, ())


def _make(connection: psycopg.Connection[tuple[object, ...]], scene: Scene) -> None:
    columns = ", ".join(f"{ident(name)} int" for name in scene.columns)
    listed = ", ".join(ident(scene.columns[key]) for key in scene.keys)
    connection.execute("CREATE SCHEMA s")
    connection.execute(f"CREATE TABLE s.{ident(scene.table)} ({columns})".encode())
    connection.execute(f'CREATE TABLE s."référencé" ({columns}, CONSTRAINT ref UNIQUE ({listed}))'.encode())


def _given(connection: psycopg.Connection[tuple[object, ...]], scene: Scene, label: str) -> str:
    """What the server chooses for the plain statement."""
    table = f"s.{ident(scene.table)}"
    columns = [ident(scene.columns[key]) for key in scene.keys]
    listed = ", ".join(columns)
    before = _all(connection, table)
    if label == "idx":
        connection.execute(f"CREATE INDEX ON {table} ({listed})".encode())
    elif label == "included":
        head, *rest = columns
        more = f" INCLUDE ({', '.join(rest)})" if rest else ""
        connection.execute(f"ALTER TABLE {table} ADD UNIQUE ({head}){more}".encode())
    else:
        statement = KINDS[label][0].format(first=columns[0], listed=listed, table='s."référencé"')
        connection.execute(f"ALTER TABLE {table} {statement}".encode())
    after = _all(connection, table) - before
    if label == "pkey":  # 18 adds NOT NULL as well
        after = {name for name in after if name[0] == "p"}
    (found,) = {name for _, name in after}
    return found


def _all(connection: psycopg.Connection[tuple[object, ...]], table: str) -> set[tuple[str, str]]:
    rows = connection.execute(
        "SELECT contype::text, conname FROM pg_constraint WHERE conrelid = %(table)s::regclass UNION "
        "SELECT 'i', c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "WHERE i.indrelid = %(table)s::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid)",
        {"table": table},
    ).fetchall()
    return {(str(kind), str(name)) for kind, name in rows}
