"""An index that is not there yet, as a value: two that mean the same are equal."""

from __future__ import annotations

from dataclasses import dataclass

from ...sql import quote


@dataclass(frozen=True, kw_only=True, order=True)
class Proposed:
    """An index on `schema.table`. `keys` are SQL as CREATE INDEX takes it: a column or an expression in brackets,
    with its operator class and direction where they are not the usual ones; `include` are columns by name, `storage`
    are storage parameters (`pages_per_range = 32`), `where` is a predicate or empty."""

    schema: str
    table: str
    keys: tuple[str, ...]
    include: tuple[str, ...] = ()
    where: str = ""
    method: str = "btree"
    storage: tuple[str, ...] = ()

    @property
    def relation(self) -> tuple[str, str]:
        """The table, as (schema, name)."""
        return self.schema, self.table

    @property
    def sql(self) -> str:
        """The statement that a migration has for it. pgwright builds it concurrently."""
        using = f" USING {self.method}" if self.method != "btree" else ""
        held = f" INCLUDE ({', '.join(map(quote.ident, self.include))})" if self.include else ""
        storage = f" WITH ({', '.join(self.storage)})" if self.storage else ""
        where = f" WHERE {self.where}" if self.where else ""
        table = quote.qualified(self.schema, self.table)
        return f"CREATE INDEX ON {table}{using} ({', '.join(self.keys)}){held}{storage}{where};"

    def begins(self, other: Proposed) -> bool:
        """Whether `other` has all that this one has, and goes on with further keys or columns."""
        same = (self.relation, self.method, self.where, self.storage) == (
            other.relation,
            other.method,
            other.where,
            other.storage,
        )
        return (
            same
            and self != other
            and other.keys[: len(self.keys)] == self.keys
            and set(self.include) <= {*other.include, *other.keys}
        )
