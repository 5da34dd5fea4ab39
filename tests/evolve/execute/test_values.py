"""Values: expressions that fail, do not lead back, or are not the same twice; types that cannot be compared; chains."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from pgwright.api.plan import plan
from pgwright.base.errors import MigrationFileError, Refused, StepFailed
from tests.support.databases import Database
from tests.support.lifecycle import leftovers
from tests.support.races import MIDDLE, Race
from tests.support.selection import EDGES_IN_CI

RENAME = "ALTER TABLE utilisateurs RENAME COLUMN nom TO nom_complet;\n"
TABLE = """CREATE TABLE utilisateurs (id int PRIMARY KEY, nom text, autre int DEFAULT 0, poids text);
INSERT INTO utilisateurs SELECT i, i::text, 0, repeat('x', 700) FROM generate_series(1, 400) i;
"""


def race_of(database: Database, folder: Path, *migrations: str, setup: str = TABLE) -> Race:
    return Race(database=database, folder=folder, setup=setup, migrations=migrations).prepare()


def said(*lines: str) -> str:
    return "".join(f"-- pgwright: {line}\n" for line in lines) + RENAME


@pytest.mark.majors("all")
@pytest.mark.parametrize(
    ("up", "words"),
    [("(nom::int)::text", "invalid input syntax for type integer"), ("(100 / length(nom))::text", "division by zero")],
)
def test_up_fails_on_a_row(database: Database, tmp_path: Path, up: str, words: str) -> None:
    """Key, value and error are shown; when the row is corrected the same command goes on; rollback works, too."""
    race = race_of(database, tmp_path, said(f"up = {up}", "down = nom_complet"))
    database.run(f"UPDATE utilisateurs SET nom = {'chr(97)' if 'int)' in up else 'NULL'} WHERE id = 333")
    database.run("UPDATE utilisateurs SET nom = '' WHERE id = 333 AND nom IS NULL")
    for then in (race.rollback, None):
        with pytest.raises(StepFailed) as caught:
            race.expand()
        error = caught.value
        assert error.exit_code == 5
        assert words in error.message
        assert '"id": 333' in error.message
        assert '"nom": ' in error.message
        assert "rollback" in error.hint
        assert "expand" in error.hint
        assert "both applications work on" in error.state
        database.run("UPDATE utilisateurs SET autre = 1 WHERE id = 333")  # touching it is no error
        if then is not None:
            then()
            assert leftovers(database) == []
    database.run("UPDATE utilisateurs SET nom = '7' WHERE id = 333")
    race.expand()
    assert race.state == "expanded"
    race.contract()
    assert database.one("SELECT count(*) FROM utilisateurs WHERE nom_complet IS NULL") == 0
    assert leftovers(database) == []


@pytest.mark.majors(*EDGES_IN_CI)
def test_up_and_down_that_are_not_inverse(database: Database, tmp_path: Path) -> None:
    """A written down is trusted, and what it loses is named; both sides agree after every write."""
    race = race_of(database, tmp_path, said("up = nom || '!'", "down = left(nom_complet, 2)"))
    hazards = plan(race.settings).migrations[0].operations[0].hazards
    assert any("down is lossy" in hazard for hazard in hazards)
    race.expand()
    database.run(
        "UPDATE utilisateurs SET nom_complet = 'abcdef' WHERE id = 1; UPDATE utilisateurs SET nom = 'z' WHERE id = 2"
    )
    seen = "SELECT nom, nom_complet FROM utilisateurs WHERE id < 4 ORDER BY id"
    assert database.all(seen) == [("ab", "abcdef"), ("z", "z!"), ("3", "3!")]
    database.run("UPDATE utilisateurs SET autre = 9")
    assert database.all(seen) == [("ab", "abcdef"), ("z", "z!"), ("3", "3!")]
    race.rollback()
    assert database.all("SELECT nom FROM utilisateurs WHERE id < 4 ORDER BY id") == [("ab",), ("z",), ("3",)]


@pytest.mark.majors(*EDGES_IN_CI)
def test_a_down_that_was_not_written_refuses_what_it_cannot_bring_back(database: Database, tmp_path: Path) -> None:
    race = race_of(database, tmp_path, said("up = lower(nom)"))
    race.expand()
    with pytest.raises(psycopg.errors.DataException) as caught:
        database.run("UPDATE utilisateurs SET nom_complet = 'GROS' WHERE id = 1")
    assert "nom_complet" in str(caught.value)
    assert caught.value.sqlstate == "22000"
    database.run("UPDATE utilisateurs SET nom_complet = 'petit' WHERE id = 1")
    assert database.all("SELECT nom, nom_complet FROM utilisateurs WHERE id = 1") == [("petit", "petit")]


@pytest.mark.majors(*EDGES_IN_CI)
@pytest.mark.parametrize(
    ("up", "word"),
    [
        ("nom || random()::text", "immutable"),
        ("nom || (SELECT max(id)::text FROM autres)", "subquery"),
        ("nom || '0.' || now()::text", "immutable"),
    ],
)
def test_up_that_is_not_the_same_twice(database: Database, tmp_path: Path, up: str, word: str) -> None:
    """Volatile, stable and subqueries: the plan names it, it is seen as filled, and life goes on to its end."""
    database.run("CREATE TABLE autres (id int); INSERT INTO autres VALUES (1)")
    race = race_of(database, tmp_path, said(f"up = {up}", "down = split_part(nom_complet, '0.', 1)"))
    hazards = plan(race.settings).migrations[0].operations[0].hazards
    assert any(word in hazard for hazard in hazards), hazards
    race.expand()
    assert race.state == "expanded"
    assert database.one("SELECT count(*) FROM utilisateurs WHERE nom_complet NOT LIKE nom || '%'") == 0
    database.run("UPDATE utilisateurs SET autre = 3")
    race.rollback()
    race.expand()
    race.contract()
    assert leftovers(database) == []


def test_a_volatile_up_is_seen_as_filled_only(database: Database, tmp_path: Path) -> None:
    """No row leads back, and none can be computed again: only that it is filled can be known."""
    race = race_of(database, tmp_path, said("up = nom || random()::text", "down = nom_complet"))
    race.expand()
    assert race.state == "expanded"
    assert database.one("SELECT count(*) FROM utilisateurs WHERE nom_complet IS NULL AND nom IS NOT NULL") == 0


def test_up_that_nothing_can_prove(database: Database, tmp_path: Path) -> None:
    """now() is another value at every look, and this down does not lead back: it is said, and rolled back."""
    race = race_of(database, tmp_path, said("up = nom || now()::text", "down = nom_complet"))
    with pytest.raises(StepFailed) as caught:
        race.expand()
    assert "not in step" in caught.value.message
    assert "not immutable" in caught.value.hint
    race.rollback()
    assert leftovers(database) == []


@pytest.mark.majors(*EDGES_IN_CI)
def test_up_that_yields_null(database: Database, tmp_path: Path) -> None:
    race = race_of(database, tmp_path, said("up = nullif(nom, '5')", "down = coalesce(nom_complet, '5')"))
    race.expand()
    assert database.all("SELECT id FROM utilisateurs WHERE nom_complet IS NULL") == [(5,)]
    database.run("UPDATE utilisateurs SET nom_complet = NULL WHERE id = 6; UPDATE utilisateurs SET autre = 1")
    assert database.all("SELECT id, nom FROM utilisateurs WHERE nom_complet IS NULL ORDER BY id") == [
        (5, "5"),
        (6, "5"),
    ]
    race.contract()
    assert leftovers(database) == []


@pytest.mark.majors(*EDGES_IN_CI)
def test_a_null_that_is_meant_is_not_filled(database: Database, tmp_path: Path) -> None:
    """down makes something of NULL: while the state is expanded nobody fills it again from there."""
    race = race_of(database, tmp_path, said("up = nom", "down = coalesce(nom_complet, 'vide')"))
    race.expand()
    database.run("UPDATE utilisateurs SET nom_complet = NULL WHERE id = 3")
    database.run("UPDATE utilisateurs SET autre = 7; UPDATE utilisateurs SET nom = nom")
    assert database.all("SELECT nom, nom_complet FROM utilisateurs WHERE id = 3") == [("vide", None)]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("up = trim(name)", "name"),
        ("up = sum(nom::int)::text", "aggregate"),
        ("up = pas_la(nom)", "pas_la"),
        ("up = nom; DROP TABLE utilisateurs", "not one expression"),
        ("up = (SELECT", "syntax"),
        ("up = row_number() OVER ()::text", ""),
        ("down = nom", "nom"),
        ("up = nom_complet", "nom_complet"),
        ("up = $1", ""),
        ("up = NEW.nom", ""),
        ("up = generate_series(1, 2)::text", "set"),
    ],
)
def test_expressions_that_make_no_sense(database: Database, tmp_path: Path, line: str, words: str) -> None:
    race = race_of(database, tmp_path, said(line))
    with pytest.raises(MigrationFileError) as caught:
        race.expand()
    assert caught.value.exit_code == 2
    assert caught.value.line == 1
    assert words in caught.value.message
    assert database.one("SELECT count(*) FROM pgwright.migration") == 0


# Types whose values are equal and not the same, or cannot be compared: type, value, another image.
TYPES = [
    ("citext", "'abc'", "'ABC'"),
    ("json", """'{"a": 1}'""", """'{"a":1}'"""),
    ("jsonb", """'{"a": 1}'""", """'{"a": 1.0}'"""),
    ("point", "'(1,2)'", "'(1,3)'"),
    ("polygon", "'((0,0),(1,1))'", "'((0,0),(1,2))'"),
    ("numeric", "1.0", "1.00"),
    ("float8", "'0'", "'-0'"),
    ("float8", "'NaN'", "'0'"),
    ("interval", "'1 day'", "'24 hours'"),
    ("varchar(5)", "'a'", "'b'"),
    ("char(3)", "'a'", "'b'"),
    ("text[]", "'{a,NULL}'", "'{a,b}'"),
    ("int[]", "'{}'", "'{1}'"),
    ("int4range", "'[1,2)'", "'empty'"),
    ("int4multirange", "'{[1,2)}'", "'{}'"),
    ("bytea", "'\\x00'", "'\\x01'"),
    ("timestamptz", "'2024-01-01 00:00+00'", "'infinity'"),
    ("uuid", "'00000000-0000-0000-0000-000000000000'", "'10000000-0000-0000-0000-000000000000'"),
    ("inet", "'10.0.0.1'", "'10.0.0.1/8'"),
    ("tsvector", "'a'", "'b'"),
    ("bit(3)", "B'101'", "B'111'"),
    ("couleur", "'rouge'", "'vert'"),
    ("adresse", "ROW('rue', NULL)", "ROW(NULL, NULL)"),
    ("positif", "1", "2"),
    ("name", "'a'", "'b'"),
    ("oid", "1", "2"),
    ("money", "'1'", "'2'"),
    ("boolean", "true", "false"),
]


@pytest.mark.majors(*EDGES_IN_CI)
def test_values_of_every_type_are_carried_by_image(database: Database, tmp_path: Path) -> None:
    """One table with a column of each: old and new clients change each to an equal, different image and to NULL."""
    columns = ", ".join(f"c{number} {kind} DEFAULT {one}" for number, (kind, one, _) in enumerate(TYPES))
    setup = f"""CREATE EXTENSION citext;
