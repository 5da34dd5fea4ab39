from __future__ import annotations

import pytest
from hypothesis import given

from pgwright.base.errors import MigrationFileError
from pgwright.sql import parse, quote
from pgwright.sql.directives import KNOWN, Directive, attach, find

from .names import names, texts

RENAME = "ALTER TABLE t RENAME COLUMN nom TO nom_complet;"


def read(text: str) -> tuple[tuple[Directive, ...], ...]:
    return attach(text, parse.parse(text, file="f.sql"), "f.sql")


def told(text: str) -> list[list[tuple[str, str | None, str]]]:
    return [[(each.name, each.target, each.value) for each in above] for above in read(text)]


def test_directives_belong_to_the_statement_below() -> None:
    text = f"""
-- pgwright: up = trim(nom)
-- pgwright: down=nom_complet -- as it is
--pgwright:on_error = null
   --  PGWRIGHT :  allow = destructive , out_of_order
{RENAME}
SELECT 1;
-- pgwright: strategy = copy
{RENAME}"""
    assert told(text) == [
        [
            ("up", None, "trim(nom)"),
            ("down", None, "nom_complet"),
            ("on_error", None, "null"),
            ("allow", None, "destructive , out_of_order"),
        ],
        [],
        [("strategy", None, "copy")],
    ]


def test_a_directive_knows_where_it_and_its_value_stand() -> None:
    text = f"SELECT 'é';\n\t-- pgwright: up =  é\n{RENAME}"
    ((), (directive,)) = read(text)
    assert str(directive.position) == "2:2"
    assert text[directive.offset :].startswith("é\n")


@pytest.mark.parametrize(
    "between",
    ["", "-- a note\n", "/* a note */\n", "/* two\n\nlines */ -- and\n", "   \t", "-- pgwright: down = b\n-- a note\n"],
)
def test_comments_may_stand_between(between: str) -> None:
    assert told(f"-- pgwright: up = a\n{between}{RENAME}")[0][0] == ("up", None, "a")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_will_do(end: str) -> None:
    text = f"-- pgwright: up = a{end}-- pgwright: down = b{end}{RENAME}{end}"
    assert told(text) == [[("up", None, "a"), ("down", None, "b")]]
    with pytest.raises(MigrationFileError, match="blank line"):
        read(f"-- pgwright: up = a{end}{end}{RENAME}")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT '\n-- pgwright: upp = x\n'",
        "SELECT $$\n-- pgwright: upp = x\n$$",
        "DO $x$ BEGIN\n-- pgwright: upp = x\nNULL; END $x$",
        'SELECT "\n-- pgwright: upp = x\n"',
        "/*\n-- pgwright: upp = x\n*/ SELECT 1",
        "/* /* nested\n-- pgwright: upp = x\n*/\n-- pgwright: upp = y\n */ SELECT 1",
        "/* pgwright: see the handbook */ SELECT 1",
        "-- pgwright reads this file\nSELECT 1",
        "-- see pgwright: up = x\nSELECT 1",
        "-- pgwright-client: up = x\nSELECT 1",
    ],
)
def test_what_is_no_directive(text: str) -> None:
    assert told(text) == [[]]


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        (f"-- pgwright: upp = trim(é)\n{RENAME}", "unknown directive upp", "1:14"),
        (f"-- pgwright: é = 1\n{RENAME}", "unknown directive é", "1:14"),
        (f"-- pgwright: hello\n{RENAME}", "cannot be understood", "1:1"),
        (f"-- pgwright:\n{RENAME}", "cannot be understood", "1:1"),
        (f"-- pgwright: up(a b) = 1\n{RENAME}", "cannot be understood", "1:1"),
        (f"-- pgwright: up() = 1\n{RENAME}", "cannot be understood", "1:1"),
        (f"-- pgwright: up(t.nom) = 1\n{RENAME}", "cannot be understood", "1:1"),
        (f"-- pgwright up = 1\n{RENAME}", "a colon is missing", "1:1"),
        (f"/* pgwright: up = 1 */\n{RENAME}", "cannot stand in a block comment", "1:1"),
        (f"-- pgwright: up =  \n{RENAME}", "up has no value", "1:20"),
        (f"-- é\n-- pgwright: up = é + (é é\n{RENAME}", 'syntax error at or near "é"', "2:26"),
        (f"-- pgwright: up = trim(nom);\n{RENAME}", "not one expression", "1:19"),
        (f"-- pgwright: up = a, b\n{RENAME}", "not one expression", "1:19"),
        (f"-- pgwright: up = -- a\n{RENAME}", "an expression is missing", "1:19"),
        (f"-- pgwright: up = 'é\n{RENAME}", "unterminated quoted string", "1:19"),
        (f"-- pgwright: on_null = \n{RENAME}", "on_null has no value", "1:24"),
        (f"-- pgwright: on_error = ignore\n{RENAME}", "on_error cannot be ignore", "1:25"),
        (f"-- pgwright: strategy = very fast\n{RENAME}", "strategy is not a plain word", "1:25"),
        (f"-- pgwright: allow = 'x'\n{RENAME}", "allow is not a plain word", "1:22"),
        (f"-- pgwright: up = a\n\n{RENAME}", "a blank line separates", "1:1"),
        (f"-- pgwright: up = a\n-- note\n \t\n{RENAME}", "a blank line separates", "1:1"),
        (f"-- pgwright: up = a\n;{RENAME}", "above no statement", "1:1"),
        (f"{RENAME}\n-- pgwright: up = a", "above no statement", "2:1"),
        ("-- pgwright: up = a", "above no statement", "1:1"),
        (f"{RENAME} -- pgwright: up = a\n{RENAME}", "stands behind something else", "1:49"),
        (f"/* é */ -- pgwright: up = a\n{RENAME}", "stands behind something else", "1:9"),
        ("ALTER TABLE t\n -- pgwright: up = a\nRENAME a TO b", "inside a statement", "2:2"),
        (
            f"-- pgwright: up = a\n-- pgwright: up = b\n{RENAME}",
            r"twice \(first on line 1\)",
            "2:1",
        ),
        (f"-- pgwright: up(Nom) = a\n-- pgwright: up(nom) = b\n{RENAME}", r"up\(nom\) stands above", "2:1"),
        ("-- pgwright: up = a\nALTER TABLE t DROP a, DROP b", "has 2 actions, and up does not say", "1:1"),
        (f"-- pgwright: up(nom_complte) = a\n{RENAME}", "does not name nom_complte", "1:1"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(text: str, message: str, place: str) -> None:
    with pytest.raises(MigrationFileError, match=message) as caught:
        read(text)
    assert str(caught.value).startswith(f"f.sql:{place}: ")
    assert caught.value.excerpt.split("\n")[1].endswith("^")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("upp", "up"),
        ("UP", "up"),
        ("dwon", "down"),
        ("onerror", "on_error"),
        ("on-null", None),
        ("stratgy", "strategy"),
    ],
)
def test_the_nearest_directive_is_suggested(written: str, meant: str | None) -> None:
    with pytest.raises(MigrationFileError) as caught:
        read(f"-- pgwright: {written} = copy\n{RENAME}")
    if meant is not None:
        assert f"Did you mean {meant}?" in caught.value.hint
        assert all(name in caught.value.hint for name in KNOWN)


