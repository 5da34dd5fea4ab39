"""A change of a constraint as one case: its table, its statement, what both applications write, and its whole life."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from pgwright.api.plan import plan
from pgwright.evolve.steps.step import Phase
from tests.evolve.execute.flip import Verbs
from tests.support.databases import Database
from tests.support.lifecycle import dump, leftovers


@dataclass(frozen=True, kw_only=True)
class Case:
    """`setup` makes the tables, `text` is the migration, `native` what a person would type instead ("": the same),
    `works` what either application may do at any stop, `refused` what both may not do in the end. `versions` are
    the majors that know the words, `differs` tells that 14 does other things with it than 18."""

    name: str
    setup: str
    text: str
    native: str = ""
    works: Sequence[str] = ()
    refused: Sequence[str] = ()
    versions: Sequence[int] = (14, 15, 16, 17, 18)
    differs: bool = True
    allow: frozenset[str] = frozenset()


def each(cases: Sequence[Case]) -> pytest.MarkDecorator:
    """Parametrizes `case`."""
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


def live(case: Case, make_database: Callable[..., Database], folder: Path) -> Verbs:
    """expand → rollback → expand → contract → way back → contract → done; both applications at work at every stop, the
    schema as before or as after the plain statement at every end."""
    database = make_database(case.setup)
    verbs = Verbs(database, folder)
    verbs.prepare("", case.text)
    before = dump(database)
    restores = any(step.phase is Phase.CONTRACT and step.undo for step in plan(verbs.settings).steps)

    def works() -> None:
        with database.connect() as connection:
            for statement in case.works:
                connection.execute(f"BEGIN; {statement}; SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK".encode())

    def stop(state: str, schema: str = "") -> None:
        assert verbs.state == state
        works()
        if schema:
            assert dump(database).splitlines() == schema.splitlines()
            assert leftovers(database) == []

    works()
    verbs.expand()
    stop("expanded")
    verbs.rollback()
    stop("rolled back", before)
    verbs.expand()
    verbs.contract(allow=case.allow)
    stop("retiring")
    if restores:
        verbs.rollback()
        stop("rolled back", before)
        verbs.expand()
    verbs.finalize()
    stop("done", dump(make_database(case.setup + ";" + (case.native or case.text))))
    for statement in case.refused:
        with database.connect() as connection, pytest.raises(Exception, match=r"violates|null value|conflicting"):
            connection.execute(f"BEGIN; {statement}; SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK".encode())
    return verbs
