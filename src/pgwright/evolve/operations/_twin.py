"""The Python twin of an operation: a value that writes itself as the statement and directives a file would have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ...sql.quote import ident, qualified


@runtime_checkable
class Operation(Protocol):
    """What every class of `pgwright.op` can do."""

    def to_sql(self) -> str:
        """The statement with its directives above it, as a migration file has it."""


@dataclass(frozen=True, kw_only=True)
class Typed:
    """An operation that is its statement, `sql`."""

    sql: str

    def to_sql(self) -> str:
        """The statement, ended."""
        return self.sql.rstrip().removesuffix(";") + ";\n"


@dataclass(frozen=True, kw_only=True)
class Consented(Typed):
    """The same, with what the author consents to (`allow`) above it."""

    allow: str | None = None

    def to_sql(self) -> str:
        """The statement with its directive."""
        return directives(allow=self.allow) + super().to_sql()


def directives(**values: str | None) -> str:
    """A line for each directive that has a value. Raises ValueError for a value of several lines."""
    for name, value in values.items():
        if value is not None and "\n" in value:
            raise ValueError(f"{name} must be one line")
    return "".join(f"-- pgwright: {name} = {value}\n" for name, value in values.items() if value is not None)


def table_sql(table: str, schema: str | None) -> str:
    """The quoted name of a table, in `schema` or in the search_path."""
    return ident(table) if schema is None else qualified(schema, table)