CREATE TYPE couleur AS ENUM ('rouge', 'vert');
CREATE TYPE adresse AS (rue text, ville text);
CREATE DOMAIN positif AS int CHECK (VALUE > 0);
CREATE TABLE valeurs (id int PRIMARY KEY, {columns});
INSERT INTO valeurs SELECT generate_series(1, 50);
"""
    changes = "".join(
        f"-- pgwright: strategy = copy\nALTER TABLE valeurs RENAME COLUMN c{number} TO d{number};\n"
        for number in range(len(TYPES))
    )
    race = race_of(database, tmp_path, changes, setup=setup)
    images = " AND ".join(f"ROW(c{n})::record *= ROW(d{n})::record" for n in range(len(TYPES)))
    apart = f"SELECT id FROM valeurs WHERE NOT ({images})"

    def work() -> None:
        with database.connect() as connection:
            for number, (kind, one, two) in enumerate(TYPES):
                for column, other in ((f"c{number}", f"d{number}"), (f"d{number}", f"c{number}")):
                    cast = f"({two})::{kind}"
                    returned = connection.execute(
                        f"UPDATE valeurs SET {column} = {cast} WHERE id = 1 "
                        f"RETURNING ROW({other})::record *= ROW({cast})::record"
                    ).fetchone()
                    assert returned == (True,), f"{kind}: {column} was not carried"
                    returned = connection.execute(
                        f"UPDATE valeurs SET {column} = NULL WHERE id = 1 RETURNING {other} IS NULL"
                    ).fetchone()
                    assert returned == (True,), kind
                    connection.execute(f"UPDATE valeurs SET {column} = ({one})::{kind} WHERE id = 1")
        database.run("INSERT INTO valeurs (id) SELECT 1000 + count(*) FROM valeurs")
        assert database.all(apart) == []

    race.expand()
    assert database.all(apart) == []
    work()
    race.contract()
    assert leftovers(database) == []


@pytest.mark.majors("all")
def test_chained_renames(database: Database, tmp_path: Path) -> None:
    """Three migrations of one column, all open: any of four versions writes, all see it; they close in order."""
    steps = (("nom", "b", "upper(nom)", "lower(b)"), ("b", "c", "b || '!'", "rtrim(c, '!')"), ("c", "d", "c", "d"))
    texts = [
        f"-- pgwright: up = {up}\n-- pgwright: down = {down}\nALTER TABLE utilisateurs RENAME COLUMN {old} TO {new};\n"
        for old, new, up, down in steps
    ]
    race = race_of(database, tmp_path, *texts, setup=TABLE.replace("i::text", "'n' || i"))
    race.expand()
    all_of = "SELECT nom, b, c, d FROM utilisateurs WHERE id = 1"
    for column, value in (("nom", "x1"), ("b", "X2"), ("c", "X3!"), ("d", "X4!")):
        database.run(f"UPDATE utilisateurs SET {column} = '{value}' WHERE id = 1")
        bare = value.rstrip("!").lower()
        assert database.all(all_of) == [(bare, bare.upper(), bare.upper() + "!", bare.upper() + "!")]
    database.run("INSERT INTO utilisateurs (id, c) VALUES (1000, 'NEUF!')")
    assert database.all(all_of.replace("id = 1", "id = 1000")) == [("neuf", "NEUF", "NEUF!", "NEUF!")]
    with pytest.raises(Refused, match="0001_renomme"):
        from pgwright.api.contract import contract

        contract(race.settings, ["0002_renomme"])
    with pytest.raises(Refused, match="0003_renomme"):
        race.rollback("0001_renomme")
    race.rollback("0003_renomme")
    assert database.all("SELECT nom, b, c FROM utilisateurs WHERE id = 1") == [("x4", "X4", "X4!")]
    race.expand()
    race.contract()
    assert race.state == "done"
    assert database.all("SELECT d FROM utilisateurs WHERE id IN (1, 2, 1000) ORDER BY id") == [
        ("X4!",), ("N2!",), ("NEUF!",)]  # fmt: skip
    assert leftovers(database) == []


@pytest.mark.majors("all")
def test_upserts_at_the_same_time(database: Database, tmp_path: Path) -> None:
    """Old and new clients wait for each other on one key, in both orders; both ways of ON CONFLICT."""
    race = race_of(database, tmp_path, said("strategy = copy"))
    race.expand()
    upsert = (
        "INSERT INTO utilisateurs AS u (id, {c}) VALUES (2000, '{v}') ON CONFLICT (id) DO UPDATE SET {c} = excluded.{c}"
        " || coalesce(u.{c}, '')"
    )
    import threading

    for first, second in (("nom", "nom_complet"), ("nom_complet", "nom")):
        database.run("DELETE FROM utilisateurs WHERE id = 2000")
        with database.connect(autocommit=False) as one, database.connect() as two:
            one.execute(upsert.format(c=first, v="1"))
            waiting = threading.Thread(target=lambda: two.execute(upsert.format(c=second, v="2")))  # noqa: B023
            waiting.start()
            asked = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s"
            with database.connect() as watcher:
                while watcher.execute(asked, (two.info.backend_pid,)).fetchone() != (True,):
                    watcher.execute("SELECT pg_sleep(0.005)")
            one.commit()
            waiting.join()
        assert database.all("SELECT nom, nom_complet FROM utilisateurs WHERE id = 2000") == [("21", "21")]
    database.run("INSERT INTO utilisateurs (id, nom_complet) VALUES (2000, 'x') ON CONFLICT DO NOTHING")
    assert database.all("SELECT nom, nom_complet FROM utilisateurs WHERE id = 2000") == [("21", "21")]


@pytest.mark.majors(*EDGES_IN_CI)
def test_rows_move_between_partitions_while_the_pass_runs(database: Database, tmp_path: Path) -> None:
    setup = """CREATE TABLE utilisateurs (id int, nom text, autre int DEFAULT 0, poids text) PARTITION BY LIST (autre);
