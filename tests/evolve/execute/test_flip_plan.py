"""What the plan of a rename with `up` refuses, declares and shows; and an owner without any other right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.api.contract import contract
from pgwright.api.expand import expand
from pgwright.api.plan import plan
from pgwright.api.rollback import rollback
from pgwright.base.errors import Refused
from pgwright.base.lock import LockMode
from pgwright.config import Settings
from pgwright.connect import session
from pgwright.evolve.execute import journal
from pgwright.evolve.plan.plan_file import Plan
from pgwright.evolve.steps.step import Kind, Step
from tests.evolve.execute.flip import GRACE, NAME, Verbs, schema
from tests.support.databases import Database
from tests.support.lifecycle import QUICK, leftovers

pytestmark = pytest.mark.majors(14, 18)

TABLE = "CREATE TABLE t (id int PRIMARY KEY, nom text, autre int);"
MIGRATION = """\
-- pgwright: up = upper(nom)
-- pgwright: down = lower(nom_complet)
ALTER TABLE t RENAME COLUMN nom TO nom_complet;
"""


@pytest.fixture
def owner(make_role: Callable[..., str]) -> str:
    """A role that owns what the test makes and is nothing else."""
    return make_role("LOGIN NOSUPERUSER")


@pytest.fixture
def verbs(owner: str, database: Database, tmp_path: Path) -> Verbs:
    """Asks for the role first, so that it is dropped after the database."""
    assert owner
    return Verbs(database, tmp_path)


def _plan(verbs: Verbs, script: str, *, user: str = "") -> Plan:
    verbs.prepare(script, MIGRATION)
    if user:
        verbs.database.run(
            f"GRANT USAGE ON SCHEMA pgwright TO {user}; GRANT ALL ON ALL TABLES IN SCHEMA pgwright TO {user}"
        )
    dsn = verbs.database.dsn_as(user) if user else verbs.database.dsn
    return plan(Settings(dsn=dsn, migrations=verbs.folder, execute=QUICK))


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("CREATE MATERIALIZED VIEW mv AS SELECT nom FROM t;", "materialized view public.mv reads nom"),
        ("CREATE UNIQUE INDEX u ON t (lower(nom));", 'unique index "u"'),
    ],
)
def test_refused_with_the_reason(verbs: Verbs, script: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        _plan(verbs, "CREATE TABLE r (nom text PRIMARY KEY);" + TABLE + script)
    assert reason in str(refused.value)


def test_what_belongs_to_others_is_refused_by_name(verbs: Verbs, owner: str) -> None:
    others = "CREATE VIEW v AS SELECT nom FROM t; CREATE TABLE u (x text);"
    others += "CREATE POLICY p ON u USING (x IN (SELECT nom FROM t));"
    others += "CREATE RULE r AS ON DELETE TO u DO ALSO SELECT nom FROM t;"
    others += "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(nom) FROM t; END;"
    if verbs.database.major >= 15:
        others += "CREATE PUBLICATION pub FOR TABLE t (id, nom);"
    given = f"ALTER TABLE t OWNER TO {owner}; GRANT CREATE, USAGE ON SCHEMA public TO {owner};"
    with pytest.raises(Refused) as refused:
        _plan(verbs, TABLE + others + given, user=owner)
    said = str(refused.value)
    assert "view public.v reads nom and belongs to postgres" in said
    assert 'policy "p" of public.u reads nom' in said
    assert 'rule "r" of public.u reads nom' in said
    assert "function public.f() reads nom" in said
    assert ("publication" in said) == (verbs.database.major >= 15)


def test_a_generated_column_that_others_depend_on_is_refused_before_17(verbs: Verbs) -> None:
    script = "CREATE TABLE t (id int, nom text, cle text GENERATED ALWAYS AS (upper(nom)) STORED);"
    script += "CREATE INDEX i_cle ON t (cle);"
    if verbs.database.major >= 17:
        assert [step.rewrites for step in _plan(verbs, script).steps if step.id.endswith(".flip")] != [()]
        return
    with pytest.raises(Refused) as refused:
        _plan(verbs, script)
    assert "index i_cle" in str(refused.value)


def test_every_lock_is_declared_and_every_index_is_concurrent(verbs: Verbs) -> None:
    script = "CREATE TABLE r (nom text PRIMARY KEY);" + TABLE
    script += "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (nom) REFERENCES r; CREATE INDEX i ON t (nom);"
    script += "CREATE VIEW v AS SELECT nom FROM t; CREATE VIEW sur AS SELECT nom FROM v;"
    steps = {step.id: step for step in _plan(verbs, script).steps}
    flip = _locks(steps["0001.1.flip"])
    strong = LockMode.ACCESS_EXCLUSIVE
    assert flip == {"t": strong, "r": strong, "v": strong}
    assert any("CREATE OR REPLACE VIEW public.v AS" in each for each in steps["0001.1.flip"].statements)
    assert steps["0001.1.index_1"].kind is Kind.CONCURRENT
    assert _locks(steps["0001.1.index_1"]) == {"t": LockMode.SHARE_UPDATE_EXCLUSIVE}
    added = _locks(steps["0001.1.constraint_1"])
    assert added == {"t": LockMode.SHARE_ROW_EXCLUSIVE, "r": LockMode.SHARE_ROW_EXCLUSIVE}
    assert _locks(steps["0001.1.undo"]) == {"t": strong, "r": strong}


def _locks(step: Step) -> dict[str, LockMode]:
    return {lock.relation.name: lock.mode for lock in step.locks}


def test_an_owner_needs_no_other_right(verbs: Verbs, owner: str) -> None:
    database, publication = verbs.database, "CREATE PUBLICATION pub FOR TABLE t (id, nom) WHERE (id > 0);"
    database.run(
        f"GRANT CREATE ON DATABASE {database.name} TO {owner}; GRANT CREATE, USAGE ON SCHEMA public TO {owner}"
    )
    with session.open(database.dsn_as(owner)) as connection:
        journal.create(connection)
    script = "CREATE TABLE r (nom text PRIMARY KEY); INSERT INTO r VALUES ('a'), ('A');"
    script += "CREATE TABLE t (id serial PRIMARY KEY, autre int, nom text NOT NULL DEFAULT 'a' REFERENCES r);"
    script += "ALTER TABLE t ADD CHECK (nom <> '');"
    script += "CREATE INDEX i ON t (nom); CREATE VIEW v AS SELECT nom FROM t; CREATE STATISTICS s ON nom, id FROM t;"
    script += "ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (nom <> 'x');"
    script += "INSERT INTO t DEFAULT VALUES;"
    script += "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(nom) FROM t; END;"
    script += publication if database.major >= 15 else ""
    with database.connect(user=owner) as connection:
        connection.execute(script.encode())
    (verbs.folder / NAME).write_text(MIGRATION, encoding="utf-8")
    settings = Settings(dsn=database.dsn_as(owner), migrations=verbs.folder, execute=QUICK)
    before = schema(database)
    expand(settings)
    contract(settings, grace=GRACE)
    assert database.all("SELECT nom_complet FROM t") == [("A",)]
    rollback(settings)
    assert leftovers(database) == []
    assert schema(database) == before
    expand(settings)
    contract(settings)
    assert leftovers(database) == []
    assert database.all("SELECT nom FROM v") == [("A",)]


@pytest.mark.parametrize(
    ("since", "named"),
    [
        ("CREATE INDEX neu ON t (nom)", "index public.neu"),
        ("ALTER TABLE t ADD CONSTRAINT neu CHECK (nom <> 'x')", "constraint neu"),
        ("ALTER TABLE t ALTER nom SET NOT NULL", "it became NOT NULL"),
        ("CREATE MATERIALIZED VIEW neu AS SELECT nom FROM t", "materialized view public.neu"),
    ],
)
def test_what_came_since_the_plan_stops_contract_and_says_so(verbs: Verbs, since: str, named: str) -> None:
    verbs.prepare(TABLE, MIGRATION)
    verbs.expand()
    verbs.database.run(since)
    with pytest.raises(Refused) as refused:
        verbs.contract()
    assert named in str(refused.value)
    verbs.rollback()


def test_what_went_since_the_plan_goes_on_the_new_side_too(verbs: Verbs) -> None:
    verbs.prepare(TABLE + "CREATE INDEX i ON t (nom); ALTER TABLE t ADD CONSTRAINT ck CHECK (nom <> '')", MIGRATION)
    verbs.expand()
    verbs.database.run("DROP INDEX i; ALTER TABLE t DROP CONSTRAINT ck")
    verbs.contract()
    verbs.finalize()
    assert leftovers(verbs.database) == []


def test_a_view_that_came_since_the_plan_is_named_and_can_be_moved(verbs: Verbs) -> None:
    verbs.prepare(TABLE, MIGRATION)
    verbs.expand()
    verbs.database.run("CREATE VIEW neu AS SELECT nom FROM t")
    with pytest.raises(Refused) as refused:
        verbs.contract()
    assert "view public.neu" in str(refused.value)
    verbs.database.run("CREATE OR REPLACE VIEW neu AS SELECT nom_complet AS nom FROM t")
    verbs.contract()
    verbs.finalize()
    assert leftovers(verbs.database) == []


@pytest.mark.parametrize("way", ["contract", "rollback", "back"])
def test_what_was_dropped_since_the_plan_is_no_dead_end(verbs: Verbs, way: str) -> None:
    script = "CREATE TABLE r (nom text PRIMARY KEY); CREATE VIEW v AS SELECT nom FROM t; CREATE INDEX i ON t (nom);"
    script += "CREATE TABLE u (x text); CREATE POLICY p ON u USING (x IN (SELECT nom FROM t));"
    verbs.prepare(TABLE + script + "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (nom) REFERENCES r", MIGRATION)
    verbs.expand()
    gone = 'ALTER TABLE t DROP CONSTRAINT fk; ALTER TABLE t DROP CONSTRAINT IF EXISTS "pgw_new_0001.1_fk";'
    gone += "DROP TABLE r, u; DROP VIEW v; DROP INDEX i"
    if way == "back":
        verbs.contract()
    verbs.database.run(gone)
    if way == "contract":
        verbs.contract()
        verbs.finalize()
    else:
        verbs.rollback()
    assert leftovers(verbs.database) == []


def test_rights_that_were_given_since_expand_are_carried_over(verbs: Verbs, owner: str) -> None:
    verbs.prepare(TABLE, MIGRATION)
    verbs.expand()
    verbs.database.run(f"GRANT SELECT (nom), UPDATE (nom) ON t TO {owner} WITH GRANT OPTION")
    right = f"SELECT has_column_privilege('{owner}', 't', 'nom_complet', 'UPDATE WITH GRANT OPTION')"
    assert verbs.database.one(right) is False
    verbs.contract()
    assert verbs.database.one(right) is True
