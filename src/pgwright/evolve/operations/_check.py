"""A CHECK of a statement as `Validated`: its name, its text on the server, and the query for rows that break it."""

from __future__ import annotations

from ...catalog.values import Column
from ...connect.capability import Capabilities
from ...sql import alter, parse
from ...sql.parse import Node
from ...sql.quote import ident
from . import _columns, _constraints
from ._steps import Steps
from ._validated import Validated

BOOLEAN = Column(number=0, name="check", type="boolean", type_oid=16, not_null=False)


def check(steps: Steps, constraint: Node, *, tag: str = "") -> Validated:
    """`constraint` is the node of the CHECK; it is not changed. Raises where PostgreSQL would refuse it."""
    request, shape = steps.request, steps.shape
    text = parse.deparse_expression(parse.unwrap(constraint.raw_expr))
    found = _columns.facts(request, steps.table, text, BOOLEAN, what=f"CHECK ({text})")
    if found.has_subquery:
        raise request.error("a CHECK cannot have a subquery")
    if not constraint.is_enforced:
        Capabilities(request.catalog.version).has_not_enforced(check=True)
    if constraint.is_no_inherit and steps.partitioned:
        raise request.error(f'cannot add NO INHERIT constraint to partitioned table "{steps.table.name}"')
    columns = found.columns if len(found.columns) == 1 else ()
    name = constraint.conname or _constraints.chosen_name(steps, columns, "check")
    node = parse.parse_expression(text)
    holder = _expression_on_server(node, shape.server_names())
    alone = " NO INHERIT" if constraint.is_no_inherit else ""
    how = "NOT VALID" if constraint.is_enforced else "NOT ENFORCED"
    later = any(_columns.is_filled_later(shape, column) for column in found.columns)
    later = later or not _constraints.all_seen(request, steps.table)
    only = "ONLY " if constraint.is_no_inherit else ""
    made = Validated(
        steps=steps,
        name=name,
        statement=steps.alter(f"ADD CONSTRAINT {ident(name)} CHECK ({holder}){alone} {how}"),
        query="" if later else f"SELECT * FROM {only}{steps.sql} WHERE NOT ({holder})",
        what=f"rows of {steps.table.name} against CHECK ({text})",
        hint="Correct them, then run the same command again.",
        tag=tag,
        enforced=constraint.is_enforced,
        valid=not constraint.skip_validation,
    )
    _constraints.plan(steps, name, made)
    return made


def _expression_on_server(node: Node, names: dict[str, str]) -> str:
    """The expression with the names that the columns have on the server until contract."""
    select = parse.parse(f"SELECT {parse.deparse_expression(node)}")[0].node
    alter.rename_columns(select, names)
    return parse.deparse_statement(select).removeprefix("SELECT ")
