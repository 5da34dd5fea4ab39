"""Changes of columns and what is in the way: rows that come too late or are locked, sessions that hold the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from pgwright.base.errors import LockNotObtained, Refused, StepFailed
from pgwright.base.event import Event, LockWaiting
from tests.support.blockers import KINDS, Blocking, blocking
from tests.support.changes import Change, Changing, lives
from tests.support.columns import APP, DESTRUCTIVE, GAPS, OWNED, OWNER, PLAIN, WORK, set_not_null
from tests.support.databases import Database
from tests.support.killing import die_at
from tests.support.lifecycle import QUICK
from tests.support.races import MIDDLE, SMALL, Race
from tests.support.shapes_bound import role

FILL = "-- pgwright: on_null = 'x'\n" + set_not_null("a")
HARD = "ALTER TABLE t ALTER c DROP DEFAULT;\n"
ALL = (
    FILL
    + set_not_null("b")
    + "ALTER TABLE t ADD COLUMN n uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE;\n"
    + "-- pgwright: down = a || b\nALTER TABLE t DROP COLUMN c;\n"
)
CONSTRAINTS = (
    "SELECT count(*) FROM pg_constraint WHERE conrelid = 't'::regclass AND contype IN ('c', 'n') AND conkey = '{2}'"
)


def race(database: Database, folder: Path, setup: str, text: str, at: dict[str, Callable[[], object]]) -> Race:
    return Race(database=database, folder=folder, setup=setup, migrations=(text,), at=at).prepare()


@pytest.mark.majors("all")
@pytest.mark.parametrize("place", ["not_null", "not_null_valid"])
def test_a_null_that_comes_after_the_look(database: Database, place: str, tmp_path: Path) -> None:
    """What was added is taken back, and once the row is filled the same command goes on."""
    wrote: list[psycopg.Error] = []

    def write() -> None:
        try:
            database.run("INSERT INTO t (id, a) VALUES (999, NULL)")
        except psycopg.errors.IntegrityError as error:
            wrote.append(error)

    at = race(database, tmp_path, PLAIN, set_not_null("a"), {place: write})
    if place == "not_null_valid":  # from the constraint on it is the writer who is refused
        at.expand()
        assert at.happened
        assert len(wrote) == 1
        assert at.state == "expanded"
        return
    with pytest.raises(Refused, match="rows were written meanwhile that break it") as caught:
        at.expand()
    assert at.happened
    assert not wrote
    assert "taken away again, writes are as free as before" in caught.value.state
    assert "SELECT * FROM public.t WHERE a IS NULL" in caught.value.hint
    assert database.one(CONSTRAINTS) == 0
    database.run("INSERT INTO t (id, a) VALUES (1000, NULL)")
    with pytest.raises(Refused, match=r"2 rows of public.t with NULL in a"):
        at.expand()
    database.run("UPDATE t SET a = '' WHERE a IS NULL")
    at.expand()
    assert at.state == "expanded"


@pytest.mark.majors("all")
def test_a_null_written_behind_the_pass(database: Database, tmp_path: Path) -> None:
    """The trigger fills what the pass has left behind, and the old application notices nothing."""

    def write() -> None:
        database.run("UPDATE t SET a = NULL WHERE id IN (1, 2); INSERT INTO t (id, a) VALUES (100001, NULL)")

    setup = PLAIN + "INSERT INTO t SELECT i, NULL, i, 'c' FROM generate_series(1000, 9000) i;\n" + GAPS
    at = race(database, tmp_path, setup, FILL, {MIDDLE: write})
    at.expand()
    assert at.happened == [MIDDLE]
    assert database.one("SELECT count(*) FROM t WHERE a IS NULL") == 0
    assert database.one("SELECT count(*) FROM t WHERE id IN (1, 2, 100001) AND a = 'x'") == 3


def test_rows_that_stay_locked_are_named(database: Database, tmp_path: Path) -> None:
    with database.connect() as holder:

        def hold() -> None:
            holder.execute("BEGIN; SELECT FROM t WHERE id = 3 FOR UPDATE")

        at = race(database, tmp_path, PLAIN + GAPS, FILL, {"pass": hold})
        at.execute = replace(SMALL, backfill_patience=0.3)
        with pytest.raises(LockNotObtained, match=f"pid {holder.info.backend_pid}"):
            at.expand()
        assert at.happened == ["pass"]
        assert database.one("SELECT count(*) FROM t WHERE a IS NULL") == 1
    at.expand()
    assert database.one("SELECT count(*) FROM t WHERE a IS NULL") == 0


@pytest.mark.majors("all")
def test_an_expression_that_raises_names_the_row(database: Database, tmp_path: Path) -> None:
    """Where it could not be looked at before: it is volatile."""
    text = "-- pgwright: on_null = (100 / (b - 9 + 0 * random()::int))::text\n" + set_not_null("a")
    at = race(database, tmp_path, PLAIN + GAPS, text, {})
    with pytest.raises(StepFailed, match="division by zero") as caught:
        at.expand()
    assert '"id": 9' in caught.value.message
    database.run("UPDATE t SET a = 'neuf' WHERE id = 9")
    at.expand()
    assert at.state == "expanded"


@pytest.mark.majors("all")
def test_a_default_that_breaks_the_check_of_its_column(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """As typed it would fail, too; here it is told before the column is there."""
    text = "ALTER TABLE t ADD COLUMN n int DEFAULT 0 CHECK (n > b - 3);"
    change = Change(name="broken", setup=PLAIN, migration=text)
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    before = life.schema()
    with pytest.raises(Refused, match=r"^198 rows of public.t that would break CHECK \(n > \(b - 3\)\) with 0 in n"):
        life.expand()
    assert life.schema() == before
    life.database.run("UPDATE t SET b = 1")
    life.expand()
    assert life.state == "expanded"


class Heard(list[Event]):
    """Ends what is in the way once it has been named."""

    def __init__(self) -> None:
        self.in_the_way: Blocking | None = None
        self.named: list[str] = []

    def append(self, event: Event) -> None:
        if isinstance(event, LockWaiting) and event.blockers and self.in_the_way is not None:
            assert self.in_the_way.name in event.blockers[0]
            self.named.append(event.step)
            self.in_the_way.release()
            self.in_the_way = None


@pytest.mark.parametrize("kind", KINDS)
def test_somebody_holds_the_table_at_every_strong_lock(
    make_database: Callable[..., Database], kind: str, tmp_path: Path
) -> None:
    change = Change(
        name="held", setup=PLAIN + GAPS + HARD, migration=ALL, old=WORK[1:], new=WORK[1:3], allow=DESTRUCTIVE
    )
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    assert life.planned is not None
    strong = {step.id for step in life.planned.steps if any(lock.mode.is_strong for lock in step.locks)}
    heard, met = Heard(), []

    def gate(step: str) -> None:
        if step in strong and step not in met:
            met.append(step)
            heard.in_the_way = blocking(kind, life.database, "t")

    life.gate, life.events = gate, heard
    life.expand()
    life.rollback()
    met.clear()
    life.expand()
    life.contract(finalize=True)
    assert life.state == "done"
    assert set(heard.named) == {step for step in strong if "restore" not in step}


def test_who_stays_for_ever_is_named_and_nothing_is_changed(
    make_database: Callable[..., Database], tmp_path: Path
) -> None:
    life = Changing(
        change=Change(name="held", setup=PLAIN, migration=set_not_null("a")), database=make_database(), folder=tmp_path
    )
    life.prepare()
    before = life.schema()
    life.execute = replace(QUICK, lock_budget=0.5)
    held = blocking("idle", life.database, "t")
    with pytest.raises(LockNotObtained) as caught:
        life.expand()
    assert held.name in caught.value.message
    assert life.schema() == before
    held.release()
    life.expand()
    assert life.state == "expanded"


LIMITS = "\n".join(
    f"DO $$BEGIN EXECUTE format('ALTER ROLE pgw_owner IN DATABASE %I SET {limit}', current_database()); END$$;"
    for limit in (
        "statement_timeout = 2000",
        "lock_timeout = 1",
        "idle_in_transaction_session_timeout = 3000",
        "default_transaction_isolation = serializable",
    )
)


def test_limits_of_the_role_that_migrates(make_database: Callable[..., Database], tmp_path: Path) -> None:
    change = Change(
        name="limits",
        setup=OWNED.format(setup=PLAIN + GAPS + HARD) + LIMITS,
        migration=ALL,
        native=f"UPDATE t SET a = 'x' WHERE a IS NULL;\n{ALL}",
        old=WORK[1:],
        new=WORK[1:3],
        runner=OWNER,
        allow=DESTRUCTIVE,
    )
    lives(change, make_database, tmp_path)


@pytest.mark.parametrize(
    "text",
    [set_not_null("a"), FILL, "ALTER TABLE t ADD COLUMN n int;", "ALTER TABLE t DROP a;"],
    ids=["not_null", "fill", "add", "drop"],
)
def test_a_role_that_does_not_own_the_table(make_database: Callable[..., Database], text: str, tmp_path: Path) -> None:
    """Before anything is changed, also where only contract needs it."""
    setup = role(APP) + PLAIN + "GRANT ALL ON t TO pgw_app;\n"
    life = Changing(
        change=Change(name="rights", setup=setup, migration=text, runner=APP),
        database=make_database(),
        folder=tmp_path,
    )
    life.prepare()
    before = life.schema()
    with pytest.raises(Refused) as caught:
        life.expand()
    assert "public.t belongs to postgres" in str(caught.value.reasons)
    assert life.schema() == before


@pytest.mark.majors("all")
def test_what_somebody_undoes_meanwhile_is_seen(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """The constraint is dropped between its step and the proof."""
    life = Changing(
        change=Change(name="undone", setup=PLAIN, migration=set_not_null("a")),
        database=make_database(),
        folder=tmp_path,
    )
    life.prepare()
    before = life.schema()
    die_at(life, "0001.1.not_null_valid", life.expand)
    name = life.database.one(CONSTRAINTS.replace("count(*)", "conname"))
    life.database.run(f'ALTER TABLE t DROP CONSTRAINT "{name}"')
    with pytest.raises(StepFailed, match="is gone: somebody dropped it"):
        life.expand()
    life.rollback()
    assert life.schema() == before
