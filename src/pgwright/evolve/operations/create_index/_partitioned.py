"""An index of a partitioned table: empty on each level, built concurrently on each leaf, and put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....catalog.values import Index, Table
from ....sql.index import alike, built
from ....sql.quote import qualified
from ...steps.step import Action, Kind, Phase, Step
from ...sync.naming import hidden_name
from .. import _names
from .._steps import Steps
from . import _duplicates, _plain
from ._wanted import Wanted


def steps(of: Steps, wanted: Wanted) -> tuple[Step, ...]:
    """The steps of an index on the table and all its partitions."""
    plain = Tree(of, wanted, wanted.name, wanted.body, of.request.moment())
    found = [*_duplicates.steps(of, wanted), *plain.steps()]
    beside = _plain.other_body(of, wanted)
    if beside is not None:
        name = hidden_name(f"{of.request.id}_{wanted.name}", "new")
        found += Tree(of, wanted, name, beside, Phase.VERIFY, prefix="new_").steps()
    return tuple(found)


def kept(of: Steps, wanted: Wanted) -> list[tuple[Table, Index]]:
    """Indexes that partitions have already and that PostgreSQL takes for their share."""
    below = {wanted.table.oid}
    found = []
    for part in sorted(of.request.catalog.descendants(wanted.table.oid), key=lambda each: each.oid):
        if part.oid == wanted.table.oid or part.oid in below:
            continue
        index = next(
            (
                each
                for each in part.indexes
                if each.valid and each.parent is None and alike(each.definition, wanted.definition)
            ),
            None,
        )
        if index is not None:
            found.append((part, index))
            below.update(each.oid for each in of.request.catalog.descendants(part.oid))
    return found


class Tree:
    """The steps of one tree of indexes, called `name`; `prefix` tells that of the new names of the columns."""

    def __init__(self, of: Steps, wanted: Wanted, name: str, body: str, phase: Phase, *, prefix: str = "") -> None:
        self.of, self.wanted, self.name, self.body, self.phase, self.prefix = of, wanted, name, body, phase, prefix
        self.kept = [] if prefix else kept(of, wanted)
        self.parts = of.request.catalog.descendants(of.table.oid)
        skipped = {each.oid for part, _ in self.kept for each in of.request.catalog.descendants(part.oid)}
        self.names = self._names(skipped)
        self.levels = [each for each in self.parts if each.kind == "p" and each.oid not in skipped]
        self.leaves = [each for each in self.parts if each.kind == "r" and each.oid not in skipped]

    def steps(self) -> list[Step]:
        """Levels, leaves, and the whole; then the way back."""
        found = [self._made(), self._built(self.phase, "leaves"), self._attached(self.phase, "attach")]
        if self.kept:
            found += [self._built(Phase.RETIRE, "rest"), self._attached(Phase.RETIRE, "attach_kept")]
        schema = self.of.table.name.schema
        definition = built(self.body, table=self.of.table.name, name=self.name, unique=self.wanted.unique)
        away = f"DROP INDEX {qualified(schema, self.name)}"
        return [*found, _plain.drop_whole(self.of, self.name, definition, away, self.prefix), self._cleaned()]

    def _names(self, skipped: set[int]) -> dict[int, str]:
        """The names of all parts' indexes, chosen as PostgreSQL would, each from its own table's name."""
        of = self.of.request
        found = {self.of.table.oid: self.name}
        for part in self.parts:
            if part.kind == "f" or part.oid in found or part.oid in skipped:
                continue
            name = _names.index_name(of.catalog, part.name, self.wanted.facts.columns, "idx", of.names)
            found[part.oid] = hidden_name(f"{of.id}_{name}", "new") if self.prefix else name
            of.names.add(found[part.oid])
        return found

    def _parameters(self, **more: Any) -> Mapping[str, Any]:
        tree = {
            "name": self.name,
            "unique": self.wanted.unique,
            "body": self.body,
            "tablespace": self.wanted.tablespace,
            "names": {str(oid): name for oid, name in self.names.items()},
            "columns": list(self.wanted.facts.columns),
            "hidden": self.of.request.id if self.prefix else "",
        }
        return {"relation": self.of.table.oid, "tree": tree, **more}

    def _statement(self, part: Table) -> str:
        return built(
            self.body,
            table=part.name,
            name=self.names[part.oid],
            unique=self.wanted.unique,
            concurrently=part.kind == "r",
            only=part.kind == "p",
            tablespace=self.wanted.tablespace,
        )

    def _attach(self, parts: list[Table]) -> list[str]:
        return [self._attached_one(part, self.names[part.oid]) for part in parts if part.oid != self.of.table.oid]

    def _attached_one(self, part: Table, name: str) -> str:
        above = next(each for each in self.parts if each.oid in part.parents)
        upper = qualified(above.name.schema, self.names[above.oid])
        return f"ALTER INDEX {upper} ATTACH PARTITION {qualified(part.name.schema, name)}"

    def _made(self) -> Step:
        levels = tuple(each.oid for each in self.levels)
        return self.of.step(
            f"{self.prefix}parent",
            self.phase,
            Kind.INSTANT,
            f"make the empty index {self.name} of {self.of.table.name}; partitions that come get theirs by it",
            (*map(self._statement, self.levels), *self._attach(self.levels)),
            self.of.on("IndexStmt only", target=levels),
            self.of.on("ALTER INDEX AT_AttachPartition", child=levels, table=levels),
            action=Action(name="index_attach", parameters=self._parameters(levels=True, below="p", kept=self._kept())),
            undo=(f"DROP INDEX {qualified(self.of.table.name.schema, self.name)}",),
            ready=_plain.columns_there(self.of, self.wanted) if not self.prefix else "",
        )

    def _built(self, phase: Phase, name: str) -> Step:
        leaves = tuple(each.oid for each in self.leaves)
        shown = tuple(map(self._statement, self.leaves)) if phase is self.phase else ()
        return self.of.step(
            f"{self.prefix}{name}",
            phase,
            Kind.CONCURRENT,
            f"build the index of each partition of {self.of.table.name}"
            if phase is self.phase
            else f"build the index of partitions of {self.of.table.name} that have lost their own",
            shown,
            self.of.on("IndexStmt concurrently", target=leaves),
            action=Action(name="index_rest", parameters=self._parameters(kept=self._kept(phase))),
            undo=tuple(f"DROP INDEX {qualified(each.name.schema, self.names[each.oid])}" for each in self.leaves),
        )

    def _attached(self, phase: Phase, name: str) -> Step:
        family = tuple(each.oid for each in self.parts)
        own = self._attach(self.leaves)
        late = [qualified(index.schema, index.name) for _, index in self.kept]
        shown = own if phase is self.phase else [self._attached_one(part, index.name) for part, index in self.kept]
        return self.of.step(
            f"{self.prefix}{name}",
            phase,
            Kind.INSTANT,
            f"put {self.name} together from the indexes of the partitions"
            if phase is self.phase
            else f"make {', '.join(late)} parts of {self.name}",
            tuple(shown),
            self.of.on("ALTER INDEX AT_AttachPartition", child=family, table=family),
            action=Action(name="index_attach", parameters=self._parameters(kept=self._kept(phase))),
            undo=("they go with the whole",),
        )

    def _cleaned(self) -> Step:
        return self.of.step(
            f"{self.prefix}clean",
            Phase.ROLLBACK,
            Kind.CONCURRENT,
            f"drop indexes of partitions that had not become parts of {self.name}",
            (),
            self.of.on("DropStmt index concurrently", target=tuple(each.oid for each in self.leaves)),
            action=Action(
                name="index_drop",
                parameters=self._parameters(
                    schema=self.of.table.name.schema, name=self.name, of="", statement="", kept=self._kept()
                ),
            ),
        )

    def _kept(self, phase: Phase | None = None) -> list[list[Any]]:
        return [] if phase is Phase.RETIRE else [[part.oid, index.name] for part, index in self.kept]
