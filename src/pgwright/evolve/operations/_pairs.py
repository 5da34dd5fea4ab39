"""DROP and CREATE of one object in one file: together they replace it, and it must not be missing in between."""

from __future__ import annotations

from collections.abc import Callable

from ...sql import parse
from ...sql.parse import Node, Statement
from ...sql.things import Thing, routine, statements_of, thing
from ._operation import Request

MADE: dict[str, Callable[[Node], Thing]] = {
    "CreateFunctionStmt": routine,
    "ViewStmt": lambda node: thing("OBJECT_VIEW", None, node.view),
    "CreateTrigStmt": lambda node: Thing("trigger", (*_relation(node.relation), node.trigname)),
    "CreatePolicyStmt": lambda node: Thing("policy", (*_relation(node.table), node.policy_name)),
    "RuleStmt": lambda node: Thing("rule", (*_relation(node.relation), node.rulename)),
}
"""What makes the objects that can be replaced so, and whom it makes."""


def _relation(relation: Node) -> tuple[str, ...]:
    return (relation.schemaname, relation.relname) if relation.schemaname else (relation.relname,)


def made(statement: Statement) -> Thing | None:
    """The object that a statement makes, where it is one of those."""
    if statement.kind == "CreateTableAsStmt" and parse.enum_value(statement.node, "objtype") == "OBJECT_MATVIEW":
        return thing("OBJECT_MATVIEW", None, statement.node.into.rel)
    make = MADE.get(statement.kind)
    return make(statement.node) if make is not None else None


def dropped(statement: Statement) -> list[Thing]:
    """The objects that a statement drops."""
    if statement.kind != "DropStmt":
        return []
    kind = parse.enum_value(statement.node, "remove_type")
    if kind in ("OBJECT_TABLE", "OBJECT_INDEX", "OBJECT_TRANSFORM"):
        return []
    return [thing(kind, each) for each in statement.node.objects]


def same(one: Thing, other: Thing) -> bool:
    """Whether two names of a file mean the same object, as they are written."""
    kinds = {one.kind, other.kind}
    alike = one.kind == other.kind or ("routine" in kinds and kinds & {"function", "procedure"})
    args = one.args == other.args or one.any or other.any
    return bool(alike) and one.names == other.names and args


def made_again(request: Request, wanted: Thing) -> bool:
    """Whether a later statement of the file makes what this one drops."""
    after = [each for each in _file(request) if each.start > request.action.statement.start]
    return any((found := made(each)) is not None and same(found, wanted) for each in after)


def dropped_before(request: Request, wanted: Thing) -> bool:
    """Whether an earlier statement of the file drops what this one makes."""
    before = [each for each in _file(request) if each.start < request.action.statement.start]
    return any(same(each, wanted) for statement in before for each in dropped(statement))


def replaced(request: Request) -> list[Thing]:
    """The objects that the file drops and makes again."""
    statements = _file(request)
    makes = [found for each in statements if (found := made(each)) is not None]
    return [gone for each in statements for gone in dropped(each) if any(same(gone, new) for new in makes)]


def _file(request: Request) -> tuple[Statement, ...]:
    source = request.action.statement.source
    return statements_of(source.text, source.file)
