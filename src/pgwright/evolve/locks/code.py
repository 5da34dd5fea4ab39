"""What code runs: the statements in DO blocks, and in the functions that a statement calls.

A function that cannot change anything by its own declaration (IMMUTABLE, STABLE) takes no lock that matters. Code
that builds statements at run time, and languages other than SQL and PL/pgSQL, cannot be known.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from ...base.errors import MigrationFileError
from ...catalog.values import Catalog, Function
from ...sql import parse
from ...sql.actions import Action, actions
from ...sql.parse import Node
from ...sql.quote import dollar
from .known import FUNCTIONS

_UNKNOWN = ("PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors", "PLpgSQL_stmt_commit", "PLpgSQL_stmt_rollback")
_CALLING = {"CallStmt", "CreateTableAsStmt", "DeleteStmt", "InsertStmt", "MergeStmt", "SelectStmt", "UpdateStmt"}
"""Statements that call the functions which they name, at once."""

_RETURNS = ("trigger", "int", "SETOF int", "void")


def statements_inside(key: str, node: Node, catalog: Catalog) -> list[Action] | None:
    """The actions that run inside of this one; None where that cannot be known."""
    return _inside(key, node, catalog, set())


def _inside(key: str, node: Node, catalog: Catalog, seen: set[int]) -> list[Action] | None:
    if key == "DoStmt":
        return _expand(_do(node), catalog, seen)
    if key not in _CALLING and not key.startswith("AlterTableStmt."):
        return []  # what it names runs later, in somebody else's transaction
    found: list[Action] = []
    for call in (child for child in parse.walk(node) if parse.kind_of(child) == "FuncCall"):
        functions = list(_called(call, catalog))
        if not functions and (key == "CallStmt" or not _is_built_in(call)):
            return None
        for function in functions:
            if function.oid in seen or (function.volatility != "v" and function.kind == "f"):
                continue
            inside = _expand(_body(function), catalog, seen | {function.oid})
            if inside is None:
                return None
            found += inside
    return found


def _expand(texts: list[str] | None, catalog: Catalog, seen: set[int]) -> list[Action] | None:
    """The actions of statements, and those inside of them."""
    if texts is None:
        return None
    found: list[Action] = []
    for text in texts:
        try:
            statements = parse.parse(text)
        except MigrationFileError:
            return None
        for action in (action for statement in statements for action in actions(statement)):
            inside = _inside(action.key, action.node, catalog, seen)
            if inside is None:
                return None
            found += [*([action] if action.key != "DoStmt" else []), *inside]
    return found


def _called(call: Node, catalog: Catalog) -> Iterator[Function]:
    """Every function of the users' schemas that a call may mean: overloads are not told apart."""
    names = [parse.unwrap(part).sval for part in call.funcname]
    for function in catalog.functions.values():
        if function.name.name == names[-1] and (len(names) == 1 or function.name.schema == names[-2]):
            yield function


def _is_built_in(call: Node) -> bool:
    """Whether it surely is one of PostgreSQL's own: functions of extensions are not in the catalog snapshot, and some
    of them change tables."""
    names = [parse.unwrap(part).sval for part in call.funcname]
    return names[0] == "pg_catalog" if len(names) > 1 else names[0] in FUNCTIONS


def _do(node: Node) -> list[str] | None:
    options = {item.defname: parse.unwrap(item.arg) for item in map(parse.unwrap, node.args)}
    if "language" in options and options["language"].sval != "plpgsql":
        return None
    return _plpgsql(f"DO {dollar(options['as'].sval)}")


def _body(function: Function) -> list[str] | None:
    if function.language == "sql":
        return [function.body]
    if function.language != "plpgsql":
        return None
    for returns in _RETURNS:
        with suppress(MigrationFileError):
            head = f"CREATE FUNCTION f() RETURNS {returns} LANGUAGE plpgsql AS "
            return _plpgsql(head + dollar(function.body), strict=True)
    return None


def _plpgsql(text: str, *, strict: bool = False) -> list[str] | None:
    """The SQL in a block; None for what only the running server could know."""
    try:
        tree = parse.parse_plpgsql(text)
    except MigrationFileError:
        if strict:
            raise
        return None
    texts: list[str] = []
    return texts if _collect(tree, texts) else None


def _collect(tree: Any, texts: list[str]) -> bool:
    """Adds the statements and expressions below `tree` to `texts`; False when something cannot be known."""
    if isinstance(tree, list):
        return all(_collect(each, texts) for each in tree)
    if not isinstance(tree, dict):
        return True
    if any(name in tree for name in _UNKNOWN) or "dynquery" in tree:
        return False
    expression = tree.get("PLpgSQL_expr")
    if expression is not None:
        texts.append(_as_statement(expression["query"], expression.get("parseMode", 0)))
    return all(_collect(each, texts) for each in tree.values())


def _as_statement(query: str, mode: int) -> str:
    """A PL/pgSQL expression as a SELECT. Modes (PostgreSQL's RawParseMode): 0 is a statement, 2 an expression, 3 and
    above are assignments `target := expression`."""
    if mode == 0:
        return query
    if mode >= 3:
        for token in parse.scan(query):
            if token.text in (":=", "="):
                query = query[token.end :]
                break
    return f"SELECT {query}"
