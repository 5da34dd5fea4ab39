"""Strategy copy: a shadow column with the new name, kept in step by triggers, filled by a pass, proven by a check."""

from __future__ import annotations

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
from . import _dependents, _hazards
from ._rename import Rename


def compile_(request: Request, rename: Rename, why: str) -> Compiled:
    """Open, (pass by the planner,) verify, and contract by the native rename or by a flip."""
    link = _link(request, rename)
    _change_shape(rename, link)
    if not link.plain:
        request.late.add(link.new_name)
    table = sync_table(request.catalog, rename.table.oid, names=rename.shape.physical)
    builder = _Builder(request, rename, link, table)
    steps = (*builder.expand(), *builder.verify(), *builder.contract(), *builder.back())
    return Compiled(
        strategy="copy",
        why=why,
        hazards=_hazards.of_copy(request, rename, lasting=link.lasting),
        steps=steps,
        links=(link,),
    )


def _link(request: Request, rename: Rename) -> Link:
    shape = rename.shape
    number = shape.next_number()
    known = {**shape.logical, rename.new: number}
    read = (*rename.up.columns, *rename.down.columns)
    return Link(
        id=request.id,
        migration=request.migration,
        table=rename.table.oid,
        old=rename.old_number,
        new=number,
        old_name=rename.old,
        new_name=rename.new,
        up=rename.up.text,
        down=rename.down.text,
        columns={name: known[name] for name in read},
        up_columns=rename.up.columns,
        down_columns=rename.down.columns,
        plain=rename.plain,
        down_written=rename.down_written,
        total=is_total(rename.up.text),
        lasting=rename.up.immutable
        and rename.down.immutable
        and not (rename.up.has_subquery or rename.down.has_subquery)
        and not wide(request, rename),
        type=rename.column.type,
        extra={"volatile": rename.up.volatile or rename.down.volatile, "by_value": _by_value(rename.column)},
    )


WIDE = 500
"""Bytes: rows beyond 2 kB are cut up, the longest value first."""


def wide(request: Request, rename: Rename) -> bool:
    """Whether the values are so long that many stand in the TOAST table. A lasting check would fetch them at every
    UPDATE of any column (13 times the cost of one without, 8 kB each, 18), so they are proven once."""
    if rename.column.storage not in ("x", "e", "m") or request.width is None:
        return False
    return request.width(rename.table.oid, rename.column.name) > WIDE


_BY_VALUE = frozenset(
    {"smallint", "integer", "bigint", "boolean", "text", "uuid", "date", "bytea", "character varying", "oid",
     "timestamp with time zone", "timestamp without time zone"}
)  # fmt: skip
"""Types of which equal values have the same image: no scale, no sign of zero, no case that does not count. Text only in
the collation of the database, which is deterministic (14 to 18)."""


def _by_value(column: Column) -> bool:
    return column.collation is None and column.type.partition("(")[0] in _BY_VALUE


def _change_shape(rename: Rename, link: Link) -> None:
    shape = rename.shape
    del shape.logical[rename.old]
    shape.logical[rename.new] = link.new
    shape.physical[link.new] = rename.new
    shape.sources[link.new] = shape.sources.get(rename.old_number, rename.old_number)
    shape.links.append(link)


class _Builder:
    """Makes the steps of one link; they share its names, locks and estimates."""

    def __init__(self, request: Request, rename: Rename, link: Link, table: SyncTable) -> None:
        self.request = request
        self.rename = rename
        self.link = link
        self.table = table
        self.parameters = {"link": link_to_json(link)}
        self.rows = sum(int(part.rows or 0) for part in request.catalog.descendants(link.table))

    def expand(self) -> list[Step]:
        """Column, rights, triggers, in one transaction."""
        column = self.rename.column
        collation = f" COLLATE {column.collation}" if column.collation else ""
        add = f"ALTER TABLE {self.table.root_sql} ADD COLUMN {ident(self.link.new_name)} {column.type}{collation}"
        links = [*self.rename.shape.fills, *self.rename.shape.links]
        shown = (add, *_dependents.column_settings(self.rename, self.table.root_sql))
        shown += tuple(text.functions(self.table, links)) + tuple(text.triggers(self.table, links))
        parameters = {
            **self.parameters,
            "column": [add, *_dependents.column_settings(self.rename, self.table.root_sql)],
        }
        summary = f"add column {self.link.new_name} to {self.rename.table.name} with the triggers that keep it in step"
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
            return [look, *_dependents.verify(self)]
        types = (link.type, link.type)
        check = ident(naming.check_name(link.id))
        add = text.add_check(link, self.table, types)
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
        steps += _dependents.verify(self)
        return steps

    def contract(self) -> list[Step]:
        """A plain rename drops the shadow and renames the original; with up the new column takes over."""
        link, relation = self.link, self.table.root_sql
        if not link.plain:
            return _dependents.contract(self)
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
        summary = f"drop {link.new_name}; {link.old_name} holds what the new application wrote"
        done = condition.neither(condition.has_link(link.id))
        extra = _dependents.undo_locks(self)
        steps = [
            self._step("undo", Phase.ROLLBACK, Kind.CUTOVER, summary, self._drop(), action, done=done, extra=extra)
        ]
        if not link.plain:
            return [*steps, *_dependents.restore(self)]
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
        root = self.rename.table.name
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
        parts = self.request.catalog.descendants(self.link.table)
        return tuple(Lock(relation=part.name, oid=part.oid, mode=mode) for part in parts)
