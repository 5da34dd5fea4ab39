"""RENAME and TYPE of one column in one file: one new column, one pass, both names until contract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError, Refused
from pgwright.evolve.steps.step import Kind
from tests.evolve.operations.planning import planned
from tests.support.changes import Change, Changing, lives
from tests.support.columns import PLAIN
from tests.support.databases import Database

RENAME = "ALTER TABLE t RENAME COLUMN b TO nombre;\n"
BIGINT = "ALTER TABLE t ALTER COLUMN nombre TYPE bigint;\n"
# The text of t.a that is a number, and two rows where it is none.
TEXT = PLAIN + "UPDATE t SET a = id;\n"
BROKEN = TEXT + "UPDATE t SET a = 'douze' WHERE id IN (12, 190);\n"
TYPE = "ALTER TABLE t RENAME a TO numéro;\n-- pgwright: {}\nALTER TABLE t ALTER numéro TYPE int USING a::int;\n"
NATIVE = "ALTER TABLE t RENAME a TO numéro;\nALTER TABLE t ALTER numéro TYPE int USING {};\n"
FORGIVING = "CASE WHEN numéro ~ '^[0-9]+$' THEN numéro::int END"
DEFAULTED = TEXT.replace(";\n", ";\nALTER TABLE t ALTER a SET DEFAULT 'rien';\n", 1)
OLD = (
    "INSERT INTO t (id, a, b) VALUES (%(n)s, %(n)s::text, %(k)s)",
    "UPDATE t SET b = b + 1 WHERE id = %(k)s",
    "UPDATE t SET c = 'x' WHERE id = %(k)s",
    "SELECT id, b FROM t WHERE id = %(k)s",
    "DELETE FROM t WHERE id = %(n)s - 3",
)
NEW = tuple(statement.replace("b", "nombre") for statement in OLD)
TEXTS = (
    "INSERT INTO t (id, a) VALUES (%(n)s, %(k)s::text)",
    "UPDATE t SET a = (a::int + 1)::text WHERE id = %(k)s",
    "SELECT a FROM t WHERE id = %(k)s",
)
INTS = (
    "INSERT INTO t (id, numéro) VALUES (%(n)s, %(k)s)",
    "UPDATE t SET numéro = numéro + 1 WHERE id = %(k)s",
    "SELECT numéro FROM t WHERE id = %(k)s",
)

POINTING = """CREATE TABLE n (b int PRIMARY KEY);
INSERT INTO n SELECT DISTINCT b FROM t WHERE b IS NOT NULL;
ALTER TABLE t ADD CONSTRAINT vers FOREIGN KEY (b) REFERENCES n"""

LIVES = (
    Change(
        name="int_to_bigint",
        differs=True,
        setup=PLAIN + "CREATE INDEX ON t (b);\nALTER TABLE t ALTER b SET DEFAULT 5, ADD CHECK (b >= 0);\n",
        migration=RENAME + BIGINT,
        old=OLD,
        new=NEW,
    ),
    Change(
        name="and_not_null",
        setup=PLAIN,
        migration=RENAME + BIGINT + "ALTER TABLE t ALTER nombre SET NOT NULL;\n",
        old=OLD,
        new=NEW,
    ),
    Change(
        name="one_statement_more",
        setup=PLAIN,
        migration=RENAME + "ALTER TABLE t ALTER c SET DEFAULT 'y', ALTER nombre TYPE numeric(20,2);\n",
        old=OLD,
        new=NEW,
    ),
    Change(
        name="text_to_int",
        setup=TEXT,
        migration=TYPE.format("down = numéro::text"),
        native=NATIVE.format("numéro::int"),
        old=TEXTS,
        new=INTS,
    ),
    Change(
        name="what_is_no_number_is_null",
        setup=BROKEN,
        migration=TYPE.format("on_error = null"),
        native=NATIVE.format(FORGIVING),
        old=(*TEXTS[:1], "UPDATE t SET a = 'onze' WHERE id = %(k)s", TEXTS[2]),
        new=INTS,
    ),
    Change(
        name="another_default",
        setup=DEFAULTED,
        migration=TYPE.format("down = numéro::text") + "ALTER TABLE t ALTER numéro SET DEFAULT 0;\n",
        native="ALTER TABLE t ALTER a DROP DEFAULT;\n"
        + NATIVE.format("numéro::int")
        + "ALTER TABLE t ALTER numéro SET DEFAULT 0;\n",
        old=TEXTS,
        new=INTS,
    ),
    Change(
        name="no_default",
        setup=DEFAULTED,
        migration=TYPE.format("down = numéro::text") + "ALTER TABLE t ALTER numéro DROP DEFAULT;\n",
        native="ALTER TABLE t ALTER a DROP DEFAULT;\n" + NATIVE.format("numéro::int"),
        old=TEXTS,
        new=INTS,
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("change", LIVES, ids=lambda change: change.name)
def test_life(make_database: Callable[..., Database], tmp_path: Path, change: Change) -> None:
    lives(change, make_database, tmp_path)


def test_one_pass_and_one_column(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PLAIN), RENAME + BIGINT)
    rename, type_ = plan.migrations[0].operations
    assert (rename.name, rename.strategy, rename.why) == ("rename_column", "copy", "its type becomes bigint")
    assert (type_.name, type_.strategy) == ("change_type", "with the rename")
    assert len([step for step in plan.steps if step.kind is Kind.BACKFILL]) == 1
    assert {operation for step in plan.steps for operation in step.operations} == {rename.id}


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        (RENAME + "ALTER TABLE t ALTER nombre TYPE nulle_part;", 'type "nulle_part" does not exist', 2),
        (RENAME + "ALTER TABLE t ALTER nombre TYPE date;", "cannot be carried", 1),
        (RENAME + "ALTER TABLE t ALTER nombre TYPE int USING zz;", 'USING zz: column "zz" does not exist', 2),
        ("-- pgwright: down = nombre\n" + RENAME + "-- pgwright: down = nombre\n" + BIGINT, "is said in line 2", 3),
        ("-- pgwright: up = b\n" + RENAME + BIGINT.replace(";", " USING b;"), "USING in line 3 does it as well", 1),
        (
            "ALTER TABLE t RENAME c TO d;\nALTER TABLE t ALTER d TYPE int USING length(d);",
            "the DEFAULT 'c'::text of d is no integer",
            2,
        ),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], text: str, said: str, line: int) -> None:
    with pytest.raises(MigrationFileError) as caught:
        planned(make_database(PLAIN), text)
    assert said in caught.value.message
    assert caught.value.line == line
    assert "pgw" not in caught.value.message.replace("pgwright", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RENAME + BIGINT + "ALTER TABLE t ALTER nombre TYPE numeric;", "nombre gets another type here than in line 2"),
        (BIGINT.replace("nombre", "b") + RENAME, "b is changing its type"),
        ("-- pgwright: strategy = alias\n" + RENAME + BIGINT, "its type becomes bigint, and a view cannot do that"),
        (RENAME + "ALTER TABLE t RENAME nombre TO n;\nALTER TABLE t ALTER n TYPE bigint;", ""),
    ],
)
def test_what_contradicts_is_refused(make_database: Callable[..., Database], text: str, said: str) -> None:
    if not said:
        assert planned(make_database(PLAIN), text).steps
        return
    with pytest.raises(Refused) as caught:
        planned(make_database(PLAIN), text)
    assert said in " ".join((caught.value.message, *caught.value.reasons))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("CREATE POLICY p ON t USING (b > 0)", 'as long as policy "p" of public.t reads it'),
        (POINTING, 'as long as foreign key "vers"'),
    ],
)
def test_what_hangs_on_it_and_cannot_have_the_type(
    make_database: Callable[..., Database], more: str, said: str
) -> None:
    text = RENAME + "-- pgwright: down = nombre::int\nALTER TABLE t ALTER nombre TYPE text;"
    with pytest.raises(Refused) as caught:
        planned(make_database(f"{PLAIN}{more};\n"), text)
    assert said in caught.value.message


def test_what_the_new_type_refuses_stops_the_pass_by_name(
    make_database: Callable[..., Database], tmp_path: Path
) -> None:
    change = Change(name="refused", setup=BROKEN, migration=TYPE.format("down = numéro::text"))
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    with pytest.raises(Exception, match="douze"):
        life.expand()
    life.database.run("UPDATE t SET a = '12' WHERE a = 'douze'")
    life.expand()
    life.stop("expanded")
