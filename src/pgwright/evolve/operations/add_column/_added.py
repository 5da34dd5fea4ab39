"""What the author means by ADD COLUMN: the parts of the definition told apart, and checked on the server."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ....catalog.probe import ExpressionFacts
from ....catalog.values import Column
from ....sql import parse
from ....sql.parse import Node
from ....sql.quote import ident
from ...locks.altering import is_rewriting_type
from ...locks.declare import has_rows
from ...locks.scene import Scene
from .. import _columns, _passable
from .._operation import UNKNOWN
from .._steps import Steps
from ._numbered import Numbering, is_numbered, is_serial, numbering, plain, refuse

KEPT = ("CONSTR_DEFAULT", "CONSTR_NOTNULL", "CONSTR_NULL", "CONSTR_GENERATED", "CONSTR_IDENTITY")
"""What ADD COLUMN does without reading the rows; the last two where there are none, or where it is allowed."""
_APART = ("CONSTR_CHECK", "CONSTR_FOREIGN", "CONSTR_UNIQUE", "CONSTR_PRIMARY")
_ATTRIBUTES = ("CONSTR_ATTR_DEFERRABLE", "CONSTR_ATTR_DEFERRED", "CONSTR_ATTR_NOT_DEFERRABLE", "CONSTR_ATTR_IMMEDIATE")


@dataclass
class Added:
    """What the author means: the parts of the column definition, told apart. `generated` is the expression of a
    generated column; with `kept` triggers compute it. `sequence` numbers the rows of serial and identity."""

    steps: Steps
    node: Node
    name: str
    column: Column
    found: dict[str, list[Node]]
    default: ExpressionFacts | None = None
    up: ExpressionFacts | None = None
    hazards: list[str] = field(default_factory=list)
    generated: ExpressionFacts | None = None
    virtual: bool = False
    kept: bool = False
    sequence: Numbering | None = None

    @property
    def not_null(self) -> bool:
        """Whether NOT NULL is asked for, by itself or by what implies it."""
        return bool(self.found.keys() & {"CONSTR_NOTNULL", "CONSTR_PRIMARY", "CONSTR_IDENTITY"})

    @property
    def filled(self) -> ExpressionFacts | None:
        """What the pass fills in: `up`, a DEFAULT that differs from row to row, or what triggers compute."""
        if self.kept:
            return self.generated
        if self.up is not None:
            return self.up
        return self.default if self.default is not None and self.default.volatile else None


def constraints(node: Node) -> dict[str, list[Node]]:
    """The constraints of the column by their kind. DEFERRABLE and INITIALLY DEFERRED are nodes of their own behind the
    one that they are about."""
    found: dict[str, list[Node]] = {}
    last: Node | None = None
    for each in map(parse.unwrap, node.constraints):
        kind = parse.enum_value(each, "contype")
        if kind in _ATTRIBUTES:
            if last is not None and kind in ("CONSTR_ATTR_DEFERRABLE", "CONSTR_ATTR_DEFERRED"):
                last.deferrable, last.initdeferred = True, last.initdeferred or kind == "CONSTR_ATTR_DEFERRED"
            continue
        last = type(each)()
        last.CopyFrom(each)
        found.setdefault(kind, []).append(last)
    return found


def _refuse_others(steps: Steps, node: Node) -> None:
    """A published table, and a type whose column rewrites the table whatever its DEFAULT."""
    request, table = steps.request, steps.table
    if reasons := _passable.published(request, table):
        raise request.refuse(f"a column cannot be added to {table.name}", *reasons)
    if not rewrites(steps, node) or not has_rows(request.catalog, table.oid):
        return
    if request.allowed("rewrite"):
        return
    raise request.refuse(
        f"a column of this type rewrites {table.name} under ACCESS EXCLUSIVE, even without a DEFAULT: it is serial, "
        "or a domain with a constraint (14 to 18), or one that is not there yet",
        hint="Use the domain's own type and ADD CHECK (…) beside it, or bigint with a sequence as DEFAULT; or, when "
        "the table may stand still for that long, write above it: -- pgwright: allow = rewrite",
    )


def unknown(found: dict[str, list[Node]]) -> bool:
    """Whether there is one that this operation does not know."""
    return bool(set(found) - {*KEPT, *_APART})


def understand(steps: Steps, node: Node, found: dict[str, list[Node]]) -> Added:
    """The column, or an error that says what does not fit."""
    request, table, shape = steps.request, steps.table, steps.shape
    name = node.colname
    type_, there = _columns.type_name(request, node.type_name)
    refuse(steps, node, found, type_)
    numbered = is_numbered(steps, node, found)
    if numbered and is_serial(node):
        node = plain(node)
        found = constraints(node)
        type_, there = _columns.type_name(request, node.type_name)
    bare = Column(
        number=shape.next_number(),
        name=name,
        type=type_,
        type_oid=0 if there else UNKNOWN,
        not_null=bool(found.keys() & {"CONSTR_NOTNULL", "CONSTR_PRIMARY", "CONSTR_IDENTITY"}),
        collation=_collation(node),
    )
    if there and not is_serial(node):
        _columns.facts(request, table, "NULL", bare, what=f"column {name}", columns={})
    _refuse_others(steps, node)
    sequence = numbering(steps, bare, found) if numbered else None
    default = sequence.default if sequence is not None else _default(steps, found, bare)
    up = _up(steps, bare)
    column = replace(bare, default=default.text if default is not None else None)
    if (
        found.keys() & {"CONSTR_UNIQUE", "CONSTR_PRIMARY"}
        and default is not None
        and not default.volatile
        and up is None
        and table.rows != 0
    ):
        _refuse_same(steps, name)
    added = Added(
        steps=steps, node=node, name=name, column=column, found=found, default=default, up=up, sequence=sequence
    )
    _refuse_empty(added)
    return added


def _refuse_empty(added: Added) -> None:
    """NOT NULL, and nothing that the rows would get."""
    request, table, found, name = added.steps.request, added.steps.table, added.found, added.name
    default, up, node = added.default, added.up, added.node
    provided = default is not None or up is not None or "CONSTR_GENERATED" in found or "CONSTR_IDENTITY" in found
    if added.not_null and not provided and not is_serial(node) and has_rows(request.catalog, table.oid):
        raise request.refuse(
            f"{name} is NOT NULL without a DEFAULT, and {table.name} has rows",
            hint="Give it a DEFAULT, or write above it what the rows get: -- pgwright: up = …",
        )


def _refuse_same(steps: Steps, name: str) -> None:
    """A DEFAULT that is one value for all rows, under UNIQUE."""
    if not has_rows(steps.request.catalog, steps.table.oid):
        return
    raise steps.request.refuse(
        f"{name} is UNIQUE, and its DEFAULT would be the same in all rows of {steps.table.name}",
        hint="Leave the DEFAULT out, or write above it what each row gets: -- pgwright: up = …",
    )


def rewrites(steps: Steps, node: Node) -> bool:
    """Whether a column of this type rewrites the table whatever its DEFAULT."""
    names = [part.string.sval for part in node.type_name.names]
    made = [each for name, each in steps.request.types.items() if name.name == names[-1]]
    if made and not any(name.name == names[-1] for name in steps.request.catalog.types):
        return any(made)
    return is_rewriting_type(Scene(steps.request.catalog), node.type_name)


def _default(steps: Steps, found: dict[str, list[Node]], column: Column) -> ExpressionFacts | None:
    if "CONSTR_DEFAULT" not in found:
        return None
    expression = parse.unwrap(found["CONSTR_DEFAULT"][0].raw_expr)
    said = parse.deparse_expression(expression)
    if _columns.is_null(said):
        return None
    if column.type_oid != UNKNOWN:
        return _columns.facts(steps.request, steps.table, said, column, what=f"DEFAULT {said}", columns={})
    if parse.kind_of(expression) != "A_Const":
        raise steps.request.refuse(
            f"the type of {column.name} is created by the same plan, so nobody can ask about DEFAULT {said}",
            hint="Expand the migration that creates the type first.",
        )
    return ExpressionFacts(text=said, immutable=True)


def _up(steps: Steps, column: Column) -> ExpressionFacts | None:
    request = steps.request
    directive = request.directive("up", column.name)
    if directive is None:
        return None
    if column.type_oid == UNKNOWN:
        raise request.error(
            f"the type of {column.name} is created by the same plan, so nobody can ask about up",
            hint="Expand the migration that creates the type first.",
            directive=directive,
        )
    found = _columns.facts(request, steps.table, directive.value, column, what=f"up = {directive.value}")
    if found.has_subquery:
        raise request.error("up cannot have a subquery: it stands in a trigger", directive=directive)
    if _columns.is_null(directive.value):
        raise request.error("up is NULL, which fills nothing", directive=directive)
    return found


def _collation(node: Node) -> str | None:
    if not node.HasField("coll_clause"):
        return None
    return ".".join(ident(part.string.sval) for part in node.coll_clause.collname)
