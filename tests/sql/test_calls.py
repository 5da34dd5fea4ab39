from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given

from pgwright.base.errors import MigrationFileError
from pgwright.sql import parse, quote
from pgwright.sql.actions import Argument, call_arguments

from .names import names, texts


def arguments(text: str) -> tuple[Argument, ...]:
    (statement,) = parse.parse(text, file="f.sql")
    return call_arguments(statement.node, statement.source)


def test_constants_of_every_kind() -> None:
    text = """CALL pgwright.f('é', ARRAY['a', 'b'], by => 'range', "Every" => interval '1 month', n => -3,
        big => 9999999999, hex => 0xffffffffff, zero => 0, part => 1.5, nil => NULL, yes => true, nay => false,
        blank => '', list => ARRAY[]::text[], twice => ARRAY[[1, 2], [3, 4]], bits => 5::bigint)"""
    values = [(each.name, each.value) for each in arguments(text)]
    assert values == [
        (None, "é"),
        (None, ("a", "b")),
        ("by", "range"),
        ("Every", "1 month"),
        ("n", -3),
        ("big", 9999999999),
        ("hex", 0xFFFFFFFFFF),
        ("zero", 0),
        ("part", Decimal("1.5")),
        ("nil", None),
        ("yes", True),
        ("nay", False),
        ("blank", ""),
        ("list", ()),
        ("twice", ((1, 2), (3, 4))),
        ("bits", 5),
    ]


@given(names, texts)
def test_any_name_and_any_text(name: str, text: str) -> None:
    (argument,) = arguments(f"CALL pgwright.f({quote.ident(name)} => {quote.literal(text)})")
    assert (argument.name, argument.value) == (name, text)


def test_an_argument_knows_where_it_stands() -> None:
    text = "CALL pgwright.f('é',\n  interval '1 day', 'x'::text, é => 5::int)"
    assert [text[each.offset :][:3] for each in arguments(text)] == ["'é'", "int", "'x'", "é =>"[:3]]


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("CALL pgwright.f(\n  é => now())", "must be a constant", "f.sql:2:3"),
        ("CALL pgwright.f(ARRAY['a', b])", "must be a constant", "f.sql:1:17"),
        ("CALL pgwright.f(1 + 1)", "must be a constant", "f.sql:1:17"),
        ("CALL pgwright.f((SELECT 1))", "must be a constant", "f.sql:1:1"),
        ("CALL pgwright.f(é => 1, é => 2)", "é is given twice", "f.sql:1:25"),
        ("CALL pgwright.f(é => 1, 2)", "stands after one with a name", "f.sql:1:25"),
    ],
)
def test_what_is_no_constant_is_refused(text: str, message: str, place: str) -> None:
    with pytest.raises(MigrationFileError, match=message) as caught:
        arguments(text)
    assert str(caught.value).startswith(place)
    assert caught.value.hint


def test_a_node_without_its_text_will_do() -> None:
    (statement,) = parse.parse("CALL pgwright.f('a', b => 1)")
    assert [(each.name, each.value) for each in call_arguments(statement.node)] == [(None, "a"), ("b", 1)]
