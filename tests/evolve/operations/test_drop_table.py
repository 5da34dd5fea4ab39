"""DROP TABLE: put aside at contract, dropped after the grace period; consent; what hangs on it; the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from pgwright import op
from pgwright.api.contract import contract
from pgwright.api.rollback import rollback
from pgwright.base.errors import LockNotObtained, MigrationFileError, PgwrightError, Refused, Unconfirmed
from pgwright.base.event import Event, Notice
from pgwright.config.settings import ExecuteSettings
from tests.cli.shell import pgwright
from tests.evolve.operations.planning import only, outline, planned
from tests.support.databases import Database
from tests.support.killable import started
from tests.support.lifecycle import dump, leftovers
from tests.support.project import Project

SHOP = """
CREATE TABLE clients (id int PRIMARY KEY, nom text);
CREATE TABLE panier (id serial PRIMARY KEY, client int REFERENCES clients ON DELETE CASCADE, quoi text);
CREATE TABLE ligne (id int PRIMARY KEY, panier int REFERENCES panier);
INSERT INTO clients VALUES (1, 'a'); INSERT INTO panier (client) VALUES (1); INSERT INTO ligne VALUES (1, 1);
"""
ALLOWED = "-- pgwright: allow = destructive\n"
DROP = "DROP TABLE ligne, panier;"
DESTRUCTIVE = frozenset({"destructive"})


def project_of(database: Database, folder: Path, text: str) -> Project:
    project = Project.of(database, folder)
    project.write(text)
    return project


@pytest.mark.majors("every")
def test_life(make_database: Callable[..., Database], tmp_path: Path) -> None:
    database = make_database(SHOP)
    project = project_of(database, tmp_path, ALLOWED + DROP)
    before = dump(database)
    assert project.expand() == "expanded"
    assert dump(database) == before
    with database.connect() as old:
        old.execute("INSERT INTO panier (client, quoi) VALUES (1, 'b')")
    assert project.rollback() == "rolled back"
    project.expand()
    contract(project.settings, grace=3600.0)
    assert project.state() == "retiring"
    with database.connect() as old, pytest.raises(psycopg.errors.UndefinedTable):
        old.execute("SELECT * FROM panier")
    assert project.rollback() == "rolled back"
    assert (dump(database), leftovers(database)) == (before, [])
    assert database.all("SELECT quoi FROM panier ORDER BY id") == [(None,), ("b",)]
    project.expand()
    contract(project.settings, grace=3600.0)
    contract(project.settings, finalize=True)
    assert project.state() == "done"
    assert leftovers(database) == []
    assert dump(database) == dump(make_database(SHOP + DROP))


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(SHOP), DROP)
    assert outline(plan) == [
        "look look verify -",
        "aside contract cutover ACCESS EXCLUSIVE",
        "retire retire cutover ACCESS EXCLUSIVE",
        "back restore cutover ACCESS EXCLUSIVE",
    ]
    aside, retire = plan.steps[1], plan.steps[2]
    assert {lock.relation.name for lock in aside.locks} == {"ligne", "panier"}
    assert {lock.relation.name for lock in retire.locks} == {"ligne", "panier", "clients", "panier_id_seq"}
    assert retire.statements == ("DROP TABLE public.pgw_old_ligne, public.pgw_old_panier",)
    hazards = "\n".join(only(plan).hazards)
    assert "while panier is aside its foreign key still holds public.clients" in hazards


def test_consent(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """Asked for before anything is changed when the end follows at once, else when the end comes."""
    database = make_database(SHOP)
    project = project_of(database, tmp_path, DROP)
    project.expand()
    before = dump(database)
    for options in ({}, {"finalize": True}):
        with pytest.raises(Unconfirmed) as caught:
            contract(project.settings, **options)  # type: ignore[arg-type]
        assert caught.value.object == "ligne, panier"
        assert "--allow destructive" in caught.value.hint
        assert caught.value.state == "Nothing of that was changed."
        assert (project.state(), dump(database)) == ("expanded", before)
    contract(project.settings, grace=3600.0)
    with pytest.raises(Unconfirmed) as caught:
        contract(project.settings, finalize=True)
    assert "pgwright rollback" in caught.value.hint
    assert project.state() == "retiring"
    contract(project.settings, finalize=True, allow=DESTRUCTIVE)
    assert project.state() == "done"


def test_on_the_command_line(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """Without a terminal nobody is asked: it is refused until --yes --allow destructive."""
    database = make_database(SHOP)
    project = project_of(database, tmp_path, DROP)
    project.expand()
    (tmp_path / "pgwright.toml").write_text(f'[profile.default]\ndsn = "{database.dsn}"\nmigrations = "."\n')
    refused = pgwright("contract", folder=tmp_path)
    assert refused.returncode == 6, refused.stderr
    assert "ligne, panier" in refused.stderr
    assert "--yes --allow destructive" in " ".join(refused.stderr.split())
    assert project.state() == "expanded"
    done = pgwright("contract", "--yes", "--allow", "destructive", folder=tmp_path)
    assert (done.returncode, project.state()) == (0, "done"), done.stderr


def test_consent_is_asked_before_the_first_migration(make_database: Callable[..., Database], tmp_path: Path) -> None:
    database = make_database(SHOP)
    project = Project.of(database, tmp_path)
    project.write("ALTER TABLE clients RENAME TO personnes;", "0001_personnes")
    project.write("DROP TABLE ligne;", "0002_fin")
    project.expand()
    with pytest.raises(Unconfirmed):
        project.contract()
    assert database.all("SELECT DISTINCT state FROM pgwright.migration") == [("expanded",)]


def test_no_consent_for_what_has_no_rows(make_database: Callable[..., Database], tmp_path: Path) -> None:
    database = make_database(SHOP + "TRUNCATE ligne, panier")
    project = project_of(database, tmp_path, DROP)
    project.expand()
    assert project.contract() == "done"


def test_a_row_that_policies_hide_counts(
    make_role: Callable[..., str], make_database: Callable[..., Database], tmp_path: Path
) -> None:
    owner = make_role()
    database = make_database()
    database.run(
        f"GRANT CREATE ON SCHEMA public TO {owner}; GRANT CREATE ON DATABASE {database.name} TO {owner};"
        f"CREATE TABLE clos (id int); INSERT INTO clos VALUES (1); ALTER TABLE clos OWNER TO {owner};"
        "ALTER TABLE clos ENABLE ROW LEVEL SECURITY; ALTER TABLE clos FORCE ROW LEVEL SECURITY"
    )
    project = Project.of(database, tmp_path, user=owner)
    project.write("DROP TABLE clos;")
    project.expand()
    with pytest.raises(PgwrightError):
        project.contract()
    assert database.one("SELECT count(*) FROM clos") == 1


def test_a_row_that_came_meanwhile(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """Through the parent of a partition that is aside: asked again under the lock."""
    database = make_database(
        "CREATE TABLE racine (k int) PARTITION BY LIST (k); CREATE TABLE part PARTITION OF racine FOR VALUES IN (1);"
    )
    project = project_of(database, tmp_path, "DROP TABLE part;")
    project.expand()

    def gate(step: str) -> None:
        if step.endswith("retire"):
            database.run("INSERT INTO racine VALUES (1)")

    with pytest.raises(Unconfirmed):
        contract(project.settings, gate=gate)
    assert project.state() == "retiring"
    assert database.one("SELECT count(*) FROM racine") == 1
    project.rollback()
    assert database.one("SELECT count(*) FROM part") == 1


def test_the_order_of_two_drops(make_database: Callable[..., Database], tmp_path: Path) -> None:
    database = make_database(SHOP)
    with pytest.raises(Refused, match="ligne_panier_fkey"):
        planned(database, ALLOWED + "DROP TABLE panier;\n" + ALLOWED + "DROP TABLE ligne;")
    project = Project.of(database, tmp_path)
    project.write(ALLOWED + "DROP TABLE ligne;", "0001_ligne")
    project.write(ALLOWED + "DROP TABLE panier;", "0002_panier")
    project.expand()
    with pytest.raises(Refused, match="constraint ligne_panier_fkey on table ligne"):
        contract(project.settings, ["0002_panier"])
    rollback(project.settings, ["0002_panier"])
    assert dump(database) == dump(make_database(SHOP))
    with pytest.raises(Refused, match='"0001_ligne" is open and about'):
        project.expand()
    assert project.contract() == "done"
    project.expand()
    assert project.contract() == "done"
    assert dump(database) == dump(make_database(SHOP + DROP))


@pytest.mark.majors("all")
@pytest.mark.parametrize("name", ['"Été ""d\'or"""', '"' + "é" * 31 + '"'])
def test_hostile_names(make_database: Callable[..., Database], tmp_path: Path, name: str) -> None:
    script = f"CREATE TABLE {name} (id serial PRIMARY KEY);"
    database = make_database(script)
    project = project_of(database, tmp_path, f"{ALLOWED}DROP TABLE {name};")
    project.expand()
    contract(project.settings, grace=3600.0)
    project.rollback()
    assert dump(database) == dump(make_database(script))
    project.expand()
    assert project.contract() == "done"
    assert dump(database) == dump(make_database())