CREATE TABLE u_0 PARTITION OF utilisateurs FOR VALUES IN (0);
CREATE TABLE u_1 PARTITION OF utilisateurs FOR VALUES IN (1);
INSERT INTO utilisateurs SELECT i, 'Zoé' || i, i % 2, repeat('x', 700) FROM generate_series(1, 400) i;
"""
    race = race_of(database, tmp_path, said("strategy = copy"), setup=setup)

    def move() -> None:
        database.run("UPDATE utilisateurs SET autre = 1 - autre WHERE id % 3 = 0")
        database.run("UPDATE utilisateurs SET autre = 1 - autre, nom = 'mu' || id WHERE id % 7 = 0")
        database.run("UPDATE utilisateurs SET autre = 1 - autre, nom_complet = 'nu' || id WHERE id % 11 = 0")

    race.at = {MIDDLE: move}
    race.expand()
    assert race.happened == [MIDDLE]
    move()
    assert database.one("SELECT count(*) FROM utilisateurs WHERE nom IS DISTINCT FROM nom_complet OR nom IS NULL") == 0
    assert database.all("SELECT nom FROM utilisateurs WHERE id IN (21, 22, 77) ORDER BY id") == [
        ("mu21",), ("nu22",), ("nu77",)]  # fmt: skip
