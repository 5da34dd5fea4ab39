"""What a node is called on the page: what it works on, a line that names it, and its anchor."""

from __future__ import annotations

from ...diagnose.naming import kind
from ...diagnose.query_plan.model import Node
from ...sql import quote
from ..layout import clean

_JOINED = ("Hash Cond", "Merge Cond", "Join Filter")


def anchor(path: str) -> str:
    """The id of a node on the page: `n0-1-2`."""
    return "n" + path.replace(".", "-")


def target(node: Node) -> str:
    """What it reads or writes: `commandes c`, `gros g`, a function; empty where it has none."""
    name = node.relation or node.text("CTE Name") or node.text("Function Name") or node.text("Table Function Name")
    if not name:
        return _ident(node.text("Alias"))
    schema, alias = node.text("Schema"), node.text("Alias")
    shown = _ident(name) if schema in ("", "public", "pg_catalog") else f"{_ident(schema)}.{_ident(name)}"
    return shown if alias in ("", name) else f"{shown} {_ident(alias)}"


def index(node: Node) -> str:
    """The index that it reads, as SQL; empty where there is none."""
    return _ident(node.text("Index Name"))


def _ident(name: str) -> str:
    """A name as SQL writes it; a plan that comes as a file may hold what no server would take for a name."""
    return quote.ident(clean(name)) if name else ""


def label(node: Node) -> str:
    """A node in one line, for places where it is only named: a join by its condition, a sort by its key."""
    what = target(node) or index(node)
    if what:
        return f"{kind(node)} on {what}"
    on = next((_without_brackets(node.text(key)) for key in _JOINED if node.text(key)), "")
    by = ", ".join(node.texts("Sort Key") or node.texts("Group Key"))
    return f"{kind(node)} on {on}" if on else f"{kind(node)} by {by}" if by else kind(node)


def _without_brackets(condition: str) -> str:
    """A single comparison without the brackets that the server puts around it."""
    inner = condition[1:-1]
    return inner if condition.startswith("(") and not set("()") & set(inner) else condition
