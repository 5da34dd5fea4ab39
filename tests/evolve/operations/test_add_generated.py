"""ADD COLUMN … GENERATED ALWAYS AS (…): its life as a column that triggers compute, and what becomes of it later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.columns import (
    COPY,
    COUNTED,
    DESTRUCTIVE,
    HOSTILE,
    HOSTILE_COLUMN,
    HOSTILE_TABLE,
    INHERITED,
    INSERT,
    OTHER,
    OWNED,
    OWNER,
    PARTED,
    PLAIN,
    WORK,
)
from tests.support.databases import Database

ADD = "ALTER TABLE t ADD COLUMN g {} GENERATED ALWAYS AS ({}) STORED;\n"
SEARCH = (
    "ALTER TABLE t ADD COLUMN g tsvector\n"
    "GENERATED ALWAYS AS (to_tsvector('french', coalesce(a,'') || ' ' || c)) STORED;\n"
    "CREATE INDEX t_g_idx ON t USING gin (g);\n"
)
TEXT = "to_tsvector('french'::regconfig, ((COALESCE(a, ''::text) || ' '::text) || c))"
WRONG = "SELECT * FROM t WHERE g IS DISTINCT FROM {}"
POINT = "point((NEW.b)::double precision, (NEW.b)::double precision)"
MESSAGE = "'trigger %s of table %s computes a column: it cannot be given another value', TG_NAME, TG_TABLE_NAME"


def by_hand(table: str, column: str, type_: str, expression: str, inputs: str, *, name: str, more: str = "") -> str:
    """The end state as somebody would write it who knows it. `expression` speaks of NEW, `name` is the function's."""
    new, old = (", ".join(f"{record}.{each}" for each in (*inputs.split(), column)) for record in ("NEW", "OLD"))
    parts = [table, *more.split()]
    triggers = "".join(
        f"CREATE TRIGGER zz_{column}_on_insert BEFORE INSERT ON {part} FOR EACH ROW EXECUTE FUNCTION {name}();\n"
        f"CREATE TRIGGER zz_{column}_on_update BEFORE UPDATE ON {part} FOR EACH ROW WHEN (NEW.{column} IS NULL OR "
        f"record_image_ne(ROW({new}), ROW({old}))) EXECUTE FUNCTION {name}();\n"
        f"ALTER TABLE {part} ENABLE ALWAYS TRIGGER zz_{column}_on_insert;\n"
        f"ALTER TABLE {part} ENABLE ALWAYS TRIGGER zz_{column}_on_update;\n"
        for part in parts
    )
    return f"""ALTER TABLE {table} ADD COLUMN {column} {type_};
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
-- Computes a column, as GENERATED ALWAYS AS (...) STORED would; made by pgwright.
DECLARE
  given boolean := ROW(NEW.{column})::record OPERATOR(pg_catalog.*<>) ROW(OLD.{column})::record;
  made {type_} := {expression};
BEGIN
  IF given AND ROW(NEW.{column})::record OPERATOR(pg_catalog.*<>) ROW(made)::record THEN
    RAISE EXCEPTION USING ERRCODE = 'generated_always',
      MESSAGE = pg_catalog.format({MESSAGE});
  END IF;
  NEW.{column} := made;
  RETURN NEW;
END
$$;
{triggers}"""


