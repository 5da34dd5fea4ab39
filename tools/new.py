"""Starts an operation, a sign or a check: `python tools/new.py operation=add_index` writes its file and its test.

`sign=sort_on_disk` writes a sign and its planted queries, `check=invalid_index` a health check, its query and its
planted databases. It says what is next.

Both fail until they are written: the completeness tests refuse headings that still hold "…", and the test fails.
"""

from __future__ import annotations

import keyword
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

OPERATION = '''"""… One sentence: what {name} changes.

## What it does

…

## Why it is dangerous

…

## Phases and locks

…

## Rollback

…

## Versions

PostgreSQL 14 to 18.

## Example

    CALL pgwright.{name}(…);
"""

from __future__ import annotations

from dataclasses import dataclass

from ...sql.quote import literal
from ._operation import Compiled, Request

# The action keys that this operation owns; `pgwright.sql.actions.all_keys()` lists those of the grammar.
RECOGNISES = ("CallStmt.pgwright.{name}",)
DIRECTIVES = ()
"""The directives that may stand above it."""


@dataclass(frozen=True, kw_only=True)
class {twin}:
    """… What it makes of `table`, for those who build plans in Python."""

    table: str

    def to_sql(self) -> str:
        """The statement that a migration file would have."""
        return f"CALL pgwright.{name}({{literal(self.table)}});\\n"


def compile_(request: Request) -> Compiled:
    """Understands the action, chooses the strategy, and returns the steps of all phases."""
    raise request.error("{name} is not written yet")
'''

TEST = '''"""The life cycle of {name}: expand, both applications, rollback, expand, contract."""

from __future__ import annotations

import pytest

from tests.support.databases import Database


@pytest.mark.majors("all")
def test_life_cycle(database: Database) -> None:
    pytest.fail("{name} has no life-cycle test yet")
'''


SIGN = '''"""… One sentence: what {name} is.

## What it is

…

## Why it is slow

…

## Cure

…

## Disproof

…

## Versions

14 to 18.

## Example

    SELECT …;
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node
from ._seen import Seen
from ._sign import Sign

NODES = frozenset({{"Seq Scan"}})
"""The node types that it looks at; empty: it gets the root, once."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """… When it speaks."""
    yield from ()
'''

PLANTED = """-- setup
CREATE TABLE t (id int PRIMARY KEY);

-- found
SELECT * FROM t;

-- not found: … why it only looks like it
SELECT * FROM t WHERE id = 1;
"""


CHECK = '''"""… One sentence: what {name} is.

## What it is

…

## Why it is dangerous

…

## When it speaks

…

## Cure

…

## Versions

14 to 18.

## Example

    SELECT …;
"""

from __future__ import annotations

from collections.abc import Iterator

from ._check import Said
from ._seen import Seen


def look(seen: Seen) -> Iterator[Said]:
    """… When it speaks."""
    yield from ()
'''

QUERY = "-- … What the rows are.\nSELECT FROM pg_class c\n"

DEFECT = """-- found: … the object, as the finding names it
CREATE TABLE t (id int PRIMARY KEY);

-- not found: … why it only looks like it
CREATE TABLE t (id int PRIMARY KEY);
"""


def check(name: str, stem: str) -> dict[Path, str]:
    """The files of a new health check."""
    checks = ROOT / "src" / "pgwright" / "diagnose" / "health" / "checks"
    return {
        checks / f"{stem}.py": CHECK.format(name=name),
        checks / f"{stem}.sql": QUERY,
        ROOT / "tests" / "diagnose" / "health" / "corpus" / f"{name}.sql": DEFECT,
    }


def operation(name: str, stem: str) -> dict[Path, str]:
    """The files of a new operation."""
    twin = "".join(word.capitalize() for word in name.split("_"))
    return {
        ROOT / "src" / "pgwright" / "evolve" / "operations" / f"{stem}.py": OPERATION.format(name=name, twin=twin),
        ROOT / "tests" / "evolve" / "operations" / f"test_{name}.py": TEST.format(name=name),
    }


def sign(name: str, stem: str) -> dict[Path, str]:
    """The files of a new sign."""
    return {
        ROOT / "src" / "pgwright" / "diagnose" / "signs" / f"{stem}.py": SIGN.format(name=name),
        ROOT / "tests" / "diagnose" / "corpus" / f"{name}.sql": PLANTED,
    }


KINDS = {"check": check, "operation": operation, "sign": sign}


def main(arguments: list[str]) -> int:
    kind, _, name = arguments[0].partition("=") if arguments else ("", "", "")
    if kind not in KINDS or not re.fullmatch(r"[a-z][a-z0-9_]*[a-z0-9]", name):
        print("usage: make new operation=name_in_lower_case, or sign=…, or check=…", file=sys.stderr)
        return 2
    files = KINDS[kind](name, f"{name}_" if keyword.iskeyword(name) else name)
    taken = [path for path in (*files, next(iter(files)).with_suffix("")) if path.exists()]
    if taken:
        print(f"{taken[0].relative_to(ROOT)} exists; nothing was changed", file=sys.stderr)
        return 6
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
    print("Fill both in; then: make docs, a line in CHANGELOG.md, make test ARGS=tests/completeness, make check.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
