"""Which strategy a rename takes, and what rules one out.

`auto` takes `alias` only where every known statement on the table works through the view; what is not known may be
anything, so without statement statistics it is `copy`.
"""

from __future__ import annotations

from ....sql.tokens import mentions_column
from .. import _passable, _view
from .._operation import Request
from . import _bound
from ._rename import Rename

STRATEGIES = ("auto", "alias", "copy")


def strategy(request: Request, rename: Rename) -> tuple[str, str]:
    """The strategy and the reason for it; raises Refused where the asked one, or each, is impossible."""
    asked = _asked(request)
    if rename.up_written or rename.down_written:
        if asked == "alias":
            raise request.refuse(
                "up and down change the values, and a view cannot: strategy = alias is impossible here"
            )
        _require(request, "copy", against_copy(request, rename))
        return "copy", "up or down change the values"
    if asked == "alias":
        _require(request, "alias", against_alias(request, rename))
        return "alias", "asked for"
    if asked == "copy":
        _require(request, "copy", against_copy(request, rename))
        return "copy", "asked for"
    return _auto(request, rename)


def _asked(request: Request) -> str:
    directive = request.directive("strategy")
    asked = directive.value.strip() if directive else "auto"
    if asked not in STRATEGIES:
        raise request.error(f'strategy "{asked}" is unknown', hint=f"A rename knows {', '.join(STRATEGIES)}.")
    return asked


def _require(request: Request, name: str, reasons: tuple[str, ...]) -> None:
    if reasons:
        other = (
            ""
            if request.directive("up")
            else f"Try strategy = {'alias' if name == 'copy' else 'copy'}, or leave it out."
        )
        raise request.refuse(f"strategy = {name} is impossible here", *reasons, hint=other)


def _auto(request: Request, rename: Rename) -> tuple[str, str]:
    alias, copy = against_alias(request, rename), against_copy(request, rename)
    if copy and alias:
        raise request.refuse("this column cannot be renamed without a stop", *copy, *alias)
    if copy:
        return "alias", copy[0]
    if rename.table.oid in request.crowded:
        return (
            "copy",
            "other statements of this plan are about the table, and a view of two names would be in their way",
        )
    if alias:
        return "copy", alias[0]
    if request.statements is None or request.against_view is None:
        return (
            "copy",
            "what runs on the table is not known (no pg_stat_statements), so nothing says that a view would do",
        )
    if not any(mentions_column(text, rename.table.name.name) for text in request.statements):
        return "copy", "pg_stat_statements knows no statement on the table, so nothing says that a view would do"
    failing = (*_functions(request, rename), *request.against_view(rename.table.oid, rename.old, rename.new))
    if failing:
        return "copy", failing[0]
    return "alias", "every known statement on the table works through a view (pg_stat_statements)"


def _functions(request: Request, rename: Rename) -> list[str]:
    """Functions that name the table: what they run is not asked of the server, so it counts as unknown."""
    return [
        f"function {function.name} uses the table, and what it runs was not tried on a view"
        for function in request.catalog.functions.values()
        if not function.returns_trigger and mentions_column(function.body, rename.table.name.name)
    ]


def against_copy(request: Request, rename: Rename) -> tuple[str, ...]:
    """What rules a shadow column out."""
    table, number, old = rename.table, rename.old_number, rename.old
    reasons = []
    if any(number in part.partition_columns for part in request.catalog.descendants(table.oid)):
        reasons.append(f"{old} is in the partition key: a trigger cannot move a row to another partition")
    for index in table.indexes:
        if index.unique and number in index.columns:
            what = f'constraint "{index.constraint}"' if index.constraint else f'index "{index.name}"'
            reasons.append(
                f"{old} is in the unique {what}: concurrent upserts would meet the arbiter of the other column (23505)"
            )
    for constraint in table.constraints:
        if constraint.kind == "exclusion" and number in constraint.columns:
            reasons.append(f'{old} is in the exclusion constraint "{constraint.name}"')
    if rename.column.generated is not None:
        reasons.append(f"{old} is a generated column: nothing can be carried back to it")
    if not rename.plain and rename.column.identity is not None:
        reasons.append(f"{old} is an identity column and up or down change its values")
    reasons += _passable.published(request, rename.table)
    reasons += _generated_inputs(rename)
    reasons += _missing_down(rename)
    reasons += _passable.against(request, rename.table, rename.old_number)
    reasons += () if rename.plain else _bound.against(request, rename)
    if any(shape.alias for oid, shape in request.shapes.items() if oid == table.oid):
        reasons.append("another rename of this table is an alias in the same unit")
    return tuple(reasons)


def _generated_inputs(rename: Rename) -> list[str]:
    reads = set(rename.up.columns) | (set(rename.down.columns) - {rename.new})
    generated = {
        name
        for name in reads
        if name in rename.shape.logical and rename.shape.column(rename.shape.logical[name]).generated is not None
    }
    return [
        f"up or down read the generated column {name}: it is not computed yet when the triggers fire"
        for name in sorted(generated)
    ]


def _missing_down(rename: Rename) -> list[str]:
    if rename.down_written or set(rename.up.columns) <= {rename.old}:
        return []
    others = ", ".join(sorted(set(rename.up.columns) - {rename.old}))
    return [f"up also reads {others}, so no down can be derived: write `-- pgwright: down = …`"]


def against_alias(request: Request, rename: Rename) -> tuple[str, ...]:
    """What rules a view out, as far as the catalog knows; what it cannot know is listed as hazards."""
    table, old = rename.table, rename.old
    catalog = request.catalog
    parts = catalog.descendants(table.oid)
    reasons = []
    for part in parts:
        for trigger in part.triggers:
            function = catalog.functions.get(trigger.function_oid)
            if trigger.row and trigger.parent is None and (function is None or mentions_column(function.body, old)):
                reasons.append(
                    f'the body of trigger function "{trigger.function}" names {old}, '
                    "which the row of the table has no longer"
                )
    reasons += _view.against(request, table)
    if any(part.partition_bound is None for part in parts if part.oid != table.oid):
        reasons.append("the table has inheritance children, which statements may name")
    if rename.shape.links or rename.shape.alias:
        reasons.append("another migration of this table is still open")
    if rename.up_written or rename.down_written:
        reasons.append("up or down change the values")
    return tuple(dict.fromkeys(reasons))
