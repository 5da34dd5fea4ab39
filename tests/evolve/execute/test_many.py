"""Several operations and migrations in one unit: killed, rolled back and contracted together and one by one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pgwright.api.contract import contract
from pgwright.api.expand import expand
from pgwright.api.plan import plan
from pgwright.api.rollback import rollback
from pgwright.base.errors import CatalogMoved, Interrupted, MigrationFileError, Refused
from tests.support.databases import Database
from tests.support.lifecycle import dump, leftovers
from tests.support.races import MIDDLE, Race
from tests.support.selection import EDGES_IN_CI

SETUP = """CREATE TABLE utilisateurs (id int PRIMARY KEY, nom text, ville text DEFAULT 'Aix', poids text);
INSERT INTO utilisateurs (id, nom, poids) SELECT i, ' n' || i, repeat('x', 700) FROM generate_series(1, 300) i;
CREATE TABLE commandes (id int PRIMARY KEY, statut text NOT NULL, total int);
INSERT INTO commandes SELECT i, 's' || i, i FROM generate_series(1, 300) i;
"""
FIRST = """-- pgwright: strategy = copy
ALTER TABLE utilisateurs RENAME COLUMN ville TO commune;
-- pgwright: strategy = alias
ALTER TABLE commandes RENAME COLUMN statut TO etat;
CREATE TABLE avis (id int PRIMARY KEY, commande int);
COMMENT ON TABLE avis IS 'what they say';
"""
SECOND = """-- pgwright: up = btrim(nom)
ALTER TABLE utilisateurs RENAME COLUMN nom TO nom_complet;
-- pgwright: strategy = copy
ALTER TABLE utilisateurs RENAME COLUMN commune TO cite;
"""
NATIVE = """ALTER TABLE utilisateurs RENAME COLUMN ville TO cite;
ALTER TABLE commandes RENAME COLUMN statut TO etat;
CREATE TABLE avis (id int PRIMARY KEY, commande int);
COMMENT ON TABLE avis IS 'what they say';
ALTER TABLE utilisateurs RENAME COLUMN nom TO nom_complet;
"""


SUPPRESS = "suppress_redundant_updates_trigger"


class Killed(BaseException):
    """The end of a runner."""


def dying(race: Race, verb: Callable[..., object]) -> list[str]:
    """Runs `verb`, is killed before each step once, and resumes."""
    died: list[str] = []

    def gate(step: str) -> None:
        if step not in died:
            died.append(step)
            raise Killed(step)

    while True:
        try:
            verb(race.settings, gate=gate)
        except Killed:
            continue
        return died


@pytest.fixture
def race(database: Database, tmp_path: Path) -> Race:
    return Race(database=database, folder=tmp_path, setup=SETUP, migrations=(FIRST, SECOND)).prepare()


@pytest.mark.majors("all")
def test_killed_before_every_step(race: Race, make_database: Callable[..., Database]) -> None:
    before = dump(race.database)
    steps = dying(race, expand)
    assert len(steps) > 10
    assert race.state == "expanded"
    undone = dying(race, rollback)
    assert race.state == "rolled back"
    assert dump(race.database) == before
    assert len(undone) >= 4
    dying(race, expand)
    assert dying(race, contract)
    assert race.state == "done"
    assert leftovers(race.database) == []
    other = make_database()
    other.run(SETUP + NATIVE)
    assert dump(race.database) == dump(other)
    assert race.database.one("SELECT count(*) FROM utilisateurs WHERE nom_complet <> 'n' || id OR cite <> 'Aix'") == 0


@pytest.mark.long
def test_rolled_back_from_every_step(race: Race) -> None:
    before = dump(race.database)
    phases: tuple[Callable[[Callable[[str], None]], object], ...] = (
        lambda gate: expand(race.settings, gate=gate),
        lambda gate: contract(race.settings, gate=gate, grace=3600.0),
    )
    for contracting, phase in enumerate(phases):
        steps: list[str] = []
        if contracting:
            expand(race.settings)
        while True:

            def gate(step: str, steps: list[str] = steps) -> None:
                if step not in steps:
                    steps.append(step)
                    raise Killed(step)

            try:
                phase(gate)
            except Killed:
                rollback(race.settings)
                assert race.state == "rolled back", steps
                assert dump(race.database) == before, steps
                if contracting:
                    expand(race.settings)
                continue
            break
        assert steps
        rollback(race.settings)
        assert dump(race.database) == before
    assert leftovers(race.database) == []


@pytest.mark.majors(*EDGES_IN_CI)
def test_one_after_the_other(race: Race) -> None:
    race.expand()
    with pytest.raises(Refused, match="0001_renomme"):
        contract(race.settings, ["0002_renomme"])
    with pytest.raises(Refused, match="0002_renomme"):
        rollback(race.settings, ["0001_renomme"])
    rollback(race.settings, ["0002_renomme"])
    race.database.run("UPDATE utilisateurs SET commune = 'Nice' WHERE id = 1")
    assert race.database.one("SELECT ville FROM utilisateurs WHERE id = 1") == "Nice"
    contract(race.settings, ["0001_renomme"])
    expand(race.settings)
    contract(race.settings)
    assert race.state == "done"
    assert leftovers(race.database) == []


def test_stopped_in_the_middle_of_the_pass(race: Race) -> None:
    stop = threading.Event()
    race.at = {MIDDLE: stop.set}
    with pytest.raises(Interrupted) as caught:
        expand(race.settings, on_event=race._hear, stop=stop)
    assert caught.value.exit_code == 130
    assert "goes on from here" in caught.value.hint
    assert race.state == "expanding"
    done = race.database.one("SELECT sum(rows) FROM pgwright.chunk")
    assert 0 < done < 300
    expand(race.settings)
    assert race.state == "expanded"


@pytest.mark.parametrize(
    "script",
    [
        "ALTER TABLE utilisateurs ADD COLUMN neuf int",
        "ALTER TABLE utilisateurs DROP COLUMN poids",
        "CREATE INDEX ON utilisateurs (nom)",
        "CREATE VIEW v AS SELECT nom FROM utilisateurs",
        "DROP TABLE commandes",
        "ALTER TABLE commandes ALTER statut DROP NOT NULL",
        f"CREATE TRIGGER x BEFORE UPDATE ON commandes FOR EACH ROW EXECUTE FUNCTION {SUPPRESS}()",
    ],
)
def test_the_catalog_moved_since_the_plan(race: Race, script: str) -> None:
    made = plan(race.settings)
    race.database.run(script)
    before = dump(race.database)
    with pytest.raises(CatalogMoved) as caught:
        expand(race.settings, plan=made)
    assert caught.value.exit_code == 7
    assert "plan" in caught.value.hint
    assert dump(race.database) == before
    assert race.database.one("SELECT count(*) FROM pgwright.migration") == 0


def test_a_plan_that_still_holds(race: Race) -> None:
    made = plan(race.settings)
    for statement in ("INSERT INTO utilisateurs VALUES (9999)", "ANALYZE", "VACUUM FULL utilisateurs"):
        race.database.run(statement)
    expand(race.settings, plan=made)
    assert race.state == "expanded"
    assert replace(made, steps=()).migrations == made.migrations


def test_a_column_with_two_parents(database: Database, tmp_path: Path) -> None:
    """PostgreSQL cannot rename it on one of them alone; that must be said before anything begins."""
    setup = "CREATE TABLE a (nom text); CREATE TABLE b (nom text); CREATE TABLE c () INHERITS (a, b);"
    for strategy in ("copy", "alias", "auto"):
        text = f"-- pgwright: strategy = {strategy}\nALTER TABLE a RENAME COLUMN nom TO nom_complet;\n"
        race = Race(database=database, folder=tmp_path, setup=setup, migrations=(text,)).prepare()
        setup = ""
        with pytest.raises((MigrationFileError, Refused)) as caught:
            race.expand()
        assert "comes from" in str(caught.value)
        assert "NO INHERIT" in caught.value.hint
    assert database.one("SELECT count(*) FROM pgwright.migration") == 0
