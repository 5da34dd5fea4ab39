"""A runner in a process of its own that a test can stop at an exact place and kill: `python -m tests.support.killable`.

Arguments as JSON: `verb`, `dsn`, `folder`, `step` (the id or its end), `place`, `allow` (words with commas between).
At its place the process writes the step to standard output and waits for ever on an advisory lock that the test holds:
`gate` is before the step, `batch` after the first batch of a pass; `inside` goes on, and holds the step in its own
transaction (see `HOLD`).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from pgwright.api.apply import apply
from pgwright.api.contract import contract
from pgwright.api.expand import expand
from pgwright.api.rollback import rollback
from pgwright.base.event import BackfillProgress, Event
from pgwright.config import Settings
from pgwright.config.settings import ExecuteSettings
from tests.support.calm import CALM
from tests.support.databases import Database

LOCK = 77_001
FAST = ExecuteSettings(lock_pause=0.02, lock_budget=30.0, heartbeat=0.2, lease_timeout=2.0, batch_target=0.001)

# Holds the statements of the runner at their end, inside its transaction, until `retenue` is empty. Polls, because a
# lock would end with the lock_timeout of the step.
HOLD = """
CREATE TABLE retenue (pid int);
CREATE FUNCTION retient() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('application_name') = 'pgwright:runner' THEN
        WHILE EXISTS (SELECT FROM public.retenue) LOOP PERFORM pg_sleep(0.005); END LOOP;
    END IF;
END$$;
CREATE EVENT TRIGGER retient ON ddl_command_end EXECUTE FUNCTION retient();
"""
HELD = """
SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
               AND application_name = 'pgwright:runner' AND wait_event = 'PgSleep')
"""
LEASES = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pgwright:lease'
"""
NOTICED = 2.0


class Killable:
    """A running process that stands at its place once `stands` returned."""

    def __init__(self, process: subprocess.Popen[str], database: Database, keeper: psycopg.Connection[Any]) -> None:
        self.process, self.database, self.keeper = process, database, keeper

    def stands(self, *, inside: bool) -> str:
        """Waits until it is at its place; returns the step."""
        assert self.process.stdout is not None
        step = self.process.stdout.readline().strip()
        assert step, f"the runner ended without coming there: {self.process.communicate()}"
        if inside:
            self.until(HELD)
        return step

    def until(self, condition: str) -> None:
        """Asks the server until the query `condition` answers true."""
        with self.database.connect() as connection:
            while connection.execute(condition.encode()).fetchone() != (True,):
                assert self.process.poll() is None, self.process.communicate()
                connection.execute("SELECT pg_sleep(0.005)")

    def go_on(self) -> None:
        """Lets it leave its place."""
        self.keeper.execute("SELECT pg_advisory_unlock(%s)", (LOCK,))

    def kill(self) -> None:
        """SIGKILL; returns when the process is gone and the server has noticed it, where it can: behind a pooler or a
        frozen network it cannot."""
        self.process.kill()
        self.process.communicate()
        until = time.monotonic() + NOTICED
        while self.database.one(LEASES) and time.monotonic() < until:
            time.sleep(0.01)


@contextmanager
def started(
    database: Database,
    folder: Path,
    verb: str,
    step: str,
    place: str,
    *,
    dsn: str = "",
    workers: int = 1,
    allow: str = "",
) -> Iterator[Killable]:
    """Starts a runner. While the block lasts, what is held stays held."""
    with database.connect() as keeper:
        keeper.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        if place == "inside" and database.one("SELECT to_regclass('retenue') IS NULL"):
            database.run(HOLD)
        arguments = {"verb": verb, "dsn": dsn or database.dsn, "folder": str(folder), "step": step, "place": place}
        arguments |= {"workers": str(workers), "allow": allow}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.killable", json.dumps(arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        try:
            yield Killable(process, database, keeper)
        finally:
            process.kill()
            process.communicate()
            if place == "inside":
                database.run("DELETE FROM retenue")


def main(arguments: dict[str, str]) -> None:
    """Runs the verb; never ends by itself when it comes to its place."""
    dsn, place = arguments["dsn"], arguments["place"]
    execute = replace(FAST, workers=int(arguments["workers"]))
    settings = Settings(dsn=dsn, migrations=Path(arguments["folder"]), execute=execute, throttle=CALM)

    def wait() -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))

    def gate(step: str) -> None:
        if not step.endswith(arguments["step"]) and arguments["step"] not in step:
            return
        if place == "inside":
            with psycopg.connect(dsn, autocommit=True) as connection:
                connection.execute("INSERT INTO retenue VALUES (1)")
        if place != "batch":
            print(step, flush=True)
        if place == "gate":
            wait()

    def on_event(event: Event) -> None:
        if place == "batch" and isinstance(event, BackfillProgress) and event.rows:
            print(event.step, flush=True)
            wait()

    allow = frozenset(filter(None, arguments["allow"].split(",")))
    finalize = arguments["verb"] == "finalize"
    if arguments["verb"] == "apply":
        apply(settings, allow=allow, gate=gate, on_event=on_event)
    elif arguments["verb"] == "expand":
        expand(settings, allow=allow, gate=gate, on_event=on_event)
    elif arguments["verb"] == "rollback":
        rollback(settings, allow=allow, gate=gate, on_event=on_event)
    else:
        contract(settings, allow=allow, gate=gate, on_event=on_event, finalize=finalize, grace=3600.0)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
