"""The life cycle of a change: expand, both applications work, rollback, expand, contract, done,
with writers of both versions all the while."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pgwright.api.contract import contract
from pgwright.api.expand import expand
from pgwright.api.rollback import rollback
from pgwright.base.event import Event
from pgwright.config import Settings
from pgwright.config.settings import ExecuteSettings
from pgwright.connect import session
from pgwright.evolve.execute import journal
from pgwright.server.find import find
from tests.support.calm import CALM
from tests.support.databases import Database
from tests.support.writers import NEW, OLD, Crew, Work, lost, mirror

QUICK = ExecuteSettings(lock_pause=0.02, lock_budget=30.0, heartbeat=0.5, backfill_patience=30.0)
GRACE = 3600.0
NAME = "0001_renomme.sql"


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A table to be renamed in. `setup` makes it, `rename` is the statement, `up` and `down` are directives ("" where
    there are none), `strategies` those that must work on it. `runner` is the role that migrates ("" is the
    superuser), `mirror_grant` one that may write the mirror; `bodies` tells that trigger functions name the column,
    which a rename as typed leaves broken; `differs` that 14 does other things with it than 18."""

    name: str
    setup: str
    work: Work
    rename: str
    up: str = ""
    down: str = ""
    strategies: tuple[str, ...] = ("copy", "alias")
    versions: tuple[int, ...] = (14, 15, 16, 17, 18)
    runner: str = ""
    allow: frozenset[str] = frozenset()
    mirror_grant: str = ""
    bodies: bool = False
    differs: bool = False

    def migration(self, strategy: str) -> str:
        """The text of the migration file."""
        lines = [f"-- pgwright: up = {self.up}"] if self.up else []
        lines += [f"-- pgwright: down = {self.down}"] if self.down else []
        return "\n".join([*lines, f"-- pgwright: strategy = {strategy}", self.rename + ";", ""])

    def script(self) -> str:
        """Table and mirror."""
        grant = f"GRANT ALL ON miroir TO {self.mirror_grant};" if self.mirror_grant else ""
        return self.setup + mirror(self.work, self.up) + grant


@dataclass(kw_only=True)
class Cycle:
    """The verbs on one database with one folder of migrations. `runner` is the role that migrates ("" is the
    superuser); `allow` is what the caller consents to."""

    database: Database
    folder: Path
    gate: Callable[[str], None] | None = None
    events: list[Event] = field(default_factory=list)
    execute: ExecuteSettings = QUICK
    runner: str = ""
    allow: frozenset[str] = frozenset()

    def begin(self, setup: str, *files: tuple[str, str]) -> None:
        """What `setup` makes, the migration files (name, text), and the journal."""
        self.database.run(setup)
        if self.runner:
            self.database.run(
                f"GRANT CREATE ON DATABASE {self.database.name} TO {self.runner};"
                f"GRANT CREATE ON SCHEMA public TO {self.runner}"
            )
        for name, text in files:
            (self.folder / name).write_text(text, encoding="utf-8")
        with session.open(self.settings.dsn) as connection:
            journal.create(connection)

    @property
    def settings(self) -> Settings:
        """What every verb is given."""
        dsn = self.database.dsn_as(self.runner) if self.runner else self.database.dsn
        return Settings(dsn=dsn, migrations=self.folder, execute=self.execute, throttle=CALM)

    def expand(self) -> None:
        expand(self.settings, allow=self.allow, on_event=self.events.append, gate=self.gate)

    def contract(self, *, grace: float | None = None, finalize: bool = False, names: tuple[str, ...] = ()) -> None:
        contract(
            self.settings,
            names,
            allow=self.allow,
            on_event=self.events.append,
            grace=grace,
            finalize=finalize,
            gate=self.gate,
        )

    def rollback(self, *names: str) -> None:
        rollback(self.settings, names, allow=self.allow, on_event=self.events.append, gate=self.gate)

    @property
    def state(self) -> str:
        """The state of all migrations, which is one where they move together."""
        return str(self.database.one("SELECT string_agg(DISTINCT state, ', ') FROM pgwright.migration"))