DOUBLED = by_hand("t", "g", "bigint", "(NEW.id * 2)", "id", name="t_g_generated")
LIVES = (
    Change(
        name="full_text",
        setup=PLAIN,
        migration=SEARCH,
        old=WORK,
        new=(*WORK, "SELECT id FROM t WHERE g @@ to_tsquery('french', 'n') AND id = %(k)s"),
        invariant=WRONG.format(TEXT),
        native=by_hand("t", "g", "tsvector", TEXT.replace("(a", "(NEW.a").replace("|| c", "|| NEW.c"), "a c",
                       name="t_g_generated")
        + "CREATE INDEX t_g_idx ON t USING gin (g);",
    ),
    Change(
        name="partitions",
        setup=PARTED,
        migration=ADD.format("bigint", "id * 2"),
        old=(*WORK, "UPDATE t SET b = 1 - b, id = id WHERE id = %(k)s"),
        new=WORK,
        invariant=WRONG.format("id * 2"),
        native=DOUBLED,
    ),
)  # fmt: skip
SHAPES = (
    Change(
        name="children",
        setup=INHERITED,
        migration=ADD.format("bigint", "id * 2"),
        native=by_hand("t", "g", "bigint", "(NEW.id * 2)", "id", name="t_g_generated", more="u v"),
        invariant=WRONG.format("id * 2"),
    ),
    Change(
        name="a_trigger_that_reshapes",
        setup=PLAIN + COUNTED,
        migration=ADD.format("int", "b + 1"),
        native=by_hand("t", "g", "int", "(NEW.b + 1)", "b", name="t_g_generated")
        .replace("zz_g_on_insert", '"~g_on_insert"')
        .replace("zz_g_on_update", '"~g_on_update"'),
        old=(INSERT, "UPDATE t SET a = 'x' WHERE id = %(k)s"),
        new=(INSERT, "UPDATE t SET a = 'x' WHERE id = %(k)s"),
        invariant=WRONG.format("b + 1"),
    ),
    Change(
        name="an_ordinary_owner",
        setup=OWNED.format(setup=PLAIN),
        migration=ADD.format("bigint", "id * 2"),
        runner=OWNER,
        native=DOUBLED + "ALTER FUNCTION t_g_generated() OWNER TO pgw_owner;",
        invariant=WRONG.format("id * 2"),
    ),
    Change(
        name="constrained",
        setup=PLAIN,
        migration=ADD.format("bigint", "id * 2").replace("STORED", "STORED NOT NULL CHECK (g > 0) UNIQUE"),
        native=DOUBLED
        + "UPDATE t SET g = NULL; ALTER TABLE t ALTER g SET NOT NULL, ADD CHECK (g > 0), ADD UNIQUE (g);",
        invariant=WRONG.format("id * 2"),
    ),
    Change(
        name="input_in_flight",
        setup=PLAIN,
        migration=COPY + ADD.format("text", "d || '!'"),
        native="ALTER TABLE t RENAME COLUMN a TO d;"
        + by_hand("t", "g", "text", "(NEW.d || '!'::text)", "d", name="t_g_generated"),
        old=WORK,
        new=("INSERT INTO t (id, d) VALUES (%(n)s, 'n')", "UPDATE t SET d = 'u' || %(n)s WHERE id = %(k)s", OTHER),
    ),
    Change(
        name="hostile_names",
        setup=HOSTILE_TABLE,
        migration=f"ALTER TABLE {HOSTILE} ADD COLUMN \"g'é\" text\n"
        f"GENERATED ALWAYS AS ({HOSTILE_COLUMN} || '''') STORED;",
        native=by_hand(HOSTILE, "\"g'é\"", "text", f"(NEW.{HOSTILE_COLUMN} || ''''::text)", HOSTILE_COLUMN,
                       name="\"Mes \"\"Clients\"\" été_g'é_generated\"")
        .replace("zz_\"g'é\"_on_insert", "\"zz_g'é_on_insert\"")
        .replace("zz_\"g'é\"_on_update", "\"zz_g'é_on_update\""),
    ),
    Change(
        name="types",
        setup=PLAIN,
        migration="ALTER TABLE t ADD COLUMN g numeric(10,2) GENERATED ALWAYS AS (b / 3.0) STORED, "
        "ADD COLUMN j point GENERATED ALWAYS AS (point(b, b)) STORED, "
        "ADD COLUMN k varchar(40) GENERATED ALWAYS AS (a || c) STORED;",
        native=by_hand("t", "g", "numeric(10, 2)", "((NEW.b)::numeric / 3.0)", "b", name="t_g_generated")
        + by_hand("t", "j", "point", POINT, "b", name="t_j_generated")
        + by_hand("t", "k", "varchar(40)", "(NEW.a || NEW.c)", "a c", name="t_k_generated"),
    ),
)  # fmt: skip
VIRTUAL = "ALTER TABLE t ADD COLUMN g int GENERATED ALWAYS AS (b + 1) VIRTUAL"


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", [*LIVES, *SHAPES], ids=lambda case: case.name)
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(18)
@pytest.mark.parametrize("more", ["", " NOT NULL", " CHECK (g > 0)"], ids=["alone", "not_null", "check"])
def test_life_of_a_virtual_one(make_database: Callable[..., Database], more: str, tmp_path: Path) -> None:
    """18 computes it when it is read; NOT NULL and CHECK read the rows, and do so apart."""
    change = Change(
        name="virtual",
        setup=PLAIN,
        migration=VIRTUAL + more + ";",
        old=WORK,
        new=(*WORK, "SELECT g FROM t WHERE id = %(k)s"),
    )
    lives(change, make_database, tmp_path)


