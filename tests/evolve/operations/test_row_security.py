"""Row-level security on and off: with contract, either way; who would be blind is refused (law 10)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, lives
from tests.support.columns import APP, INHERITED, OWNED, OWNER, PARTED, PLAIN, POLICIES, UP, WORK
from tests.support.databases import Database
from tests.support.shapes_bound import role

ENABLE = "ALTER TABLE t ENABLE ROW LEVEL SECURITY;\n"
FORCE = "ALTER TABLE t FORCE ROW LEVEL SECURITY;\n"
POLICY = "CREATE POLICY p ON t USING (a IS DISTINCT FROM 'secret');\n"
SECRET = "INSERT INTO t (id, a) VALUES (500, 'secret');\n"
SEES = "SELECT 1 / count(*) FROM t WHERE a = 'secret'"
"""Fails where the row is hidden."""
CASES = (
    Change(name="enable", setup=PLAIN + POLICY, migration=ENABLE, old=WORK, new=WORK),
    Change(
        name="the_old_application_sees_all_until_contract",
        setup=POLICIES.format(setup=PLAIN + SECRET).replace("ALTER TABLE t ENABLE ROW LEVEL SECURITY;", ""),
        migration=ENABLE,
        old=(*WORK, SEES),
        new=WORK,
        user=APP,
    ),
    Change(name="beside_a_rename", setup=PLAIN + POLICY, migration=UP + ENABLE),
    Change(name="disable", setup=POLICIES.format(setup=PLAIN), migration=ENABLE.replace("ENABLE", "DISABLE")),
    Change(name="force_and_enable_partitions", setup=PARTED + POLICY, migration=FORCE + ENABLE),
    Change(
        name="no_force_of_a_child",
        setup=INHERITED + FORCE.replace(" t ", " u "),
        migration="ALTER TABLE u NO FORCE ROW LEVEL SECURITY;",
    ),
    Change(name="an_ordinary_owner", setup=OWNED.format(setup=PLAIN), migration=ENABLE, runner=OWNER),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PARTED), ENABLE)
    assert outline(plan) == ["set contract cutover ACCESS EXCLUSIVE", "back restore cutover ACCESS EXCLUSIVE"]
    assert [len(step.locks) for step in plan.steps] == [1, 1]
    assert plan.steps[0].undo == ("ALTER TABLE public.t DISABLE ROW LEVEL SECURITY",)
    said = "\n".join(only(plan).hazards)
    assert "no permissive policy of public.t yet" in said
    assert "COPY public.t FROM fails" in said
    assert "public.t1 has no row-level security of its own" in said


def test_a_new_table_has_it_at_once(database: Database) -> None:
    plan = planned(database, "CREATE TABLE n (id int);" + ENABLE.replace(" t ", " n "))
    assert [line for line in outline(plan) if line.startswith("run")][-1].startswith("run expand")


@pytest.mark.parametrize(("bypass", "refused"), [("", True), ("BYPASSRLS", False)])
def test_force_makes_nobody_blind_who_migrates(
    make_database: Callable[..., Database], bypass: str, refused: bool
) -> None:
    """The owner without BYPASSRLS would not see all rows of its own table any more."""
    name = f"pgw_forced{bypass.lower()}"
    more = f"ALTER ROLE {name} BYPASSRLS;" if bypass else ""
    database = make_database(role(name) + more + PLAIN + f"ALTER TABLE t OWNER TO {name}")
    if refused:
        with pytest.raises(Refused, match="has no BYPASSRLS") as caught:
            planned(database, FORCE, user=name)
        assert caught.value.hint == f"As a superuser: ALTER ROLE {name} BYPASSRLS;"
    else:
        assert outline(planned(database, FORCE, user=name))[0].startswith("set contract")


def test_twin() -> None:
    assert op.RowSecurity(table="t", change="enable").to_sql() == ENABLE
    assert op.RowSecurity(table="t", change="force").to_sql() == FORCE
    with pytest.raises(ValueError, match="not a change"):
        op.RowSecurity(table="t", change="on").to_sql()
