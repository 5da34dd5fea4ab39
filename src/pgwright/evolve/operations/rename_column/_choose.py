"""Which strategy a rename takes, and what rules one out.

`auto` takes `alias` only where every known statement on the table works through the view; what is not known may be
anything, so without statement statistics it is `copy`.
"""

from __future__ import annotations

from ....sql.tokens import mentions_column
from .. import _view
from .._operation import Request
from .._takeover.against import against as against_copy
from .._takeover.replacement import Replacement

STRATEGIES = ("auto", "alias", "copy")


def strategy(request: Request, rename: Replacement) -> tuple[str, str]:
    """The strategy and the reason for it; raises Refused where the asked one, or each, is impossible."""
    asked = _asked(request)
    if not rename.plain:
        what = f"its type becomes {rename.target.type}" if rename.retyped else "up or down change the values"
        if asked == "alias":
            raise request.refuse(f"{what}, and a view cannot do that: strategy = alias is impossible here")
        _require(request, "copy", against_copy(request, rename))
        return "copy", what
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


def _auto(request: Request, rename: Replacement) -> tuple[str, str]:
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


def _functions(request: Request, rename: Replacement) -> list[str]:
    """Functions that name the table: what they run is not asked of the server, so it counts as unknown."""
    return [
        f"function {function.name} uses the table, and what it runs was not tried on a view"
        for function in request.catalog.functions.values()
        if not function.returns_trigger and mentions_column(function.body, rename.table.name.name)
    ]


def against_alias(request: Request, rename: Replacement) -> tuple[str, ...]:
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
