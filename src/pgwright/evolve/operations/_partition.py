"""A table that becomes a partition: what would be read or built under the strong lock is proven and built before it.

ATTACH PARTITION reads no row where a valid CHECK implies the bound, of the table and of the DEFAULT partition beside it
(14 to 18), takes an index or a key that is there for the partition's share, and a foreign key that is valid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...base.lock import LockMode
from ...base.name import RelationName
from ...catalog.partition_probe import BoundFacts
from ...catalog.values import Table
from ...sql import alter, parse
from ...sql.parse import Node
from ...sql.quote import ident, qualified
from ..locks.scene import Scene, Situation
from ..steps import condition
from ..steps.step import Action, Kind, Lock, Phase, Step
from ..sync.naming import hidden_name
from . import _constraints
from ._operation import Request
from ._steps import Steps
from ._validated import Validated

ATTACH = "AlterTableStmt.AT_AttachPartition proven"
DETACH = "AlterTableStmt.AT_DetachPartition"


def bound_text(node: Node) -> str:
    """FOR VALUES … or DEFAULT of an ATTACH PARTITION, as it is typed."""
    holder = parse.parse("ALTER TABLE x ATTACH PARTITION y DEFAULT")[0].node
    alter.definition(alter.command(holder)).bound.CopyFrom(node)
    return parse.deparse_statement(holder).removeprefix("ALTER TABLE x ATTACH PARTITION y ")


def facts(request: Request, parent: Table, bound: str, *, without: int = 0) -> BoundFacts:
    """What the server says of the bound; raises where it does not fit."""
    assert request.probe_bound is not None
    found = request.probe_bound(parent.oid, bound, without)
    if found.error is not None:
        raise request.error(f'"{parent.name}" can have no partition {bound}: {found.error}')
    return found


@dataclass(frozen=True, kw_only=True)
class Partition:
    """A partition of the table of `steps`, to be or not to be: its name, the table (None: the same plan makes it, and
    it is empty), the bound, and what that says."""

    steps: Steps
    name: RelationName
    child: Table | None
    bound: str
    facts: BoundFacts
    tag: str = ""

    @property
    def default(self) -> Table | None:
        """The DEFAULT partition beside it."""
        tables = self.steps.request.catalog.tables
        others = (tables[oid] for oid in self.steps.table.children if oid in tables)
        found = next((each for each in others if each.partition_bound == "DEFAULT"), None)
        return None if found is not None and self.child is not None and found.oid == self.child.oid else found

    def on(self, name: str) -> Situation:
        """A measured situation with everybody who plays a part."""
        catalog, table = self.steps.request.catalog, self.steps.table
        scene = Scene(catalog)
        child = scene.descendants(self.child.oid) if self.child is not None else ()
        default = scene.descendants(self.default.oid) if self.default is not None else ()
        family = {table.oid, *child, *default}
        pointed = tuple(oid for oid in scene.referenced(table.constraints) if oid not in family)
        pointing = (oid for oid in scene.referencing([table.oid]) if oid not in {*family, *pointed})
        below = tuple(each for oid in pointing for each in scene.descendants(oid))
        parts = {"parent": (table.oid,), "child": child, "default": default}
        return Situation(name, {**parts, "referenced": pointed, "referencing": tuple(dict.fromkeys(below))})

    def attached(self, phase: Phase, *, look: Phase, left: str = "", more: tuple[Step, ...] = ()) -> list[Step]:
        """Look, prove, attach. `more` is what is built before, `left` the step that has journalled what it left on the
        partition, which goes."""
        checks = list(self._checks())
        looks = [check.look(look) for check in checks if check.query]
        proofs = [step for check in checks for step in check.forward(phase, look=None)]
        return [*looks, *more, *proofs, self._attach(phase, checks, left)]

    def attach_sql(self) -> str:
        """ALTER TABLE … ATTACH PARTITION."""
        return self.steps.alter(f"ATTACH PARTITION {qualified(self.name)} {self.bound}")

    def detach_sql(self) -> str:
        """ALTER TABLE … DETACH PARTITION."""
        return self.steps.alter(f"DETACH PARTITION {qualified(self.name)}")

    def detach(self, name: str, phase: Phase, *, undo: tuple[str, ...] = ()) -> Step:
        """One short transaction."""
        step = self.steps.step(
            self.tag + name,
            phase,
            Kind.CUTOVER,
            f"detach {self.name} from {self.steps.table.name}",
            (self.detach_sql(),),
            self.on(DETACH),
            undo=undo,
            done=condition.neither(condition.is_partition(self.steps.table.oid, self.name)),
        )
        return self._with_new(step)

    def unproven(self) -> list[Step]:
        """Rollback of a proof that came to nothing."""
        return [check.drop("undo", Phase.ROLLBACK) for check in self._checks()]

    def _attach(self, phase: Phase, checks: list[Validated], left: str) -> Step:
        statements = (self.attach_sql(), *(check.drop_sql() for check in checks))
        child = self.child.oid if self.child is not None else 0
        parameters = {"statements": list(statements), "left": left, "relation": child}
        step = self.steps.step(
            self.tag + "attach",
            phase,
            Kind.INSTANT,
            f"attach {self.name} to {self.steps.table.name}{'; what proved its bound goes' if checks else ''}",
            statements,
            self.on(ATTACH),
            action=Action(name="partition_attach", parameters=parameters),
            undo=(self.detach_sql(),),
            done=condition.is_partition(self.steps.table.oid, self.name),
        )
        return self._with_new(step)

    def _with_new(self, step: Step) -> Step:
        """A table that the same plan makes is locked by its name."""
        if self.child is not None:
            return step
        new = Lock(relation=self.name, oid=0, mode=LockMode.ACCESS_EXCLUSIVE)
        return replace(step, locks=(*step.locks, new))

    def _checks(self) -> Iterator[Validated]:
        """The CHECK on the table itself, and the one on the DEFAULT partition."""
        request = self.steps.request
        if self.child is not None and self.facts.condition:
            yield self._check(
                Steps(request, self.child),
                "bound",
                self.facts.condition,
                f"rows of {self.name} that do not belong into a partition {self.bound}",
                "Move or correct them, then run the same command again.",
            )
        if self.default is not None and self.facts.own:
            yield self._check(
                Steps(request, self.default),
                "default",
                f"NOT ({self.facts.own})",
                f"rows of {self.default.name} that belong into the new partition {self.bound}",
                f"Move them first: {self._move()}",
            )

    def _check(self, steps: Steps, tag: str, text: str, what: str, hint: str) -> Validated:
        name = hidden_name(f"{self.steps.request.id}_{self.tag}{tag}", "new")
        seen = _constraints.all_seen(self.steps.request, steps.table)
        return Validated(
            steps=steps,
            name=name,
            statement=steps.alter(f"ADD CONSTRAINT {ident(name)} CHECK ({text}) NOT VALID"),
            query=f"SELECT * FROM {steps.sql} WHERE NOT ({text})" if seen else "",
            what=what,
            hint=hint,
            tag=f"{self.tag}{tag}_",
        )

    def _move(self) -> str:
        assert self.default is not None
        columns = ", ".join(ident(each.name) for each in self.steps.table.columns if each.generated is None)
        gone = f"DELETE FROM {qualified(self.default.name)} WHERE {self.facts.own} RETURNING {columns}"
        return f"WITH moved AS ({gone}) INSERT INTO {qualified(self.name)} ({columns}) SELECT {columns} FROM moved;"