@pytest.mark.majors("all")
@pytest.mark.parametrize("name", ["racine", "part", "enfant"])
def test_partitions_and_children(make_database: Callable[..., Database], tmp_path: Path, name: str) -> None:
    script = """
    CREATE TABLE cle (id int PRIMARY KEY);
    CREATE TABLE racine (k int, c int REFERENCES cle) PARTITION BY LIST (k);
    CREATE TABLE part PARTITION OF racine FOR VALUES IN (1); CREATE TABLE rest PARTITION OF racine DEFAULT;
    CREATE TABLE parent (id int); CREATE TABLE enfant () INHERITS (parent);
    INSERT INTO racine VALUES (1), (2); INSERT INTO enfant VALUES (1);
    """
    database = make_database(script)
    plan = planned(database, f"DROP TABLE {name};")
    project = project_of(database, tmp_path, f"{ALLOWED}DROP TABLE {name};")
    project.expand()
    contract(project.settings, grace=3600.0)
    project.rollback()
    assert dump(database) == dump(make_database(script))
    project.expand()
    assert project.contract() == "done"
    assert dump(database) == dump(make_database(f"{script} DROP TABLE {name}"))
    said = "\n".join(only(plan).hazards)
    assert ("DETACH PARTITION part CONCURRENTLY" in said) == (name == "part")
    retire = next(step for step in plan.steps if step.id.endswith("retire"))
    assert ("racine" in {lock.relation.name for lock in retire.locks}) == (name in ("racine", "part"))