@dataclass(kw_only=True)
class LifeCycle(Cycle):
    """One shape with one strategy on one database."""

    shape: Shape
    strategy: str

    def __post_init__(self) -> None:
        self.runner, self.allow = self.shape.runner, self.shape.allow

    def prepare(self) -> None:
        """Table, mirror, migration file and journal."""
        self.begin(self.shape.script(), (NAME, self.shape.migration(self.strategy)))

    def crew(self) -> Crew:
        """The applications, nobody at work yet."""
        user = self.shape.work.user
        return Crew(self.shape.work, self.database.dsn_as(user) if user else self.database.dsn)

    def run(self) -> Crew:
        """The whole cycle; asserts at every stop. Returns the crew, which has left, for its figures."""
        self.prepare()
        before = dump(self.database)
        with self.crew() as crew:
            crew.start(OLD)
            crew.advance()
            self.expand()
            self.stop("expanded")
            crew.start(NEW)
            crew.advance()
            self.stop("expanded")
            crew.leave(NEW)
            self.rollback()
            self.stop("rolled back")
            assert dump(self.database) == before
            crew.advance()
            self.expand()
            crew.start(NEW)
            crew.advance()
            self.stop("expanded")
            crew.leave(OLD)
            self.contract(grace=GRACE)
            crew.advance()
            self.stop("retiring")
            self.contract(finalize=True)
            crew.advance()
            self.stop("done")
        assert not crew.failures, crew.failures
        return crew

    def stop(self, state: str) -> None:
        """What holds at every stop: the state, the mirror, both sides in step, and nothing left over at an end."""
        assert self.state == state
        ended = state in ("rolled back", "done")
        with self.database.connect() as connection:
            old, new = state in ("expanded", "rolled back"), state in ("expanded", "retiring", "done")
            found = lost(connection, self.shape.work, old=old, new=new)
            assert not found, f"{state}: {found[:6]}"
            if ended:
                assert leftovers(self.database) == []

    def native(self, other: Database) -> None:
        """The same change as a person would type it, on another database."""
        other.run(self.shape.script())
        if self.shape.runner:
            other.run(f"GRANT CREATE ON SCHEMA public TO {self.shape.runner}")
        other.run(self.shape.rename)
        for definition, body in other.all(_BODIES) if self.shape.bodies else ():
            new = body.replace(f".{self.shape.work.old}", f".{self.shape.work.new}")
            other.run(definition.replace(body, new))


_BODIES = """
SELECT pg_get_functiondef(oid), prosrc FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype
"""
LEFTOVERS = """
SELECT 'trigger ' || t.tgname FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
WHERE f.pronamespace = 'pgwright'::regnamespace
UNION ALL SELECT 'function ' || proname FROM pg_proc
  WHERE pronamespace = 'pgwright'::regnamespace
UNION ALL SELECT 'constraint ' || conname FROM pg_constraint WHERE conname LIKE 'pgw%'
UNION ALL SELECT 'relation ' || relname FROM pg_class WHERE relname LIKE 'pgw%' AND relname NOT LIKE 'pgwright%'
UNION ALL SELECT 'column ' || attname FROM pg_attribute WHERE attname LIKE 'pgw%' AND NOT attisdropped
UNION ALL SELECT 'comment ' || description FROM pg_description WHERE description LIKE 'pgwright:%'
UNION ALL SELECT 'link ' || id FROM pgwright.link
UNION ALL SELECT 'chunk of ' || step FROM pgwright.chunk
"""


def leftovers(database: Database) -> list[str]:
    """What pgwright put into the database and did not take away again, but for the journal."""
    return [row[0] for row in database.all(LEFTOVERS)]


_FOOTPRINT = """
SELECT md5(concat_ws('|',
    (SELECT string_agg(concat_ws(' ', oid, relname, relnatts), ',' ORDER BY oid) FROM pg_class
     WHERE relnamespace = 'public'::regnamespace),
    (SELECT string_agg(concat_ws(' ', attrelid, attnum, attname, xmin), ',' ORDER BY attrelid, attnum) FROM pg_attribute
     WHERE attrelid > 16383),
    (SELECT string_agg(concat_ws(' ', oid, xmin), ',' ORDER BY oid) FROM pg_trigger),
    (SELECT string_agg(concat_ws(' ', oid, xmin), ',' ORDER BY oid) FROM pg_constraint),
    (SELECT string_agg(concat_ws(' ', oid, xmin), ',' ORDER BY oid) FROM pg_proc WHERE oid > 16383),
    (SELECT string_agg(concat_ws(' ', oid, xmin), ',' ORDER BY oid) FROM pg_rewrite WHERE oid > 16383)))
"""


def footprint(database: Database) -> str:
    """A value that changes with every DDL, and with nothing else. Quicker than a dump."""
    return str(database.one(_FOOTPRINT))


@cache
def _pg_dump() -> Path:
    return find(18).program("pg_dump")


def dump(database: Database, *, sort: bool = True) -> str:
    """The schema without the journal as pg_dump of 18 writes it. Columns of a table in order of their names
    (`sort`), because a column that was rebuilt stands at the end, which the plan says."""
    answer = subprocess.run(
        [_pg_dump(), "--schema-only", "--exclude-schema=pgwright", "--dbname", database.dsn],
        capture_output=True,
        text=True,
        check=True,
    )
    text = "\n".join(line for line in answer.stdout.splitlines() if not line.startswith(("--", "\\", "SET ")) and line)
    return in_order(text) if sort else text


def in_order(text: str) -> str:
    """A dump with the columns of each table in order of their names."""
    return re.sub(r"(CREATE [A-Z ]*TABLE [^\n]* \(\n)(.*?)(\n\)[^\n]*)", _sorted_columns, text, flags=re.DOTALL)


def _sorted_columns(found: re.Match[str]) -> str:
    return found[1] + "\n".join(sorted(line.rstrip(",") for line in found[2].splitlines())) + found[3]
