"""The flip and the way back with both applications at work: no failed statement, and every write is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases import Database
from tests.support.lifecycle import GRACE, LifeCycle, Shape, dump, leftovers
from tests.support.shapes import SHAPES
from tests.support.writers import NEW, OLD

pytestmark = pytest.mark.majors(14, 18)

HANGING = """
CREATE INDEX i_bas ON utilisateurs (lower(nom), autre);
CREATE INDEX i_part ON utilisateurs (autre) WHERE nom IS NOT NULL;
ALTER TABLE utilisateurs ADD CONSTRAINT ck CHECK (length(nom) < 100);
CREATE VIEW v_noms AS SELECT id, nom FROM utilisateurs;
CREATE TABLE audit (n int);
CREATE FUNCTION aud() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
CREATE TRIGGER t_of AFTER UPDATE OF nom ON utilisateurs FOR EACH ROW
    WHEN (OLD.nom IS DISTINCT FROM NEW.nom) EXECUTE FUNCTION aud();
CREATE STATISTICS st ON id, nom FROM utilisateurs;
"""


@pytest.fixture
def shape() -> Shape:
    """The shape `up` with dependents of every kind that has none in it."""
    up = next(each for each in SHAPES if each.name == "up")
    return Shape(
        name="flip",
        setup=up.setup + HANGING,
        work=up.work,
        rename=up.rename,
        up=up.up,
        down=up.down,
        strategies=("copy",),
    )


def test_the_whole_life(make_database: Callable[..., Database], shape: Shape, tmp_path: Path) -> None:
    life = LifeCycle(shape=shape, strategy="copy", database=make_database(), folder=tmp_path)
    life.run()
    other = make_database()
    life.native(other)
    assert dump(life.database) == dump(other)


def test_the_way_back_from_retiring(make_database: Callable[..., Database], shape: Shape, tmp_path: Path) -> None:
    life = LifeCycle(shape=shape, strategy="copy", database=make_database(), folder=tmp_path)
    life.prepare()
    before = dump(life.database)
    with life.crew() as crew:
        crew.start(OLD)
        life.expand()
        crew.start(NEW)
        crew.advance()
        crew.leave(OLD)
        life.contract(grace=GRACE)
        crew.advance()
        life.stop("retiring")

        def gate(step: str) -> None:
            if step.endswith(".unflip"):
                crew.leave(NEW)
            else:
                crew.advance()

        life.gate = gate
        life.rollback()
        life.gate = None
        crew.start(OLD)
        crew.advance()
        life.stop("rolled back")
    assert not crew.failures, crew.failures
    assert leftovers(life.database) == []
    assert dump(life.database) == before
