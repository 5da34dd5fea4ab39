"""The life cycle of any change: a value says what is there, what is meant and what both applications do meanwhile.

Statements name their values: `%(n)s` is a number that nobody else uses, `%(k)s` one of the keys 1 to `shared`, which
everybody writes. Nothing here is about one operation; `lifecycle.py` has the like for renames, whose writers keep a
mirror.
"""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from pgwright.api.plan import plan
from pgwright.base.event import Event, StepFinished, StepStarted
from pgwright.base.lock import LockMode
from pgwright.evolve.execute import drift
from pgwright.evolve.locks.observe import held
from pgwright.evolve.plan.plan_file import Plan
from pgwright.evolve.steps.step import Kind
from tests.support.databases import Database
from tests.support.lifecycle import GRACE, Cycle, dump, leftovers
from tests.support.selection import is_whole
from tests.support.writers import NEW, OLD, Crew

FILE = "0001_change.sql"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change and those who work meanwhile. `setup` makes what is there (role `runner` migrates, "" is the superuser;
    `user` is who the applications are), `migration` is the text of the file, `old` and `new` the statements of the two
    applications; without any nobody works. `named` are SQLSTATEs that the plan tells the old application of: they are
    counted apart, and the plan must name each. `invariant` is a query whose rows are wrong, asked while the new
    application may work, `always` one at every stop. `native` is what a person would type ("" is the migration itself).
    `mend` is what somebody has to do before a rollback, which the plan asks for, `allow` what the caller consents to.
    `earlier` migrations are expanded before and contracted first: without them there is a way back from `retiring`,
    unless `returns` denies it. `differs` tells that 14 does other things with it than 18."""

    name: str
    setup: str
    migration: str
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    named: frozenset[str] = frozenset()
    invariant: str = ""
    always: str = ""
    native: str = ""
    mend: str = ""
    allow: frozenset[str] = frozenset()
    runner: str = ""
    user: str = ""
    shared: int = 20
    earlier: tuple[str, ...] = ()
    returns: bool = True
    differs: bool = False
    versions: tuple[int, ...] = (14, 15, 16, 17, 18)

    def hand(self, version: str, number: int) -> Typist:
        """See `writers.Job`."""
        return Typist(self.old if version == OLD else self.new, number, self.shared)

    def files(self) -> list[tuple[str, str]]:
        """Name and text of the migration files."""
        texts = [*self.earlier, self.migration]
        return [(f"{number:04}_change.sql", text) for number, text in enumerate(texts, 1)]

    def native_sql(self) -> str:
        """What a person would type for all of them."""
        return self.native or "\n".join((*self.earlier, self.migration))


class Typist:
    """Sends the statements of one application in any order."""

    def __init__(self, statements: tuple[str, ...], number: int, shared: int) -> None:
        self.statements, self.shared = statements, shared
        self.chance = random.Random(number)
        self.serial = itertools.count(number * 1_000_000)

    def choose(self) -> str:
        """One of the statements."""
        return self.chance.choice(self.statements)

    def do(self, connection: psycopg.Connection[Any], op: str) -> None:
        """Sends it; it is a transaction of its own."""
        connection.execute(op, {"n": next(self.serial), "k": self.chance.randint(1, max(self.shared, 1))})


@dataclass(kw_only=True)
class Changing(Cycle):
    """One change on one database."""

    change: Change
    excess: list[str] = field(default_factory=list)
    planned: Plan | None = None

    def __post_init__(self) -> None:
        self.runner, self.allow = self.change.runner, self.change.allow

    def prepare(self) -> None:
        """What is there, the migration files and the journal. Earlier migrations are expanded."""
        *earlier, last = self.change.files()
        self.begin(self.change.setup, *earlier)
        if earlier:
            self.expand()
        (self.folder / last[0]).write_text(last[1], encoding="utf-8")
        self.planned = plan(self.settings, allow=self.allow)

    def crew(self) -> Crew:
        """The applications, nobody at work yet."""
        user = self.change.user
        return Crew(self.change, self.database.dsn_as(user) if user else self.database.dsn, named=self.change.named)

    def run(self) -> Crew:
        """The whole cycle; asserts at every stop. Returns the crew, which has left, for its figures. The way back from
        `retiring` takes as long as all before it: it is gone with CI=true, and always where the change `differs`."""
        self.prepare()
        before = self.schema()
        with self.watched(), self.crew() as crew:
            self.start(crew, OLD)
            crew.advance()
            self.forward(crew)
            self.back(crew, before)
            self.forward(crew)
            crew.leave(OLD)
            self.contract(grace=GRACE)
            crew.advance()
            self.stop("retiring")
            if self.change.returns and not self.change.earlier and (self.change.differs or is_whole()):
                self.back(crew, before)
                self.start(crew, OLD)
                self.forward(crew)
                crew.leave(OLD)
                self.contract(grace=GRACE)
                crew.advance()
                self.stop("retiring")
            self.contract(finalize=True)
            crew.advance()
            self.stop("done")
        self.judge(crew)
        return crew

    def start(self, crew: Crew, version: str) -> None:
        """An application comes to work, where the change says what it does."""
        if self.change.old if version == OLD else self.change.new:
            crew.start(version)

    def forward(self, crew: Crew) -> None:
        """Expand, and the new application begins."""
        self.expand()
        crew.advance()
        self.stop("expanded")
        self.start(crew, NEW)
        crew.advance()
        self.stop("expanded")

    def back(self, crew: Crew, before: str) -> None:
        """The new application leaves and the migration is rolled back."""
        crew.leave(NEW)
        if self.change.mend:
            self.database.run(self.change.mend)
        self.rollback()
        crew.advance()
        self.stop("rolled back")
        assert self.schema() == before

    def schema(self) -> str:
        """The schema. With earlier migrations in flight their trigger that fills is left out: after the pass it has
        nothing to do, and goes when the triggers are made anew."""
        lines = dump(self.database).splitlines()
        return "\n".join(line for line in lines if not self.change.earlier or "pgw_last_fill" not in line)

    def stop(self, state: str) -> None:
        """What holds at every stop: the state, the invariants, and nothing left over at an end."""
        assert self.state == state
        asked = [self.change.always] if self.change.always else []
        asked += [self.change.invariant] if self.change.invariant and state != "rolled back" else []
        for query in asked:
            found = self.database.all(query)
            assert not found, f"{state}: {query}: {found[:6]}"
        with self.database.connect() as connection:
            assert drift.found(connection) == ()
        if state == "done" or (state == "rolled back" and not self.change.earlier):
            assert leftovers(self.database) == []

    @property
    def state(self) -> str:
        """The state of the migration that is written last; those before it wait for it."""
        return str(self.database.one("SELECT state FROM pgwright.migration ORDER BY name DESC LIMIT 1"))

    def judge(self, crew: Crew) -> None:
        """No statement failed but those that the plan named, and no lock went beyond the declared ones."""
        assert not crew.failures, crew.failures
        assert not self.excess, self.excess
        said = self.hazards()
        for sqlstate in self.change.named:
            assert sqlstate in said, f"the plan does not name {sqlstate}: {said}"

    def hazards(self) -> str:
        """What the plan says that it cannot save."""
        assert self.planned is not None
        operations = [each for migration in self.planned.migrations for each in migration.operations]
        return "\n".join(hazard for each in operations for hazard in each.hazards)

    def native(self, other: Database) -> None:
        """The same change as a person would type it, on another database."""
        other.run(self.change.setup)
        if self.runner:
            other.run(f"GRANT CREATE ON SCHEMA public TO {self.runner}")
        other.run(self.change.native_sql())

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While the block lasts, a second session looks at the locks of concurrent steps, which no transaction of the
        runner can compare before its end."""
        witness = _Witness(self)
        self.events = witness.events
        try:
            yield
        finally:
            witness.leave()
            self.excess += witness.excess


