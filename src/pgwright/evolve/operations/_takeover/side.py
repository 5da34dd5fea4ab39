"""Builds beside, for another column, what hangs on the replaced one: the steps, in both directions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....base.lock import LockMode
from ....catalog.values import Constraint, Index, Table
from ....sql.index import elsewhere, on_table
from ....sql.quote import ident, qualified
from ...steps import condition
from ...steps.step import Action, Kind, Phase, Step
from . import beside, bound

if TYPE_CHECKING:
    from .builder import Builder


class Side:
    """Builds beside, for `column`, what hangs on the replaced one; `tag` is in the hidden names."""

    def __init__(self, builder: Builder, *, column: str, tag: str, phase: Phase) -> None:
        self.builder = builder
        self.column = column
        self.tag = tag
        self.phase = phase
        self.found = beside.beside(builder.request, builder.change)
        self.prefix = "" if tag == "new" else "back_"

    def copies(self) -> dict[str, Any]:
        """The hidden names, for the exchange."""
        found = self.found
        return {
            "indexes": [
                [part.oid, each.name, self._hidden(each.name)] for part, each in found.indexes if each.parent is None
            ],
            "constraints": [[part.oid, each.name, self._hidden(each.name)] for part, each in found.constraints],
            "not_null": self._helper(),
        }

    def indexes(self, *, unique: bool | None = None) -> list[Step]:
        """One concurrent build per index and table; those of partitioned tables are put together from their parts.
        With `unique` only those that are, or are not."""
        steps = []
        for number, (part, each) in enumerate(self.found.indexes, 1):
            if part.kind == "p" or unique not in (None, each.unique):
                continue
            statement = self._index(each.definition, self._hidden(each.name), concurrently=True)
            action = Action(
                name="index_build",
                parameters={
                    **self._failing(),
                    "relation": part.oid,
                    "schema": each.schema,
                    "name": self._hidden(each.name),
                    "of": each.name,
                    "statement": statement,
                },
            )
            steps.append(
                self.builder.step(
                    f"{self.prefix}index_{number}",
                    self.phase,
                    Kind.CONCURRENT,
                    f"build beside {each.name} of {part.name} its like on {self.column}",
                    (statement,),
                    action,
                    # What contract builds before the exchange goes with the column, when that is undone.
                    () if self.phase is Phase.CONTRACT else (f"DROP INDEX {self._copy(each)}",),
                    mode=LockMode.SHARE_UPDATE_EXCLUSIVE,
                    scans=True,
                    done=condition.has_index(part.oid, self._hidden(each.name)),
                )
            )
        return [*steps, *self._partitioned(unique=unique)]

    def _partitioned(self, *, unique: bool | None) -> list[Step]:
        """Indexes of partitioned tables: first those of partitions that come until then, then an empty one on each
        level, and every part attached to the one above. A key is put together by the exchange."""
        mine = [(part, each) for part, each in self.found.indexes if unique in (None, each.unique)]
        tops = [(part, each) for part, each in mine if part.kind == "p" and each.parent is None]
        if not tops:
            return []
        what = f"{self.prefix}{'key' if unique else 'index'}"
        rest = self.builder.step(
            f"{what}_rest",
            self.phase,
            Kind.CONCURRENT,
            f"build the indexes on {self.column} of partitions that have come since the plan",
            (),
            Action(name="index_rest", parameters=self._trees(tops)),
            mode=LockMode.SHARE_UPDATE_EXCLUSIVE,
        )
        plain = [(part, each) for part, each in mine if each.constraint is None]
        attached = [(part, each) for part, each in tops if each.constraint is None]
        return [rest, self._attached(f"{what}_attach", attached, plain)] if attached else [rest]

    def _attached(self, step: str, tops: list[tuple[Table, Index]], mine: list[tuple[Table, Index]]) -> Step:
        levels = [each for part, each in mine if part.kind == "p"]
        shown = [self._index(each.definition, self._hidden(each.name), concurrently=False) for each in levels]
        by_oid = {each.oid: each for each in levels}
        shown += [
            f"ALTER INDEX {self._copy(by_oid[each.parent])} ATTACH PARTITION {self._copy(each)}"
            for _, each in mine
            if each.parent in by_oid
        ]
        return self.builder.step(
            step,
            self.phase,
            Kind.INSTANT,
            f"put the indexes of the partitions on {self.column} together",
            tuple(shown),
            Action(name="index_attach", parameters=self._trees(tops)),
            mode=LockMode.SHARE,
            done=condition.both(*(condition.has_index(part.oid, self._hidden(each.name)) for part, each in tops)),
        )

    def _trees(self, tops: list[tuple[Table, Index]]) -> dict[str, Any]:
        """The parameters of actions on the likes of whole trees of indexes."""
        return {
            **self._failing(),
            "tops": [[part.oid, each.name] for part, each in tops],
            "names": [*self.found.names, *([self.builder.link.final_name] if self.tag == "old" else [])],
            "column": self.column,
            "tag": self.tag,
        }

    def _copy(self, index: Index) -> str:
        return f"{ident(index.schema)}.{ident(self._hidden(index.name))}"

    def constraints(self) -> list[Step]:
        """CHECKs and foreign keys: added NOT VALID, then validated, in separate transactions."""
        steps = []
        referenced = bound.referenced(self.builder.request, self.builder.change, LockMode.SHARE_ROW_EXCLUSIVE)
        for number, (part, each) in enumerate(self.found.constraints, 1):
            name = self._hidden(each.name)
            statement = beside.constraint(part, each, names=self.found.names, to=self.column, name=name)
            summary = f"the like of {each.name} of {part.name} on {self.column}, for new rows"
            drop = (f"ALTER TABLE {qualified(part.name)} DROP CONSTRAINT {ident(name)}",)
            foreign = each.kind == "foreign key"
            if foreign and part.kind == "p" and each.validated:
                steps += self._foreign_key_of_parts(f"{self.prefix}constraint_{number}", part, each, statement)
                continue
            steps.append(
                self.builder.step(
                    f"{self.prefix}constraint_{number}",
                    self.phase,
                    Kind.INSTANT,
                    summary,
                    (statement,),
                    self._adding([[part.oid, each.name, name, statement]]),
                    drop,
                    mode=LockMode.SHARE_ROW_EXCLUSIVE if foreign else LockMode.ACCESS_EXCLUSIVE,
                    extra=referenced if foreign else (),
                    done=condition.has_constraint(part.oid, name),
                )
            )
            if each.validated and each.enforced:
                tables = ((part.oid, qualified(part.name), name),)
                step = f"{self.prefix}constraint_{number}_valid"
                steps.append(self.validate(step, f"prove {each.name} for every {self.column}", tables))
        return steps

    def _foreign_key_of_parts(self, step: str, part: Table, each: Constraint, statement: str) -> list[Step]:
        """The foreign key of a partitioned table: first on each partition, NOT VALID and validated; then on the table,
        which takes those for its own without looking at a row (14 to 18)."""
        name, mode = self._hidden(each.name), LockMode.SHARE_ROW_EXCLUSIVE
        referenced = bound.referenced(self.builder.request, self.builder.change, mode)
        leaves = [leaf for leaf in self.builder.request.catalog.descendants(part.oid) if leaf.kind == "r"]
        shown = tuple(on_table(statement, leaf.name.schema, leaf.name.name) for leaf in leaves)
        summary = f"the like of {each.name} on {self.column} of each partition of {part.name}, for new rows"
        apart = self._adding([[part.oid, each.name, name, statement]], leaves=True)
        added = self.builder.step(step, self.phase, Kind.INSTANT, summary, shown, apart, mode=mode, extra=referenced)
        tables = tuple((leaf.oid, qualified(leaf.name), name) for leaf in leaves)
        valid = self.validate(f"{step}_valid", f"prove {each.name} for every {self.column}", tables, root=part)
        joined = self.builder.step(
            f"{step}_joined",
            self.phase,
            Kind.INSTANT,
            f"make one foreign key of {part.name} of those of its partitions",
            (whole := statement.removesuffix(" NOT VALID"),),
            self._adding([[part.oid, each.name, name, whole]]),
            (f"ALTER TABLE {qualified(part.name)} DROP CONSTRAINT {ident(name)}",),
            # Triggers of the parts that the table's own make superfluous are dropped on both tables.
            extra=bound.referenced(self.builder.request, self.builder.change, LockMode.ACCESS_EXCLUSIVE),
            done=condition.has_constraint(part.oid, name),
        )
        return [added, valid, joined]

    def not_null(self) -> list[Step]:
        """What proves NOT NULL without a scan under the lock: a CHECK, NOT VALID and then validated. (NOT NULL … NOT
        VALID, as 18 has it, would do too, but on partitions it cannot get the names of before.)"""
        if not self.found.not_null:
            return []
        add, tables = [], []
        for part, constraint in self.found.not_null:
            table, name = qualified(part.name), ident(self._helper())
            alone = " NO INHERIT" if constraint is not None and constraint.no_inherit else ""
            add.append(
                f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({ident(self.column)} IS NOT NULL){alone} NOT VALID"
            )
            tables.append((part.oid, table, self._helper()))
        summary = f"from now on a NULL in {self.column} is refused, as it was in {self.builder.link.old_name}"
        step = f"{self.prefix}not_null"
        made = condition.both(*(condition.has_constraint(oid, name) for oid, _, name in tables))
        adds = [[oid, "", name, statement] for (oid, _, name), statement in zip(tables, add, strict=True)]
        added = self.builder.step(step, self.phase, Kind.INSTANT, summary, tuple(add), self._adding(adds), done=made)
        valid = self.validate(
            f"{step}_valid", f"prove that {self.column} has no NULL", tuple(tables), again=(added.id,)
        )
        return [added, valid]

    def analyze(self) -> list[Step]:
        """Statistics of the column, and of the expressions of its indexes: those ANALYZE only collects for the whole
        table (14 to 18)."""
        builder = self.builder
        columns = "" if self.found.indexes else f" ({ident(self.column)})"
        statement = f"ANALYZE {builder.table.root_sql}{columns}"
        mode = LockMode.SHARE_UPDATE_EXCLUSIVE
        summary = f"collect statistics of {self.column}"
        step = f"{self.prefix}analyze"
        return [builder.step(step, self.phase, Kind.ONLINE, summary, (statement,), None, mode=mode)]

    def validate(
        self,
        name: str,
        summary: str,
        tables: tuple[tuple[int, str, str], ...],
        *,
        again: tuple[str, ...] = (),
        root: Table | None = None,
    ) -> Step:
        """VALIDATE CONSTRAINT of each (oid, table, constraint), with what has to be taken back where it fails. With
        `root` it is done for the partitions that this table has then."""
        statements = tuple(f"ALTER TABLE {table} VALIDATE CONSTRAINT {ident(each)}" for _, table, each in tables)
        valid = (condition.has_constraint(oid, each, valid=True) for oid, _, each in tables)
        parameters = {
            **self._failing(),
            "constraints": [list(each) for each in tables] if root is None else [[root.oid, "", tables[0][2]]],
            "leaves": root is not None,
            "column": self.column,
            "again": list(again),
        }
        return self.builder.step(
            name,
            self.phase,
            Kind.ONLINE,
            summary,
            statements,
            Action(name="validate", parameters=parameters),
            mode=LockMode.SHARE_UPDATE_EXCLUSIVE,
            scans=True,
            done=condition.both(*valid) if root is None else "",
        )

    def _adding(self, adds: list[list[Any]], *, leaves: bool = False) -> Action:
        """What hangs on the column that has it now decides whether its like is added."""
        link = self.builder.link
        names = [link.final_name] if self.tag == "old" else [*self.found.names, link.old_name]
        return Action(name="constraint_add", parameters={"adds": adds, "names": names, "leaves": leaves})

    def _failing(self) -> dict[str, Any]:
        """What an action needs to take a hold back when the data stops it."""
        return {**self.builder.parameters, "copies": self.copies()}

    def _index(self, definition: str, name: str, *, concurrently: bool) -> str:
        return elsewhere(definition, names=self.found.names, to=self.column, name=name, concurrently=concurrently)

    def _hidden(self, name: str) -> str:
        return beside.hidden(self.builder.link.id, name, self.tag)

    def _helper(self) -> str:
        return beside.hidden(self.builder.link.id, "not_null", self.tag) if self.found.not_null else ""
