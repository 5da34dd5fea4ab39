"""What an error of the server about an expression means, and what its author can do. Text only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..sql.quote import ident
from .values import Column

if TYPE_CHECKING:
    import psycopg

SHOWN = 12

_DO = {
    "42601": "Write one SQL expression, as in trim(name).",
    "42803": "An expression is computed for one row at a time; an aggregate has no place in it.",
    "42P20": "An expression is computed for one row at a time; a window function has no place in it.",
    "0A000": "An expression gives one value for one row.",
    "42883": "Check the spelling and the argument types, or write the function with its schema.",
    "42725": "Add casts to its arguments, so that one candidate fits.",
    "42P01": "Check the spelling, or write the relation with its schema.",
    "42704": "Check the spelling, or write the name with its schema.",
    "3F000": "Check the spelling of the schema.",
    "42501": "Grant the role what is missing, or use something else.",
    "42P22": "Add COLLATE to say which order is meant.",
    "22012": "It fails for every row, whatever the row holds.",
}


def advice(error: psycopg.Error, columns: tuple[str, ...], target: Column, replacements: Mapping[str, str]) -> str:
    """One line: what the server said, its SQLSTATE, and what to do. `replacements` are names of our own in the
    server's text and what the author calls them."""
    diag = error.diag
    message = diag.message_primary or str(error)
    hint = diag.message_hint or ""
    for ours, theirs in replacements.items():
        message = message.replace(f'"{ours}"', ident(theirs)).replace(ours, theirs)
    state = error.sqlstate or ""
    if state == "42703" or (state == "42P01" and "FROM-clause" in message):
        todo = f"It may read {_listed(columns)}."
    elif state in ("42804", "42846", "42P16"):
        todo = f"The value must fit {target.type}: add a cast, as in (…)::{target.type}."
    else:
        todo = _DO.get(state) or (f"{hint.rstrip('.')}." if hint else "Change the expression.")
    return f"{message} (SQLSTATE {state}). {todo}"


def _listed(columns: tuple[str, ...]) -> str:
    shown = ", ".join(ident(column) for column in columns[:SHOWN]) or "no column"
    return shown + (f" and {len(columns) - SHOWN} more" if len(columns) > SHOWN else "")
