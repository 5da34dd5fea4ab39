"""Any change of any table: what plain SQL and pgwright leave behind is the same, or the plan said what differs, or it
was refused before it started. Where plain SQL fails, it is refused.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from tests.support import databases
from tests.support.databases import Database, Server
from tests.support.fidelity import Picture, Trial, plainly, unexplained
from tests.support.fidelity_statements import MOVED, NO_WAY_BACK
from tests.support.generated import Scene, scenes
from tests.support.generated_changes import Meant, changes
from tests.support.lifecycle import leftovers

DRAWN = scenes().flatmap(lambda scene: st.tuples(st.just(scene), changes(scene)))
HOW = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),  # a failure shows its script; to shrink it would take minutes
    suppress_health_check=list(HealthCheck),
)


@settings(HOW, max_examples=8)
@given(DRAWN)
def test_a_few(server: Server, drawn: tuple[Scene, Meant]) -> None:
    compare(server, *drawn)


@pytest.mark.long
@pytest.mark.majors("all")
@pytest.mark.timeout(1800)
@settings(HOW, max_examples=90)
@given(DRAWN)
def test_many(server: Server, drawn: tuple[Scene, Meant]) -> None:
    compare(server, *drawn)


@contextmanager
def three(server: Server, script: str) -> Iterator[tuple[Database, Database, Database]]:
    """Databases with the scene, and gone at the end."""
    first = databases.create(server)
    made = [first]
    try:
        first.run(script)
        made += [databases.create(server, like=first.name) for _ in range(2)]
        yield made[0], made[1], made[2]
    finally:
        for each in made:
            databases.drop(each)


def compare(server: Server, scene: Scene, meant: Meant) -> None:
    """As the measured statements are compared."""
    note = f"{scene.script}\n---\n{meant.migration}"
    with three(server, scene.script) as (plain, forth, back), tempfile.TemporaryDirectory() as folder:
        before = Picture.of(forth)
        error = plainly(plain, meant.sql)
        trial = Trial(database=forth, folder=Path(folder))
        trial.prepare(meant.migration)
        if trial.refusal is None:
            trial.expand()
        if trial.refusal is not None:
            event(f"refused, {'as by PostgreSQL' if error else 'by pgwright'}")
            assert not trial.started, note
            assert before.differences(Picture.of(forth)) == [], note
            assert error or len(str(trial.refusal).splitlines()) > 2, f"no way out: {trial.refusal}\n{note}"
            return
        assert error is None, f"{error}\n{note}"
        trial.finish()
        event(", ".join(trial.owners))
        wanted, found = Picture.of(plain, without=random(meant)), Picture.of(forth, without=random(meant))
        raw = wanted.differences(found)
        differences = unexplained(raw, trial.said)
        assert differences == [], f"{differences}\n{trial.said}\n{note}"
        assert raw or wanted.ordered == found.ordered or MOVED in trial.said, note
        assert leftovers(forth) == [], note
        again = Trial(database=back, folder=Path(folder))
        again.prepare(meant.migration)
        again.expand()
        again.rollback()
        after = Picture.of(back)
        assert leftovers(back) == [], note
        assert before == after or NO_WAY_BACK.search(again.said), f"{before.differences(after)}\n{note}"


def random(meant: Meant) -> frozenset[str]:
    """The column that gets other values each time."""
    if "random()" not in meant.sql:
        return frozenset()
    return frozenset({meant.sql.partition(" ADD COLUMN ")[2].partition(" bigint ")[0].strip('"').replace('""', '"')})
