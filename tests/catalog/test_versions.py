"""What only some majors have."""

from __future__ import annotations

import re

import pytest

from pgwright import connect
from pgwright.catalog import read
from pgwright.catalog.statements import FOLDER, statement
from pgwright.catalog.values import Table
from tests.support.databases import Database


def only_table(database: Database, script: str, name: str = "t") -> Table:
    database.run(script)
    with connect.open(database.dsn) as connection:
        catalog = read(connection)
    return next(table for table in catalog.tables.values() if table.name.name == name)


@pytest.mark.majors(15, 18)
def test_column_lists_row_filters_and_schemas(database: Database) -> None:
    table = only_table(
        database,
        """CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int);
           CREATE PUBLICATION listed FOR TABLE t (id, a) WHERE (a > 1 AND b > 2) WITH (publish = 'insert');
           CREATE PUBLICATION plain FOR TABLE t;
           CREATE PUBLICATION wide FOR TABLES IN SCHEMA public;""",
    )
    listed, plain, wide = sorted(table.publications, key=lambda publication: publication.name)
    assert (listed.columns, listed.filter, listed.filter_columns) == ((1, 2), "((a > 1) AND (b > 2))", (2, 3))
    assert (plain.columns, plain.filter, plain.how) == (None, None, "table")
    assert (wide.how, wide.columns) == ("schema", None)


@pytest.mark.majors(18)
def test_virtual_columns(database: Database) -> None:
    table = only_table(
        database, "CREATE TABLE t (a int, v int GENERATED ALWAYS AS (a * 2), s int GENERATED ALWAYS AS (a) STORED)"
    )
    assert [(column.generated, column.stored, column.reads) for column in table.columns] == [
        (None, True, ()), ("(a * 2)", False, (1,)), ("a", True, (1,)),
    ]  # fmt: skip


@pytest.mark.majors(18)
def test_not_null_constraints(database: Database) -> None:
    table = only_table(
        database,
        """CREATE TABLE t ("A b" int, b int CONSTRAINT mine NOT NULL NO INHERIT);
           ALTER TABLE t ADD CONSTRAINT later NOT NULL "A b" NOT VALID;""",
    )
    found = {each.name: (each.definition, each.validated, each.no_inherit) for each in table.constraints}
    assert found == {
        "mine": ("NOT NULL b NO INHERIT", True, True),
        "later": ('NOT NULL "A b" NOT VALID', False, False),
    }
    with database.connect() as connection:
        rows = connection.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 't'::regclass"
        )
        assert dict(rows.fetchall()) == {name: definition for name, (definition, _, _) in found.items()}


@pytest.mark.majors(18)
def test_constraints_that_are_not_enforced(database: Database) -> None:
    table = only_table(database, "CREATE TABLE t (a int CHECK (a > 0) NOT ENFORCED)")
    assert [constraint.enforced for constraint in table.constraints] == [False]


@pytest.mark.majors("every")
def test_constraint_triggers_are_told_from_internal_ones(database: Database) -> None:
    table = only_table(
        database,
        """CREATE TABLE other (id int PRIMARY KEY);
           CREATE TABLE t (id int PRIMARY KEY DEFERRABLE, o int REFERENCES other) PARTITION BY RANGE (id);
           CREATE TABLE leaf PARTITION OF t FOR VALUES FROM (1) TO (9);
           CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
           CREATE CONSTRAINT TRIGGER ct AFTER INSERT ON leaf DEFERRABLE FOR EACH ROW EXECUTE FUNCTION f();""",
        "leaf",
    )
    assert [(trigger.name, trigger.constraint) for trigger in table.triggers] == [("ct", True)]
    assert "trigger" in {constraint.kind for constraint in table.constraints}


def test_switches_of_the_queries_name_features_that_exist() -> None:
    for path in sorted(FOLDER.glob("*.sql")):
        for major in range(14, 20):
            text = statement(path.stem, major)
            assert "--" not in re.sub(r" -- .*$", "", text, flags=re.MULTILINE), path.name
            assert text.lstrip().startswith(("SELECT", "WITH")), path.name
