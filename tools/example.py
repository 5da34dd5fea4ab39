"""Runs one of `examples/` on a private server: `make example ARGS="03_change_a_type --rows 50000"`.

Builds the shop, shows the plan, expands, rolls back, expands again and contracts, and asks after each of the states
whether it is as the example says. Ends with 1 where it is not.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from pgwright.api.contract import contract
from pgwright.api.expand import expand
from pgwright.api.init import init
from pgwright.api.plan import plan
from pgwright.api.rollback import rollback
from pgwright.base.errors import PgwrightError
from pgwright.config import Settings
from pgwright.demo import shop
from pgwright.render.plan_text import plan_text
from pgwright.server.find import find
from pgwright.server.private import PrivateServer
from pgwright.sql import parse

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def main(arguments: list[str]) -> int:
    known = sorted(path.name for path in EXAMPLES.glob("[0-9]*"))
    parser = argparse.ArgumentParser(prog="make example", description="Runs an example on a private server.")
    parser.add_argument("name", help=f"one of {', '.join(known)}, or its number")
    parser.add_argument("--rows", type=int, default=20_000, help="users of the shop, 20,000 without")
    given = parser.parse_args(arguments)
    found = [name for name in known if name == given.name or name.partition("_")[0] == given.name.zfill(2)]
    if not found:
        parser.error(f"no such example: {given.name}; there are {', '.join(known)}")
    example = EXAMPLES / found[0]
    with PrivateServer(find(18)) as server:
        return run(example, server.dsn(), given.rows)


def run(example: Path, dsn: str, rows: int) -> int:
    """The life of the example; 0 where every answer is true."""
    prepare(dsn, example, rows)
    settings = Settings(dsn=dsn, migrations=example / "migrations")
    init(settings)
    try:
        print(plan_text(plan(settings)))
        wrong = 0
        verbs: tuple[Callable[..., object], ...] = (expand, rollback, expand, contract)
        for number, verb in enumerate(verbs):
            started = time.monotonic()
            verb(settings)
            print(f"{verb.__name__}: {time.monotonic() - started:,.1f} s")
            script = example / ("done.sql" if verb is contract else "expanded.sql")
            wrong += 0 if number == 1 else check(dsn, script)
    except PgwrightError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return int(wrong > 0)


def prepare(dsn: str, example: Path, rows: int) -> None:
    """The shop, as the example wants it."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        shop.build(connection, rows=rows)
        before = example / "before.sql"
        if before.exists():
            connection.execute(before.read_bytes())


def check(dsn: str, script: Path) -> int:
    """How many queries of the script do not answer true; each is shown."""
    wrong = 0
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in parse.parse(script.read_text(encoding="utf-8"), file=str(script)):
            row = connection.execute(statement.text.encode()).fetchone()
            if row is None or row[0] is not True:
                wrong += 1
                print(f"not true: {statement.text}", file=sys.stderr)
    print(f"{script.name}: {'as it says' if not wrong else f'{wrong} not true'}")
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
