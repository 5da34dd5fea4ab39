from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import psycopg
import pytest

from pgwright import connect
from pgwright.base.errors import Refused
from pgwright.catalog import read
from pgwright.catalog.probe import ExpressionFacts, probe_expression
from pgwright.catalog.values import Catalog, Column
from pgwright.connect.session import Connection
from tests.support.databases import Database

pytestmark = pytest.mark.majors("all")

SCHEMA = """
    CREATE SCHEMA app; CREATE SCHEMA hidden; CREATE EXTENSION citext;
    CREATE FUNCTION app.clean(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
    CREATE FUNCTION app.told_stable(text) RETURNS text LANGUAGE plpgsql STABLE AS 'BEGIN RETURN $1; END';
    CREATE FUNCTION app.volatile_inlined(text) RETURNS text LANGUAGE sql VOLATILE AS 'SELECT $1';
    CREATE FUNCTION app.volatile(text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
    CREATE FUNCTION hidden.far(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
    CREATE TYPE app.mood AS ENUM ('gai', 'triste'); CREATE TYPE app.pair AS (x int, y text);
    CREATE DOMAIN app.positive AS int CHECK (VALUE > 0); CREATE COLLATION app.mine FROM "C";
    CREATE SEQUENCE app.numbers;
    CREATE TABLE app.t (id int PRIMARY KEY, nom text NOT NULL, "new" text, "old" int, "select" int, email citext,
        m app.mood, p app.pair, d app.positive, arr numeric(10,2)[], v varchar(5) COLLATE app.mine, "É ""t" text,
        g int GENERATED ALWAYS AS (id + 1) STORED, t int, ts timestamptz, num numeric(10,2), j json);
    CREATE TABLE app.other (id int, nom text);
    CREATE TABLE "Odd ""s"."T""x" ("a""b" int, "T""x" int);
""".replace('CREATE TABLE "Odd', 'CREATE SCHEMA "Odd ""s"; CREATE TABLE "Odd')

Ask = Callable[..., ExpressionFacts]


def target(type_name: str, collation: str | None = None) -> Column:
    return Column(number=99, name="le nouveau", type=type_name, type_oid=0, not_null=False, collation=collation)


def probe(
    connection: Connection, catalog: Catalog, text: str, type_name: str = "text", *,
    table: str = "t", columns: Mapping[str, str | Column] | None = None, table_name: str | None = None,
    collation: str | None = None,
) -> ExpressionFacts:  # fmt: skip
    oid = next(each.oid for each in catalog.tables.values() if each.name.name == table)
    if columns is None:
        columns = {column.name: column.name for column in catalog.tables[oid].columns}
    return probe_expression(
        connection, catalog, oid, columns, text, target(type_name, collation), table_name=table_name
    )


@pytest.fixture
def ask(make_database: Callable[..., Database]) -> Iterator[Ask]:
    with connect.open(make_database(SCHEMA).dsn) as connection:
        connection.execute("SET search_path = app, public")
        yield partial(probe, connection, read(connection))


def test_text_is_what_the_server_stores(ask: Ask) -> None:
    texts = {
        "trim(nom)": "TRIM(BOTH FROM nom)",
        "clean(nom)": "app.clean(nom)",
        "t.nom": "nom",
        "app.t.\"new\" || 'x' -- end": "(new || 'x'::text)",
        '"select" + t."old"': '("select" + old)',
        '"É ""t"': '"É ""t"',
        "email = 'x'": "(email OPERATOR(public.=) 'x'::public.citext)",
        "nom COLLATE mine": "(nom COLLATE app.mine)",
        "(p).y": "(p).y",
        "arr[1]": "arr[1]",
        "'gai'::mood": "'gai'::app.mood",
        "id > 1 AND NOT nom IS NULL": "((id > 1) AND (NOT (nom IS NULL)))",
        "CASE WHEN id > 1 THEN nom END": "CASE\n    WHEN (id > 1) THEN nom\n    ELSE NULL::text\nEND",
    }
    for text, expected in texts.items():
        type_name = {"email": "boolean", "(p": "text", "arr": "numeric", "'ga": "app.mood", "id ": "boolean"}
        facts = ask(text, next((name for start, name in type_name.items() if text.startswith(start)), "text"))
        if text.startswith('"select"'):
            facts = ask(text, "integer")
        assert facts.error is None, text
        assert facts.text == expected


def test_columns_are_those_that_are_read(ask: Ask) -> None:
    columns: dict[str, str | Column] = {"nom_complet": "nom", "id": "id", "extra": target("app.positive")}
    facts = ask("nom_complet || extra || t.nom_complet", columns=columns)
    assert (facts.error, facts.columns) == (None, ("nom_complet", "extra"))
    assert facts.text == "((nom_complet || extra) || nom_complet)"
    assert ask("nom", columns=columns).sqlstate == "42703"
    assert ask("'x' || 1", columns=columns).columns == ()


