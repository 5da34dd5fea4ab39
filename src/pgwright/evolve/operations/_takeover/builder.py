"""The steps: a shadow column that triggers keep in step, a pass that fills it, a check that proves it, and its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ....base.lock import LockMode
from ....base.name import RelationName
from ....catalog.values import Column
from ....sql.quote import ident
from ...steps import condition
from ...steps.step import Action, Kind, Lock, Phase, Step
from ...sync import naming, text
from ...sync.codec import link_to_json
from ...sync.link import Link, SyncTable
from ...sync.sources import sync_table
from ...sync.total import is_total
from .._operation import Compiled, Request
from . import dependents, typed
from .earlier import refuse_made_before
from .replacement import Replacement

Hazards = Callable[[bool], tuple[str, ...]]


def compile_(request: Request, change: Replacement, why: str, hazards: Hazards) -> Compiled:
    """Open, (pass by the planner,) verify, and contract by the native rename or by a flip. `hazards(lasting)` are those
    of the operation."""
    if not change.plain:
        refuse_made_before(request, change.table, change.old, change.column.name)
    link = _link(request, change)
    _change_shape(change, link)
    if not link.plain:
        request.late.add(link.final_name)
    table = sync_table(request.catalog, change.table.oid, names=change.shape.physical)
    builder = Builder(request, change, link, table)
    steps = (*builder.expand(), *builder.verify(), *builder.contract(), *builder.back())
    return Compiled(
        strategy="copy",
        why=why,
        hazards=hazards(link.lasting),
        steps=steps,
        links=(link,),
    )


def _link(request: Request, change: Replacement) -> Link:
    shape = change.shape
    number = shape.next_number()
    # `up` speaks the names before the change, `down` those after it: where the name stays, each means its own column.
    known = {**shape.logical, change.new: number}
    read = (*change.up.columns, *change.down.columns)
    up, guard = typed.guarded(change, number) if change.forgiving else (change.up.text, {})
    return Link(
        id=request.id,
        migration=request.migration,
        table=change.table.oid,
        old=change.old_number,
        new=number,
        old_name=change.old,
        new_name=change.new,
        up=up,
        down=change.down.text,
        columns={name: known[name] for name in read},
        up_columns=change.up.columns,
        down_columns=change.down.columns,
        plain=change.plain,
        down_written=change.down_written,
        total=change.forgiving or (is_total(change.up.text) and change.target.type == change.column.type),
        lasting=change.up.immutable
        and change.down.immutable
        and not (change.up.has_subquery or change.down.has_subquery)
        and not wide(request, change),
        type=change.column.type,
        new_type="" if change.target.type == change.column.type else change.target.type,
        keeps_name=change.keeps_name,
        extra={
            "volatile": change.up.volatile or change.down.volatile,
            "by_value": _by_value(change.column) and _by_value(change.target),
            **({"own_default": change.column.default} if change.own_default else {}),
            **({"typed_at": list(change.typed_at)} if change.typed_at else {}),
            **({"guard": guard, "up_gives_null": True} if guard else {}),
        },
    )


WIDE = 500
"""Bytes: rows beyond 2 kB are cut up, the longest value first."""


def wide(request: Request, change: Replacement) -> bool:
    """Whether the values are so long that many stand in the TOAST table. A lasting check would fetch them at every
    UPDATE of any column (13 times the cost of one without, 8 kB each, 18), so they are proven once."""
    if change.column.storage not in ("x", "e", "m") or request.width is None:
        return False
    return request.width(change.table.oid, change.column.name) > WIDE


_BY_VALUE = frozenset(
    {"smallint", "integer", "bigint", "boolean", "text", "uuid", "date", "bytea", "character varying", "oid",
     "timestamp with time zone", "timestamp without time zone"}
)  # fmt: skip
"""Types of which equal values have the same image: no scale, no sign of zero, no case that does not count. Text only in
the collation of the database, which is deterministic (14 to 18)."""


def _by_value(column: Column) -> bool:
    return column.collation is None and column.type.partition("(")[0] in _BY_VALUE


def _change_shape(change: Replacement, link: Link) -> None:
    shape = change.shape
    del shape.logical[change.old]
    shape.logical[change.final] = link.new
    shape.physical[link.new] = change.new
    if link.new_type:
        shape.retyped[link.new] = replace(change.target, number=link.new)
    else:
        shape.sources[link.new] = shape.sources.get(change.old_number, change.old_number)
    shape.links.append(link)


class Builder:
    """Makes the steps of one link; they share its names, locks and estimates."""

    def __init__(self, request: Request, change: Replacement, link: Link, table: SyncTable) -> None:
        self.request = request
        self.change = change
        self.link = link
        self.table = table
        self.parameters = {"link": link_to_json(link)}
        self.parts = request.catalog.descendants(link.table)
        self.rows = sum(int(part.rows or 0) for part in self.parts)

    def expand(self) -> list[Step]:
        """Column, rights, triggers, in one transaction."""
        column = self.change.column
        target = self.change.target
        collation = f" COLLATE {target.collation}" if target.collation else ""
        add = f"ALTER TABLE {self.table.root_sql} ADD COLUMN {ident(self.link.new_name)} {target.type}{collation}"
        links = [*self.change.shape.fills, *self.change.shape.links]
        shown = (add, *dependents.column_settings(self.change, self.table.root_sql))
        shown += tuple(text.functions(self.table, links)) + tuple(text.triggers(self.table, links))
        parameters = {
            **self.parameters,
            "column": [add, *dependents.column_settings(self.change, self.table.root_sql)],
        }
        what = "hidden column" if self.link.keeps_name else "column"
        summary = f"add {what} {self.link.new_name} to {self.change.table.name} with the triggers that keep it in step"
        return [
            self._step(
                "open",
                Phase.EXPAND,
                Kind.INSTANT,
                summary,
                shown,
                Action(name="link_open", parameters=parameters),
                self._drop(),
                ready=condition.both(
                    condition.has_column(self.link.table, self.link.old_name, column.type_oid),
                    condition.neither(condition.has_column(self.link.table, self.link.new_name)),
                ),
                done=condition.both(
                    condition.has_link(self.link.id), condition.has_column(self.link.table, self.link.new_name)
                ),
                rewrites=tuple(part.name for part in self.parts) if typed.rewrites(self.request, self.change) else (),
            )
        ]

    def verify(self) -> list[Step]:
        """Prove that both sides are equal: a lasting CHECK, or one look where that cannot last."""
        link = self.link
        if not link.lasting:
            action = Action(name="link_look", parameters=self.parameters)
            summary = f"look at every row once: {link.old_name} and {link.new_name} in sync"
            look = self._step(
                "look", Phase.VERIFY, Kind.VERIFY, summary, (), action, mode=LockMode.ACCESS_SHARE, scans=True
            )
            return [look, *dependents.verify(self)]
        check = ident(naming.check_name(link.id))
        add = text.add_check(link, self.table)
        validate = f"ALTER TABLE {self.table.root_sql} VALIDATE CONSTRAINT {check}"
        drop = (f"ALTER TABLE {self.table.root_sql} DROP CONSTRAINT {check}",)
        mode = LockMode.SHARE_UPDATE_EXCLUSIVE
        fill = text.trigger_names(self.table)[-1]
        gone = text.drop_triggers([(fill, part.sql) for part in self.table.own_triggers()])
        summary = f"from now on a write that leaves {link.old_name} and {link.new_name} out of step fails"
        action = Action(name="link_check", parameters=self.parameters)
        name = naming.check_name(link.id)
        made = condition.has_constraint(link.table, name)
        valid = condition.has_constraint(link.table, name, valid=True)
        steps = [self._step("check", Phase.VERIFY, Kind.INSTANT, summary, (*gone, add), action, drop, done=made)]
        summary = f"prove it for the rows that were there: {link.old_name} and {link.new_name} are in sync"
        steps.append(
            self._step(
                "validate",
                Phase.VERIFY,
                Kind.ONLINE,
                summary,
                (validate,),
                None,
                mode=mode,
                scans=True,
                ready=made,
                done=valid,
            )
        )
        steps += dependents.verify(self)
        return steps

    def contract(self) -> list[Step]:
        """A plain rename drops the shadow and renames the original; with up the new column takes over."""
        link, relation = self.link, self.table.root_sql
        if not link.plain:
            return dependents.contract(self)
        shown = (
            f"ALTER TABLE {relation} DROP COLUMN {ident(link.new_name)}",
            f"ALTER TABLE {relation} RENAME COLUMN {ident(link.old_name)} TO {ident(link.new_name)}",
        )
        summary = f"drop the shadow and rename {link.old_name} to {link.new_name} natively; every dependent follows"
        action = Action(name="link_close", parameters=self.parameters)
        back = (f"ALTER TABLE {relation} RENAME COLUMN {ident(link.new_name)} TO {ident(link.old_name)}",)
        open_ = condition.has_link(link.id)
        done = condition.neither(open_)
        return [self._step("close", Phase.CONTRACT, Kind.CUTOVER, summary, shown, action, back, ready=open_, done=done)]

    def back(self) -> list[Step]:
        """What rollback runs: from expanded drop the new side, from retiring bring the old one back."""
        link, relation = self.link, self.table.root_sql
        action = Action(name="link_undo", parameters=self.parameters)
        held = "has been written all the time" if link.keeps_name else "holds what the new application wrote"
        summary = f"drop {link.new_name}; {link.old_name} {held}"
        done = condition.neither(condition.has_link(link.id))
        extra = dependents.undo_locks(self)
        steps = [
            self._step("undo", Phase.ROLLBACK, Kind.CUTOVER, summary, self._drop(), action, done=done, extra=extra)
        ]
        if not link.plain:
            return [*steps, *dependents.restore(self)]
        shown = (f"ALTER TABLE {relation} RENAME COLUMN {ident(link.new_name)} TO {ident(link.old_name)}",)
        action = Action(name="link_reopen", parameters=self.parameters)
        summary = f"rename {link.new_name} back to {link.old_name}"
        new_there, old_there = (condition.has_column(link.table, name) for name in (link.new_name, link.old_name))
        done = condition.both(old_there, condition.neither(new_there))
        return [
            *steps,
            self._step("reopen", Phase.RESTORE, Kind.CUTOVER, summary, shown, action, ready=new_there, done=done),
        ]

    def _drop(self) -> tuple[str, ...]:
        return (f"ALTER TABLE {self.table.root_sql} DROP COLUMN {ident(self.link.new_name)}",)

    def _step(
        self,
        name: str,
        phase: Phase,
        kind: Kind,
        summary: str,
        statements: tuple[str, ...],
        action: Action | None,
        undo: tuple[str, ...] = (),
        *,
        mode: LockMode = LockMode.ACCESS_EXCLUSIVE,
        scans: bool = False,
        ready: str = "",
        done: str = "",
        extra: tuple[Lock, ...] = (),
        rewrites: tuple[RelationName, ...] = (),
    ) -> Step:
        root = self.change.table.name
        return Step(
            id=f"{self.request.id}.{name}",
            operations=(self.request.id,),
            phase=phase,
            kind=kind,
            summary=summary,
            statements=statements,
            action=action,
            locks=(*self.locks(mode), *extra),
            scans=(root,) if scans else (),
            rewrites=rewrites,
            rows=self.rows if scans else None,
            seconds=self.rows / 1_000_000 + 0.01 if scans else 0.01,
            undo=undo,
            ready=ready,
            done=done,
        )

    step = _step

    def locks(self, mode: LockMode) -> tuple[Lock, ...]:
        """`mode` on the table and everything that inherits from it, in oid order."""
        return tuple(Lock(relation=part.name, oid=part.oid, mode=mode) for part in self.parts)
