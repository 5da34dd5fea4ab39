"""The model against a planner: for scans of one table by a b-tree both say nearly the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pgwright.clone.clone import Clone
from pgwright.connect import session
from pgwright.diagnose.whatif.by_model import ByModel
from pgwright.diagnose.whatif.on_clone import OnClone
from pgwright.diagnose.whatif.proposed import Proposed
from tests.support import databases
from tests.support.databases import Server
from tests.support.selection import server_folders

from .conftest import SCRIPT

pytestmark = pytest.mark.majors("all")

TOLERANCE = 0.01
"""How far the model may be from the planner, of what the planner says."""
ORDERS = '"Commandes"'
CASES = [
    ("client = 77", ["client"], ()),
    ("client = 77 AND montant > 5000", ["client", "montant"], ()),
    ("client = 77 AND montant > 5000", ["client"], ()),
    ("montant = 5", ["montant"], ()),
    ("montant BETWEEN 5 AND 30", ["montant"], ()),
    ("montant < 300", ["montant"], ()),
    ("montant > 9000", ["montant"], ()),
    ("\"créée le\" > '2024-07-20'", ['"créée le"'], ()),
    ("\"créée le\" BETWEEN '2024-03-01' AND '2024-03-02'", ['"créée le"'], ()),
    ("\"créée le\" < '2024-03-01' AND statut = 'EN_ATTENTE'", ['"créée le"'], ()),
    ("statut = 'EN_ATTENTE'", ["statut"], ()),
    ("statut = 'EN_ATTENTE' AND montant = 5", ["statut", "montant"], ()),
    ("statut = 'EN_ATTENTE' AND montant = 5", ["montant"], ()),
    ("note IS NULL", ["note"], ()),
    ("note IS NULL AND client = 7", ["client", "note"], ()),
    ("statut = 'EN_ATTENTE' AND montant < 900", ["montant", "client"], ()),
    ("client < 100", ["client"], ("montant",)),
    ("montant = 7 AND client = 7", ["montant", "client"], ("id",)),
    ("client > 19900 AND montant > 100", ["client"], ("montant",)),
    ("client = 9", ["client", "montant"], ("statut",)),
]


@dataclass(frozen=True, kw_only=True)
class Both:
    """The model, and a planner on a clone of the same database."""

    model: ByModel
    clone: OnClone


@pytest.fixture(scope="module")
def both(server: Server) -> Iterator[Both]:
    """Both of one database."""
    source = databases.create(server, SCRIPT)
    try:
        source.run("VACUUM (ANALYZE)")
        with (
            session.open(source.dsn, name="test") as connection,
            Clone(source.dsn, folders=server_folders()) as clone,
        ):
            yield Both(model=ByModel(connection), clone=OnClone(clone))
    finally:
        databases.drop(source)


@pytest.mark.parametrize(("where", "keys", "include"), CASES)
def test_the_model_says_what_the_planner_says(
    both: Both, where: str, keys: list[str], include: tuple[str, ...]
) -> None:
    index = Proposed(schema="public", table="Commandes", keys=tuple(keys), include=include)
    columns = ", ".join([*keys, *include]) if include else "*"
    statement = f"SELECT {columns} FROM {ORDERS} WHERE {where}"
    alone = (("max_parallel_workers_per_gather", "0"),)
    assert both.model.offer([index])[index] == both.clone.offer([index])[index]
    planner = both.clone.plan(statement, [index], settings=alone).root.number("Total Cost")
    model = both.model.cost(statement, [index])
    assert model.used == both.clone.cost(statement, [index]).used == {index}
    assert model.cost == pytest.approx(planner, rel=TOLERANCE)


@pytest.mark.parametrize(
    ("statement", "key"),
    [
        (f"SELECT * FROM {ORDERS} WHERE montant > 10", "montant"),
        (f"SELECT * FROM {ORDERS} WHERE livré", "client"),
        ("SELECT * FROM clients WHERE nom = 'x'", "client"),
        (f"SELECT * FROM {ORDERS} WHERE client + 1 = 7", "client"),
    ],
)
def test_what_does_not_help_is_left(both: Both, statement: str, key: str) -> None:
    index = Proposed(schema="public", table="Commandes", keys=(key,))
    both.model.offer([index])
    planned = both.model.cost(statement, [index])
    assert planned.used == frozenset()
    assert planned.cost == both.model.cost(statement, ()).cost


def test_what_is_above_gets_cheaper_too(both: Both) -> None:
    index = Proposed(schema="public", table="Commandes", keys=("client",))
    both.model.offer([index])
    statement = f"SELECT count(*) FROM {ORDERS} o JOIN clients c ON c.id = o.client WHERE o.client = 7 GROUP BY c.nom"
    before, after = both.model.cost(statement, ()), both.model.cost(statement, [index])
    assert after.used == {index}
    assert after.cost < before.cost / 5
    assert both.model.plan(statement, [index]).root.number("Total Cost") == after.cost


def test_a_partition_is_read_by_the_index_of_its_parent(both: Both) -> None:
    index = Proposed(schema="public", table="mesures", keys=("capteur",))
    assert both.model.offer([index])[index] == pytest.approx(both.clone.offer([index])[index], rel=0.05)
    statement = "SELECT * FROM mesures WHERE capteur = 7"
    assert both.model.cost(statement, [index]).cost == pytest.approx(
        both.clone.cost(statement, [index]).cost, rel=TOLERANCE
    )


def test_a_limit_takes_a_part_of_what_is_saved(both: Both) -> None:
    index = Proposed(schema="public", table="Commandes", keys=("montant",))
    both.model.offer([index])
    statement = f"SELECT * FROM {ORDERS} WHERE montant = 5 LIMIT 1"
    assert 0 < both.model.cost(statement, [index]).cost < both.model.cost(statement, ()).cost


def test_other_kinds_are_left_out_and_counted(both: Both) -> None:
    other = Proposed(schema="public", table="Commandes", keys=("note",), method="gin")
    expression = Proposed(schema="public", table="Commandes", keys=("(lower(note))",))
    assert both.model.offer([other, expression]) == {}
    assert both.model.notes[-1] == "2 candidates of other kinds could not be reckoned."
    assert both.model.existing() == {}
