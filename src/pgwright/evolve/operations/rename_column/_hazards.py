"""What a rename cannot save, by name, so that the plan says it before anything happens (law 9)."""

from __future__ import annotations

from ....sql.tokens import mentions_column
from .. import _passable, _view
from .._operation import Request
from .._takeover import bound
from .._takeover.replacement import Replacement


def of_copy(request: Request, rename: Replacement, *, lasting: bool = True) -> tuple[str, ...]:
    """The hazards of a shadow column, most general first."""
    name, new = rename.table.name.name, rename.new
    found = [
        (
            f"COPY {name} FROM, or INSERT INTO {name}, without a column list fails: "
            "the table has one column more until contract"
        ),
        (
            f"SELECT * or RETURNING * of {name} in a server-side prepared statement fails once per connection and "
            'transition ("cached plan must not change result type")'
        ),
        (
            f"a NULL written to {new} by the new application before the state is expanded may be filled: "
            "start it after that"
        ),
        _passable.hazard(rename.table),
        "queries on a standby may be cancelled while it replays a strong lock (each is held for milliseconds)",
    ]
    if not lasting:
        found.append(
            f"{rename.old} and {new} are proven equal once, not held equal by a lasting check: a write that goes past "
            "the triggers is seen at the next look only"
        )
    found += _of_values(rename)
    found += _of_old_side(rename)
    found += [] if rename.plain else bound.hazards(request, rename)
    found += _of_functions(request, rename)
    found += _of_statements(request)
    return tuple(found)


def _of_values(rename: Replacement) -> list[str]:
    old, new = rename.old, rename.new
    found: list[str] = []
    if rename.plain:
        return found
    if not rename.up.immutable:
        found.append("up is not immutable: verified once, no lasting check")
    if not rename.down.immutable:
        found.append("down is not immutable: verified once, no lasting check")
    if rename.up.has_subquery or rename.down.has_subquery:
        found.append(
            "up or down has a subquery: a later change of what it reads is not carried, and the result is not "
            "verifiable"
        )
    if rename.forgiving:
        found.append(f"values of {old} that cannot be made {rename.target.type} are NULL in {new} (on_error = null)")
    elif rename.retyped:
        found.append(
            f"writes of {old} that cannot be made {rename.target.type} are refused until contract (class 22 or 23)"
        )
    elif rename.up_written:
        found.append(f"writes of {old} that up refuses (errors of class 22 and 23) are refused until contract")
    if rename.down_written and rename.retyped:
        found.append(f"values of {new} that down cannot make {rename.column.type} are refused until contract")
    if rename.down_written:
        found.append(
            f"down is lossy where up(down(value)) is not the value: {old} cannot hold all of {new}, and a rollback "
            f"keeps {old}"
        )
    elif rename.retyped:
        found.append(
            f"values of {new} that {rename.column.type} cannot hold are refused until contract: write a down to accept "
            "them"
        )
    else:
        found.append(
            f"values of {new} that up would change are refused until contract (22000): write a down to accept them"
        )
    return found


def _of_old_side(rename: Replacement) -> list[str]:
    table, column, new = rename.table, rename.column, rename.new
    found = []
    if column.default is not None and not column.not_null:
        found.append(
            f"an explicit NULL of the new application on INSERT takes the DEFAULT of the old side ({column.default})"
        )
    if column.default is not None and (rename.up_written or rename.retyped) and not rename.forgiving:
        found.append(
            f"the DEFAULT of the old side goes through up; where up refuses it, an INSERT of the old application "
            f"without {rename.old} is refused"
        )
    if column.not_null and not rename.down_written:
        found.append(f"NULL in {new} is refused until contract: {rename.old} is NOT NULL")
    for constraint in table.constraints:
        if rename.old_number in constraint.columns and constraint.kind in ("check", "foreign key"):
            what = constraint.kind.upper() if constraint.kind == "check" else "foreign key"
            found.append(f'{what} "{constraint.name}" of the old side holds the new application until contract')
    if table.kind == "p" and not rename.plain:
        found.append("a NULL of the new application becomes up(down(NULL)) when its row moves to another partition")
    for other in table.columns:
        if other.generated is not None and not rename.plain and mentions_column(other.generated, rename.old):
            found.append(
                f"generated column {other.name} reads {rename.old}: contract has to rebuild it, which rewrites the "
                f"table "
                "under ACCESS EXCLUSIVE, and is refused without allow = rewrite"
            )
    return found


def _of_functions(request: Request, rename: Replacement) -> list[str]:
    table, old = rename.table, rename.old
    found = []
    triggers = {trigger.function_oid for part in request.catalog.descendants(table.oid) for trigger in part.triggers}
    for function in request.catalog.functions.values():
        if not mentions_column(function.body, old):
            continue
        if function.oid in triggers:
            found.append(
                f"the body of function {function.name} reads {old}: contract replaces NEW.{old} and OLD.{old} in it"
            )
        elif mentions_column(function.body, table.name.name):
            found.append(
                f"the body of function {function.name} reads {old}: after contract it fails with 42703 until it is "
                f"replaced"
            )
    return found


def _of_statements(request: Request) -> list[str]:
    found = []
    for statement in request.statements or ():
        if "*" in statement:
            found.append(f"known statement: {' '.join(statement.split())[:100]}")
    return found[:10]


def of_alias(request: Request, rename: Replacement) -> tuple[str, ...]:
    """What a view of the table's name cannot serve until contract."""
    both = f"{rename.old} and {rename.new} both set in one statement (42601)"
    found = [*_view.unserved(request, rename.table), f"until contract the view cannot serve: {both}"]
    for part in request.catalog.descendants(rename.table.oid):
        if part.oid != rename.table.oid:
            found.append(f"statements that name {part.name.name} itself see only the new column name")
    found.append(
        "the row type of the table gets the new column name at once: functions that return it, or declare %ROWTYPE, "
        "see it"
    )
    return (*found, *_of_functions(request, rename))
