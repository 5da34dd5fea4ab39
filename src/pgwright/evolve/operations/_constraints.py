"""What every operation on constraints asks first: whether a name is free, whether a role may, what points to what."""

from __future__ import annotations

from collections.abc import Sequence

from ...catalog.values import Catalog, Table
from ...sql import parse
from ...sql.quote import ident, qualified
from ..steps.step import Phase
from . import _names
from ._operation import Request
from ._steps import Steps

DROPS = "AT_DropConstraint"


def changeable(request: Request, relation: object) -> Table:
    """The table that the RangeVar names. Raises where the role may not change its constraints."""
    table = request.changeable(relation)
    catalog = request.catalog
    if not catalog.superuser and table.owner not in catalog.member_of:
        raise request.refuse(
            f"must be owner of table {table.name}: role {catalog.role} is not",
            hint=f"Connect as {table.owner}, or: GRANT {ident(table.owner)} TO {ident(catalog.role)};",
        )
    return table


def all_seen(request: Request, *tables: Table) -> bool:
    """Whether the role sees every row of the tables. A look that policies would shorten fails (row_security is off);
    VALIDATE and an index build see all."""
    catalog = request.catalog
    if catalog.superuser or catalog.bypass_rls:
        return True
    parts = [part for table in tables for part in catalog.descendants(table.oid)]
    return not any(
        part.force_row_security or (part.row_security and part.owner not in catalog.member_of) for part in parts
    )


def require_unforced(request: Request, *tables: Table) -> None:
    """Raises where a foreign key would be proven by what policies let the owner see (14 to 18: RI_Initial_Check reads
    as the role that validates, and only where it owns the table)."""
    catalog = request.catalog
    parts = [part for table in tables for part in catalog.descendants(table.oid)]
    forced = [str(part.name) for part in parts if part.force_row_security]
    if forced and not (catalog.superuser or catalog.bypass_rls):
        raise request.refuse(
            f"{', '.join(forced)} has FORCE ROW LEVEL SECURITY and role {catalog.role} has no BYPASSRLS: rows may be "
            "hidden from the proof of a foreign key",
            hint=f"As a superuser: ALTER ROLE {ident(catalog.role)} BYPASSRLS; until then it may stand NOT VALID.",
        )


def own_rows(table: Table) -> str:
    """The table in FROM, without what inherits from it: keys and foreign keys are about its own rows only. The rows of
    a partitioned table are those of its partitions."""
    alone = "ONLY " if table.kind == "r" and table.children else ""
    return alone + qualified(table.name)


def chosen_name(steps: Steps, columns: Sequence[str], label: str) -> str:
    """The name that PostgreSQL gives a CHECK or foreign key without one."""
    request, shape = steps.request, steps.shape
    gone = {name for name, phase in shape.gone.items() if phase is not Phase.CONTRACT} - shape.planned.keys()
    return _names.constraint_name(request.catalog, steps.table, columns, label, request.names, gone)


def plan(steps: Steps, name: str, made: object) -> None:
    """Notes that the plan adds the constraint; raises where the table has one of that name."""
    require_free(steps, name)
    steps.shape.planned[name] = made
    steps.request.names.add(name)


def require_free(steps: Steps, name: str) -> None:
    """Raises where the table has a constraint of this name at this place of the plan."""
    request, shape, table = steps.request, steps.shape, steps.table
    message = f'constraint "{name}" of table "{table.name}" exists already'
    if name in shape.planned:
        raise request.error(message, hint="An earlier statement of this plan adds it.")
    if not any(each.name == name for each in table.constraints):
        return
    gone = shape.gone.get(name)
    if gone is None:
        commands = map(parse.unwrap, getattr(request.action.statement.node, "cmds", ()))
        drops = any(parse.enum_value(each, "subtype") == DROPS and each.name == name for each in commands)
        raise request.error(message, hint=f"Write DROP CONSTRAINT {ident(name)} before it." if drops else "")
    if gone is Phase.CONTRACT:
        raise request.refuse(
            f"{message} until contract, because the old application needs its index",
            hint="Give the new one another name.",
        )


def may(catalog: Catalog, table: Table, numbers: tuple[int, ...], privilege: str) -> bool:
    """Whether the session's role has the privilege on the table, or on all of the columns."""
    if catalog.superuser or table.owner in catalog.member_of:
        return True
    if privilege == "SELECT" and "pg_read_all_data" in catalog.member_of:
        return True

    def granted(acl: tuple[tuple[str, str, bool], ...]) -> bool:
        return any(right == privilege and (not who or who in catalog.member_of) for who, right, _ in acl)

    columns = [column for number in numbers if (column := table.column_number(number)) is not None]
    return granted(table.acl) or all(granted(column.acl) for column in columns)
