from __future__ import annotations

import re
from pathlib import Path

import pytest

from pgwright.sql import parse
from pgwright.sql.actions import actions, all_keys
from pgwright.sql.parse import Statement

TEXT = (Path(__file__).parent / "statements.sql").read_text()
KEYS = re.findall(r"^-- (\w+Stmt\S*)$", TEXT, re.MULTILINE)
STATEMENTS = parse.parse(TEXT)


def test_every_key_has_an_example_and_no_example_an_unknown_key() -> None:
    assert sorted(KEYS) == list(all_keys())
    assert len(KEYS) == len(STATEMENTS)


@pytest.mark.parametrize(("key", "statement"), list(zip(KEYS, STATEMENTS, strict=True)), ids=KEYS)
def test_the_key_of(key: str, statement: Statement) -> None:
    assert [action.key for action in actions(statement)] == [key]


def test_each_subcommand_is_an_action_where_it_stands() -> None:
    text = """-- é
    ALTER TABLE ONLY ("é"."t,(") ADD COLUMN a numeric(1, 2) DEFAULT (ARRAY[1,2])[1],
        ALTER b SET NOT NULL, /* , */ ADD CHECK (a IN (1, 2)),
      DROP é;"""
    (statement,) = parse.parse(text)
    found = actions(statement)
    assert [action.key.split(".")[1] for action in found] == [
        "AT_AddColumn",
        "AT_SetNotNull",
        "AT_AddConstraint",
        "AT_DropColumn",
    ]
    assert [str(action.position) for action in found] == ["2:34", "3:9", "3:39", "4:7"]
    assert [action.index for action in found] == [0, 1, 2, 3]
    assert found[3].node.name == "é"
    assert str(found[3].error("no", hint="yes")).splitlines()[1:3] == ["4 |       DROP é;", "  |       ^"]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("ALTER TABLE t DROP a", ["1:15"]),
        ("ALTER TABLE IF EXISTS t * DROP a, DROP b", ["1:27", "1:35"]),
        ("ALTER TABLE d.s . t DROP a", ["1:21"]),
        ("ALTER TABLE U&\"t\" UESCAPE '!' DROP a", ["1:31"]),
        ("ALTER TABLE U&\"s\" UESCAPE '!' . t DROP a", ["1:35"]),
        ("ALTER TYPE y ADD ATTRIBUTE a int, DROP ATTRIBUTE b", ["1:14", "1:35"]),
        ("ALTER INDEX i ATTACH PARTITION j", ["1:15"]),
        ("ALTER VIEW v ALTER c SET DEFAULT 1", ["1:14"]),
    ],
)
def test_places_of_subcommands(text: str, places: list[str]) -> None:
    assert [str(action.position) for action in actions(parse.parse(text)[0])] == places


@pytest.mark.parametrize(
    ("text", "object_type"),
    [
        ("ALTER TABLE t DROP a", "OBJECT_TABLE"),
        ("ALTER INDEX i SET (fillfactor = 10)", "OBJECT_INDEX"),
        ("ALTER TYPE y DROP ATTRIBUTE a", "OBJECT_TYPE"),
        ("ALTER VIEW v RENAME COLUMN a TO b", "OBJECT_VIEW"),
        ("ALTER FOREIGN TABLE v RENAME a TO b", "OBJECT_FOREIGN_TABLE"),
        ("ALTER TABLE a RENAME TO b", "OBJECT_TABLE"),
        ("ALTER TABLE t RENAME CONSTRAINT a TO b", "OBJECT_TABCONSTRAINT"),
        ("CREATE TABLE t ()", ""),
    ],
)
def test_what_an_alter_speaks_of(text: str, object_type: str) -> None:
    assert actions(parse.parse(text)[0])[0].object_type == object_type


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("CALL pgwright.partition_table('t')", "CallStmt.pgwright.partition_table"),
        ('CALL PGWRIGHT."Partition"()', "CallStmt.pgwright.Partition"),
        ("CALL partition_table('t')", "CallStmt"),
        ('CALL "Pgwright".f()', "CallStmt"),
        ("CALL d.pgwright.f()", "CallStmt"),
    ],
)
def test_a_call_of_pgwright_has_a_key_of_its_own(text: str, key: str) -> None:
    assert actions(parse.parse(text)[0])[0].key == key
