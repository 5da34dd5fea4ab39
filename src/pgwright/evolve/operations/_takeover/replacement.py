"""What is meant: which column is replaced, by which, and how a value gets from one to the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ....catalog.probe import ExpressionFacts
from ....catalog.values import Column, Table
from ....sql.expression import is_reference
from .._operation import Shape


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """`column` is the catalog's, `old_number` its attnum at this place; `new` is what the new column is called until
    contract, `target` its type and collation, `final` its name after contract. `up` and `down` are facts about the
    expressions; a generated one is the bare column. `forgiving`: what `up` refuses becomes NULL. `typed_at` is where
    the TYPE stands (line, column) that a rename takes with it. `own_default`: the new type cannot have the DEFAULT."""

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
    forgiving: bool = False
    typed_at: Sequence[int] = ()
    own_default: bool = False

    @property
    def plain(self) -> bool:
        """True when the value does not change, and neither does its type: `up` and `down` are the bare columns."""
        if self.keeps_name or self.forgiving or self.retyped:
            return False
        return is_reference(self.up.text) == self.old and is_reference(self.down.text) == self.new

    @property
    def retyped(self) -> bool:
        """Whether the type, or its collation, is another one."""
        return (self.target.type, self.target.collation) != (self.column.type, self.column.collation)

    @property
    def keeps_name(self) -> bool:
        """Whether the new column is hidden until contract and then has the name of the old one: only its type is
        another. Both applications write the old column until then."""
        return self.final == self.old
