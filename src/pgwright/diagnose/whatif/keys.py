"""The keys of a proposed index, which are SQL: what of them is the expression, and which column it is."""

from __future__ import annotations

import re

_DIRECTION = re.compile(r"(?: DESC)?(?: NULLS (?:FIRST|LAST))?$")
_QUOTED = re.compile(r'"((?:[^"]|"")+)"')
_PLAIN = re.compile(r"\w+")


def bare(key: str) -> str:
    """A key without its direction and operator class."""
    key = _DIRECTION.sub("", key)
    expression, _, last = key.rpartition(" ")
    return expression if expression and last.endswith("_ops") else key


def column(key: str) -> str:
    """The name of the column that a key is; empty where it is an expression."""
    text = bare(key)
    if quoted := _QUOTED.fullmatch(text):
        return quoted[1].replace('""', '"')
    return text if _PLAIN.fullmatch(text) else ""


def columns(keys: tuple[str, ...]) -> frozenset[str]:
    """The names of the columns among the keys; expressions are left out."""
    return frozenset(name for key in keys if (name := column(key)))
