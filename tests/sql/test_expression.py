from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from pgwright.base.errors import MigrationFileError
from pgwright.sql import expression, parse, quote

from .names import names, texts

EXPRESSIONS = (Path(__file__).parent / "expressions.txt").read_text().splitlines()
MAPPING = {"nom": 'NEW."nom"', "new": "x", "old": "-1", "é": "a + b", "order": 'NEW."order"', "tg_op": "$1"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("trim(nom)", 'trim(NEW."nom")'),
        ("new + old - old", "x + (-1) - (-1)"),
        ('"order" || é', 'NEW."order" || (a + b)'),
        ("tg_op || TG_OP", "$1 || $1"),
        ("nom[1]", 'NEW."nom"[1]'),
        ("é[1]", "(a + b)[1]"),
        ("(nom).x.y", '(NEW."nom").x.y'),
        ("t.nom || s.t.nom || d.s.t.nom", 'NEW."nom" || NEW."nom" || NEW."nom"'),
        ("u.nom || t . nom /* nom */ -- nom", 'u.nom || NEW."nom" /* nom */ -- nom'),
        ("t /* x */ . /* y */ nom", 'NEW."nom"'),
        ("'nom' || $$nom$$ || nom('nom')", "'nom' || $$nom$$ || nom('nom')"),
        ("f(nom => nom)", 'f(nom => NEW."nom")'),
        ("nom::nom", 'NEW."nom"::nom'),
        ('Nom || "Nom"', 'NEW."nom" || "Nom"'),
        ("xmlforest(nom AS nom)", 'xmlforest(NEW."nom" AS nom)'),
        (
            "sum(nom) FILTER (WHERE nom) OVER (ORDER BY nom)",
            'sum(NEW."nom") FILTER (WHERE NEW."nom") OVER (ORDER BY NEW."nom")',
        ),
        ("json_object('nom': nom RETURNING text)", "json_object('nom': NEW.\"nom\" RETURNING text)"),
        ("'é' || nom || 'é😀' || nom", "'é' || NEW.\"nom\" || 'é😀' || NEW.\"nom\""),
        ('U&"n\\006fm" || U&"n!006fm" UESCAPE \'!\' || nom', 'NEW."nom" || NEW."nom" || NEW."nom"'),
        ("autre", "autre"),
    ],
)
def test_substitute(text: str, expected: str) -> None:
    assert expression.substitute(text, MAPPING, table="t") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('NOT"nom"IS NULL', 'NOT NEW."nom" IS NULL'),
        ("-old", "- (-1)"),
        ("u&nom", 'u& NEW."nom"'),
        ("nom", 'NEW."nom"'),
    ],
)
def test_words_do_not_run_together(text: str, expected: str) -> None:
    assert expression.substitute(text, MAPPING) == expected


@pytest.mark.parametrize("value", ["a -- c", "a + b -- c", "/* c */ a", "(a)", "((a) -- c\n)"])
def test_a_comment_in_what_is_put_in_does_no_harm(value: str) -> None:
    done = expression.substitute("nom * 2", {"nom": value})
    assert list(parse.words(parse.parse_expression(done))) == list(
        parse.words(parse.parse_expression(f"({value}\n) * 2"))
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(SELECT nom FROM x)", "(SELECT nom FROM x)"),
        ("nom IN (SELECT nom FROM x)", 'NEW."nom" IN (SELECT nom FROM x)'),
        ("(SELECT t.nom)", '(SELECT NEW."nom")'),
        ("(SELECT nom FROM x WHERE x.nom = t.nom)", '(SELECT nom FROM x WHERE x.nom = NEW."nom")'),
        ("(SELECT t.nom FROM t)", "(SELECT t.nom FROM t)"),
        ("(SELECT t.nom FROM x AS t)", "(SELECT t.nom FROM x AS t)"),
        ("(SELECT t.nom FROM t AS x)", '(SELECT NEW."nom" FROM t AS x)'),
        ("(SELECT t.nom FROM (SELECT 1) t)", "(SELECT t.nom FROM (SELECT 1) t)"),
        ("(SELECT t.nom FROM f() t)", "(SELECT t.nom FROM f() t)"),
        ("(SELECT t.nom FROM (a JOIN b ON true) t)", "(SELECT t.nom FROM (a JOIN b ON true) t)"),
        ("(WITH t AS (SELECT 1 AS nom) SELECT t.nom FROM t)", "(WITH t AS (SELECT 1 AS nom) SELECT t.nom FROM t)"),
        ("(SELECT (SELECT t.nom) FROM t) || t.nom", '(SELECT (SELECT t.nom) FROM t) || NEW."nom"'),
    ],
)
def test_a_subquery_keeps_what_may_be_its_own(text: str, expected: str) -> None:
    assert expression.has_subquery(text)
    assert expression.substitute(text, MAPPING, table="t") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("to_jsonb(t)", "to_jsonb(NEW)"),
        ("to_jsonb(t.*)", "to_jsonb(NEW.*)"),
        ("to_jsonb(s.t.*)", "to_jsonb(NEW.*)"),
        ("t.*::text", "NEW.*::text"),
        ("(t).nom", "(NEW).nom"),
        ("t IS NULL AND u.* IS NULL", "NEW IS NULL AND u.* IS NULL"),
    ],
)
def test_the_whole_row(text: str, expected: str) -> None:
    assert expression.reads_whole_row(text, table="t")
    assert expression.substitute(text, {}, table="t", row="NEW") == expected
    assert expression.substitute(text, {}, table="t") == text


