"""ALTER COLUMN … TYPE: which changes are free, what it refuses, and its life while both applications write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.columns import (
    COUNTED,
    HOSTILE,
    HOSTILE_COLUMN,
    HOSTILE_TABLE,
    INHERITED,
    OWNED,
    OWNER,
    PARTED,
    PLAIN,
    WORK,
)
from tests.support.databases import Database

SHOP = """CREATE TABLE commandes (id bigint PRIMARY KEY, total text NOT NULL CHECK (total <> ''), statut text, b int,
  quand timestamp, v varchar(20), n numeric(10,2));
INSERT INTO commandes SELECT i, i || '.50', 'x', i, now(), 'v' || i, i FROM generate_series(1, 300) i;
CREATE INDEX par_total ON commandes (total, id DESC) WHERE statut <> 'LIVREE';
"""
NUMERIC = "ALTER TABLE commandes ALTER COLUMN total TYPE numeric(12,2) USING total::numeric;\n"
# What both versions can say, before and after contract.
ORDERS = (
    "INSERT INTO commandes (id, total, quand) VALUES (%(n)s, '7.25', now())",
    "UPDATE commandes SET total = '8.75' WHERE id = %(k)s",
    "UPDATE commandes SET statut = 'LIVREE' WHERE id = %(k)s",
    "SELECT id, total::text FROM commandes WHERE id = %(k)s",
    "DELETE FROM commandes WHERE id = %(n)s - 3",
)
NUMBERS = (
    "INSERT INTO t (id, a, b) VALUES (%(n)s, 'n', %(k)s)",
    "UPDATE t SET b = b + 1 WHERE id = %(k)s",
    "UPDATE t SET a = 'x' WHERE id = %(k)s",
    "SELECT id, b::text FROM t WHERE id = %(k)s",
    "DELETE FROM t WHERE id = %(n)s - 3",
)
SMALL = "DELETE FROM t;\nALTER TABLE t ALTER b SET DEFAULT 5, ADD CHECK (b >= 0), ADD UNIQUE (id, c);\n"
INDEXED = PLAIN + "CREATE INDEX par_b ON t (b) INCLUDE (c);\nCOMMENT ON COLUMN t.b IS 'é';\n"
INDEXED += "ALTER TABLE t ALTER b SET NOT NULL, ALTER b SET DEFAULT 5, ADD CHECK (b >= 0), ALTER b SET STATISTICS 7;\n"
INDEXED += "CREATE STATISTICS ensemble ON a, b FROM t;\n"
POINTING = "CREATE TABLE autre (n int PRIMARY KEY);\nINSERT INTO autre SELECT generate_series(0, 100000);\n"
POINTING += "CREATE TABLE t (id bigint PRIMARY KEY, b int REFERENCES autre, c text);\n"
POINTING += "INSERT INTO t SELECT i, i, 'c' FROM generate_series(1, 200) i;\nCREATE INDEX ON t (b);\n"
BIGINT = "ALTER TABLE t ALTER COLUMN b TYPE bigint;\n"
UTC = "ALTER TABLE commandes ALTER COLUMN quand TYPE timestamptz USING quand AT TIME ZONE 'UTC';\n"

LIVES = (
    Change(
        name="text_to_numeric",
        setup=SHOP.replace(" CHECK (total <> '')", ""),
        migration="-- pgwright: down = total::text\n" + NUMERIC,
        old=ORDERS,
        new=ORDERS,
    ),
    Change(name="int_to_bigint", differs=True, setup=INDEXED, migration=BIGINT, old=NUMBERS, new=NUMBERS),
    Change(name="bigint_of_partitions", setup=PARTED.replace("LIST (b)", "LIST (c)"), migration=BIGINT, old=WORK[2:]),
    Change(
        name="timestamps",
        setup=SHOP,
        migration="-- pgwright: down = quand AT TIME ZONE 'UTC'\n" + UTC,
        old=ORDERS[:3],
        new=ORDERS[:3],
    ),
    Change(
        name="a_longer_varchar",
        setup=SHOP + "CREATE INDEX ON commandes (v);\n",
        migration="ALTER TABLE commandes ALTER v TYPE varchar(50);\n",
        old=ORDERS,
        new=ORDERS,
        returns=False,
    ),
)
SHAPES = (
    Change(name="children", setup=INHERITED, migration=BIGINT),
    Change(name="foreign_key", setup=POINTING, migration=BIGINT),
    Change(
        name="triggers_of_users",
        setup=PLAIN + COUNTED.replace("NEW.b + 1", "NEW.b"),
        migration="ALTER TABLE t ALTER a TYPE varchar(30);\n",
    ),
    Change(
        name="hostile_names",
        setup=HOSTILE_TABLE + f"UPDATE {HOSTILE} SET {HOSTILE_COLUMN} = '3';\n"
        f"ALTER TABLE {HOSTILE} ALTER {HOSTILE_COLUMN} DROP DEFAULT;\n",
        migration=f"ALTER TABLE {HOSTILE} ALTER {HOSTILE_COLUMN} TYPE int USING ({HOSTILE_COLUMN})::int;\n",
    ),
    Change(
        name="two_at_once",
        setup=PLAIN,
        migration="ALTER TABLE t ALTER b TYPE bigint, ALTER c TYPE varchar(9);\n",
    ),
    Change(
        name="two_at_once_of_types_that_do_not_mix",
        setup=PLAIN + "ALTER TABLE t ADD j jsonb DEFAULT '{\"a\": 1}', ADD e varchar(3)[] DEFAULT '{ab}';\n",
        migration="-- pgwright: down = b::int\nALTER TABLE t ALTER b TYPE text;\nALTER TABLE t ALTER j TYPE json;\n"
        "-- pgwright: down = e::varchar(3)[]\nALTER TABLE t ALTER e TYPE bpchar(5)[];\n",
        old=NUMBERS[::2],
        new=NUMBERS[::2],
    ),
    Change(name="two_units", setup=PLAIN, migration="ALTER TABLE t ALTER c TYPE varchar(9);\n", earlier=(BIGINT,)),
    Change(
        name="free_of_partitions",
        setup=PARTED.replace("a text", "a varchar(30)"),
        migration="ALTER TABLE t ALTER a TYPE text;\n",
        returns=False,
    ),
    Change(
        name="another_collation",
        setup=PLAIN + "CREATE INDEX ON t (a);\n",
        migration='ALTER TABLE t ALTER a TYPE text COLLATE "C";\n',
    ),
    Change(
        name="another_collation_is_only_noted_down",
        setup=PLAIN,
        migration='ALTER TABLE t ALTER a TYPE text COLLATE "C";\n',
        returns=False,
    ),
    Change(
        name="an_ordinary_owner",
        setup=OWNED.format(setup=PLAIN),
        migration=BIGINT,
        runner=OWNER,
    ),
    Change(name="no_rows", setup=PLAIN + "TRUNCATE t;\n", migration=BIGINT),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", [*LIVES, *SHAPES], ids=[case.name for case in (*LIVES, *SHAPES)])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


HIDDEN = [
    "open expand instant ACCESS EXCLUSIVE",
    "pass backfill backfill ROW EXCLUSIVE",
    "fill_end backfill verify -",
    "check verify instant ACCESS EXCLUSIVE",
    "validate verify online SHARE UPDATE EXCLUSIVE",
    "analyze verify online SHARE UPDATE EXCLUSIVE",
    "flip contract cutover ACCESS EXCLUSIVE",
    "retire retire cutover ACCESS EXCLUSIVE",
]


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PLAIN), BIGINT)
    assert outline(plan)[: len(HIDDEN)] == HIDDEN
    assert not [step for step in plan.steps if step.scans and any(lock.mode.is_strong for lock in step.locks)]
    assert "public.t would be written anew" in only(plan).why


# The conversions of a table that PostgreSQL only notes down, and those beside them that it does not (14 to 18).
FREE = """varchar(20) -> varchar(50); varchar(20) -> varchar; varchar(20) -> text; text -> varchar; numeric(10,2) ->
numeric(12,2); numeric(10,2) -> numeric; timestamp(3) -> timestamp(6); timestamptz(3) -> timestamptz;
time(2) -> time(4); interval(2) -> interval(4); varbit(5) -> varbit(9); cidr -> inet; xml -> text; int -> oid;
int -> plain; plain -> int; text -> text COLLATE "C" """
ANEW = """int -> bigint; smallint -> int; real -> double precision; int -> text; varchar(50) -> varchar(20); text ->
varchar(9); char(3) -> char(5); char(3) -> text; numeric(10,2) -> numeric(12,3); numeric(12,2) -> numeric(10,2);
timestamp(6) -> timestamp(3); json -> jsonb; mood -> text; int -> checked; timestamp -> timestamptz; timestamptz ->
timestamp; int -> bigint USING x::bigint"""
PAIRS = [(pair, True) for pair in FREE.split(";")] + [(pair, False) for pair in ANEW.split(";")]
TYPES = (
    "CREATE DOMAIN plain AS int;\nCREATE DOMAIN checked AS int CHECK (value > 0);\nCREATE TYPE mood AS ENUM ('a');\n"
)


@pytest.mark.majors("all")
@pytest.mark.parametrize(("pair", "free"), PAIRS, ids=[" ".join(pair.split()) for pair, _ in PAIRS])
def test_what_is_free(make_database: Callable[..., Database], pair: str, free: bool) -> None:
    old, new = (part.strip() for part in pair.split("->"))
    setup = f"{TYPES}CREATE TABLE t (id int, x {old});\nINSERT INTO t SELECT generate_series(1, 10);\n"
    database = make_database(setup)
    plan = planned(database, f"-- pgwright: down = NULL\nALTER TABLE t ALTER COLUMN x TYPE {new};")
    assert (only(plan).strategy == "catalog-only") is free
    assert _is_rewritten(database, f"ALTER TABLE t ALTER COLUMN x TYPE {new}") is not free


def _is_rewritten(database: Database, statement: str) -> bool:
    """What PostgreSQL does with it."""
    file = "SELECT pg_relation_filenode('t')"
    before = database.one(file)
    database.run(f"SET timezone = 'Asia/Kathmandu'; {statement}")
    return bool(database.one(file) != before)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("ALTER TABLE t ADD CHECK (x <> '')", "check t_x_check of public.t would be proven again"),
        ('CREATE INDEX ON t (x COLLATE "C")', ""),
    ],
)
def test_what_is_free_for_the_table_but_not_for_what_hangs_on_it(
    make_database: Callable[..., Database], more: str, why: str
) -> None:
    setup = f"CREATE TABLE t (id int, x varchar(5));\nINSERT INTO t SELECT generate_series(1, 10);\n{more};\n"
    operation = only(planned(make_database(setup), "ALTER TABLE t ALTER x TYPE varchar(9);"))
    assert operation.strategy == ("copy" if why else "catalog-only")
    assert why in operation.why


def test_nothing_to_do(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PLAIN), "ALTER TABLE t ALTER b TYPE int4;")
    assert only(plan).strategy == "nothing to do"
    assert plan.steps == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ALTER TABLE t ALTER z TYPE int;", 'column "z" of table "public.t" does not exist'),
        ("ALTER TABLE t ALTER b TYPE nulle_part;", 'type "nulle_part" does not exist'),
        ("ALTER TABLE t ALTER a TYPE int;", 'column "a" cannot be cast automatically to type integer'),
        ("ALTER TABLE t ALTER a TYPE int USING zz::int;", 'column "zz" does not exist'),
        ("ALTER TABLE t ALTER c TYPE int USING length(c);", 'default for column "c" cannot be cast automatically'),
        ("ALTER TABLE t ALTER b TYPE boolean USING b > 0;", "b cannot be carried back to integer"),
        ("-- pgwright: down = zz\nALTER TABLE t ALTER b TYPE bigint;", 'column "zz" does not exist'),
        ("-- pgwright: up = b\nALTER TABLE t ALTER b TYPE bigint;", '"up" says nothing to change_type'),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], text: str, said: str) -> None:
    with pytest.raises(MigrationFileError) as caught:
        planned(make_database(PLAIN), text)
    assert said in caught.value.message
    assert "pgw_" not in caught.value.message
    assert caught.value.line


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("CREATE MATERIALIZED VIEW v AS SELECT b FROM t", "materialized view public.v reads b"),
        (
            "CREATE VIEW u AS SELECT b FROM t;\nCREATE MATERIALIZED VIEW v AS SELECT b FROM u",
            "materialized view public.v",
        ),
        ("ALTER TABLE t ADD EXCLUDE (b WITH =)", "b is in the exclusion constraint"),
        ("CREATE PUBLICATION p FOR TABLE t", 'is published by "p" without a column list'),
    ],
)
def test_what_hangs_on_it_is_named(make_database: Callable[..., Database], more: str, said: str) -> None:
    with pytest.raises(Refused) as caught:
        planned(make_database(f"{PLAIN}{more};\n"), BIGINT)
    assert said in " ".join((caught.value.message, *caught.value.reasons))


@pytest.mark.parametrize(
    "text",
    [
        BIGINT + "CREATE INDEX ON t (b);",
        BIGINT + "ALTER TABLE t ALTER b SET NOT NULL;",
        BIGINT + "ALTER TABLE t RENAME b TO d;",
    ],
)
def test_other_statements_about_the_column_wait(make_database: Callable[..., Database], text: str) -> None:
    with pytest.raises(Refused) as caught:
        planned(make_database(PLAIN), text)
    assert "contract it before others" in caught.value.hint


FREE = "ALTER TABLE commandes ALTER v TYPE varchar(50);\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "CREATE INDEX ON commandes (b);\nALTER TABLE commandes ALTER b TYPE bigint;",
            "test.sql:1 puts something on it",
        ),
        ("ALTER TABLE commandes ADD CHECK (v <> '');\n" + FREE, "test.sql:1 puts something on it"),
        (
            "ALTER TABLE commandes ADD CHECK (b > 0);\n-- pgwright: up = b + 1\nALTER TABLE commandes RENAME b TO d;",
            "test.sql:1 puts something on it",
        ),
        (FREE + FREE.replace("varchar(50)", "text"), "v gets another type already, when migration this one"),
        (FREE + "-- pgwright: strategy = copy\nALTER TABLE commandes RENAME v TO w;", "v gets another type when"),
    ],
)
def test_what_the_plan_itself_does_to_the_column(make_database: Callable[..., Database], text: str, said: str) -> None:
    with pytest.raises(Refused) as caught:
        planned(make_database(SHOP), text)
    assert said in caught.value.message


@pytest.mark.parametrize("text", [FREE.replace("varchar(50)", "text"), "ALTER TABLE commandes RENAME v TO w;\n"])
def test_a_free_change_in_flight(make_database: Callable[..., Database], tmp_path: Path, text: str) -> None:
    life = Changing(change=Change(name="free", setup=SHOP, migration=FREE), database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    (life.folder / "0002_next.sql").write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match="0001_change is contracted"):
        life.expand()
    life.contract(finalize=True)
    life.expand()
    life.contract(finalize=True)
    life.stop("done")


def test_a_free_change_of_a_column_that_is_filled(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """Our trigger on the column makes way for the moment."""
    text = FREE + "-- pgwright: on_null = 'rien'\nALTER TABLE commandes ALTER v SET NOT NULL;\n"
    change = Change(name="filled", setup=SHOP + "UPDATE commandes SET v = NULL WHERE id < 9;\n", migration=text)
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    life.contract(finalize=True)
    life.stop("done")
    assert life.database.one("SELECT count(*) FROM commandes WHERE v = 'rien'") == 8


def test_a_value_that_cannot_be_changed_is_shown(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """It is one of the last; the command goes on when it is corrected."""
    change = Change(
        name="refused",
        setup=PLAIN + "UPDATE t SET a = id;\nUPDATE t SET a = 'douze' WHERE id = 190;\n",
        migration="ALTER TABLE t ALTER a TYPE int USING a::int;",
    )
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    with pytest.raises(Exception, match="douze"):
        life.expand()
    life.database.run("UPDATE t SET a = '12' WHERE id = 190")
    life.expand()
    assert life.state == "expanded"
    life.contract()
    assert life.database.one("SELECT a FROM t WHERE id = 190") == 12


def test_what_the_old_type_cannot_hold_is_counted(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """In the grace period: a rollback would lose it."""
    change = Change(name="counted", setup=PLAIN, migration=BIGINT)
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    life.contract(grace=3600.0)
    life.database.run("UPDATE t SET b = 3000000000 WHERE id = 1")
    with pytest.raises(Refused) as caught:
        life.rollback()
    assert "1 row cannot go back: b as integer does not hold what b as bigint has" in caught.value.message
    life.database.run("UPDATE t SET b = 3 WHERE id = 1")
    life.rollback()
    assert life.database.one("SELECT pg_typeof(b)::text FROM t LIMIT 1") == "integer"


def test_twin(make_database: Callable[..., Database]) -> None:
    twin = op.ChangeType(table="t", column="a", to="int", using="a::int", down="a::text")
    assert only(planned(make_database(PLAIN), twin.to_sql())).name == "change_type"