def test_the_table_has_its_old_and_its_new_name(ask: Ask) -> None:
    for text in ("gens.nom", "t.nom", "nom", "app.t.nom"):
        facts = ask(text, table_name="gens")
        assert (facts.error, facts.text, facts.columns) == (None, "nom", ("nom",))
    assert ask("gens.nom").sqlstate == "42P01"


def test_odd_names(ask: Ask) -> None:
    for text in ('"a""b"', '"T""x"."a""b"', '"Odd ""s"."T""x"."a""b"'):
        facts = ask(text, "integer", table='T"x')
        assert (facts.error, facts.text, facts.columns) == (None, '"a""b"', ('a"b',))
    assert ask('"T""x"', "integer", table='T"x').columns == ('T"x',)


IMMUTABLE = ("trim(nom)", "clean(nom)", "nom || id", "'x'", "NULL", "(p).y", "email", "arr[1]::text")
STABLE = (
    "m::text", "ts::text", "now()::text", "current_user", "told_stable(nom)", "(SELECT nom FROM other LIMIT 1)",
    "txid_current()::text", "format('%s', nom)", "current_setting('a.b')", "(now() - interval '1 day')::text",
)  # fmt: skip
VOLATILE = (
    "volatile(nom)", "volatile_inlined(nom)", "random()::text", "timeofday()", "clock_timestamp()::text",
    "gen_random_uuid()::text", "nextval('numbers')::text", "currval('numbers')::text", "pg_sleep(1)::text",
    "nom || random()", "CASE WHEN id > 1 THEN random()::text END", "(SELECT random()::text)",
    "coalesce(nom, volatile(nom))", "set_config('a.b', 'c', true)",
)  # fmt: skip


def test_how_long_a_value_lasts(ask: Ask) -> None:
    facts = {text: ask(text) for text in (*IMMUTABLE, *STABLE, *VOLATILE)}
    assert {text: each.error for text, each in facts.items() if each.error} == {}
    assert tuple(text for text, each in facts.items() if each.immutable) == IMMUTABLE
    assert tuple(text for text, each in facts.items() if each.volatile) == VOLATILE


def test_the_assignment_counts_as_well(ask: Ask) -> None:
    assert ask("ts", "timestamp with time zone").immutable
    assert not ask("ts", "timestamp without time zone").immutable
    assert ask("id", "bigint").immutable
    assert ask("num", "numeric(5,1)").immutable


@pytest.mark.majors(14, 18)
def test_calls_on_constants_that_a_generated_column_has_no_collation_for(ask: Ask) -> None:
    for text in ("lower('X')", "upper('a') || lower('B')", "nom || lower('X')"):
        facts = ask(text)
        assert (facts.error, facts.immutable, facts.volatile) == (None, True, False), text
    assert not ask("lower('X') || told_stable('a')").immutable
    assert not ask("lower('X') || now()").immutable
    assert ask("json_build_object('a', lower('X'))", "json").error is None


def test_subqueries_keep_their_references_apart(ask: Ask) -> None:
    facts = ask('(SELECT nom FROM other o WHERE o.id = t.id AND o.nom = "new")')
    assert (facts.has_subquery, facts.immutable, facts.volatile, facts.columns) == (True, False, False, ("id", "new"))
    assert "FROM app.other o" in facts.text
    assert "(o.id = t.id)" in facts.text
    renamed = ask("(SELECT nom FROM other o WHERE o.id = t.id)", table_name="gens")
    assert "(o.id = gens.id)" in renamed.text


ASSIGNED = {
    ("'5'", "integer"): ("5", "integer"),
    ("'5'", "app.positive"): ("(5)::app.positive", "app.positive"),
    ("NULL", "character varying(3)"): ("NULL::character varying", "character varying"),
    ("'gai'", "app.mood"): ("'gai'::app.mood", "app.mood"),
    ("('abc')", "character(3)"): ("'abc'::bpchar", "bpchar"),
    ("'{1,2}'", "numeric(10,2)[]"): ("'{1,2}'::numeric[]", "numeric[]"),
    ("'1'", '"char"'): ("'1'::\"char\"", '"char"'),
    ("'101'", "bit(3)"): ("'101'::\"bit\"", '"bit"'),
    ("p", "app.pair"): ("p", "app.pair"),
    ("email", "text"): ("email", "public.citext"),
    ("nom", "public.citext"): ("nom", "text"),
    ("id", "text"): ("id", "integer"),
    ("v", "text"): ("v", "character varying(5)"),
}
REFUSED = {
    ("'abcdef'", "character varying(3)"): "22001",
    ("nom", "integer"): "42804",
    ("nom", "app.mood"): "42804",
    ("CASE WHEN id > 1 THEN '1' END", "integer"): "42804",
    ("'x'", "timestamp(3) without time zone"): "22007",
    ("ROW(1, 'x')", "app.pair"): "42P16",
}


