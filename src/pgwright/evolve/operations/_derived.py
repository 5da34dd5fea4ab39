"""Columns that a trigger of the application keeps as a stored generated column would be kept.

PostgreSQL (14 to 18) has no way to make a generated column of a plain one, and adding one rewrites the table. So the
end state of `add_column` is a plain column with two triggers and one function. They belong to the application: they
stand in the schema of the table, need nothing of pgwright, and are dumped with it. They are known again by the first
line of the function, so that a later operation on one of the columns neither leaves them behind nor passes them by.

The trigger on UPDATE compares rows in its WHEN, for three reasons: a change that a BEFORE trigger of users made is seen
(UPDATE OF sees only the SET list), nothing is computed where nothing changed, and the columns are in pg_depend, so that
PostgreSQL refuses to drop one of them behind the back of the function.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...base.name import RelationName
from ...catalog.values import Catalog, Function, Table, Trigger
from ...sql.expression import substitute
from ...sql.quote import dollar, ident, qualified
from ...sql.tokens import fields
from ..sync.naming import LIMIT, shortened
from . import _names
from ._steps import Steps

MARK = "-- Computes a column, as GENERATED ALWAYS AS (...) STORED would; made by pgwright."
OPTIONS = "LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp"
_UNEQUAL = "OPERATOR(pg_catalog.*<>)"
"""By image: IS DISTINCT FROM does not exist for json and point, and does not see every change."""


@dataclass(frozen=True, kw_only=True)
class Derived:
    """A column that triggers compute: its attnum, the attnums that its expression reads, the function, and the
    triggers of the table that call it."""

    column: int
    inputs: frozenset[int]
    function: Function
    triggers: tuple[Trigger, ...]


def derived(catalog: Catalog, table: Table) -> tuple[Derived, ...]:
    """The columns of `table` that are kept so."""
    found = []
    for oid in dict.fromkeys(trigger.function_oid for trigger in table.triggers):
        function = catalog.functions.get(oid)
        if function is None or not function.body.lstrip().startswith(MARK):
            continue
        triggers = tuple(trigger for trigger in table.triggers if trigger.function_oid == oid)
        column = table.column(next(iter(fields(function.body, ("NEW",))), ""))
        if column is not None:
            read = {number for trigger in triggers for number in trigger.when_columns}
            inputs = frozenset(read - {column.number})
            found.append(Derived(column=column.number, inputs=inputs, function=function, triggers=triggers))
    return tuple(found)


def of_column(catalog: Catalog, table: Table, number: int) -> Derived | None:
    """How the column with attnum `number` is computed, None where it is not."""
    return next((each for each in derived(catalog, table) if each.column == number), None)


def is_derived(catalog: Catalog, trigger: Trigger) -> bool:
    """Whether the trigger is one of those."""
    function = catalog.functions.get(trigger.function_oid)
    return function is not None and function.body.lstrip().startswith(MARK)


def reading(catalog: Catalog, table: Table, number: int) -> Iterator[str]:
    """Sentence parts about what is computed from the column with attnum `number`: a pass that gives it other values
    would pass that by."""
    for each in derived(catalog, table):
        if number in each.inputs:
            names = ", ".join(f'"{trigger.name}"' for trigger in each.triggers)
            column = table.column_number(each.column)
            shown = column.name if column is not None else str(each.column)
            yield f"{shown} is computed from it by trigger {names}: drop that column first, and add it again afterwards"


def drop_triggers(catalog: Catalog, table: Table, of: Derived) -> list[str]:
    """DROP TRIGGER on the table and on children that have their own; partitions lose theirs with it."""
    return [
        f"DROP TRIGGER IF EXISTS {ident(trigger.name)} ON {qualified(part.name)}"
        for part in catalog.descendants(table.oid)
        for trigger in part.triggers
        if trigger.function_oid == of.function.oid and trigger.parent is None
    ]


def drop_function(of: Derived) -> str:
    """DROP FUNCTION; RESTRICT, so that a trigger on another table is an error and no loss."""
    return f"DROP FUNCTION IF EXISTS {of.function.identity}"


def expression(function: Function) -> str:
    """What the function computes, of the row as NEW."""
    line = next(each for each in function.body.splitlines() if each.startswith("  made "))
    return line.partition(" := ")[2].removesuffix(";")


def softened(body: str) -> str:
    """The body of a function that leaves a value alone which the statement gives, from the strict one."""
    return body.replace("\nBEGIN\n", "\nBEGIN\n  IF given THEN RETURN NEW; END IF;\n", 1)


def replaced(function: Function, body: str) -> str:
    """CREATE OR REPLACE of the function with another body."""
    name = function.identity
    return f"CREATE OR REPLACE FUNCTION {name} RETURNS trigger {OPTIONS} AS {dollar(body)}"


def making(steps: Steps, name: str, type_: str, expression: str, mapping: Mapping[str, str]) -> Making:
    """What keeps the column called `name`, with names that are free."""
    catalog, table = steps.request.catalog, steps.table
    parts = catalog.descendants(table.oid)
    schema = table.name.schema
    taken = {function.name.name for function in catalog.functions.values() if function.name.schema == schema}
    function = _names.free(table.name.name, name, "generated", taken | steps.request.names)
    steps.request.names.add(function)
    return Making(
        table=table.name,
        column=name,
        type=type_,
        expression=expression,
        mapping=mapping,
        function=RelationName(schema, function),
        triggers=trigger_names(name, [each.name for part in parts for each in part.triggers]),
        parts=[part for part in parts if part.partition_bound is None or part.oid == table.oid],
        all_parts=parts,
    )


@dataclass(frozen=True, kw_only=True)
class Making:
    """The statements that make the triggers. `column` and `inputs` are names on the server, `mapping` gives the name on
    the server for each name of `expression`. `parts` are the tables that carry triggers of their own, `all_parts` those
    that have them or clones of them."""

    table: RelationName
    column: str
    type: str
    expression: str
    mapping: Mapping[str, str]
    function: RelationName
    triggers: tuple[str, str]
    parts: Sequence[Table]
    all_parts: Sequence[Table]

    def function_sql(self, *, lenient: bool = False) -> str:
        """CREATE FUNCTION; a `lenient` one leaves a value alone that the statement gives."""
        fields = {name: f"NEW.{ident(there)}" for name, there in self.mapping.items()}
        new, old = f"ROW(NEW.{ident(self.column)})::record", f"ROW(OLD.{ident(self.column)})::record"
        message = "'trigger %s of table %s computes a column: it cannot be given another value', TG_NAME, TG_TABLE_NAME"
        body = "\n".join(
            [
                "",
                MARK,
                "DECLARE",
                f"  given boolean := {new} {_UNEQUAL} {old};",
                f"  made {self.type} := {substitute(self.expression, fields)};",
                "BEGIN",
                f"  IF given AND {new} {_UNEQUAL} ROW(made)::record THEN",
                "    RAISE EXCEPTION USING ERRCODE = 'generated_always',",
                f"      MESSAGE = pg_catalog.format({message});",
                "  END IF;",
                f"  NEW.{ident(self.column)} := made;",
                "  RETURN NEW;",
                "END",
                "",
            ]
        )
        text = dollar(softened(body) if lenient else body)
        return f"CREATE FUNCTION {qualified(self.function)}() RETURNS trigger {OPTIONS} AS {text}"

    def trigger_sql(self) -> list[str]:
        """CREATE TRIGGER on each table that carries its own."""
        read = (*dict.fromkeys(self.mapping.values()), self.column)
        rows = ", ".join(f"ROW({', '.join(f'{record}.{ident(name)}' for name in read)})" for record in ("NEW", "OLD"))
        # As a function: the server deparses the operator without ::record, and no restore takes that (14 to 18).
        changed = f"WHEN (NEW.{ident(self.column)} IS NULL OR pg_catalog.record_image_ne({rows})) "
        found = []
        for part in self.parts:
            for name, event, when in zip(self.triggers, ("INSERT", "UPDATE"), ("", changed), strict=True):
                found.append(
                    f"CREATE TRIGGER {ident(name)} BEFORE {event} ON {qualified(part.name)} FOR EACH ROW {when}"
                    f"EXECUTE FUNCTION {qualified(self.function)}()"
                )
        return found

    def always_sql(self) -> list[str]:
        """From now on they fire for writers with the replica role, too, as a generated column is computed for them."""
        tables = [f"{'' if part.kind == 'p' else 'ONLY '}{qualified(part.name)}" for part in self.all_parts]
        return [
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {ident(name)}" for table in tables for name in self.triggers
        ]

    def drop_triggers_sql(self) -> list[str]:
        """The way back, before the column goes."""
        return [
            f"DROP TRIGGER IF EXISTS {ident(name)} ON {qualified(part.name)}"
            for part in self.parts
            for name in self.triggers
        ]

    def drop_function_sql(self) -> str:
        """The way back, when nothing calls it."""
        return f"DROP FUNCTION IF EXISTS {qualified(self.function)}()"


def trigger_names(column: str, others: Sequence[str]) -> tuple[str, str]:
    """The names of the triggers on INSERT and UPDATE: behind all `others` in byte order, so that they fire last."""
    last = max((name.encode() for name in others), default=b"")
    for prefix in ("zz_", "~", "~~~~~~~~", "\U0010ffff" * 8):
        names = tuple(shortened(f"{prefix}{column}_on_{event}") for event in ("insert", "update"))
        if all(name.encode() > last for name in names):
            return names[0], names[1]
    stem = max(others, key=lambda name: name.encode())
    return (stem + "_i")[:LIMIT], (stem + "_u")[:LIMIT]
