"""The keys of an index as CREATE INDEX takes them: what of one is the expression, which column it is, its operator
class and its direction."""

from __future__ import annotations

import re

_DIRECTION = re.compile(r"(?: DESC)?(?: NULLS (?:FIRST|LAST))?$")
_QUOTED = re.compile(r'"((?:[^"]|"")+)"')
_PLAIN = re.compile(r"\w+")


def bare(key: str) -> str:
    """A key without its direction and operator class."""
    return _parts(key)[0]


def operator_class(key: str) -> str:
    """The operator class of a key; empty where it is the usual one."""
    return _parts(key)[1]


def direction(key: str) -> str:
    """The direction of a key, as SQL; empty where it is the usual one."""
    found = _DIRECTION.search(key)
    return found[0].strip() if found is not None else ""


def column(key: str) -> str:
    """The name of the column that a key is; empty where it is an expression."""
    text = bare(key)
    if quoted := _QUOTED.fullmatch(text):
        return quoted[1].replace('""', '"')
    return text if _PLAIN.fullmatch(text) else ""


def columns(keys: tuple[str, ...]) -> frozenset[str]:
    """The names of the columns among the keys; expressions are left out."""
    return frozenset(name for key in keys if (name := column(key)))


def _parts(key: str) -> tuple[str, str]:
    key = _DIRECTION.sub("", key)
    expression, _, last = key.rpartition(" ")
    return (expression, last) if expression and last.endswith("_ops") else (key, "")
