"""What sql/ says without a server, asked of one: quoting, and expressions as the server prints them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings

from pgwright.base.errors import MigrationFileError
from pgwright.sql import expression, parse, quote, tokens
from tests.support.databases import Database

from .names import HOSTILE, names, texts

EXPRESSIONS = (Path(__file__).parent / "expressions.txt").read_text().splitlines()
FORGOTTEN = ("xmlparse", "xmlroot", "xmlexists")
TABLE = """
CREATE SCHEMA rt_s; CREATE SCHEMA "sch É"; SET search_path = rt_s;
CREATE TYPE comp AS (x int, y text); CREATE TYPE comparr AS (arr int[]);
CREATE DOMAIN rt_dom AS text; CREATE TYPE "Typ É" AS ENUM ('x');
CREATE FUNCTION tt(text, text) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR rt_s.@@@ (LEFTARG = text, RIGHTARG = text, FUNCTION = rt_s.tt);
CREATE OPERATOR "sch É".@@@ (LEFTARG = text, RIGHTARG = text, FUNCTION = rt_s.tt);
CREATE SEQUENCE sq; CREATE TABLE o (id int, v text);
CREATE TABLE rt (n int, m int, a text, b text, ia int[], arr text[], ts timestamp, tz timestamptz, iv interval,
    j jsonb, f bool, c comp, cc comp[], ca comparr, x xml, q tsquery, "order" text, new int, old int, tg_op text,
    "É" text, "e e" text, "q""q" text, "é" text, "select" int, "user" text, é_x text, "case" text, "end" text)
"""
READ = """
SELECT array_agg(DISTINCT a.attname::text) FROM pg_depend d
JOIN pg_rewrite r ON r.oid = d.objid AND r.ev_class = 'rt_s.v'::regclass
JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE d.refobjid = 'rt_s.rt'::regclass AND d.refobjsubid > 0
"""


class Views:
    """Makes views of one expression and reads them back."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def printed(self, text: str, path: str) -> str:
        """The expression `text` as the server prints it with this search_path."""
        self.connection.execute("SET search_path = rt_s")
        self.connection.execute("DROP VIEW IF EXISTS v")
        self.connection.execute(f"CREATE VIEW v AS SELECT ({text}\n) AS e FROM rt_s.rt")
        self.connection.execute("SELECT set_config('search_path', %s, false)", [path])
        row = self.connection.execute("SELECT pg_get_viewdef('rt_s.v'::regclass)").fetchone()
        assert row is not None
        definition = str(row[0])
        return definition[definition.index("SELECT") + 6 : definition.rindex(" AS e")].strip()

    def read(self) -> set[str]:
        """The columns of rt that the view reads, by the server's own account."""
        row = self.connection.execute(READ).fetchone()
        return set(row[0] or ()) if row else set()


@pytest.mark.majors("all")
def test_expressions_come_back_as_they_went(database: Database) -> None:
    """Printed by the server, taken apart and put together here, and printed again: the same, by three ways."""
    with database.connect() as connection:
        connection.execute(TABLE)
        rows = connection.execute("SELECT attname FROM pg_attribute WHERE attrelid = 'rt'::regclass AND attnum > 0")
        columns = [row[0] for row in rows]
        views, tried = Views(connection), 0
        for text in EXPRESSIONS:
            try:
                printed = views.printed(text, "")
            except psycopg.errors.Error:  # newer than this server, or no type of its own
                continue
            tried += 1
            _check_columns(views, printed, columns)
            again = views.printed(printed, "")
            for form in ("{}", "(rt.{})"):
                own = {name: form.format(quote.ident(name)) for name in columns}
                assert views.printed(expression.substitute(printed, own, table="rt"), "") == again
            _check_deparsed(views, printed, again)
        assert tried > 280


def _check_columns(views: Views, printed: str, columns: list[str]) -> None:
    if not expression.has_subquery(printed) and not expression.reads_whole_row(printed, table="rt"):
        assert set(expression.columns(printed, table="rt")) & set(columns) == views.read(), printed


def _check_deparsed(views: Views, printed: str, again: str) -> None:
    node = parse.parse_expression(printed)
    if printed.lower().startswith(FORGOTTEN) and ("PRESERVE" in printed or "::" in printed):
        with pytest.raises(MigrationFileError, match="cannot be written again"):
            parse.deparse_expression(node)
    else:
        assert views.printed(parse.deparse_expression(node), "") == again


@pytest.mark.majors("all")
def test_keywords_and_quotes_are_the_servers(database: Database) -> None:
    with database.connect() as connection:
        found = connection.execute("SELECT word, catcode FROM pg_get_keywords()").fetchall()
        reserved = {word for word, code in found if code != "U"}
        assert reserved <= quote.RESERVED
        for name in (*HOSTILE, *(word for word, _ in found)):
            row = connection.execute("SELECT quote_ident(%s)", [name]).fetchone()
            assert row is not None
            assert quote.ident(name) == (f'"{name}"' if name in quote.RESERVED else row[0])


@pytest.mark.majors("all")
@pytest.mark.parametrize("conforming", ["on", "off"])
def test_text_arrives_as_it_is(database: Database, conforming: str) -> None:
    with database.connect() as connection:
        connection.execute(f"SET standard_conforming_strings = {conforming}")
        connection.execute("SET escape_string_warning = off")

        @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
        @given(texts)
        def arrives(text: str) -> None:
            row = connection.execute(f"SELECT {quote.literal(text)}, {quote.dollar(text)}").fetchone()
            assert row == (text, text)

        arrives()


@pytest.mark.majors("all")
def test_any_column_goes_through_a_trigger_function(database: Database) -> None:
    """Created, read by NEW in a generated body, renamed in it, and found again by its name in the catalog."""
    with database.connect() as connection:

        @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
        @given(names, names)
        def goes(old: str, new: str) -> None:
            if old == new:
                return
            value = expression.substitute(f"{quote.ident(old)} || 'x'", {old: f"NEW.{quote.ident(old)}"})
            body = f"BEGIN NEW.{quote.ident(old)} := {value}; RETURN NEW; END"
            body = tokens.replace_field(body, ("NEW",), old, new)
            with connection.transaction(force_rollback=True):
                connection.execute(f"CREATE TABLE t ({quote.ident(old)} text)")
                connection.execute(
                    f"ALTER TABLE t RENAME COLUMN {quote.ident(old)} TO {quote.ident(new)}",
                )
                connection.execute(
                    f"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS {quote.dollar(body)}",
                )
                connection.execute("CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()")
                done = connection.execute(f"INSERT INTO t VALUES ('a') RETURNING {quote.ident(new)}")
                assert done.fetchone() == ("ax",)
                assert [column.name for column in done.description or ()] == [new]

        goes()
