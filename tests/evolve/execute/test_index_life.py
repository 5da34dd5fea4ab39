"""Indexes of an application at work: nobody fails, blockers are waited out, and a killed runner goes on anywhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from pgwright.api.contract import contract
from pgwright.api.expand import expand
from pgwright.base.event import Event, LockWaiting, Notice
from tests.support.background import Background
from tests.support.blockers import blocking
from tests.support.databases import Database
from tests.support.killable import started
from tests.support.lifecycle import dump, leftovers
from tests.support.project import Project

pytestmark = pytest.mark.majors(14, 18)

SETUP = """
CREATE TABLE "T é" (id int PRIMARY KEY, "a""b" int, nom text);
INSERT INTO "T é" SELECT g, g, 'n' || g FROM generate_series(1, 100) g;
CREATE INDEX vieux ON "T é" (nom);
CREATE TABLE p (k int, a int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (k);
CREATE TABLE p2a PARTITION OF p2 FOR VALUES FROM (10) TO (20);
INSERT INTO p SELECT g, g FROM generate_series(0, 19) g;
CREATE INDEX vieux_p ON p (a DESC);
COMMENT ON INDEX vieux_p IS 'vieux';
"""
MIGRATION = """
CREATE UNIQUE INDEX ON "T é" ("a""b" DESC, id);
CREATE UNIQUE INDEX ON p (k, a);
REINDEX TABLE "T é";
REINDEX INDEX vieux_p;
DROP INDEX vieux, vieux_p;
"""
NATIVE = MIGRATION.replace('REINDEX TABLE "T é";', "").replace("REINDEX INDEX vieux_p;", "")
INVALID = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"
WRITES = (
    'INSERT INTO "T é" VALUES (%(n)s + 1000, %(n)s, %(n)s::text)',
    'UPDATE "T é" SET nom = nom || %(n)s WHERE id = %(n)s %% 100',
    "SELECT count(*) FROM \"T é\" WHERE nom > 'n5'",
    "INSERT INTO p VALUES (%(n)s %% 20, %(n)s + 1000)",
    "UPDATE p SET a = a + 100000 WHERE k = %(n)s %% 20 AND a > 1000000",
    "SELECT count(*) FROM p WHERE a > 3",
)


@contextmanager
def application(database: Database) -> Iterator[list[str]]:
    """Writes and reads until the block ends; gives the errors that it met."""
    over, errors, done = threading.Event(), [], [0]

    def work() -> None:
        with database.connect() as connection:
            while not over.is_set() or done[0] < 20:
                done[0] += 1
                for statement in WRITES:
                    try:
                        connection.execute(statement, {"n": done[0]})
                    except psycopg.Error as error:
                        errors.append(f"{statement}: {error}")
                over.wait(0.01)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield errors
    finally:
        over.set()
        thread.join()


def test_life_with_an_application_at_work(make_database: Callable[..., Database], tmp_path: Path) -> None:
    native = make_database(SETUP)
    native.run(NATIVE)
    database = make_database(SETUP)
    project = Project.of(database, tmp_path)
    before = dump(database)
    project.write(MIGRATION)
    events: list[Event] = []
    with application(database) as errors:
        expand(project.settings, on_event=events.append)
        assert project.rollback() == "rolled back"
        assert dump(database) == before
        expand(project.settings, on_event=events.append)
        contract(project.settings, grace=3600.0, on_event=events.append)
        assert dump(database) == dump(native)
        assert project.rollback() == "rolled back"
        assert dump(database) == before
        expand(project.settings, on_event=events.append)
        contract(project.settings, finalize=True, on_event=events.append)
    assert errors == []
    assert dump(database) == dump(native)
    assert database.all(INVALID) == []
    assert leftovers(database) == []
    assert not [event for event in events if isinstance(event, Notice) and "defect" in event.message]


@pytest.mark.parametrize("verb", ["expand", "contract"])
def test_a_blocker_is_waited_out(make_database: Callable[..., Database], tmp_path: Path, verb: str) -> None:
    """The strong locks: SHARE on the empty parent at expand, ACCESS EXCLUSIVE where a partitioned index is dropped."""
    database = make_database(SETUP)
    project = Project.of(database, tmp_path)
    project.write("CREATE INDEX ON p (a); DROP INDEX vieux_p;")
    if verb == "contract":
        project.expand()
    blocker = blocking("idle", database, "ONLY p")
    with database.connect() as writer:
        writer.execute("BEGIN; LOCK TABLE ONLY p IN ROW EXCLUSIVE MODE")
        events: list[Event] = []
        run = expand if verb == "expand" else contract
        with Background(lambda: run(project.settings, on_event=events.append)) as runner:
            while not any(isinstance(event, LockWaiting) and event.tries for event in events):
                assert runner.alive, runner.error
            database.run("SET lock_timeout = '5s'; UPDATE p SET a = a WHERE k = 1")  # nobody queues behind it
            writer.execute("ROLLBACK")
            blocker.release()
    assert runner.error is None
    assert project.state() == ("expanded" if verb == "expand" else "done")


PLACES = [
    ("expand", "0001.2.parent"),
    ("expand", "0001.2.leaves"),
    ("expand", "0001.2.attach"),
    ("expand", "0001.4.rebuild_1"),
    ("contract", "0001.5.drop_2"),
]


@pytest.mark.parametrize(("verb", "step"), PLACES)
@pytest.mark.parametrize("then", ["on", "back"])
def test_killed_before_a_step(
    make_database: Callable[..., Database], tmp_path: Path, verb: str, step: str, then: str
) -> None:
    database = make_database(SETUP)
    project = Project.of(database, tmp_path)
    before = dump(database)
    project.write(MIGRATION)
    if verb == "contract":
        project.expand()
    with started(database, tmp_path, verb, step, "gate") as one:
        assert one.stands(inside=False) == step
        one.kill()
    if then == "back":
        assert project.rollback() == "rolled back"
        assert dump(database) == before
    else:
        getattr(project, verb)()
        if verb == "expand":
            project.contract()
        assert project.state() == "done"
    assert database.all(INVALID) == []
    assert leftovers(database) == []


@pytest.mark.parametrize(
    ("verb", "step"), [("expand", "0001.2.parent"), ("expand", "0001.2.attach"), ("contract", "0001.5.drop_2")]
)
def test_killed_inside_of_a_step(make_database: Callable[..., Database], tmp_path: Path, verb: str, step: str) -> None:
    database = make_database(SETUP)
    project = Project.of(database, tmp_path)
    project.write(MIGRATION)
    if verb == "contract":
        project.expand()
    with started(database, tmp_path, verb, step, "inside") as one:
        one.stands(inside=True)
        one.kill()
    database.run("DROP EVENT TRIGGER retient")
    getattr(project, verb)()
    if verb == "expand":
        project.contract()
    assert project.state() == "done"
    assert database.all(INVALID) == []


@pytest.mark.parametrize("units", [1, 2])
def test_a_drop_beside_a_rename_in_flight(make_database: Callable[..., Database], tmp_path: Path, units: int) -> None:
    rename = '-- pgwright: strategy = copy\nALTER TABLE "T é" RENAME COLUMN nom TO libellé;\n'
    native = make_database(SETUP)
    native.run(rename + "DROP INDEX vieux")
    database = make_database(SETUP)
    project = Project.of(database, tmp_path)
    before = dump(database)
    project.write(rename + ("" if units == 2 else "DROP INDEX vieux;"))
    if units == 2:
        project.expand()
        project.write("DROP INDEX vieux;", "0002_index")
    project.expand()
    if units == 1:
        contract(project.settings, grace=3600.0)
        project.rollback()
        assert dump(database) == before
        project.expand()
    assert project.contract() == "done"
    assert dump(database) == dump(native)
    assert leftovers(database) == []


def test_on_a_table_that_the_same_plan_creates(make_database: Callable[..., Database], tmp_path: Path) -> None:
    statements = (
        "CREATE TABLE neuf (a int); CREATE UNIQUE INDEX CONCURRENTLY ON neuf (a); CREATE INDEX i ON neuf (a DESC);"
    )
    native = make_database(SETUP)
    for statement in statements.rstrip(";").split(";"):
        native.run(statement)
    database = make_database(SETUP)
    project = Project.of(database, tmp_path)
    before = dump(database)
    project.write(statements)
    assert project.expand() == "expanded"
    assert dump(database) == dump(native)
    assert project.rollback() == "rolled back"
    assert dump(database) == before


def test_a_tablespace_is_kept(make_database: Callable[..., Database], tmp_path: Path) -> None:
    if (database := make_database(SETUP)).major < 15:
        return  # 14 has no tablespaces in place
    name = f"ts_{database.name}"
    with database.connect() as connection:
        connection.execute("SET allow_in_place_tablespaces = on")
        connection.execute(f"CREATE TABLESPACE {name} LOCATION ''")
    where = (
        "SELECT c.relname::text FROM pg_class c JOIN pg_tablespace s ON s.oid = c.reltablespace "
        f"WHERE s.spcname = '{name}' ORDER BY 1"
    )
    project = Project.of(database, tmp_path)
    project.write(
        f'CREATE INDEX neuf ON "T é" (nom) TABLESPACE {name} WHERE id > 1; CREATE INDEX ON p (a) TABLESPACE {name};'
    )
    project.expand()
    made = [("neuf",), ("p1_a_idx1",), ("p2_a_idx1",), ("p2a_a_idx1",), ("p_a_idx",)]
    assert database.all(where) == made
    assert project.contract() == "done"
    project.write("DROP INDEX neuf, p_a_idx;", "0002_back")
    project.expand()
    contract(project.settings, grace=3600.0)
    assert database.all(where) == []
    project.rollback()
    assert database.all(where) == made
    database.run("DROP INDEX neuf, p_a_idx")
    with database.connect() as connection:
        connection.execute(f"DROP TABLESPACE {name}")


def test_a_reader_of_the_new_index_delays_the_attaching(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """ATTACH PARTITION takes ACCESS EXCLUSIVE on the index of the partition, which queries lock until they commit."""
    database = make_database(SETUP)
    project = Project.of(database, tmp_path)
    project.write("CREATE INDEX ON p (a);")
    events: list[Event] = []
    with database.connect() as reader:
        reader_pid = reader.info.backend_pid

        def gate(step: str) -> None:
            if step.endswith(".attach"):
                reader.execute("BEGIN; SELECT count(*) FROM p1 WHERE a = 1")

        with Background(lambda: expand(project.settings, on_event=events.append, gate=gate)) as runner:
            while not any(isinstance(event, LockWaiting) and event.tries for event in events):
                assert runner.alive, runner.error
            database.run("SET lock_timeout = '5s'; SELECT count(*) FROM p WHERE a = 1")  # nobody queues behind it
            reader.execute("ROLLBACK")
    assert runner.error is None
    assert database.all(INVALID) == []
    waited = [event for event in events if isinstance(event, LockWaiting) and event.tries]
    assert waited[-1].relation == "public.p1_a_idx1"
    assert any(str(reader_pid) in blocker for blocker in waited[-1].blockers)