@pytest.mark.majors("every")
def test_without_rows_it_runs_as_typed(make_database: Callable[..., Database], tmp_path: Path) -> None:
    empty = "CREATE TABLE t (id bigint PRIMARY KEY, a text, c text);"
    lives(Change(name="empty", setup=empty, migration=ADD.format("bigint", "id * 2")), make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PLAIN), ADD.format("bigint", "id * 2"))
    assert not any(step.rewrites for step in plan.steps)
    assert [line for line in outline(plan) if "rollback" not in line] == [
        "add expand instant ACCESS EXCLUSIVE",
        "fill expand instant ACCESS EXCLUSIVE",
        "pass backfill backfill ROW EXCLUSIVE",
        "fill_end backfill verify -",
        "filled verify instant ACCESS EXCLUSIVE",
        "always verify instant ACCESS EXCLUSIVE",
        "valid verify online SHARE UPDATE EXCLUSIVE",
        "proven verify instant ACCESS EXCLUSIVE",
    ]
    said = "\n".join(only(plan).hazards)
    for each in ("ends as a plain column that triggers compute", "428C9", "allow = rewrite"):
        assert each in said


def test_allowed_it_runs_as_typed(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PLAIN), "-- pgwright: allow = rewrite\n" + ADD.format("bigint", "id * 2"))
    assert [str(name) for step in plan.steps for name in step.rewrites] == ["public.t"]


@pytest.fixture
def life(make_database: Callable[..., Database], tmp_path: Path) -> Changing:
    """A table whose generated column is expanded and done."""
    change = Change(name="g", setup=PLAIN, migration=ADD.format("text", "a || c"), allow=DESTRUCTIVE)
    made = Changing(change=change, database=make_database(), folder=tmp_path)
    made.prepare()
    made.expand()
    made.contract(finalize=True)
    return made


@pytest.mark.majors("all")
def test_values_of_its_own_are_refused(life: Changing) -> None:
    with life.database.connect() as connection:
        for statement in (
            "INSERT INTO t (id, a, g) VALUES (1001, 'x', 'autre')",
            "UPDATE t SET g = 'autre' WHERE id = 1",
            "UPDATE t SET a = 'x', g = 'autre' WHERE id = 1",
            "SET session_replication_role = replica; UPDATE t SET g = 'autre' WHERE id = 1",
        ):
            with pytest.raises(psycopg.errors.GeneratedAlways, match="computes a column"):
                connection.execute(statement.encode())
        connection.execute("INSERT INTO t (id, a, g) VALUES (1001, 'x', DEFAULT), (1002, 'x', 'xc')")
        connection.execute("UPDATE t SET g = g; UPDATE t SET a = NULL WHERE id = 5")
    assert life.database.all("SELECT * FROM t WHERE g IS DISTINCT FROM a || c") == []


@pytest.mark.majors("all")
def test_the_server_drops_no_column_behind_its_back(life: Changing) -> None:
    with life.database.connect() as connection:
        for column in ("a", "g"):
            with pytest.raises(psycopg.errors.DependentObjectsStillExist):
                connection.execute(f"ALTER TABLE t DROP COLUMN {column}".encode())


