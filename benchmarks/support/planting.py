"""Planted defects: who finds them, who finds what is not there, and whose advice a server can run.

The queries are those of `tests/diagnose/corpus`. A planted one counts as found when a rule that means its sign speaks
of it, wherever in the plan. One that only looks like it counts as a false finding when such a rule speaks, unless the
rule also means another sign that rightly is there. Advice is runnable when a server runs it as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from pgwright.base.errors import PgwrightError
from pgwright.diagnose.query_plan.model import document
from pgwright.server.private import PrivateServer
from pgwright.sql import parse
from tests.support import planted

from . import database, peer_rules
from .conserving import OURS
from .plan_readers import Issue, Reader
from .report import Table

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One query on one major: its sign, whether it is planted, what else rightly is there, who says what, how much of
    the advice runs, and why a reader could not read the plan."""

    sign: str
    name: str
    planted: bool
    others: frozenset[str]
    said: Mapping[str, tuple[Issue, ...]]
    runnable: Mapping[str, int]
    errors: Mapping[str, str]

    def finds(self, reader: str) -> bool:
        """Whether a reader speaks of the sign; of a query that only looks like it, without an excuse."""
        for issue in self.said[reader]:
            signs = meaning(reader, issue.rule)
            if self.sign in signs and (self.planted or not signs & self.others):
                return True
        return False


def meaning(reader: str, rule: str) -> frozenset[str]:
    """The signs that a rule means; ours are the signs."""
    return frozenset((rule,)) if reader == OURS else peer_rules.meant(reader, frozenset((rule,)))


def measured(running: PrivateServer, readers: Mapping[str, Reader]) -> tuple[Case, ...]:
    """All queries of the corpus on a server, each read by all readers."""
    return tuple(case for corpus in planted.corpora() for case in _file(running, corpus, readers))


def _file(running: PrivateServer, corpus: planted.Corpus, readers: Mapping[str, Reader]) -> Iterator[Case]:
    """In a copy, as the tests do: its counters of changes begin anew, so that what the setup wrote is not news."""
    name = f"planted_{corpus.sign}"
    database.make(running, name, corpus.setup, vacuum=False)
    queries = [each for each in corpus.queries if not each.majors or running.binaries.major in each.majors]
    with database.copy(running, name) as dsn, psycopg.connect(dsn, autocommit=True) as connection:
        planted.vacuum(connection, corpus)
        diagnoses = [planted.run(connection, each) for each in queries]
        documents = [document(each.plan) for each in diagnoses]
        readings = {name: read(documents) for name, read in readers.items()}
        for number, (query, diagnosis) in enumerate(zip(queries, diagnoses, strict=True)):
            said = {name: each[number].issues for name, each in readings.items()}
            said[OURS] = tuple(Issue(rule=each.name, suggestion=each.finding.cure_sql) for each in diagnosis.found)
            yield Case(
                sign=corpus.sign,
                name=query.name,
                planted=query.found,
                others=query.also | query.maybe,
                said=said,
                runnable={name: sum(runs(connection, each.suggestion) for each in found)
                          for name, found in said.items()},
                errors={name: each[number].error for name, each in readings.items() if each[number].error},
            )  # fmt: skip
    with psycopg.connect(running.dsn(), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
        connection.execute("ALTER SYSTEM RESET ALL")  # advice may have set something
        connection.execute("SELECT pg_catalog.pg_reload_conf()")


def runs(connection: Connection, text: str) -> bool:
    """Whether a server runs a text as it stands. What can be rolled back is."""
    try:
        statements = parse.parse(text)
    except PgwrightError:
        return False
    if not statements:
        return False
    try:
        connection.execute("DEALLOCATE ALL")  # what an earlier advice has prepared, which no rollback takes back
        _run(connection, [each.text for each in statements])
    except psycopg.Error:
        return False
    return True


def _run(connection: Connection, statements: Sequence[str]) -> None:
    try:
        with connection.transaction(force_rollback=True):
            for each in statements:
                connection.execute(each.encode())
    except psycopg.errors.ActiveSqlTransaction:  # VACUUM, CREATE INDEX CONCURRENTLY and others
        for each in statements:
            connection.execute(each.encode())


def summary(cases: Sequence[Case], readers: Sequence[str]) -> Table:
    """Per reader: recall, precision, and advice that runs."""
    real = [case for case in cases if case.planted]
    alike = [case for case in cases if not case.planted]
    rows = []
    for reader in readers:
        ruled = [case for case in real if reader == OURS or case.sign in peer_rules.known(reader)]
        found = sum(case.finds(reader) for case in real)
        false = sum(case.finds(reader) for case in alike)
        issues = sum(len(case.said[reader]) for case in cases)
        rows.append((
            reader, f"{found} of {len(real)}", f"{sum(case.finds(reader) for case in ruled)} of {len(ruled)}",
            f"{false} of {len(alike)}", f"{found / (found + false):.0%}" if found + false else "–",
            f"{sum(case.runnable[reader] for case in cases)} of {issues}",
        ))  # fmt: skip
    head = ("", "planted, found", "of those it has a rule for", "alike, found", "precision", "advice that runs")
    return Table(title="Planted defects, and queries that only look like them", head=head, rows=tuple(rows))


def unread(cases: Sequence[Case]) -> Iterator[str]:
    """A sentence on each reader that could not read all plans."""
    for reader in sorted({name for case in cases for name in case.errors}):
        errors = [case.errors[reader] for case in cases if reader in case.errors]
        yield f"{reader} could not read {len(errors)} of {len(cases)} planted plans, the first: {errors[0]}"


def by_sign(cases: Sequence[Case], readers: Sequence[str]) -> Table:
    """Per sign and reader: found of planted, and false findings; a dash where the reader has no rule."""

    def cell(sign: str, reader: str) -> str:
        if reader != OURS and sign not in peer_rules.known(reader):
            return "–"
        mine = [case for case in cases if case.sign == sign]
        found = sum(case.finds(reader) for case in mine if case.planted)
        false = sum(case.finds(reader) for case in mine if not case.planted)
        return f"{found}/{sum(case.planted for case in mine)}" + (f", {false} false" if false else "")

    signs = sorted({case.sign for case in cases})
    rows = tuple((sign, *(cell(sign, reader) for reader in readers)) for sign in signs)
    return Table(title="By sign, found of planted", head=("", *readers), rows=rows)
