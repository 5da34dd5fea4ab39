from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given

from pgwright.base.errors import MigrationFileError
from pgwright.sql import parse, quote

from .names import names


def test_statements_are_cut_without_what_stands_around_them() -> None:
    text = "-- a\n ; SELECT 1 /* b */ ;;\nCREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); -- c"
    one, two = parse.parse(text)
    assert (one.kind, one.text) == ("SelectStmt", "SELECT 1")
    assert (two.kind, two.text) == ("RuleStmt", "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)")


def test_semicolons_inside_a_function_body_end_nothing() -> None:
    function, last = parse.parse("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT 3")
    assert function.text.endswith("END")
    assert last.text == "SELECT 3"


@pytest.mark.parametrize("text", ["", "  \n", "-- only", "/* only /* this */ */", ";;;"])
def test_a_text_without_statements_has_none(text: str) -> None:
    assert parse.parse(text) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT 'é", "unterminated quoted string"),
        ('SELECT "é', "unterminated quoted identifier"),
        ("/* /* */", "unterminated /* comment"),
        ("SELECT $é$ x", "unterminated dollar-quoted string"),
        ('SELECT ""', "zero-length delimited identifier"),
        ("SELECT 'a\0'", "a zero byte cannot stand in SQL"),
        ("SELECT E'\\xff'", "invalid byte sequence"),
        ("SELECT a" + " BETWEEN b AND NOT c" * 1200, "nested more than 1,000 deep"),
        ("SELECT " + "(" * 1200 + "1" + ")" * 1200, "nested more than 1,000 deep"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_a_place_and_a_hint(text: str, message: str) -> None:
    with pytest.raises(MigrationFileError, match=message.replace("(", r"\(").replace("*", r"\*")) as caught:
        parse.parse(text, file="é.sql")
    assert str(caught.value).startswith("é.sql:1:")
    assert caught.value.excerpt
    assert caught.value.hint


def test_a_message_does_not_repeat_the_rest_of_the_file() -> None:
    with pytest.raises(MigrationFileError) as caught:
        parse.parse("SELECT 1;\nSELECT 'é\x1b[31m" + "x" * 500 + "\nand more")
    assert str(caught.value).split("\n")[0] == (
        "<text>:2:8: unterminated quoted string at or near \"'é\ufffd[31m" + "x" * 33 + '…"'
    )


def test_fifty_operators_in_a_row_are_no_limit() -> None:
    """protobuf refuses messages that nest a hundred deep unless told otherwise."""
    (statement,) = parse.parse("SELECT " + " || ".join(["a"] * 900))
    assert sum(parse.kind_of(node) == "ColumnRef" for node in parse.walk(statement.node)) == 900


@pytest.mark.parametrize(
    "text",
    [
        "SELECT CASE " + "WHEN a = 1 THEN b || 'x' " * 2000 + "END",
        "SELECT " + " AND ".join(["a = 1 OR b BETWEEN 1 AND c + 2"] * 1000),
        "INSERT INTO t VALUES " + ", ".join(["(1, 'a' || 'b', -2::int)"] * 3000),
        'SELECT 1 AS case, (SELECT 2 AS case), (SELECT 3 AS "end")',
    ],
)
def test_a_statement_that_is_long_and_flat_is_read(text: str) -> None:
    assert len(parse.parse(text)) == 1


DEEPEST = """
from pgwright.base.errors import MigrationFileError
from pgwright.sql import parse
def deepest(build):
    low, high = 1, 1100
    while low < high:
        middle = (low + high + 1) // 2
        try:
            parse.parse(build(middle))
            low = middle
        except MigrationFileError:
            high = middle - 1
    return build(low)
for build in (
    lambda n: "SELECT " + "(SELECT " * n + "1" + ")" * n,
    lambda n: "SELECT * FROM " + "(SELECT * FROM " * n + "t" + ") x" * n,
    lambda n: "SELECT " + "EXISTS (SELECT 1 WHERE " * n + "true" + ")" * n,
    lambda n: "SELECT " + "||".join(["a"] * n),
    lambda n: " UNION ".join(["SELECT 1, 2"] * n),
    lambda n: "SELECT FROM a" + " JOIN b ON true" * n,
    lambda n: "SELECT " + "CASE WHEN a THEN " * n + "1" + " END" * n,
    lambda n: "SELECT " + "NOT " * n + "a",
):
    text = deepest(build)
    parse.deparse_statement(parse.parse(text)[0].node)
    parse.fingerprint(text)
print("alive")
"""


def test_the_deepest_statement_that_is_let_in_does_not_end_the_process() -> None:
    """In a process of its own: what the parser does without the limit is a segmentation fault."""
    done = subprocess.run([sys.executable, "-c", DEEPEST], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout.strip()) == (0, "alive"), done.stderr


NOT_ONE = ["a, b", "a b", "a AS b", "a FROM t", "a; DROP TABLE x", "*", "t.*", "ALL a", "DISTINCT a"]


@pytest.mark.parametrize("text", NOT_ONE)
def test_what_is_more_than_one_expression_is_refused(text: str) -> None:
    with pytest.raises(MigrationFileError, match="not one expression"):
        parse.parse_expression(text)


@pytest.mark.parametrize("text", ["", "  ", "-- a", "/* a */"])
def test_no_expression_is_refused(text: str) -> None:
    with pytest.raises(MigrationFileError, match="an expression is missing"):
        parse.parse_expression(text)


@pytest.mark.parametrize(("text", "column"), [("a)", 2), ("(é", 3), ("é + + ", 6), ("é é é", 5)])
def test_an_error_in_an_expression_counts_from_its_start(text: str, column: int) -> None:
    with pytest.raises(MigrationFileError) as caught:
        parse.parse_expression(text)
    assert (caught.value.line, caught.value.column) == (1, column)


def test_the_places_of_an_expression_are_bytes_of_its_text() -> None:
    node = parse.parse_expression("'é' || b")
    assert [each.location for each in parse.walk(node) if parse.kind_of(each) == "ColumnRef"] == [
        len("'é' || ".encode())
    ]


@given(names)
def test_a_statement_with_any_name_is_written_again(name: str) -> None:
    text = f"ALTER TABLE {quote.ident(name)} RENAME COLUMN {quote.ident(name)} TO b"
    (statement,) = parse.parse(text)
    (again,) = parse.parse(parse.deparse_statement(statement.node))
    assert statement.node.subname == name
    assert list(parse.words(again.node)) == list(parse.words(statement.node))


FORGOTTEN = ["xmlparse(content a preserve whitespace)", "xmlroot(x, version '1.0'::text, standalone yes)"]


@pytest.mark.parametrize("text", FORGOTTEN)
def test_the_deparser_is_not_believed(text: str) -> None:
    """libpg_query forgets these words: without the comparison the expression would silently mean something else."""
    with pytest.raises(MigrationFileError, match="cannot be written again"):
        parse.deparse_expression(parse.parse_expression(text))


def test_a_trigger_function_is_read() -> None:
    """libpg_query writes broken JSON for every function that returns trigger; a string that looks like it stays."""
    (function,) = parse.parse_plpgsql(
        "CREATE FUNCTION é() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.a := ',{}},[{}},'; RETURN NEW; END $$"
    )
    assert "new.a := ',{}},[{}},'" in str(function).lower()


def test_a_broken_function_is_an_error() -> None:
    with pytest.raises(MigrationFileError, match=r'syntax error at or near "beginn".*function "é"'):
        parse.parse_plpgsql("CREATE FUNCTION é() RETURNS int LANGUAGE plpgsql AS $$ beginn $$")


def test_a_function_that_is_nested_too_deep_is_an_error() -> None:
    body = "BEGIN " + "IF true THEN " * 1500 + "NULL;" + " END IF;" * 1500 + " END"
    with pytest.raises(MigrationFileError, match="nested too deep"):
        parse.parse_plpgsql(f"CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ {body} $$")


def test_a_fingerprint_sees_through_constants_and_spaces() -> None:
    assert parse.fingerprint("SELECT 1") == parse.fingerprint("select   2 -- x")
    assert parse.fingerprint("SELECT 1") != parse.fingerprint("SELECT a")


def test_the_parser_is_imported_only_when_it_is_used() -> None:
    code = "import sys; from pgwright.sql import expression, directives, tokens; print('postgast' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("select a, b from t where a = 1 and b = 'x--y'", 5),
        ("UPDATE t SET a = a + 1 WHERE b = $1 RETURNING *;", 4),
        ("select 1 -- as it is", 1),
        ("select /* as it is */ 1 from t", 1),
        ("select 1 from t; select 2 from t", 1),
        ("this is no statement", 1),
        ("", 0),
    ],
)
def test_a_statement_is_laid_out_or_left(text: str, lines: int) -> None:
    found = parse.formatted(text)
    assert len(found.splitlines()) == lines
    assert lines > 1 or found == text
    assert "".join(found.split()).lower() == "".join(text.rstrip(";").split()).lower()
