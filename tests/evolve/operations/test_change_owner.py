"""OWNER TO: with contract; the former owner comes back with the rights that were granted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.columns import PARTED, PLAIN, WORK
from tests.support.databases import Database
from tests.support.shapes_bound import role

NEW, OLD, STRANGER = "pgw_heir", "pgw_giver", "pgw_stranger"
ROLES = role(NEW) + role(OLD)
GIVEN = "ALTER TABLE t ADD s serial; ALTER TABLE t OWNER TO pgw_giver;\n"
RIGHTS = (
    "GRANT SELECT ON t TO PUBLIC; GRANT SELECT, UPDATE ON t TO pgw_heir;"
    "GRANT INSERT (a) ON t TO pgw_heir WITH GRANT OPTION; GRANT USAGE ON SEQUENCE t_s_seq TO pgw_heir;\n"
)
GIVE = "ALTER TABLE t OWNER TO pgw_heir;\n"
MAY = "GRANT CREATE ON SCHEMA public TO pgw_heir, pgw_giver;\n"
CASES = (
    Change(name="plain", setup=ROLES + MAY + PLAIN, migration=GIVE, old=WORK, new=WORK),
    Change(
        name="a_superuser_asks_nobody",
        setup=ROLES + PLAIN + "REVOKE CREATE ON SCHEMA public FROM PUBLIC;",
        migration=GIVE,
    ),
    Change(name="rights_come_back", setup=ROLES + MAY + PLAIN + GIVEN + RIGHTS, migration=GIVE),
    Change(name="a_partitioned_table_alone", setup=ROLES + MAY + PARTED, migration=GIVE),
    Change(
        name="an_ordinary_owner",
        setup=ROLES + MAY + PLAIN + GIVEN + RIGHTS + "GRANT pgw_heir TO pgw_giver;",
        migration=GIVE,
        runner=OLD,
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(ROLES + MAY + PLAIN + GIVEN), GIVE)
    assert outline(plan) == [
        "look look verify -",
        "set contract cutover ACCESS EXCLUSIVE",
        "back restore cutover ACCESS EXCLUSIVE",
    ]
    assert [str(lock.relation) for lock in plan.steps[1].locks] == ["public.t", "public.t_s_seq"]
    assert "connects as pgw_giver cannot use" in only(plan).hazards[0]


@pytest.mark.majors("all")
@pytest.mark.parametrize(
    ("setup", "runner", "said"),
    [
        (
            ROLES + PLAIN + GIVEN + "REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT pgw_heir TO pgw_giver;",
            OLD,
            "may not CREATE in the schema",
        ),
        (
            ROLES + role(STRANGER) + MAY + PLAIN + f"ALTER TABLE t OWNER TO {STRANGER};",
            STRANGER,
            "is no member of pgw_heir",
        ),
    ],
)
def test_who_may_not_have_it_is_named_before_anything_starts(
    make_database: Callable[..., Database], setup: str, runner: str, said: str, tmp_path: Path
) -> None:
    change = Change(name="x", setup=setup, migration=GIVE, runner=runner)
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    with pytest.raises(Refused) as caught:
        life.expand()
    assert said in str(caught.value.reasons)
    assert life.state == "rolled back"


def test_a_role_that_is_not_there(make_database: Callable[..., Database], tmp_path: Path) -> None:
    change = Change(name="x", setup=PLAIN, migration='ALTER TABLE t OWNER TO "perdu\'e";')
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    with pytest.raises(Refused, match=r"reason why public\.t cannot be given to perdu'e"):
        life.expand()


def test_who_owns_it_already(make_database: Callable[..., Database]) -> None:
    database = make_database(ROLES + PLAIN + GIVEN)
    assert only(planned(database, "ALTER TABLE t OWNER TO pgw_giver;")).strategy == "nothing to do"
    assert only(planned(make_database(PLAIN), "ALTER TABLE t OWNER TO CURRENT_USER;")).strategy == "nothing to do"


def test_twin() -> None:
    assert op.ChangeOwner(table="t", owner=NEW).to_sql() == GIVE