def test_values_are_assigned_as_the_server_would(ask: Ask) -> None:
    facts = {case: ask(*case) for case in ASSIGNED}
    assert {case: (each.text, each.type) for case, each in facts.items()} == ASSIGNED
    assert {case: each.error for case, each in facts.items() if each.error} == {}
    assert {case: ask(*case).sqlstate for case in REFUSED} == REFUSED


WRONG = {
    "upper(nom": ("42601", "syntax error"),
    "": ("42601", "missing"),
    "nom, id": ("42601", "not one expression"),
    "nom; DROP TABLE app.t": ("42601", "not one expression"),
    "nom) FROM app.t; DROP TABLE app.t; --": ("42601", "syntax error"),
    "nme": ("42703", 'column "nme" does not exist (SQLSTATE 42703). It may read id, nom, new,'),
    "t.nme": ("42703", "It may read id"),
    "x.nom": ("42P01", "It may read id"),
    "count(*)": ("42803", "aggregate"),
    "row_number() OVER ()": ("42P20", "window"),
    "generate_series(1, 2)": ("0A000", "one value for one row"),
    "nosuch(nom)": ("42883", "write the function with its schema"),
    "far(nom)": ("42883", "write the function with its schema"),
    "(1/0)::text::json": ("22012", "It fails for every row"),
    "nom::int + 'x'": ("22P02", "invalid input"),
    "nom::nosuch": ("42704", "write the name with its schema"),
    "(SELECT nom FROM nowhere)": ("42P01", "write the relation with its schema"),
    "(SELECT id, nom FROM other)": ("42601", "subquery must return only one column"),
    "id > 1": ("42804", "add a cast, as in (…)::json"),
    "ctid::text::json": ("42P10", "system column"),
    "tableoid::text::json": ("0A000", "system column"),
    "gens.*::text": ("42P01", "gens"),
    "array_agg(id)::text": ("42803", "aggregate"),
}


def test_what_is_wrong_is_told_with_what_to_do(ask: Ask) -> None:
    facts = {text: ask(text, "json") for text in WRONG}
    assert {text: each.sqlstate for text, each in facts.items()} == {text: state for text, (state, _) in WRONG.items()}
    for text, (_, message) in WRONG.items():
        error = facts[text].error
        assert error is not None
        assert message in error
        assert "pgwright_" not in error
        assert facts[text].text == text


def test_the_whole_row_is_no_column(ask: Ask) -> None:
    facts = ask("other.*::text", table="other")
    assert facts.error is not None
    assert "whole row of other" in facts.error
    assert ask("other::text", table="other").error is not None
    assert ask("t::text").columns == ("t",)


def test_nothing_is_left_behind_and_nothing_waited_for(ask: Ask) -> None:
    connection: Connection = ask.args[0]  # type: ignore[attr-defined]
    before = connection.execute("SELECT current_setting('search_path'), current_setting('lock_timeout')").fetchone()
    with psycopg.connect(connection.info.dsn) as holder:
        holder.execute("LOCK TABLE app.t")
        assert ask("trim(nom)").error is None
        assert ask("nme").error is not None
    after = connection.execute("SELECT current_setting('search_path'), current_setting('lock_timeout')").fetchone()
    assert before == after
    assert connection.info.transaction_status.name == "IDLE"
    count = connection.execute("SELECT count(*) FROM pg_class WHERE relname LIKE 'pgwright%'").fetchone()
    assert count == (0,)
    with connection.transaction():
        assert ask("trim(nom)").error is None
        assert ask("nme").error is not None
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_without_the_right_to_make_temporary_tables(
    make_role: Callable[..., str], make_database: Callable[..., Database]
) -> None:
    role, database = make_role("LOGIN"), make_database(SCHEMA)
    database.run(f"REVOKE TEMPORARY ON DATABASE {database.name} FROM PUBLIC; GRANT USAGE ON SCHEMA app TO {role}")
    with connect.open(database.dsn_as(role)) as connection:
        catalog = read(connection)
        with pytest.raises(Refused, match="temporary") as caught:
            probe(connection, catalog, "trim(nom)")
        assert f"GRANT TEMPORARY ON DATABASE {database.name} TO {role};" in caught.value.hint
    database.run(f"GRANT TEMPORARY ON DATABASE {database.name} TO {role}")
    with connect.open(database.dsn_as(role)) as connection:
        assert probe(connection, catalog, "trim(nom)").error is None
        secret = probe(connection, catalog, "hidden.far(nom)")
        assert secret.sqlstate == "42501"
