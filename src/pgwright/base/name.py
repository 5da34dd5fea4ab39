"""The name of a relation: schema and name, unquoted. Quoting is `sql/quote.py`'s, never done by hand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class RelationName:
    """A relation by `schema` and `name`, exactly as the catalog spells them (no quotes, any character)."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"
