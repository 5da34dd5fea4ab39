"""COMMENT: on everything; the comment that was there comes back; columns between two names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.api.contract import contract
from pgwright.api.rollback import rollback
from pgwright.base.errors import MigrationFileError, Refused
from pgwright.base.event import Event, Notice
from tests.evolve.operations.planning import only, outline, planned
from tests.support.databases import Database
from tests.support.killable import started
from tests.support.lifecycle import dump, leftovers
from tests.support.project import Project

SHOP = """
CREATE SCHEMA "À part";
CREATE TABLE "À part"."d'or" (id serial PRIMARY KEY, "d""b" int CONSTRAINT positif CHECK ("d""b" > 0), nom text);
CREATE TABLE produits (id int PRIMARY KEY, nom text UNIQUE);
CREATE VIEW vue AS SELECT id FROM produits;
CREATE MATERIALIZED VIEW mat AS SELECT 1 AS un;
CREATE FUNCTION pousse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION f(a int, b text) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TRIGGER tr BEFORE INSERT ON produits FOR EACH ROW EXECUTE FUNCTION pousse();
CREATE POLICY pol ON produits USING (true);
CREATE RULE regle AS ON DELETE TO produits DO ALSO NOTHING;
CREATE TYPE humeur AS ENUM ('a'); CREATE DOMAIN dom AS int CONSTRAINT k CHECK (VALUE > 0);
CREATE STATISTICS st ON id, nom FROM produits;
CREATE SEQUENCE sq;
CREATE TYPE paire AS (a int, b int);
"""
OBJECTS = [
    'TABLE "À part"."d\'or"',
    'COLUMN "À part"."d\'or"."d""b"',
    'CONSTRAINT positif ON "À part"."d\'or"',
    "TABLE produits",
    "COLUMN produits.nom",
    "COLUMN vue.id",
    "COLUMN paire.a",
    "VIEW vue",
    "MATERIALIZED VIEW mat",
    "INDEX produits_nom_key",
    "CONSTRAINT produits_nom_key ON produits",
    "SEQUENCE sq",
    "TRIGGER tr ON produits",
    "POLICY pol ON produits",
    "RULE regle ON produits",
    "FUNCTION f(int, text)",
    "TYPE humeur",
    "DOMAIN dom",
    "CONSTRAINT k ON DOMAIN dom",
    "STATISTICS st",
    'SCHEMA "À part"',
    "EXTENSION plpgsql",
]
TEXT = 'C\'est \\ "là" %s {0} :a\nü'


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@pytest.mark.majors("all")
def test_every_kind_of_object(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """Where there was a comment and where there was none."""
    with_comments = SHOP + "".join(f"COMMENT ON {each} IS 'avant';" for each in OBJECTS[::2])
    database = make_database(with_comments)
    project = Project.of(database, tmp_path)
    changes = "".join(f"COMMENT ON {each} IS {quoted(TEXT)};\n" for each in OBJECTS)
    project.write(changes)
    assert project.expand() == "expanded"
    assert dump(database) == dump(make_database(with_comments + changes))
    assert project.rollback() == "rolled back"
    assert (dump(database), leftovers(database)) == (dump(make_database(with_comments)), [])
    project.expand()
    assert project.contract() == "done"
    assert (dump(database), leftovers(database)) == (dump(make_database(with_comments + changes)), [])


@pytest.mark.majors("all")
def test_removing_one(make_database: Callable[..., Database], tmp_path: Path) -> None:
    script = SHOP + "COMMENT ON TABLE produits IS 'avant';"
    database = make_database(script)
    project = Project.of(database, tmp_path)
    texts = ("NULL", "'a'", "''")
    project.write("".join(f"COMMENT ON TABLE produits IS {each};" for each in texts))
    project.expand()
    assert dump(database) == dump(make_database(SHOP))
    project.rollback()
    assert dump(database) == dump(make_database(script))


@pytest.mark.majors(14, 18)
def test_of_the_database(database: Database, tmp_path: Path) -> None:
    """Its comment is in the shared catalog."""
    database.run(f"COMMENT ON DATABASE {database.name} IS 'avant'")
    project = Project.of(database, tmp_path)
    project.write(f"COMMENT ON DATABASE {database.name} IS 'après';")
    read = f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{database.name}'"
    project.expand()
    assert database.one(read) == "après"
    project.rollback()
    assert database.one(read) == "avant"


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize(
    ("text", "lock"),
    [
        ("TABLE produits", "SHARE UPDATE EXCLUSIVE"),
        ("COLUMN produits.nom", "SHARE UPDATE EXCLUSIVE"),
        ("CONSTRAINT produits_nom_key ON produits", "ACCESS SHARE"),
        ("INDEX produits_nom_key", "-"),
        ("FUNCTION f(int, text)", "-"),
    ],
)
def test_plan(make_database: Callable[..., Database], text: str, lock: str) -> None:
    plan = planned(make_database(SHOP), f"COMMENT ON {text} IS 'x';")
    assert outline(plan) == [f"set expand online {lock}", f"back rollback online {lock}"]


def test_full_names_and_the_way_back(make_database: Callable[..., Database]) -> None:
    database = make_database(SHOP + "COMMENT ON COLUMN produits.nom IS 'avant'")
    plan = planned(database, "COMMENT ON COLUMN produits.nom IS 'x';")
    assert plan.steps[0].statements == ("COMMENT ON COLUMN public.produits.nom IS 'x'",)
    assert plan.steps[0].undo == ("COMMENT ON COLUMN public.produits.nom IS 'avant'",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("TABLE perdu", 'table "perdu" does not exist'),
        ("TABLE vue", '"vue" is not a table'),
        ("COLUMN produits.perdu", 'column "perdu" of table "public.produits" does not exist'),
        ("CONSTRAINT perdu ON produits", 'constraint "perdu" for table "public.produits" does not exist'),
        ("TRIGGER perdu ON produits", 'trigger "perdu" for table'),
    ],
)
def test_what_does_not_exist(make_database: Callable[..., Database], text: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(SHOP), f"COMMENT ON {text} IS 'x';")


USERS = """
CREATE TABLE u (id int PRIMARY KEY, nom text); COMMENT ON COLUMN u.nom IS 'avant'; INSERT INTO u VALUES (1, ' a');
"""
COPIED = "-- pgwright: strategy = copy\nALTER TABLE u RENAME COLUMN nom TO titre;\n"
MAPPED = "-- pgwright: up = trim(nom)\nALTER TABLE u RENAME COLUMN nom TO titre;\n"


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize("rename", [COPIED, MAPPED], ids=["copy", "up"])
@pytest.mark.parametrize("units", [1, 2])
def test_a_column_between_two_names(
    make_database: Callable[..., Database], tmp_path: Path, rename: str, units: int
) -> None:
    database = make_database(USERS)
    project = Project.of(database, tmp_path)
    comment = "COMMENT ON COLUMN u.titre IS 'après';"
    project.write(rename, "0001_titre")
    if units == 2:
        project.expand()
        with pytest.raises(MigrationFileError, match='column "nom" of table'):
            planned(database, "COMMENT ON COLUMN u.nom IS 'x';")
    project.write(comment, "0002_dit")
    project.expand()
    rollback(project.settings, ["0002_dit"])
    rollback(project.settings, ["0001_titre"])
    assert dump(database) == dump(make_database(USERS))
    project.expand()
    contract(project.settings, grace=3600.0)
    contract(project.settings, finalize=True)
    assert dump(database) == dump(make_database(USERS + "ALTER TABLE u RENAME COLUMN nom TO titre;" + comment))


def test_behind_a_view_of_two_names(make_database: Callable[..., Database], tmp_path: Path) -> None:
    for rename in (
        "-- pgwright: strategy = alias\nALTER TABLE u RENAME COLUMN nom TO t;",
        "ALTER TABLE u RENAME TO v;",
    ):
        folder = tmp_path / str(len(rename))
        folder.mkdir()
        database = make_database(USERS)
        project = Project.of(database, folder)
        project.write(rename)
        project.expand()
        for text in ("TABLE u", "COLUMN u.id", "VIEW u"):
            with pytest.raises(Refused, match="is a view for the time being"):
                planned(database, f"COMMENT ON {text} IS 'x';")


@pytest.mark.majors(14, 18)
def test_on_what_the_plan_makes(make_database: Callable[..., Database], tmp_path: Path) -> None:
    text = """
    CREATE TABLE essai (id int PRIMARY KEY);
    COMMENT ON TABLE essai IS 'a'; COMMENT ON COLUMN essai.id IS 'b'; COMMENT ON INDEX essai_pkey IS 'c';
    COMMENT ON CONSTRAINT essai_pkey ON essai IS 'd';
    CREATE VIEW neuve AS SELECT 1 AS un; COMMENT ON VIEW neuve IS 'e'; COMMENT ON COLUMN neuve.un IS 'f';
    """
    database = make_database(SHOP)
    project = Project.of(database, tmp_path)
    project.write(text)
    project.expand()
    project.contract()
    assert dump(database) == dump(make_database(SHOP + text))


def test_one_that_somebody_wrote_since_stays(make_database: Callable[..., Database], tmp_path: Path) -> None:
    database = make_database(SHOP)
    project = Project.of(database, tmp_path)
    project.write("COMMENT ON TABLE produits IS 'x'; COMMENT ON SEQUENCE sq IS 'y';")
    project.expand()
    database.run("COMMENT ON TABLE produits IS 'le mien'; DROP SEQUENCE sq")
    heard: list[Event] = []
    rollback(project.settings, on_event=heard.append)
    assert database.one("SELECT obj_description('produits'::regclass)") == "le mien"
    assert any("left as it is" in each.message for each in heard if isinstance(each, Notice))


@pytest.mark.parametrize(("verb", "step"), [("expand", "set"), ("rollback", "back")])
@pytest.mark.parametrize("place", ["gate", "inside"])
def test_killed(make_database: Callable[..., Database], verb: str, step: str, place: str, tmp_path: Path) -> None:
    script = SHOP + "COMMENT ON TABLE produits IS 'avant';"
    database = make_database(script)
    project = Project.of(database, tmp_path)
    project.write("COMMENT ON TABLE produits IS 'après';")
    if verb == "rollback":
        project.expand()
    with started(database, tmp_path, verb, f".{step}", place) as runner:
        runner.stands(inside=place == "inside")
        runner.kill()
    if place == "inside":
        database.run("DROP EVENT TRIGGER retient; DROP FUNCTION retient(); DROP TABLE retenue")
    if verb == "expand":
        project.expand()
        assert dump(database) == dump(make_database(SHOP + "COMMENT ON TABLE produits IS 'après';"))
    assert project.rollback() == "rolled back"
    assert dump(database) == dump(make_database(script))


def test_twin(make_database: Callable[..., Database]) -> None:
    twin = op.Comment(on="TABLE produits", text="C'est là")
    assert twin.to_sql() == "COMMENT ON TABLE produits IS 'C''est là';\n"
    assert op.Comment(on="TABLE produits", text=None).to_sql() == "COMMENT ON TABLE produits IS NULL;\n"
    assert only(planned(make_database(SHOP), twin.to_sql())).name == "comment"
