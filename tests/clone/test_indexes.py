"""Indexes on a clone: made by the server, as large as they would be, shown and hidden."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pgwright.base.errors import Refused
from pgwright.clone.clone import Clone
from tests.clone.conftest import Pair
from tests.clone.costs import near, planned

pytestmark = pytest.mark.majors("every")

TRIED = (
    ("CREATE INDEX tried ON ventes (prix)", "SELECT * FROM ventes WHERE prix = 7"),
    ("CREATE INDEX tried ON ventes (prix, client) INCLUDE (parti)", "SELECT client FROM ventes WHERE prix = 7"),
    ("CREATE INDEX tried ON types (mo) WHERE bo", "SELECT * FROM types WHERE mo = 7::money AND bo"),
    ("CREATE UNIQUE INDEX tried ON types (f)", "SELECT * FROM types WHERE f = 7"),
    ("CREATE INDEX tried ON types USING hash (by)", "SELECT * FROM types WHERE by = '\\x17'"),
    ("CREATE INDEX tried ON types USING brin (f)", "SELECT * FROM types WHERE f BETWEEN 17 AND 90"),
    ("CREATE INDEX ON parts (montant)", "SELECT * FROM parts WHERE montant = 3"),
    ("CREATE INDEX CONCURRENTLY tried ON clients (né);", "SELECT * FROM clients WHERE né = '1981-02-03'"),
    ("CREATE INDEX tried ON clients (lower(nom))", "SELECT * FROM clients WHERE lower(nom) = 'nom 7'"),
    ("CREATE INDEX tried ON types (id, upper(vc))", "SELECT * FROM types WHERE id < 2000 AND upper(vc) = 'V7'"),
    ("CREATE INDEX tried ON types (upper(ch))", "SELECT * FROM types WHERE upper(ch) = 'C7'"),
    ("CREATE INDEX tried ON types (lower(ci))", "SELECT * FROM types WHERE lower(ci) IN ('nom7', 'nom9')"),
)
SEARCHES = (
    ("CREATE INDEX tried ON types USING gin (ai)", "SELECT * FROM types WHERE ai @> ARRAY[3, 11]"),
    ("CREATE INDEX tried ON types USING gist (dr)", "SELECT * FROM types WHERE dr @> '2024-02-02'::date"),
    ("CREATE INDEX tried ON types USING spgist (fr)", "SELECT * FROM types WHERE fr @> 3.2::float8"),
    (
        "CREATE INDEX tried ON clients (lower(nom))",
        "SELECT * FROM clients WHERE lower(nom) BETWEEN 'nom 2' AND 'nom 3'",
    ),
    ("CREATE INDEX tried ON clients USING gin (nom gin_trgm_ops)", "SELECT * FROM clients WHERE nom LIKE '%m 123%'"),
)


@pytest.fixture
def clone(pair: Pair) -> Iterator[Clone]:
    """The clone, which has its own indexes again afterwards."""
    yield pair.clone
    pair.clone.connection.execute("DROP INDEX IF EXISTS tried")


def really(pair: Pair, statement: str, query: str) -> Any:
    """The plan of the source with the index, in a transaction that is rolled back. The tables have not been written to
    since, so the index is as it will be."""
    with pair.source.connect(autocommit=False) as connection:
        connection.execute(statement.replace("CONCURRENTLY ", "").encode())
        if "lower(" in statement or "upper(" in statement:  # the engine analyzes a table behind such a build
            connection.execute(f"ANALYZE {statement.split()[4]}".encode())
        found = planned(connection, query)
        connection.rollback()
        return found


@pytest.mark.parametrize(("statement", "query"), TRIED)
def test_a_tried_index_costs_what_the_real_one_costs(pair: Pair, clone: Clone, statement: str, query: str) -> None:
    made = clone.indexes.create(statement)
    ours, theirs = planned(clone.connection, query), really(pair, statement, query)
    clone.indexes.drop(made)
    assert "tried" in str(theirs) or "montant_idx" in str(theirs)
    assert near(ours, theirs, 0.02)


@pytest.mark.parametrize(("statement", "query"), SEARCHES)
def test_a_tried_search_costs_about_what_the_real_one_costs(
    pair: Pair, clone: Clone, statement: str, query: str
) -> None:
    clone.indexes.create(statement)
    ours, theirs = planned(clone.connection, query), really(pair, statement, query)
    assert "tried" in str(theirs)
    assert near(ours, theirs, 0.2)


def test_a_hidden_index_is_not_used_and_a_shown_one_is(clone: Clone) -> None:
    query = "SELECT * FROM ventes WHERE prix = 7"
    made = clone.indexes.create("CREATE INDEX tried ON ventes (prix)", shown=False)
    assert "tried" not in str(planned(clone.connection, query))
    clone.indexes.show(made.oids, shown=True)
    assert "tried" in str(planned(clone.connection, query))
    clone.indexes.show(made.oids, shown=False)
    assert "tried" not in str(planned(clone.connection, query))


def test_many_are_made_at_once_and_those_that_cannot_be_say_why(clone: Clone) -> None:
    statements = [
        "CREATE INDEX ON ventes (prix)",
        "CREATE INDEX ON ventes (pas_là)",
        "CREATE INDEX ON clients (nom)",
        "SELECT 1",
        "CREATE INDEX IF NOT EXISTS ventes_client_idx ON ventes (client)",
        "CREATE INDEX ON ventes (id, prix) -- et après ;",
        "CREATE INDEX ON parts (id)",
        "CREATE INDEX ON nulle_part (id)",
    ]
    made = clone.indexes.create_all(statements, shown=False)
    reasons = [each.message if isinstance(each, Refused) else each.table[1] for each in made]
    assert reasons[0] == reasons[5] == "ventes"
    assert "pas_là" in reasons[1]
    assert reasons[2] == "clients"
    assert reasons[3] == "This is no CREATE INDEX."
    assert reasons[4] == "There is an index of that name already."
    assert reasons[6] == "parts"
    assert "nulle_part" in reasons[7]
    indexes = [each for each in made if not isinstance(each, Refused)]
    assert len(indexes[-1].oids) == 5  # the table, a level between, and three leaves
    for each in indexes:
        clone.indexes.drop(each)


def test_a_table_is_as_it_was_before(pair: Pair, clone: Clone) -> None:
    counted = "SELECT relfilenode, relpages, reltuples, relallvisible FROM pg_class WHERE relname = 'ventes'"
    before = clone.connection.execute(counted).fetchone()
    with pytest.raises(Refused):
        clone.indexes.create("CREATE INDEX tried ON ventes (deux(prix) pas_une_classe)")
    clone.indexes.drop(clone.indexes.create("CREATE INDEX tried ON ventes (prix)"))
    assert clone.connection.execute(counted).fetchone() == before
    with pair.source.connect() as source:
        query = "SELECT * FROM ventes WHERE id = 7"
        assert planned(clone.connection, query) == planned(source, query)


def test_hostile_names_are_only_names(clone: Clone) -> None:
    made = clone.indexes.create(
        'CREATE INDEX ON "Un ""autre"".schéma\nsur deux lignes"."table" ("a b", upper("select")) WHERE "a b" > 7'
    )
    assert made.schema == 'Un "autre".schéma\nsur deux lignes'
    clone.indexes.drop(made)
    assert clone.indexes.create('CREATE INDEX tried ON "select"."from" (id)').bytes == 2 * 8192