def later(life: Changing, text: str) -> None:
    """A second migration beside the first."""
    (life.folder / "0002_later.sql").write_text(text, encoding="utf-8")


@pytest.mark.majors("all")
def test_an_input_is_renamed_later(life: Changing) -> None:
    later(life, COPY)
    life.expand()
    life.database.run("UPDATE t SET a = 'ancien' WHERE id = 1; UPDATE t SET d = 'nouveau' WHERE id = 2")
    assert life.database.all("SELECT id FROM t WHERE g IS DISTINCT FROM a || c") == []
    life.contract(finalize=True)
    life.database.run("UPDATE t SET d = 'fin' WHERE id = 3")
    assert life.database.all("SELECT id FROM t WHERE g IS DISTINCT FROM d || c") == []


@pytest.mark.majors("all")
def test_it_is_dropped_later_with_what_computes_it(life: Changing) -> None:
    later(life, "-- pgwright: allow = destructive\nALTER TABLE t DROP COLUMN g;")
    life.expand()
    life.contract(grace=3600.0)
    life.database.run("UPDATE t SET a = 'après' WHERE id = 1")
    life.rollback()
    assert life.database.all("SELECT id FROM t WHERE g IS DISTINCT FROM a || c") == []
    life.expand()
    life.contract(finalize=True)
    life.database.run("UPDATE t SET a = 'fin' WHERE id = 1; INSERT INTO t (id, a) VALUES (1001, 'n')")
    assert life.database.all("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace") == []


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ALTER TABLE t DROP COLUMN a;", 'trigger "zz_g_on_update" names it'),
        ("-- pgwright: on_null = ''\nALTER TABLE t ALTER COLUMN a SET NOT NULL;", "g is computed from it by trigger"),
        ("-- pgwright: up = btrim(a)\nALTER TABLE t RENAME COLUMN a TO d;", "g is computed from it by trigger"),
        ("ALTER TABLE t ADD COLUMN h text GENERATED ALWAYS AS (g || 'x') STORED;", 'cannot use generated column "g"'),
        ("ALTER TABLE t ALTER COLUMN g SET DEFAULT 'x';", "is computed by a trigger"),
    ],
)
def test_what_would_pass_it_by_is_refused(life: Changing, text: str, said: str) -> None:
    with pytest.raises((Refused, MigrationFileError)) as caught:
        planned(life.database, text)
    assert said in "\n".join([str(caught.value), *getattr(caught.value, "reasons", ())])


@pytest.mark.majors("all")
def test_a_later_pass_over_other_columns_is_not_in_its_way(life: Changing) -> None:
    later(life, "ALTER TABLE t ADD COLUMN u uuid NOT NULL DEFAULT gen_random_uuid();")
    life.expand()
    assert life.database.all("SELECT id FROM t WHERE g IS DISTINCT FROM a || c OR u IS NULL") == []


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("text GENERATED ALWAYS AS (a || now()) STORED", "not immutable"),
        ("text GENERATED ALWAYS AS (z) STORED", '"z"'),
        ("text GENERATED ALWAYS AS ((SELECT 'x')) STORED", "subquery"),
        ("text GENERATED ALWAYS AS (a) STORED DEFAULT 'x'", "both a DEFAULT and"),
        ("int GENERATED ALWAYS AS (a) STORED", "type"),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], column: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(PLAIN), f"ALTER TABLE t ADD COLUMN g {column};")


def test_an_input_that_is_still_filled_is_refused(make_database: Callable[..., Database]) -> None:
    text = "-- pgwright: up = 'x'\nALTER TABLE t ADD COLUMN n text;\n" + ADD.format("text", "n || 'y'")
    with pytest.raises(Refused, match="whose values are still being made"):
        planned(make_database(PLAIN), text)


@pytest.mark.majors(14)
def test_virtual_needs_18(make_database: Callable[..., Database]) -> None:
    with pytest.raises(MigrationFileError, match="PostgreSQL 14 cannot read this"):
        planned(make_database(PLAIN), VIRTUAL)