def test_a_column_named_like_its_table_is_a_column() -> None:
    assert expression.substitute("nom || nom.nom", {"nom": "x"}, table="nom", row="NEW") == "x || x"
    assert expression.columns("nom", table="nom") == ("nom",)


def test_columns_are_named_once_in_order() -> None:
    assert expression.columns('coalesce(b, "B") || A || t.c || u.d || t.* || f(b)', table="t") == ("b", "B", "a", "c")
    assert expression.columns("t.c || d") == ("d",)
    assert expression.columns("now() || current_user || 'a'") == ()


@pytest.mark.parametrize(
    ("text", "column"),
    [("nom", "nom"), (" ( (Nom)) ", "nom"), ('"Nom" -- x', "Nom"), ("t.nom", "nom"), ("s.t.nom", "nom")]
    + [(text, None) for text in ("u.nom", "nom::text", "(nom).x", "nom[1]", "1", "trim(nom)", "(SELECT nom)")],
)
def test_is_reference(text: str, column: str | None) -> None:
    assert expression.is_reference(text, table="t") == column


def test_functions_are_named_as_sql_names() -> None:
    text = 'trim(a) || "É".f(g(b), g(c)) || a.b || extract(year FROM x) || "select"()'
    assert expression.functions(text) == ("pg_catalog.btrim", '"É".f', "g", 'pg_catalog."extract"', '"select"')


@pytest.mark.parametrize("text", ["", "a b", "a,", "'a"])
def test_what_is_no_expression_is_an_error(text: str) -> None:
    for call in (expression.columns, expression.has_subquery, expression.functions, expression.is_reference):
        with pytest.raises(MigrationFileError):
            call(text)
    with pytest.raises(MigrationFileError):
        expression.substitute("a", {"a": text})


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_a_column_put_in_its_own_place_changes_nothing(text: str) -> None:
    """And no reference is missed: afterwards the only columns left are those that were put in."""
    own = {name: quote.ident(name) for name in expression.columns(text, table="rt")}
    if "rt" not in text:
        same = expression.substitute(text, own, table="rt")
        assert list(parse.words(parse.parse_expression(same))) == list(parse.words(parse.parse_expression(text)))
    marked = expression.substitute(text, {name: f"zz_{number}" for number, name in enumerate(own)}, table="rt")
    assert all(name.startswith("zz_") for name in expression.columns(marked, table="rt"))
    if not expression.has_subquery(text):
        back = {f"zz_{number}": quote.ident(name) for number, name in enumerate(own)}
        assert expression.columns(expression.substitute(marked, back, table="rt"), table="rt") == tuple(own)


@given(names, names, texts)
def test_any_name_is_found_and_put_in(old: str, new: str, text: str) -> None:
    if old == "zz":
        return
    note = quote.ident(old).replace("\n", " ").replace("\r", " ")

    def shape(name: str) -> str:
        return f'coalesce({name}, {quote.literal(text)}) || {name}::text || f("zz", {name}) -- {note}'

    found = shape(quote.ident(old))
    assert expression.columns(found) == (old, "zz")
    assert expression.substitute(found, {old: f"NEW.{quote.ident(new)}"}) == shape(f"NEW.{quote.ident(new)}")
