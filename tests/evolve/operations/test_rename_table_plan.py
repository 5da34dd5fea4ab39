"""The plan of RENAME TO: its steps, what it says it cannot save, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.evolve.operations.test_rename_table import RENAME, SHOP
from tests.support.databases import Database


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(SHOP), RENAME)
    assert outline(plan) == [
        "look look verify -",
        "open expand instant ACCESS EXCLUSIVE",
        "close contract cutover ACCESS EXCLUSIVE",
        "undo rollback cutover ACCESS EXCLUSIVE",
        "restore restore cutover ACCESS EXCLUSIVE",
    ]
    assert only(plan).strategy == "alias"
    assert {lock.relation.name for step in plan.steps for lock in step.locks} == {"ancien"}
    assert all(step.rows is None and not step.scans for step in plan.steps)


def test_hazards(make_database: Callable[..., Database]) -> None:
    script = """
    CREATE FUNCTION compte() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM ancien';
    CREATE FUNCTION suit() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM ancien; END;
    CREATE FUNCTION ligne(r ancien) RETURNS bigint LANGUAGE sql AS 'SELECT r.id';
    CREATE FUNCTION journal() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.nom := TG_TABLE_NAME; RETURN NEW; END';
    CREATE TRIGGER trace BEFORE INSERT ON ancien FOR EACH ROW EXECUTE FUNCTION journal();
    """
    hazards = only(planned(make_database(SHOP + script), RENAME)).hazards
    said = "\n".join(hazards)
    for part in ("42803", "42704", "42809", "42703", "0A000", "pg_get_serial_sequence", "SELECT * goes on"):
        assert part in said
    assert "public.compte names ancien: it goes on through the view" in said
    assert "suit" not in said
    assert "until contract public.ligne cannot be given a row of ancien" in said
    assert 'trigger function "public.journal" asks for the name of its table' in said
    assert "ONLY" not in said


REFUSED = [
    ("CREATE RULE r AS ON INSERT TO ancien DO ALSO NOTHING", RENAME, "rule", "Drop the rule"),
    ("CREATE PUBLICATION p FOR TABLE ancien", RENAME, "subscribers know", "allow = published"),
    ("", RENAME + "ALTER TABLE nouveau ADD COLUMN z int;", "other statements of this plan", "migration of its own"),
    ("", "COMMENT ON TABLE ancien IS 'x';" + RENAME, "other statements of this plan", "migration of its own"),
    ("", RENAME + "GRANT SELECT ON nouveau TO PUBLIC;", "other statements of this plan", "migration of its own"),
]


@pytest.mark.parametrize(("script", "text", "said", "hint"), REFUSED)
def test_refused(make_database: Callable[..., Database], script: str, text: str, said: str, hint: str) -> None:
    with pytest.raises(Refused, match=said) as caught:
        planned(make_database(SHOP + script), text)
    assert hint in caught.value.hint


def test_published_where_it_is_allowed(make_database: Callable[..., Database]) -> None:
    database = make_database(SHOP + "CREATE PUBLICATION p FOR TABLE ancien")
    operation = only(planned(database, f"-- pgwright: allow = published\n{RENAME}"))
    assert "ancien is published: its changes go out as nouveau from expand on" in operation.hazards


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ALTER TABLE ancien RENAME TO autre;", 'relation "autre" already exists'),
        ("ALTER TABLE ancien RENAME TO ancien_id_seq;", 'relation "ancien_id_seq" already exists'),
        ("ALTER TABLE ancien RENAME TO ancien;", "it is this table"),
        (f"ALTER TABLE ancien RENAME TO {'é' * 32};", "longer than 63 bytes"),
        ("ALTER TABLE perdu RENAME TO nouveau;", 'table "perdu" does not exist'),
    ],
)
def test_what_does_not_fit(make_database: Callable[..., Database], text: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(SHOP), text)
