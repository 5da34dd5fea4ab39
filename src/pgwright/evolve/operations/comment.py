"""Set or remove a comment, and keep the one that was there for the way back.

## What it does

`COMMENT ON … IS …`, on anything. A column that an open migration renames gets it where its values stay for good, so
that the end is that of plain SQL.

## Why it is dangerous

Hardly: on a table or column it takes SHARE UPDATE EXCLUSIVE, which blocks no reads and no writes. What is lost is the
comment that was there.

## Phases and locks

expand: one step, SHARE UPDATE EXCLUSIVE on the table or view (ACCESS SHARE for a constraint, trigger, rule or policy of
it, nothing for what is no part of a relation). contract: nothing.

## Rollback

The comment that was there comes back, unless somebody has written another one since.

## Versions

PostgreSQL 14 to 18.

## Example

    COMMENT ON TABLE commandes IS 'One row per order.';
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

from ...base.lock import LockMode
from ...base.name import RelationName
from ...catalog.values import Index, Table, View
from ...sql import parse
from ...sql.parse import Node
from ...sql.quote import literal
from ..locks.declare import declared
from ..steps.step import Action, Kind, Lock, Phase, Step
from ._operation import Compiled, Request
from ._twin import directives

DIRECTIVES = ("allow",)
RECOGNISES = ("CommentStmt",)

RELATIONS = frozenset(
    f"OBJECT_{name}" for name in ("TABLE", "VIEW", "MATVIEW", "SEQUENCE", "INDEX", "FOREIGN_TABLE", "COLUMN")
)
PARTS = frozenset({"OBJECT_TABCONSTRAINT", "OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE"})
"""What is named by a table and a name of its own."""


@dataclass(frozen=True, kw_only=True)
class Comment:
    """Set the comment of `on`, written as after COMMENT ON (`COLUMN commandes.statut`); `text` None removes it."""

    on: str
    text: str | None
    allow: str | None = None

    def to_sql(self) -> str:
        """COMMENT ON … IS … with its directives."""
        value = literal(self.text) if self.text is not None else "NULL"
        return f"{directives(allow=self.allow)}COMMENT ON {self.on} IS {value};\n"


@dataclass(frozen=True, kw_only=True)
class _Target:
    """What is commented on: the statement with full names, and the comment in the snapshot (`known`: it is there)."""

    node: Node
    before: str | None = None
    known: bool = False


def compile_(request: Request) -> Compiled:
    """One step that keeps what was there, and one that puts it back."""
    target = _target(request)
    text = parse.deparse_statement(target.node)
    summary = " ".join(text.split())[:70]
    undo = _with_text(target.node, target.before) if target.known else "the comment that was there comes back"
    locks = _locks(request, target)
    set_ = Step(
        id=f"{request.id}.set",
        operations=(request.id,),
        phase=request.moment(),
        kind=Kind.ONLINE,  # the lock blocks nobody who reads or writes, and a vacuum only makes way for who waits
        summary=summary,
        statements=(text,),
        action=Action(name="comment_set", parameters={"statement": text}),
        locks=locks,
        seconds=0.01,
        undo=(undo,),
    )
    back = Step(
        id=f"{request.id}.back",
        operations=(request.id,),
        phase=Phase.ROLLBACK,
        kind=Kind.ONLINE,
        summary=f"put back what was there before {summary}"[:70],
        statements=(undo,) if target.known else (),
        action=Action(name="comment_back", parameters={"step": f"{request.id}.set", "statement": text}),
        locks=locks,
        seconds=0.01,
    )
    return Compiled(strategy="as typed", why="it blocks no reads and no writes", steps=(set_, back))


def _with_text(node: Node, text: str | None) -> str:
    made = type(node)()
    made.CopyFrom(node)
    made.comment = text or ""
    return parse.deparse_statement(made)


def _target(request: Request) -> _Target:
    node = type(request.action.node)()
    node.CopyFrom(request.action.node)
    kind = parse.enum_value(node, "objtype")
    if kind == "OBJECT_COLUMN":
        return _column(request, node)
    if kind in PARTS:
        return _part(request, node, kind)
    return _relation(request, node, kind) if kind in RELATIONS else _Target(node=node)


def _names(node: Node) -> list[str]:
    return [part.string.sval for part in node.object.list.items]


def _rename(node: Node, names: list[str]) -> None:
    """Writes `names` in place of those of the object."""
    items = node.object.list.items
    while len(items) < len(names):
        items.add().CopyFrom(items[0])
    for item, name in zip(items, names, strict=True):
        item.string.sval = name


def _full(request: Request, names: list[str]) -> tuple[int | None, list[str]]:
    """The oid of a relation of the catalog, and its name with the schema; as typed where there is none (yet)."""
    schema = names[-2] if len(names) > 1 else None
    oid = request.catalog.find(names[-1], schema)
    if oid is None:
        return None, names
    request.refuse_view(oid)
    found = next(name for name, each in request.catalog.relation_names.items() if each == oid)
    return oid, [found.schema, found.name]


def _table(request: Request, names: list[str]) -> Table | None:
    """The table of those names; None for one that the plan makes, and for other relations."""
    schema, name = (names[-2] if len(names) > 1 else ""), names[-1]
    oid = request.catalog.find(name, schema or None)
    schemas = (schema,) if schema else request.catalog.search_path or ("public",)
    if oid is None and any(RelationName(each, name) in request.made for each in schemas):
        return None
    if oid is not None and oid not in request.catalog.tables:
        request.refuse_view(oid)
        return None
    return request.changeable(SimpleNamespace(schemaname=schema, relname=name))


def _relation(request: Request, node: Node, kind: str) -> _Target:
    names = _names(node)
    if kind == "OBJECT_TABLE":
        table = _table(request, names)
        if table is None and request.catalog.find(names[-1], names[-2] if len(names) > 1 else None) is not None:
            raise request.error(f'"{".".join(names)}" is not a table')
    oid, full = _full(request, names)
    _rename(node, full)
    if oid is None:
        return _Target(node=node)
    catalog = request.catalog
    known: Table | View | Index | None = catalog.tables.get(oid) or catalog.views.get(oid) or _index(request, oid)
    return _Target(node=node, before=known.comment if known else None, known=known is not None)


def _index(request: Request, oid: int) -> Index | None:
    relations: list[Table | View] = [*request.catalog.tables.values(), *request.catalog.views.values()]
    return next((index for each in relations for index in each.indexes if index.oid == oid), None)


def _column(request: Request, node: Node) -> _Target:
    *names, column = _names(node)
    if not names:
        raise request.error("a column is named with its table: COMMENT ON COLUMN table.column")
    table = _table(request, names)
    _, full = _full(request, names)
    if table is None:
        _rename(node, [*full, column])
        return _Target(node=node)
    shape = request.shape(table)
    if column not in shape.logical:
        known = ", ".join(sorted(shape.logical))
        raise request.error(
            f'column "{column}" of table "{table.name}" does not exist at this place',
            hint=f"Its columns here: {known}.",
        )
    _rename(node, [*full, shape.on_server(column)])
    there = table.column_number(shape.survivor(column))
    return _Target(node=node, before=there.comment if there else None, known=there is not None)


def _part(request: Request, node: Node, kind: str) -> _Target:
    *names, name = _names(node)
    table = _table(request, names)
    _, full = _full(request, names)
    _rename(node, [*full, name])
    if table is None:
        return _Target(node=node)
    parts = {
        "OBJECT_TABCONSTRAINT": {each.name: each.comment for each in table.constraints},
        "OBJECT_TRIGGER": {each.name: each.comment for each in table.triggers},
        "OBJECT_POLICY": {each.name: each.comment for each in table.policies},
        "OBJECT_RULE": {},
    }[kind]
    rules = kind == "OBJECT_RULE" and name in table.rules
    # Another statement of the plan may make it.
    if name not in parts and not rules and table.oid not in request.crowded:
        what = kind.removeprefix("OBJECT_").removeprefix("TAB").lower()
        raise request.error(f'{what} "{name}" for table "{table.name}" does not exist')
    return _Target(node=node, before=parts.get(name), known=name in parts)


def _locks(request: Request, target: _Target) -> tuple[Lock, ...]:
    """As measured; by name on a relation that an earlier statement of the plan makes."""
    action, kind = request.action, parse.enum_value(target.node, "objtype")
    effects = declared(action.key, target.node, action.statement, request.catalog) or ()
    found = tuple(Lock(relation=effect.relation, oid=effect.oid, mode=effect.mode) for effect in effects if effect.oid)
    if found or kind not in RELATIONS | PARTS or kind == "OBJECT_INDEX":
        return found
    names = _names(target.node)[: None if kind in RELATIONS - {"OBJECT_COLUMN"} else -1]
    schema = names[-2] if len(names) > 1 else next(iter(request.catalog.search_path), "public")
    mode = LockMode.SHARE_UPDATE_EXCLUSIVE if kind in RELATIONS else LockMode.ACCESS_SHARE
    return (Lock(relation=RelationName(schema, names[-1]), oid=0, mode=mode),)
