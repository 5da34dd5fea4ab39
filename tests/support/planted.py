"""Queries with a planted defect, and ones that only look like it: `tests/diagnose/corpus/NAME.sql`, one for each sign.

A file begins with `-- setup` and what makes its tables; lines that begin with VACUUM are run after it.
Each query comes under `-- found` (the sign must be reported) or `-- not found: why` (it must not). Lines of the form
`-- word: value` directly below say more:

    -- set: work_mem = 64kB        in the transaction of the query, as often as needed
    -- majors: 17 18               only on these
    -- writes                      it is executed although it writes (and rolled back)
    -- plain                       EXPLAIN without ANALYZE
    -- captured: name              the plan of tests/diagnose/captured/name.json instead: no test server can make it
    -- also: sign_a sign_b         these are found as well, and rightly
    -- maybe: sign_c               this may be found, depending on times
    -- cure: CREATE INDEX …        the cure of the sign, to the letter
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from pgwright.diagnose.asking.explain import Way, explain
from pgwright.diagnose.diagnosis import Diagnosis, diagnose
from pgwright.diagnose.query_plan.forms import json_
from pgwright.diagnose.surroundings import reader

FOLDER = Path(__file__).resolve().parents[1] / "diagnose" / "corpus"
CAPTURED = FOLDER.with_name("captured")


@dataclass(kw_only=True)
class Planted:
    """One query of the corpus."""

    sign: str
    number: int
    found: bool
    why: str
    sql: str = ""
    settings: list[tuple[str, str]] = field(default_factory=list)
    majors: tuple[int, ...] = ()
    writes: bool = False
    analyze: bool = True
    captured: str = ""
    also: frozenset[str] = frozenset()
    maybe: frozenset[str] = frozenset()
    cure: str | None = None

    @property
    def name(self) -> str:
        """A name for reports."""
        return f"{self.sign}-{self.number}-{'found' if self.found else 'not'}"

    @property
    def expected(self) -> frozenset[str]:
        """The signs that must be found."""
        return self.also | ({self.sign} if self.found else set())


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """One file."""

    sign: str
    setup: str
    vacuums: tuple[str, ...]
    queries: tuple[Planted, ...]


def corpora() -> tuple[Corpus, ...]:
    """All files, by name."""
    return tuple(read(path) for path in sorted(FOLDER.glob("*.sql")))


def read(path: Path) -> Corpus:
    """One file."""
    setup: list[str] = []
    queries: list[Planted] = []
    body = setup
    for line in path.read_text(encoding="utf-8").splitlines():
        head = line.removeprefix("-- ").strip() if line.startswith("-- ") else ""
        if head.startswith(("found", "not found")):
            state, _, why = head.partition(":")
            queries.append(Planted(sign=path.stem, number=len(queries) + 1, found=state == "found", why=why.strip()))
            body = []
        elif head and head != "setup" and queries and not body:
            _say(queries[-1], head)
        elif not head and (line.strip() or body):
            body.append(line)
            if queries:
                queries[-1].sql = "\n".join(body).strip().rstrip(";")
    vacuums = tuple(line for line in setup if line.startswith("VACUUM"))
    script = "\n".join(line for line in setup if line not in vacuums)
    return Corpus(sign=path.stem, setup=script, vacuums=vacuums, queries=tuple(queries))


def _say(query: Planted, line: str) -> None:
    word, _, value = line.partition(":")
    value = value.strip()
    if word == "set":
        name, _, setting = value.partition("=")
        query.settings.append((name.strip(), setting.strip().strip("'")))
    elif word == "majors":
        query.majors = tuple(map(int, value.split()))
    elif word == "writes":
        query.writes = True
    elif word == "plain":
        query.analyze = False
    elif word == "captured":
        query.captured = value
    elif word in ("also", "maybe"):
        setattr(query, word, frozenset(value.split()))
    elif word == "cure":
        query.cure = value if query.cure is None else f"{query.cure}\n{value}"
    else:
        raise AssertionError(f"{query.name}: what does {line!r} mean?")


def vacuum(connection: psycopg.Connection[tuple[Any, ...]], corpus: Corpus) -> None:
    """Runs the VACUUMs of the setup. A commit that waits for its record comes first: before the records of what the
    setup did are written, which it did not wait for, VACUUM marks no page as visible to all."""
    if corpus.vacuums:
        connection.execute("SET synchronous_commit = on")
        connection.execute("SELECT pg_catalog.pg_logical_emit_message(true, '', '')")
    for statement in corpus.vacuums:
        connection.execute(statement.encode())


def run(connection: psycopg.Connection[tuple[Any, ...]], query: Planted) -> Diagnosis:
    """The diagnosis of the quicker of two runs: the second has its pages in the cache, but may have been halted."""
    if query.captured:
        return diagnose(json_.from_value(json.loads((CAPTURED / f"{query.captured}.json").read_text(encoding="utf-8"))))
    way = Way(analyze=query.analyze, writes=query.writes, settings=tuple(query.settings))
    plans = [explain(connection, query.sql, way) for _ in range(2)]
    plan = min(reversed(plans), key=lambda each: each.milliseconds("Execution Time") or 0)
    return diagnose(plan, reader.read(connection, plan))


def wrong(query: Planted, diagnosis: Diagnosis) -> list[str]:
    """What was found and should not be, or the other way round; one sentence each."""
    found, said = {each.name for each in diagnosis.found}, []
    if not query.expected <= found <= query.expected | query.maybe:
        said.append(f"{query.name}: {sorted(found)} instead of {sorted(query.expected)}")
    cures = [each.finding.cure_sql for each in diagnosis.found if each.name == query.sign]
    if query.cure is not None and query.cure not in cures:
        said.append(f"{query.name}: the cure is {cures}")
    return said
