"""Names and text as SQL: every generated statement goes through here, nothing is quoted by hand.

The rules are those of PostgreSQL's own quote_identifier and quote_literal, for all of 14 to 18 at once.
"""

from __future__ import annotations

import re
from itertools import count
from typing import overload

from ..base.name import RelationName

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")

# Keywords of any version 14 to 18 that are not unreserved: pg_get_keywords() where catcode <> 'U'.
_SQL_WORDS = """
    all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case
    cast char character check coalesce collate collation column concurrently constraint create cross current_catalog
    current_date current_role current_schema current_time current_timestamp current_user dec decimal default
    deferrable desc distinct do else end except exists extract false fetch float for foreign freeze from full grant
    greatest group grouping having ilike in initially inner inout int integer intersect interval into is isnull join
    json json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize
    json_table json_value lateral leading least left like limit localtime localtimestamp merge_action national
    natural nchar none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay
    placing position precision primary real references returning right row select session_user setof similar
    smallint some substring symmetric system_user table tablesample then time timestamp to trailing treat trim true
    union unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat
    xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable
"""
# Reserved in PL/pgSQL only (pl_reserved_kwlist.h): a generated function body must be able to say NEW."begin".
_PLPGSQL_WORDS = "begin by declare execute foreach if loop strict while"
RESERVED = frozenset(_SQL_WORDS.split()) | frozenset(_PLPGSQL_WORDS.split())
"""The words that are quoted although they look plain."""


def ident(name: str) -> str:
    """`name` as an identifier, quoted only where it must be. ValueError for "" and names with a zero byte."""
    _check(name)
    if not name:
        raise ValueError("an identifier cannot be empty")
    if _PLAIN.fullmatch(name) and name not in RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` as a string constant, right under either setting of standard_conforming_strings."""
    _check(text)
    quoted = "'" + text.replace("'", "''").replace("\\", "\\\\") + "'"
    return "E" + quoted if "\\" in text else quoted


@overload
def qualified(schema: RelationName) -> str: ...
@overload
def qualified(schema: str, name: str) -> str: ...
def qualified(schema: RelationName | str, name: str | None = None) -> str:
    """`schema.name`, each part quoted where it must be; takes a RelationName or two names."""
    if isinstance(schema, RelationName):
        return f"{ident(schema.schema)}.{ident(schema.name)}"
    if name is None:
        raise TypeError("qualified() takes a RelationName, or a schema and a name")
    return f"{ident(schema)}.{ident(name)}"


def dollar(body: str) -> str:
    """`body` in dollar quotes whose tag cannot end inside it; nothing in `body` is changed."""
    _check(body)
    for number in count():
        tag = ("$$", "$body$")[number] if number < 2 else f"$body{number}$"
        # With the closing tag appended, so that a body which ends in part of the tag is seen too.
        if (body + tag).index(tag) == len(body):
            return f"{tag}{body}{tag}"
    raise AssertionError("unreachable: count() does not end")


def _check(text: str) -> None:
    if "\0" in text:
        raise ValueError("a zero byte cannot stand in SQL")
