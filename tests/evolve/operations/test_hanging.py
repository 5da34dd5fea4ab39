"""What hangs on a table that is to be dropped: named by the plan, before expand, at contract, and before the end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.api.contract import contract
from pgwright.base.errors import Refused
from tests.evolve.operations.planning import planned
from tests.evolve.operations.test_drop_table import ALLOWED, DROP, SHOP, project_of
from tests.support.databases import Database
from tests.support.lifecycle import dump

HANGING = [
    ("ALTER TABLE clients ADD favori int REFERENCES ligne", 'foreign key "clients_favori_fkey" of public.clients'),
    ("CREATE VIEW vue AS SELECT * FROM ligne", "view public.vue"),
    ("CREATE MATERIALIZED VIEW mat AS SELECT id FROM panier", "materialized view public.mat"),
    ("CREATE FUNCTION f() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM ligne; END", "function public.f()"),
    ("CREATE POLICY p ON clients USING (id IN (SELECT panier FROM ligne))", 'policy "p" of public.clients'),
    ("CREATE RULE r AS ON DELETE TO clients DO ALSO DELETE FROM ligne", 'rule "r" of public.clients'),
    ("CREATE TABLE petite () INHERITS (ligne)", "table public.petite, which inherits"),
]


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize(("script", "said"), HANGING)
def test_what_hangs_on_it(make_database: Callable[..., Database], tmp_path: Path, script: str, said: str) -> None:
    """Named by the plan; named at contract where it came since; and CASCADE is no way out."""
    for drop in (DROP, DROP.replace(";", " CASCADE;")):
        with pytest.raises(Refused) as caught:
            planned(make_database(SHOP + script), ALLOWED + drop)
        assert any(each.startswith(said) for each in caught.value.reasons), caught.value.reasons
    database = make_database(SHOP)
    project = project_of(database, tmp_path, ALLOWED + DROP)
    project.expand()
    database.run(script)
    before = dump(database)
    with pytest.raises(Refused, match="something was made on it since the plan") as caught:
        project.contract()
    assert caught.value.reasons
    assert (project.state(), dump(database)) == ("expanded", before)


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("CREATE TABLE t (l ligne)", "column l of table t"),
        ("CREATE FUNCTION g(l ligne) RETURNS int LANGUAGE sql AS 'SELECT 1'", "function g(ligne)"),
        ("ALTER TABLE clients ALTER nom SET DEFAULT nextval('panier_id_seq')", "default value for column nom of table"),
    ],
)
def test_what_only_the_server_knows(
    make_database: Callable[..., Database], tmp_path: Path, script: str, said: str
) -> None:
    database = make_database(SHOP + script)
    project = project_of(database, tmp_path, ALLOWED + DROP)
    with pytest.raises(Refused) as caught:
        project.expand()
    assert any(said in each for each in caught.value.reasons), caught.value.reasons
    assert caught.value.state == "Nothing was changed in any table."
    assert project.state() == "rolled back"


def test_what_came_while_it_was_aside(make_database: Callable[..., Database], tmp_path: Path) -> None:
    database = make_database(SHOP)
    project = project_of(database, tmp_path, ALLOWED + DROP)
    project.expand()
    contract(project.settings, grace=3600.0)
    database.run("CREATE VIEW tard AS SELECT id FROM pgw_old_ligne")
    with pytest.raises(Refused, match="view tard"):
        contract(project.settings, finalize=True)
    database.run("DROP VIEW tard")
    contract(project.settings, finalize=True)
    assert project.state() == "done"