def test_the_nearest_column_is_suggested() -> None:
    with pytest.raises(MigrationFileError) as caught:
        read(f"-- pgwright: up(nom_complte) = a\n{RENAME}")
    assert "up(nom_complet)" in caught.value.hint


def test_directives_of_several_actions_name_their_columns() -> None:
    text = """
-- pgwright: up(A) = 1
-- pgwright: up("B c") = 2
-- pgwright: allow = destructive
ALTER TABLE t DROP a, DROP "B c" """
    (above,) = read(text)
    assert find(above, "up", "a") == above[0]
    assert find(above, "up", "B c") == above[1]
    assert find(above, "up", "x") is None
    assert find(above, "allow", "a") == above[2]
    assert find(above, "down", "a") is None


@pytest.mark.parametrize("action", ["DROP CONSTRAINT k", "ADD CONSTRAINT k UNIQUE USING INDEX i", "ADD CHECK (a > 0)"])
def test_the_column_of_a_constraint_need_not_stand_in_the_statement(action: str) -> None:
    assert told(f"-- pgwright: up(nom) = 1\nALTER TABLE t {action}") == [[("up", "nom", "1")]]


@given(names, texts)
def test_any_column_and_any_text(name: str, text: str) -> None:
    target = quote.ident(name)
    value = quote.literal(text)
    if any(end in target + value for end in "\n\r"):
        return  # one line holds one directive
    script = f"-- pgwright: up({target}) = {value} || 'é' -- é\nALTER TABLE t RENAME COLUMN x TO {target}"
    assert told(script) == [[("up", name, f"{value} || 'é'")]]