class _Heard(list[Event]):
    """Events as they come, told to the witness."""

    def __init__(self, witness: _Witness) -> None:
        self._witness = witness
        super().__init__()

    def append(self, event: Event) -> None:
        super().append(event)
        self._witness.hear(event)


class _Witness:
    """Samples `pg_locks` while a concurrent step runs. A sample counts only where the same step runs before and after
    it."""

    def __init__(self, cycle: Changing) -> None:
        assert cycle.planned is not None
        self.events = _Heard(self)
        self.excess: list[str] = []
        self.samples = 0
        self._database = cycle.database
        self._declared = {step.id: step for step in cycle.planned.steps}
        self._step = ""
        self._at_work, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._look, name="witness", daemon=True)
        self._thread.start()

    def hear(self, event: Event) -> None:
        """A step begins or ends."""
        if isinstance(event, StepStarted) and event.kind == Kind.CONCURRENT.value:
            self._step = event.step
            self._at_work.set()
        elif isinstance(event, StepStarted | StepFinished):
            self._step = ""
            self._at_work.clear()

    def leave(self) -> None:
        """Ends the looking."""
        self._over.set()
        self._at_work.set()
        self._thread.join()

    def _look(self) -> None:
        with self._database.connect() as connection:
            while True:
                self._at_work.wait()
                if self._over.is_set():
                    return
                step = self._step
                runners = connection.execute(_RUNNERS).fetchall()
                found: dict[int, LockMode] = {}
                for (pid,) in runners:
                    found.update(held(connection, pid))
                if step and step == self._step:
                    self._compare(step, found)
                connection.execute("SELECT pg_sleep(0.005)")

    def _compare(self, step: str, found: Mapping[int, LockMode]) -> None:
        self.samples += 1
        declared = {lock.oid: lock.mode for lock in self._declared[step].locks}
        self.excess += [
            f"{step} holds {mode.sql} on {oid}"
            for oid, mode in found.items()
            if mode > declared.get(oid, LockMode.ROW_EXCLUSIVE)
        ]


def lives(change: Change, make_database: Callable[[], Database], folder: Path) -> Crew:
    """The whole cycle; at its end the schema is that of the plain statement, of which another database tells."""
    life = Changing(change=change, database=make_database(), folder=folder)
    crew = life.run()
    other = make_database()
    life.native(other)
    assert dump(life.database) == dump(other)
    return crew


_RUNNERS = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pgwright:runner'
"""
