"""Changes past pgwright: named before the next plan, refused where the plan is about them, and silent where it is daily
business."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.api.apply import apply
from pgwright.api.baseline import baseline
from pgwright.api.contract import contract
from pgwright.api.expand import expand
from pgwright.api.plan import plan
from pgwright.api.rollback import rollback
from pgwright.api.status import status
from pgwright.base.errors import CatalogMoved, Interrupted
from pgwright.base.event import Event, Notice
from pgwright.connect import session
from pgwright.evolve.execute import drift, journal, known
from tests.support.databases import Database
from tests.support.project import Project

SCHEMA = """
CREATE TABLE commandes (id int PRIMARY KEY, statut text NOT NULL DEFAULT 'x', quand date, CHECK (id > 0));
CREATE INDEX par_statut ON commandes (statut);
CREATE TABLE autre (id int PRIMARY KEY, cmd int REFERENCES commandes);
CREATE VIEW vue AS SELECT id FROM commandes;
CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT a';
CREATE TYPE humeur AS ENUM ('bon');
CREATE SEQUENCE numéros;
CREATE TABLE temps (t date, v int) PARTITION BY RANGE (t);
CREATE TABLE temps_1 PARTITION OF temps FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE liée (t date, FOREIGN KEY (t) REFERENCES temps_pk);
"""
SCHEMA = SCHEMA.replace(
    "CREATE TABLE liée",
    "CREATE TABLE temps_pk (t date PRIMARY KEY) PARTITION BY RANGE (t);\nCREATE TABLE liée",
)
TRIGGER = (
    "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
    "CREATE TRIGGER x BEFORE INSERT ON autre FOR EACH ROW EXECUTE FUNCTION g()"
)
RENAME = "-- pgwright: strategy = copy\nALTER TABLE commandes RENAME COLUMN statut TO état;"


@pytest.fixture
def project(database: Database, tmp_path: Path) -> Project:
    """A database that pgwright made."""
    project = Project.of(database, tmp_path)
    project.write(SCHEMA, "0001_tout")
    apply(project.settings)
    assert warnings(project) == ()
    return project


def warnings(project: Project) -> tuple[str, ...]:
    found = status(project.settings).warnings
    assert plan(project.settings).warnings == found
    return found


@pytest.mark.majors("all")
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            "ALTER TABLE commandes ADD COLUMN x int",
            "table public.commandes was changed past pgwright: column x was added",
        ),
        (
            "ALTER TABLE commandes DROP COLUMN quand, ADD CHECK (id < 9); DROP INDEX par_statut",
            "column quand was dropped, constraint commandes_id_check1 was added, index par_statut was dropped",
        ),
        (
            "ALTER TABLE commandes ALTER statut TYPE varchar(9)",
            "public.commandes was changed past pgwright: column statut was",
        ),
        (
            "ALTER TABLE commandes ALTER statut DROP DEFAULT",
            "commandes was changed past pgwright: column statut was changed",
        ),
        (
            "ALTER TABLE commandes ALTER statut DROP NOT NULL",
            "commandes was changed past pgwright: column statut was changed",
        ),
        (
            "CREATE INDEX nuit ON commandes (quand)",
            "table public.commandes was changed past pgwright: index nuit was added",
        ),
        (
            "CREATE UNIQUE INDEX nuit ON commandes (quand)",
            "commandes was changed past pgwright: unique index nuit was added",
        ),
        (TRIGGER, "table public.autre was changed past pgwright: trigger x was added"),
        ("CREATE POLICY p ON autre USING (id > 1)", "table public.autre was changed past pgwright: policy p was added"),
        (
            "ALTER TABLE autre ENABLE ROW LEVEL SECURITY",
            "autre was changed past pgwright: its row security was changed",
        ),
        ("CREATE RULE r AS ON DELETE TO autre DO INSTEAD NOTHING", "autre was changed past pgwright: rule r was added"),
        (
            "GRANT SELECT ON autre TO PUBLIC",
            "table public.autre was changed past pgwright: its privileges were changed",
        ),
        (
            "ALTER TABLE autre SET (fillfactor = 50)",
            "table public.autre was changed past pgwright: its options were changed",
        ),
        ("CREATE STATISTICS st ON id, cmd FROM autre", "autre was changed past pgwright: statistics st was added"),
        ("ALTER TABLE autre SET UNLOGGED", "table public.autre was changed past pgwright: its definition was changed"),
        ("CREATE TABLE étranger (id int)", "table public.étranger was added past pgwright"),
        ("DROP TABLE autre", "table public.autre was dropped past pgwright"),
        (
            "CREATE OR REPLACE VIEW vue AS SELECT id FROM autre",
            "view public.vue was changed past pgwright: its definition was",
        ),
        (
            "CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 2'",
            "function public.f(a integer) was changed",
        ),
        (
            "CREATE FUNCTION f(a text) RETURNS int LANGUAGE sql AS 'SELECT 2'",
            "function public.f(a text) was added past",
        ),
        ("ALTER TYPE humeur ADD VALUE 'mauvais'", "type public.humeur was changed past pgwright"),
        ("CREATE DOMAIN d AS int CHECK (VALUE > 1)", "domain public.d was added past pgwright"),
        ("ALTER SEQUENCE numéros INCREMENT 2", "sequence public.numéros was changed past pgwright"),
        ("CREATE SCHEMA s; CREATE TABLE s.t (id int)", "schema s was added past pgwright"),
    ],
)
def test_each_kind_of_change_is_named(project: Project, change: str, sentence: str) -> None:
    project.database.run(change)
    found = warnings(project)
    assert any(sentence in each for each in found), found
    assert len(found) == 1 + ("FUNCTION g()" in change)


@pytest.mark.majors("all")
@pytest.mark.parametrize(
    "business",
    [
        "CREATE TABLE temps_2 PARTITION OF temps FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')",
        "CREATE TABLE temps_pk_1 PARTITION OF temps_pk FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')",
        "CREATE INDEX ON temps_1 (v); ALTER TABLE temps_1 ADD CHECK (v > 0)",
        "DROP TABLE temps_1",
        "ALTER TABLE temps DETACH PARTITION temps_1",
        "CREATE TABLE enfant () INHERITS (autre)",
        "ANALYZE; VACUUM; ALTER TABLE autre SET (autovacuum_enabled = off)",
        "INSERT INTO commandes VALUES (1); SELECT nextval('numéros'); REINDEX TABLE commandes",
        "CLUSTER commandes USING par_statut",
        "COMMENT ON TABLE autre IS 'x'",
        "CREATE EXTENSION hstore",
    ],
)
def test_daily_business_is_no_news(project: Project, business: str) -> None:
    for statement in business.split("; "):
        project.database.run(statement)
    found = [each for each in warnings(project) if "extension" not in each]
    assert found == []


def test_the_parts_of_one_object_and_the_objects_are_counted_where_they_are_many(project: Project) -> None:
    columns = ", ".join(f"ADD COLUMN c{number:02} int" for number in range(20))
    project.database.run(f"ALTER TABLE commandes {columns}")
    [found] = warnings(project)
    assert found.endswith("column c11 was added, and 8 more")
    for number in range(40):
        project.database.run(f"CREATE TABLE x{number:02} (id int)")
    found_many = warnings(project)
    assert len(found_many) == 31
    assert found_many[-1] == "and 11 more objects were changed past pgwright"


def test_only_the_schemas_that_are_configured(database: Database, tmp_path: Path) -> None:
    database.run("CREATE SCHEMA à_nous; CREATE SCHEMA autrui; CREATE TABLE à_nous.t (id int)")
    project = Project.of(database, tmp_path)
    ours = project.settings.__class__(**{**project.settings.__dict__, "schemas": ("à_nous",)})
    baseline(ours)
    database.run("CREATE TABLE autrui.t (id int); ALTER TABLE à_nous.t ADD COLUMN a int")
    [found] = status(ours).warnings
    assert "à_nous.t" in found
    assert status(project.settings).warnings == (found,)  # autrui was not looked at then


def test_expand_refuses_what_the_plan_is_about_and_tells_the_rest(project: Project) -> None:
    project.database.run("CREATE INDEX nuit ON commandes (quand); CREATE TABLE étranger (id int)")
    project.write(RENAME, "0002_renomme")
    heard: list[Event] = []
    expand(project.settings, on_event=heard.append)  # an index of the night stops no deployment
    said = [each.message for each in heard if isinstance(each, Notice)]
    assert any("index nuit was added" in each for each in said)
    assert any("étranger was added" in each for each in said)
    assert warnings_of_drift(project) == []
    contract(project.settings)

    project.database.run("ALTER TABLE commandes ALTER état DROP NOT NULL")
    project.write("-- pgwright: strategy = copy\nALTER TABLE commandes RENAME COLUMN quand TO jour;", "0003_jour")
    for verb in (expand, apply):
        project.database.run("INSERT INTO commandes VALUES (1) ON CONFLICT DO NOTHING")
        with pytest.raises(CatalogMoved) as caught:
            verb(project.settings)
        assert caught.value.exit_code == 7
        text = str(caught.value)
        assert all(word in text for word in ("column état was changed", "--allow drift", "pgwright baseline")), text
        assert project.state() == "pending"
        assert len(warnings_of_drift(project)) == 1
    expand(project.settings, allow=frozenset({"drift"}))
    assert warnings_of_drift(project) == []


def test_a_plan_file_that_names_it_is_a_consent(project: Project) -> None:
    project.write(RENAME, "0002_renomme")
    before = plan(project.settings)
    project.database.run("ALTER TABLE autre DROP CONSTRAINT autre_cmd_fkey; ALTER TABLE commandes ADD CHECK (id < 99)")
    with pytest.raises(CatalogMoved) as caught:
        expand(project.settings, plan=before)
    assert "since the plan was made" in str(caught.value)
    after = plan(project.settings)
    assert any("constraint commandes_id_check1 was added" in each for each in after.warnings)
    expand(project.settings, plan=after)
    assert project.state() == "expanded"
    assert warnings_of_drift(project) == []


def warnings_of_drift(project: Project) -> list[str]:
    return [each for each in status(project.settings).warnings if "past pgwright" in each]


def test_baseline_accepts_it(project: Project) -> None:
    project.database.run("ALTER TABLE commandes ALTER statut DROP NOT NULL")
    project.write(RENAME, "0002_renomme")
    heard: list[Event] = []
    report = baseline(project.settings, on_event=heard.append)
    assert report.migrations == ()
    assert "No migration was marked." in report.said
    assert any("column statut was changed" in each.message for each in heard if isinstance(each, Notice))
    expand(project.settings)
    assert project.state() == "expanded"


def test_what_pgwright_itself_does_is_known_at_every_stop(project: Project) -> None:
    project.database.run("INSERT INTO commandes VALUES (1)")
    project.write(RENAME, "0002_renomme")
    expand(project.settings)
    assert warnings_of_drift(project) == []
    project.database.run("ALTER TABLE commandes DISABLE TRIGGER _pgw_first")
    assert "trigger _pgw_first was changed" in warnings_of_drift(project)[0]
    expand(project.settings)  # which makes it anew
    assert warnings_of_drift(project) == []
    project.database.run("CREATE TABLE après (id int)")
    assert len(warnings_of_drift(project)) == 1
    rollback(project.settings)
    assert warnings_of_drift(project) == []
    expand(project.settings)
    contract(project.settings, grace=3600.0)
    assert warnings_of_drift(project) == []
    contract(project.settings, finalize=True)
    assert warnings_of_drift(project) == []


def test_in_the_middle_nothing_is_compared(project: Project) -> None:
    """A runner that died leaves half of a change: nobody else made it."""
    project.database.run("INSERT INTO commandes VALUES (1)")
    project.write(RENAME, "0002_renomme")

    def die(step: str) -> None:
        if "pass" in step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        expand(project.settings, gate=die)
    assert warnings_of_drift(project) == []
    heard: list[Event] = []
    expand(project.settings, on_event=heard.append)
    assert not any("past pgwright" in each.message for each in heard if isinstance(each, Notice))
    project.database.run("ALTER TABLE autre ADD COLUMN z int")
    assert len(warnings_of_drift(project)) == 1


def test_a_failed_file_of_apply_leaves_the_files_before_known(project: Project) -> None:
    project.write("CREATE TABLE neuf (id int);", "0002_neuf")
    project.write("SELECT 1/0;", "0003_faux")
    with pytest.raises(Exception, match="division by zero"):
        apply(project.settings)
    assert warnings_of_drift(project) == []
    project.database.run("DROP TABLE neuf")
    assert warnings_of_drift(project) == ["table public.neuf was dropped past pgwright"]


def test_a_table_that_somebody_holds_is_said_and_stops_nothing(project: Project) -> None:
    with project.database.connect() as holder:
        holder.execute("BEGIN; LOCK TABLE vue, commandes IN ACCESS EXCLUSIVE MODE")
        [found] = [each for each in status(project.settings).warnings if "could not be looked at" in each]
        assert "lock" in found


def test_another_major_spells_otherwise_so_nothing_is_compared(project: Project) -> None:
    project.database.run("UPDATE pgwright.known SET digest = '9' WHERE kind = 'server'; DROP TABLE autre")
    assert warnings(project) == ()


def test_a_journal_of_the_first_version_is_read_all_the_same(project: Project) -> None:
    project.database.run(
        "DROP TABLE pgwright.known; DROP TABLE pgwright.control; UPDATE pgwright.journal SET version = 1"
    )
    assert warnings(project) == ()


def test_remembering_again_writes_nothing(project: Project) -> None:
    before = project.database.all("SELECT kind, schema, name, xmin::text FROM pgwright.known WHERE kind <> 'server'")
    baseline(project.settings)
    after = project.database.all("SELECT kind, schema, name, xmin::text FROM pgwright.known WHERE kind <> 'server'")
    assert sorted(before) == sorted(after)
    assert len(before) > 10


def test_differences_leave_the_session_as_it_was(project: Project) -> None:
    with session.open(project.settings.dsn) as connection:
        before = connection.execute("SELECT current_setting('search_path'), current_setting('lock_timeout')").fetchone()
        known.differences(connection, ())
        after = connection.execute("SELECT current_setting('search_path'), current_setting('lock_timeout')").fetchone()
        assert before == after


def test_who_has_fewer_rights_sees_no_drift(make_role: Callable[..., str], database: Database, tmp_path: Path) -> None:
    """A role that may not silence triggers would need one more than a superuser: that it is not there is no change."""
    role = make_role("LOGIN")
    project = Project.of(database, tmp_path)
    database.run("CREATE TABLE autres (id int PRIMARY KEY); INSERT INTO autres SELECT generate_series(1, 9)")
    project.write("ALTER TABLE autres ADD COLUMN hasard float DEFAULT random();")

    def gate(step: str) -> None:
        if step.startswith("pass."):
            raise Interrupted("its link is open until the end of the pass")

    with pytest.raises(Interrupted):
        expand(project.settings, gate=gate)
    database.run(f"GRANT USAGE ON SCHEMA pgwright TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA pgwright TO {role}")
    for user in ("postgres", role):
        with database.connect(user=user) as connection:
            assert [link.fills for link in journal.links(connection)] == ["touch"]
            assert drift.found(connection) == ()
