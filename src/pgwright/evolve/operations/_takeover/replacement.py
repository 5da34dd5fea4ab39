"""What is meant: which column is replaced, by which, and how a value gets from one to the other."""

from __future__ import annotations

from dataclasses import dataclass

from ....catalog.probe import ExpressionFacts
from ....catalog.values import Column, Table
from ....sql.expression import is_reference
from .._operation import Shape


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """`column` is the catalog's, `old_number` its attnum at this place; `new` is what the new column is called until
    contract, `target` its type and collation, `final` its name after contract. `up` and `down` are facts about the
    expressions; a generated one is the bare column."""

    table: Table
    shape: Shape
    column: Column
    target: Column
    old: str
    new: str
    final: str
    old_number: int
    up: ExpressionFacts
    down: ExpressionFacts
    up_written: bool
    down_written: bool

    @property
    def plain(self) -> bool:
        """True when the value does not change, and neither does its type: `up` and `down` are the bare columns."""
        if self.keeps_name:
            return False
        return is_reference(self.up.text) == self.old and is_reference(self.down.text) == self.new

    @property
    def keeps_name(self) -> bool:
        """Whether the new column is hidden until contract and then has the name of the old one: only its type is
        another. Both applications write the old column until then."""
        return self.final == self.old
