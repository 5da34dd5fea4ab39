"""Example 08: from the slow statement to its cures, through the engine, and to a quick statement."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwright.api.expand import expand
from pgwright.api.explain import explain
from pgwright.api.init import init
from pgwright.config import Settings
from pgwright.demo import shop
from pgwright.diagnose.accounting.account import TOUCHED
from pgwright.sql import parse
from tests.support.databases import Database

EXAMPLE = Path(__file__).parents[2] / "examples" / "08_a_slow_query"


@pytest.mark.majors("all")
def test_the_cures_of_the_example_are_found_and_cure(database: Database) -> None:
    with database.connect() as connection:
        shop.build(connection, rows=40_000)
        connection.execute((EXAMPLE / "before.sql").read_bytes())
        connection.execute("VACUUM (ANALYZE) commandes, lignes_commande, utilisateurs")
    settings = Settings(dsn=database.dsn, migrations=EXAMPLE / "migrations")
    slow = (EXAMPLE / "slow.sql").read_text(encoding="utf-8")
    explain(settings, slow)  # the first to read new pages marks what has committed, and is told of that as well
    before = explain(settings, slow).first.diagnosis
    migration = (EXAMPLE / "migrations" / "0001_waiting_orders.sql").read_text(encoding="utf-8")
    wanted = {f"{statement.text};" for statement in parse.parse(migration)}
    assert {found.cure.sql for found in before.found} == wanted
    assert {found.name for found in before.found} == {"seq_scan_discards_rows", "hash_join_reads_all"}
    init(settings)
    expand(settings)
    after = explain(settings, slow).first.diagnosis
    assert not {found.name for found in after.found} & {found.name for found in before.found}
    pages = [sum(each.plan.root.number(key) for key in TOUCHED) for each in (before, after)]
    assert pages[1] < pages[0] * 0.8


def test_where_most_rows_join_no_index_is_proposed(database: Database) -> None:
    with database.connect() as connection:
        shop.build(connection, rows=40_000)
    settings = Settings(dsn=database.dsn)
    statement = "SELECT c.statut, count(*) FROM commandes c JOIN lignes_commande l ON l.commande_id = c.id GROUP BY 1"
    assert "hash_join_reads_all" not in {found.name for found in explain(settings, statement).first.diagnosis.found}