def test_if_exists(make_database: Callable[..., Database], tmp_path: Path) -> None:
    database = make_database(SHOP)
    operation = only(planned(database, "DROP TABLE IF EXISTS perdu;"))
    assert operation.strategy == "nothing to do"
    plan = planned(database, "DROP TABLE IF EXISTS perdu, ligne;")
    assert plan.steps[1].statements == ("ALTER TABLE public.ligne RENAME TO pgw_old_ligne",)
    with pytest.raises(MigrationFileError, match='table "perdu" does not exist'):
        planned(database, "DROP TABLE perdu;")
    with pytest.raises(MigrationFileError, match="is not a table"):
        planned(make_database(SHOP + "CREATE VIEW v AS SELECT 1 AS a"), "DROP TABLE v;")


REFUSED = [
    ("CREATE PUBLICATION p FOR TABLE ligne", DROP, "published by p"),
    ("", "COMMENT ON TABLE ligne IS 'x'; DROP TABLE ligne;", "other statements of this plan"),
    ("", "DROP TABLE ligne; CREATE TABLE ligne (id int);", "dropped by the same plan|other statements"),
]


@pytest.mark.parametrize(("script", "text", "said"), REFUSED)
def test_refused(make_database: Callable[..., Database], script: str, text: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        planned(make_database(SHOP + script), text)


def test_a_table_between_two_names(make_database: Callable[..., Database], tmp_path: Path) -> None:
    for strategy in ("alias", "copy"):
        folder = tmp_path / strategy
        folder.mkdir()
        database = make_database(SHOP)
        project = Project.of(database, folder)
        project.write(f"-- pgwright: strategy = {strategy}\nALTER TABLE ligne RENAME COLUMN id TO ident;", "0001_ident")
        if strategy == "copy":
            project.write("-- pgwright: strategy = copy\nALTER TABLE panier RENAME COLUMN quoi TO quel;", "0001_ident")
        project.expand()
        with pytest.raises(Refused) as caught:
            planned(database, DROP)
        assert "pgwright contract" in caught.value.hint


@pytest.mark.majors(14, 18)
def test_of_a_table_that_the_plan_creates(make_database: Callable[..., Database], tmp_path: Path) -> None:
    database = make_database(SHOP)
    project = Project.of(database, tmp_path)
    project.write("CREATE TABLE essai (id int PRIMARY KEY, c int REFERENCES clients);", "0001_essai")
    project.write("ALTER TABLE essai RENAME TO épreuve;", "0002_epreuve")
    project.write("DROP TABLE IF EXISTS épreuve;", "0003_fin")
    project.expand()
    assert project.rollback() == "rolled back"
    assert dump(database) == dump(make_database(SHOP))
    project.expand()
    contract(project.settings, grace=3600.0)
    assert rollback(project.settings, ["0003_fin"]).migrations[-1].state == "rolled back"
    assert database.one("SELECT to_regclass('épreuve') IS NOT NULL") is True
    project.expand()
    assert project.contract() == "done"
    assert (dump(database), leftovers(database)) == (dump(make_database(SHOP)), [])


def test_dropped_by_somebody(make_database: Callable[..., Database], tmp_path: Path) -> None:
    database = make_database(SHOP)
    project = project_of(database, tmp_path, ALLOWED + DROP)
    project.expand()
    database.run("DROP TABLE ligne")
    assert project.contract() == "done"
    assert database.one("SELECT to_regclass('panier') IS NULL") is True


def test_its_name_was_taken_meanwhile(make_database: Callable[..., Database], tmp_path: Path) -> None:
    database = make_database(SHOP)
    project = project_of(database, tmp_path, ALLOWED + DROP)
    project.expand()
    contract(project.settings, grace=3600.0)
    database.run("CREATE TABLE ligne (autre int)")
    with pytest.raises(Refused, match="another relation has that name"):
        project.rollback()
    database.run("DROP TABLE ligne")
    assert project.rollback() == "rolled back"
    assert dump(database) == dump(make_database(SHOP))


PLACES = [("contract", "aside"), ("finalize", "retire"), ("rollback", "back")]


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize(("verb", "step"), PLACES)
@pytest.mark.parametrize("place", ["gate", "inside"])
def test_killed(make_database: Callable[..., Database], verb: str, step: str, place: str, tmp_path: Path) -> None:
    database = make_database(SHOP)
    project = project_of(database, tmp_path, ALLOWED + DROP)
    project.expand()
    if verb != "contract":
        contract(project.settings, grace=3600.0)
    with started(database, tmp_path, verb, f".{step}", place) as runner:
        runner.stands(inside=place == "inside")
        runner.kill()
    if place == "inside":
        database.run("DROP EVENT TRIGGER retient; DROP FUNCTION retient(); DROP TABLE retenue")
    if verb == "rollback":
        assert project.rollback() == "rolled back"
        assert dump(database) == dump(make_database(SHOP))
    else:
        contract(project.settings, finalize=True)
        assert project.state() == "done"
        assert dump(database) == dump(make_database(SHOP + DROP))


@pytest.mark.parametrize(("step", "held"), [("aside", "panier"), ("retire", "clients")])
def test_a_blocker_is_named(make_database: Callable[..., Database], tmp_path: Path, step: str, held: str) -> None:
    database = make_database(SHOP)
    project = project_of(database, tmp_path, ALLOWED + DROP)
    project.expand()
    quick = replace(project.settings, execute=ExecuteSettings(lock_pause=0.02, lock_budget=0.3, heartbeat=0.5))
    with database.connect(autocommit=False) as reader:
        reader.execute(f"SELECT * FROM {held}")
        with pytest.raises(LockNotObtained) as caught:
            contract(quick)
        assert any(str(reader.info.backend_pid) in each for each in caught.value.blockers)
    assert project.state() == ("contracting" if step == "aside" else "retiring")
    assert project.contract() == "done"


def test_who_still_uses_it_is_told(make_counting_database: Callable[..., Database], tmp_path: Path) -> None:
    database = make_counting_database(SHOP + "CREATE EXTENSION pg_stat_statements")
    project = project_of(database, tmp_path, ALLOWED + DROP)
    database.run("SELECT quoi FROM panier WHERE id = 3")
    project.expand()
    database.run("SELECT quoi FROM panier WHERE id = 4")
    database.run("UPDATE public.panier SET quoi = 'x' WHERE id = 4")
    heard: list[Event] = []
    contract(project.settings, on_event=heard.append)
    told = sorted(each.message for each in heard if isinstance(each, Notice))
    assert told == [
        "called 1 times since expand, and fails after contract: SELECT quoi FROM panier WHERE id = $1",
        "called 1 times since expand, and fails after contract: UPDATE public.panier SET quoi = $1 WHERE id = $2",
    ]


def test_twin(make_database: Callable[..., Database]) -> None:
    twin = op.DropTable(table='d"or', schema="public", allow="destructive")
    assert twin.to_sql() == '-- pgwright: allow = destructive\nDROP TABLE public."d""or";\n'
    assert only(planned(make_database(SHOP), op.DropTable(table="ligne").to_sql())).name == "drop_table"
