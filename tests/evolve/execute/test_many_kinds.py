"""Changes of every kind on one table at once, in one unit and in several; and those that contradict each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.api.contract import contract
from pgwright.api.plan import plan
from pgwright.api.rollback import rollback
from pgwright.base.errors import MigrationFileError, PgwrightError, Refused
from pgwright.base.event import StepStarted
from pgwright.evolve.sync.link import Link
from pgwright.evolve.sync.ordering import in_order
from tests.support.changes import Change, lives
from tests.support.databases import Database
from tests.support.lifecycle import Cycle, dump, leftovers

SETUP = """CREATE TABLE t (id int PRIMARY KEY, a text, b int, c varchar(20), e text, f int NOT NULL DEFAULT 0);
INSERT INTO t SELECT i, ' a' || i, CASE WHEN i % 5 > 0 THEN i END, 'c' || i, 'e' || i, i FROM generate_series(1, 300) i;
"""
TYPE = "ALTER TABLE t ALTER COLUMN f TYPE bigint;\n"
ADD = "-- pgwright: up = length(a)\nALTER TABLE t ADD COLUMN g int;\n"
RANDOM = "ALTER TABLE t ADD COLUMN h uuid NOT NULL DEFAULT gen_random_uuid();\n"
NULL = "-- pgwright: on_null = 0\nALTER TABLE t ALTER COLUMN b SET NOT NULL;\n"
DROP = "ALTER TABLE t DROP COLUMN e;\n"
RENAME = "-- pgwright: up = btrim(a)\n-- pgwright: down = a2\nALTER TABLE t RENAME COLUMN a TO a2;\n"
COPY = "-- pgwright: strategy = copy\nALTER TABLE t RENAME COLUMN c TO c2;\n"
ALL = (TYPE, ADD, RANDOM, NULL, DROP, RENAME, COPY)
NATIVE = "UPDATE t SET b = 0 WHERE b IS NULL; " + "".join(ALL).replace("-- pgwright", "-- ")

OLD = (
    "INSERT INTO t (id, a, b, c, e, f) VALUES (%(n)s, ' x' || %(n)s, NULL, 'c', 'e', 7)",
    "UPDATE t SET a = ' y' || id, b = %(n)s, c = 'd', f = f + 1 WHERE id = %(k)s",
    "UPDATE t SET b = NULL, e = 'z' WHERE id = %(k)s",
    "SELECT a, b, c, e, f FROM t WHERE id = %(k)s",
    "DELETE FROM t WHERE id = %(n)s - 3",
)
NEW = (
    "INSERT INTO t (id, a2, b, c2, g, f) VALUES (%(n)s, 'x' || %(n)s, 5, 'c', 1, 7)",
    "UPDATE t SET a2 = 'y' || id, b = %(n)s, c2 = 'd', f = f - 1 WHERE id = %(k)s",
    "UPDATE t SET h = DEFAULT, g = 3 WHERE id = %(k)s",
    "SELECT a2, b, c2, g, h FROM t WHERE id = %(k)s",
    "DELETE FROM t WHERE id = %(n)s - 3",
)
WRONG = "SELECT * FROM t WHERE b IS NULL OR h IS NULL OR g IS NULL AND a2 IS NOT NULL OR a2 <> btrim(a2)"
ONE = Change(
    name="in_one_unit", setup=SETUP, migration="".join(ALL), native=NATIVE, old=OLD, new=NEW, invariant=WRONG,
    allow=frozenset({"destructive"}),
)  # fmt: skip
ORDERS = (
    ALL,
    (COPY, NULL, RANDOM, ADD, DROP, RENAME, TYPE),
    (DROP, RENAME, NULL, COPY, TYPE, ADD.replace("(a)", "(a2)"), RANDOM),
)
SEVERAL = tuple(
    Change(
        name=f"in_several_units_{number}", setup=SETUP, earlier=order[:-1], migration=order[-1], native=NATIVE, old=OLD,
        new=NEW, invariant=WRONG, allow=frozenset({"destructive"}), differs=False,
    )
    for number, order in enumerate(ORDERS)
)  # fmt: skip


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", [ONE, SEVERAL[0]], ids=lambda case: case.name)
def test_life(case: Change, make_database: Callable[[], Database], tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.long
@pytest.mark.majors("every")
@pytest.mark.parametrize("case", SEVERAL[1:], ids=lambda case: case.name)
def test_life_in_another_order(case: Change, make_database: Callable[[], Database], tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


def of(database: Database, folder: Path, *migrations: str, setup: str = SETUP) -> Cycle:
    """A project with these pending migrations."""
    cycle = Cycle(database=database, folder=folder, allow=frozenset({"destructive"}))
    cycle.begin(setup, *((f"{number:04}_change.sql", text) for number, text in enumerate(migrations, 1)))
    return cycle


def test_all_that_is_pending_is_one_pass_over_the_table(database: Database, tmp_path: Path) -> None:
    cycle = of(database, tmp_path, *ALL)
    cycle.expand()
    kinds = Counter(event.kind for event in cycle.events if isinstance(event, StepStarted))
    assert kinds["backfill"] == 1
    assert database.one("SELECT count(DISTINCT unit) FROM pgwright.migration") == 1
    cycle.contract(finalize=True)
    assert cycle.state == "done"
    assert leftovers(database) == []
    assert database.all(WRONG) == []


READS_ANEW = ADD.replace("(a)", "(a2)")


@pytest.mark.majors("all")
@pytest.mark.parametrize("units", [1, 2])
def test_a_column_that_is_filled_from_a_renamed_one(database: Database, tmp_path: Path, units: int) -> None:
    """The old application writes the old name: its value reaches the new one first, then what is filled from that."""
    cycle = of(database, tmp_path, RENAME, *([READS_ANEW] if units == 1 else []))
    cycle.expand()
    if units == 2:
        (tmp_path / "0002_change.sql").write_text(READS_ANEW, encoding="utf-8")
        cycle.expand()
    assert database.all("SELECT * FROM t WHERE g IS DISTINCT FROM length(a2)") == []
    database.run("INSERT INTO t (id, a, c) VALUES (1001, ' old ', 'c'); INSERT INTO t (id, a2) VALUES (1002, 'new')")
    assert database.all("SELECT a2, g FROM t WHERE id > 1000 ORDER BY id") == [("old", 3), ("new", 3)]
    cycle.contract(finalize=True)
    assert leftovers(database) == []


def test_the_order_of_links() -> None:
    """None before what it reads; what only fills comes first otherwise, and pairs in the order of their age."""

    def link(name: str, new: int, *reads: int, old: int = 0) -> Link:
        columns = {f"c{number}": number for number in reads}
        return Link(
            id=name, migration="m", table=1, old=old or new, new=new, old_name="", new_name="", up="", down="",
            columns=columns, plain=False, up_columns=tuple(columns),
        )  # fmt: skip

    pair, younger = link("pair", 7, 1, old=1), link("younger", 8, 7, old=7)
    first, late, later = link("first", 1), link("late", 9, 7), link("later", 10, 9, 8)
    found = in_order([later, late, first, pair, younger])
    assert [each.id for each in found] == ["first", "pair", "late", "younger", "later"]
    around = in_order([link("one", 1, 2), link("other", 2, 1)])
    assert [each.id for each in around] == ["one", "other"]


def test_oldest_first_and_newest_first(database: Database, tmp_path: Path) -> None:
    """Contract out of order is refused with the name of the older one, rollback with that of the younger."""
    cycle = of(database, tmp_path, RENAME)
    before = dump(database)
    for number, text in ((2, TYPE), (3, NULL), (4, COPY)):
        cycle.expand()
        (tmp_path / f"{number:04}_change.sql").write_text(text, encoding="utf-8")
    cycle.expand()
    assert database.one("SELECT count(DISTINCT unit) FROM pgwright.migration") == 4
    with pytest.raises(Refused, match="0001_change"):
        contract(cycle.settings, ["0002_change"])
    with pytest.raises(Refused, match="0004_change"):
        rollback(cycle.settings, ["0001_change"])
    for number in (4, 3, 2, 1):
        rollback(cycle.settings, [f"{number:04}_change"])
    assert cycle.state == "rolled back"
    assert dump(database) == before
    cycle.expand()
    for number in (1, 2, 3, 4):
        contract(cycle.settings, [f"{number:04}_change"], finalize=True)
    assert cycle.state == "done"
    assert leftovers(database) == []


def test_a_table_of_no_rows(database: Database, tmp_path: Path, make_database: Callable[..., Database]) -> None:
    setup = SETUP.split(";\n", 1)[0] + ";"
    cycle = of(database, tmp_path, *ALL, setup=setup)
    before = dump(database)
    cycle.expand()
    cycle.rollback()
    assert dump(database) == before
    cycle.expand()
    cycle.contract(finalize=True)
    assert cycle.state == "done"
    assert dump(database) == dump(make_database(setup + NATIVE))


T = "ALTER TABLE t "
COPIED = "-- pgwright: strategy = copy\n" + T
CIRCLES = {
    "there_and_back": (COPIED + "RENAME COLUMN a TO z;", COPIED + "RENAME COLUMN z TO a;"),
    "exchange": (COPIED + "RENAME COLUMN a TO z;", COPIED + "RENAME COLUMN c TO a;"),
    "renamed_and_dropped": (COPIED + "RENAME COLUMN a TO z;", T + "DROP COLUMN a;"),
    "renamed_and_dropped_anew": (COPIED + "RENAME COLUMN a TO z;", T + "DROP COLUMN z;"),
    "dropped_and_changed": (T + "DROP COLUMN c;", T + "ALTER COLUMN c SET NOT NULL;"),
    "dropped_and_added": (T + "DROP COLUMN c;", T + "ADD COLUMN c int;"),
    "dropped_twice": (T + "DROP COLUMN c;", T + "DROP COLUMN c;"),
    "added_twice": (T + "ADD COLUMN n int;", T + "ADD COLUMN n int;"),
    "two_types": (T + "ALTER COLUMN f TYPE bigint;", T + "ALTER COLUMN f TYPE numeric;"),
    "type_and_name": (T + "ALTER COLUMN f TYPE bigint;", T + "RENAME COLUMN f TO ff;"),
}
AGAINST = {
    "added_and_dropped": (T + "ADD COLUMN n int;", T + "DROP COLUMN n;"),
    "not_null_dropped_and_set": (T + "ALTER COLUMN f DROP NOT NULL;", T + "ALTER COLUMN f SET NOT NULL;"),
    "check_added_and_dropped": (T + "ADD CONSTRAINT k CHECK (b > 0);", T + "DROP CONSTRAINT k;"),
    "two_indexes": ("CREATE INDEX i ON t (b);", "CREATE INDEX i ON t (c);"),
}
"""Contradict each other in one unit; one after the other they make sense."""


@pytest.mark.parametrize("name", [*CIRCLES, *AGAINST])
def test_what_contradicts_in_one_unit_names_both_places(database: Database, tmp_path: Path, name: str) -> None:
    first, second = (CIRCLES | AGAINST)[name]
    cycle = of(database, tmp_path, first, second)
    before = dump(database)
    with pytest.raises((Refused, MigrationFileError)) as caught:
        cycle.expand()
    said = str(caught.value)
    assert f"0002_change.sql:{second.count(chr(10)) + 1}:" in said
    assert f"0001_change.sql:{first.count(chr(10)) + 1}:" in said, said
    assert dump(database) == before
    assert database.one("SELECT count(*) FROM pgwright.migration") == 0


@pytest.mark.parametrize("name", CIRCLES)
def test_what_contradicts_one_in_flight_names_it(database: Database, tmp_path: Path, name: str) -> None:
    first, second = CIRCLES[name]
    cycle = of(database, tmp_path, first)
    cycle.expand()
    before = dump(database)
    (tmp_path / "0002_change.sql").write_text(second, encoding="utf-8")
    with pytest.raises((Refused, MigrationFileError)) as caught:
        cycle.expand()
    said = str(caught.value)
    assert "0002_change.sql" in said
    assert "0001_change" in said or name in UNNAMED, said
    assert dump(database) == before
    cycle.rollback()
    assert cycle.state == "rolled back"


UNNAMED = {"renamed_and_dropped", "added_twice"}
"""A column that left, or that came with expand: what there is now is said."""


def test_a_table_that_a_migration_in_flight_drops(database: Database, tmp_path: Path) -> None:
    cycle = of(database, tmp_path, "DROP TABLE t;")
    cycle.expand()
    (tmp_path / "0002_change.sql").write_text("ALTER TABLE t ADD COLUMN n int;", encoding="utf-8")
    with pytest.raises(PgwrightError, match="Migration 0001_change drops it") as caught:
        cycle.expand()
    assert caught.value.exit_code == 2
    cycle.rollback()
    (tmp_path / "0001_change.sql").write_text("COMMENT ON TABLE t IS 'kept';", encoding="utf-8")
    cycle.expand()
    assert cycle.state == "expanded"


@pytest.mark.parametrize("text", [ADD, TYPE, NULL, "CREATE INDEX ON t (a);", "ALTER TABLE t RENAME COLUMN a TO z;"])
def test_a_table_behind_a_view_of_two_names(database: Database, tmp_path: Path, text: str) -> None:
    cycle = of(database, tmp_path, "ALTER TABLE t RENAME TO u;")
    cycle.expand()
    (tmp_path / "0002_change.sql").write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match="0001_change is contracted") as caught:
        cycle.expand()
    assert "raw_sql" not in str(caught.value)
    assert "pgwright contract" in caught.value.hint


def wide(used: int) -> str:
    """A table that has used up so many column numbers, all but six of them by columns that are gone."""
    gone = used - 6
    columns = ", ".join(f"x{i} int" for i in range(gone))
    return (
        f"CREATE TABLE t ({columns}, id int PRIMARY KEY, a text, b int, c varchar(20), e text, f int NOT NULL);"
        f"ALTER TABLE t {', '.join(f'DROP x{i}' for i in range(gone))};"
        "INSERT INTO t SELECT i, ' a' || i, i, 'c' || i, 'e', i FROM generate_series(1, 50) i;"
    )


@pytest.mark.parametrize("text", [TYPE, COPY, RENAME, RANDOM, ADD])
def test_the_last_column_numbers(database: Database, tmp_path: Path, text: str) -> None:
    """Each change of this kind uses one up for ever: the last one is used, and the plan has said how many are left."""
    cycle = of(database, tmp_path, text, setup=wide(1599))
    cycle.expand()
    cycle.contract(finalize=True)
    assert cycle.state == "done"
    (tmp_path / "0002_change.sql").write_text("ALTER TABLE t ADD COLUMN z int;", encoding="utf-8")
    with pytest.raises(Refused, match="1,600 column numbers"):
        cycle.expand()


@pytest.mark.parametrize(("used", "left"), [(1501, "98"), (1510, "89"), (1400, "")])
def test_few_column_numbers_are_a_warning(database: Database, tmp_path: Path, used: int, left: str) -> None:
    cycle = of(database, tmp_path, TYPE, setup=wide(used))
    warned = [each for each in plan(cycle.settings).warnings if "column numbers" in each]
    assert (f" {left} " in warned[0]) if left else (warned == [])


def test_a_partition_may_have_used_up_more(database: Database, tmp_path: Path) -> None:
    """It gets the same columns, and its numbers are its own."""
    columns = ", ".join(f"x{i} int" for i in range(1598))
    setup = (
        f"CREATE TABLE t (id int, f int) PARTITION BY RANGE (id); CREATE TABLE p ({columns}, id int, f int);"
        f"ALTER TABLE p {', '.join(f'DROP x{i}' for i in range(1598))};"
        "ALTER TABLE t ATTACH PARTITION p DEFAULT; INSERT INTO t VALUES (1, 1);"
    )
    cycle = of(database, tmp_path, TYPE, setup=setup)
    with pytest.raises(Refused, match=r'"public.p" has used up its 1,600 column numbers'):
        cycle.expand()
    assert database.one("SELECT count(*) FROM pgwright.migration") == 0
