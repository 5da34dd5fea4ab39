"""What hangs on the old column, and the steps that carry it over when the new column takes its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....base.lock import LockMode
from ....catalog.values import Index
from ....sql.index import elsewhere
from ....sql.quote import ident, literal, qualified
from ...steps.step import Action, Kind, Lock, Phase, Step
from ...sync import naming
from ...sync.naming import hidden_name
from . import _beside, _bound
from ._rename import Rename

if TYPE_CHECKING:
    from ._copy import _Builder


def column_settings(rename: Rename, relation: str) -> tuple[str, ...]:
    """Rights, storage, statistics target and comment of the old column, for the new one."""
    column, new = rename.column, ident(rename.new)
    statements = []
    for grantee, privilege, grantable in column.acl:
        if grantee != rename.table.owner:
            to = ident(grantee) if grantee else "PUBLIC"
            option = " WITH GRANT OPTION" if grantable else ""
            statements.append(f"GRANT {privilege} ({new}) ON {relation} TO {to}{option}")
    storage = {"p": "PLAIN", "e": "EXTERNAL", "m": "MAIN", "x": "EXTENDED"}.get(column.storage)
    if storage and not rename.plain:
        statements.append(f"ALTER TABLE {relation} ALTER COLUMN {new} SET STORAGE {storage}")
    if column.compression and not rename.plain:
        method = {"p": "pglz", "l": "lz4"}[column.compression]
        statements.append(f"ALTER TABLE {relation} ALTER COLUMN {new} SET COMPRESSION {method}")
    if column.statistics is not None and not rename.plain:
        statements.append(f"ALTER TABLE {relation} ALTER COLUMN {new} SET STATISTICS {column.statistics}")
    if column.options and not rename.plain:
        statements.append(f"ALTER TABLE {relation} ALTER COLUMN {new} SET ({', '.join(column.options)})")
    if column.comment is not None and not rename.plain:
        statements.append(f"COMMENT ON COLUMN {relation}.{new} IS {literal(column.comment)}")
    return tuple(statements)


def verify(builder: _Builder) -> list[Step]:
    """Indexes and constraints of the new column, built beside those of the old one, after the pass. A plain rename
    gets indexes only: the new application must not wait for scans, and the native rename at contract does the rest."""
    side = _Side(builder, column=builder.link.new_name, tag="new", phase=Phase.VERIFY)
    return [*side.indexes(), *([] if builder.link.plain else side.constraints()), *side.analyze()]


def contract(builder: _Builder) -> list[Step]:
    """The flip: the new column takes over, the old one is put aside; and its end, after the grace period."""
    link, relation = builder.link, builder.table.root_sql
    aside = hidden_name(link.old_name, "retired")
    side = _Side(builder, column=link.new_name, tag="new", phase=Phase.CONTRACT)
    parameters = {**builder.parameters, "aside": aside, "copies": side.copies(), "rewrite": _rewrite(builder)}
    shown = _bound.shown(builder.request, builder.rename, aside, side.copies())
    back = (f"ALTER TABLE {relation} RENAME COLUMN {ident(aside)} TO {ident(link.old_name)}",)
    summary = f"{link.new_name} takes over from {link.old_name}, which is put aside and kept in step"
    flip = builder.step(
        "flip",
        Phase.CONTRACT,
        Kind.CUTOVER,
        summary,
        shown,
        Action(name="link_flip", parameters=parameters),
        back,
        extra=_bound.locks(builder.request, builder.rename),
        rewrites=_bound.rewrites(builder.request, builder.rename),
    )
    action = Action(name="link_retire", parameters={**builder.parameters, "aside": aside})
    shown = (f"ALTER TABLE {relation} DROP COLUMN {ident(aside)}",)
    retire = builder.step("retire", Phase.RETIRE, Kind.CUTOVER, f"drop the retired {link.old_name}", shown, action)
    return [*side.not_null(), flip, retire]


def restore(builder: _Builder) -> list[Step]:
    """Back from `retiring`: hold the application to what the old column can keep, prove it, build again what the old
    column has lost, flip back."""
    link, relation, root = builder.link, builder.table.root_sql, builder.rename.table.name
    aside = hidden_name(link.old_name, "retired")
    side = _Side(builder, column=aside, tag="old", phase=Phase.RESTORE)
    parameters = {**builder.parameters, "aside": aside, "copies": side.copies(), "rewrite": _rewrite(builder)}
    hold = builder.step(
        "hold",
        Phase.RESTORE,
        Kind.INSTANT,
        f"hold the new application to what {link.old_name} can keep",
        (),
        Action(name="link_hold", parameters=parameters),
        mode=LockMode.SHARE_ROW_EXCLUSIVE,
    )
    prove = builder.step(
        "prove",
        Phase.RESTORE,
        Kind.VERIFY,
        f"prove that nothing is lost: every {link.new_name} is kept in {link.old_name}",
        (),
        Action(name="link_prove", parameters=parameters),
        mode=LockMode.ACCESS_SHARE,
        scans=True,
    )
    shown = _bound.shown(builder.request, builder.rename, aside, side.copies(), back=True)
    unflip = builder.step(
        "unflip",
        Phase.RESTORE,
        Kind.CUTOVER,
        f"give {link.old_name} its place in {root} back",
        (*shown, f"ALTER TABLE {relation} DROP COLUMN {ident(hidden_name(link.new_name, 'undone'))}"),
        Action(name="link_unflip", parameters=parameters),
        extra=_bound.locks(builder.request, builder.rename),
        rewrites=_bound.rewrites(builder.request, builder.rename),
    )
    return [hold, prove, *_lasting(builder), *side.indexes(), *side.constraints(), *side.not_null(), unflip]


def undo_locks(builder: _Builder) -> tuple[Lock, ...]:
    """What dropping the new column locks besides its table: tables that its foreign keys reference."""
    return _bound.referenced(builder.request, builder.rename, LockMode.ACCESS_EXCLUSIVE)


def _lasting(builder: _Builder) -> list[Step]:
    """From here to the flip back nothing slips between: the in-sync check of the way there, once more."""
    if not builder.link.lasting:
        return []
    action = Action(name="link_check", parameters=builder.parameters)
    summary = f"from now on a write that leaves {builder.link.old_name} out of step fails"
    check = builder.step("back_check", Phase.RESTORE, Kind.INSTANT, summary, (), action)
    side = _Side(builder, column="", tag="old", phase=Phase.RESTORE)
    tables = ((builder.table.root_sql, naming.check_name(builder.link.id)),)
    return [check, side.validate("back_validate", "prove it for every row", tables)]


def _rewrite(builder: _Builder) -> bool:
    return builder.request.allowed("rewrite")


class _Side:
    """Builds beside, for `column`, what hangs on the renamed one; `tag` is in the hidden names."""

    def __init__(self, builder: _Builder, *, column: str, tag: str, phase: Phase) -> None:
        self.builder = builder
        self.column = column
        self.tag = tag
        self.phase = phase
        self.found = _beside.beside(builder.request, builder.rename)
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

    def indexes(self) -> list[Step]:
        """One concurrent build per index and table; those of partitioned tables are put together from their parts."""
        steps = []
        for number, (part, each) in enumerate(self.found.indexes, 1):
            if part.kind == "p":
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
                    (f"DROP INDEX {self._copy(each)}",),
                    mode=LockMode.SHARE_UPDATE_EXCLUSIVE,
                    scans=True,
                )
            )
        return [*steps, *self._partitioned()]

    def _partitioned(self) -> list[Step]:
        """Indexes of partitioned tables: first those of partitions that come until then, then an empty one on each
        level, and every part attached to the one above."""
        tops = [(part, each) for part, each in self.found.indexes if part.kind == "p" and each.parent is None]
        if not tops:
            return []
        levels = [(part, each) for part, each in self.found.indexes if part.kind == "p"]
        shown = [self._index(each.definition, self._hidden(each.name), concurrently=False) for _, each in levels]
        by_oid = {each.oid: each for _, each in levels}
        shown += [
            f"ALTER INDEX {self._copy(by_oid[each.parent])} ATTACH PARTITION {self._copy(each)}"
            for _, each in self.found.indexes
            if each.parent in by_oid
        ]
        parameters = {
            **self._failing(),
            "tops": [[part.oid, each.name] for part, each in tops],
            "names": [*self.found.names, *([self.builder.link.new_name] if self.tag == "old" else [])],
            "column": self.column,
            "tag": self.tag,
        }
        rest = self.builder.step(
            f"{self.prefix}index_rest",
            self.phase,
            Kind.CONCURRENT,
            f"build the indexes on {self.column} of partitions that have come since the plan",
            (),
            Action(name="index_rest", parameters=parameters),
            mode=LockMode.SHARE_UPDATE_EXCLUSIVE,
        )
        attach = self.builder.step(
            f"{self.prefix}index_attach",
            self.phase,
            Kind.INSTANT,
            f"put the indexes of the partitions on {self.column} together",
            tuple(shown),
            Action(name="index_attach", parameters=parameters),
            mode=LockMode.SHARE,
        )
        return [rest, attach]

    def _copy(self, index: Index) -> str:
        return f"{ident(index.schema)}.{ident(self._hidden(index.name))}"

    def constraints(self) -> list[Step]:
        """CHECKs and foreign keys: added NOT VALID, then validated, in separate transactions."""
        steps = []
        referenced = _bound.referenced(self.builder.request, self.builder.rename, LockMode.SHARE_ROW_EXCLUSIVE)
        for number, (part, each) in enumerate(self.found.constraints, 1):
            name = self._hidden(each.name)
            statement = _beside.constraint(part, each, names=self.found.names, to=self.column, name=name)
            summary = f"the like of {each.name} of {part.name} on {self.column}, for new rows"
            drop = (f"ALTER TABLE {qualified(part.name)} DROP CONSTRAINT {ident(name)}",)
            foreign = each.kind == "foreign key"
            steps.append(
                self.builder.step(
                    f"{self.prefix}constraint_{number}",
                    self.phase,
                    Kind.INSTANT,
                    summary,
                    (statement,),
                    None,
                    drop,
                    mode=LockMode.SHARE_ROW_EXCLUSIVE if foreign else LockMode.ACCESS_EXCLUSIVE,
                    extra=referenced if foreign else (),
                )
            )
            if each.validated and each.enforced:
                tables = ((qualified(part.name), name),)
                step = f"{self.prefix}constraint_{number}_valid"
                steps.append(self.validate(step, f"prove {each.name} for every {self.column}", tables))
        return steps

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
            tables.append((table, self._helper()))
        summary = f"from now on a NULL in {self.column} is refused, as it was in {self.builder.link.old_name}"
        step = f"{self.prefix}not_null"
        added = self.builder.step(step, self.phase, Kind.INSTANT, summary, tuple(add), None)
        valid = self.validate(
            f"{step}_valid", f"prove that {self.column} has no NULL", tuple(tables), again=(added.id,)
        )
        return [added, valid]

    def analyze(self) -> list[Step]:
        """Statistics of the new column and of the expressions of its indexes: queries on it are planned from now on."""
        builder = self.builder
        statement = f"ANALYZE {builder.table.root_sql} ({ident(self.column)})"
        mode = LockMode.SHARE_UPDATE_EXCLUSIVE
        summary = f"collect statistics of {self.column}"
        return [builder.step("analyze", self.phase, Kind.ONLINE, summary, (statement,), None, mode=mode)]

    def validate(
        self, name: str, summary: str, tables: tuple[tuple[str, str], ...], *, again: tuple[str, ...] = ()
    ) -> Step:
        """VALIDATE CONSTRAINT of each (table, constraint), with what has to be taken back where it fails."""
        statements = tuple(f"ALTER TABLE {table} VALIDATE CONSTRAINT {ident(each)}" for table, each in tables)
        parameters = {
            **self._failing(),
            "constraints": [list(each) for each in tables],
            "statements": list(statements),
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
        )

    def _failing(self) -> dict[str, Any]:
        """What an action needs to take a hold back when the data stops it."""
        return {**self.builder.parameters, "copies": self.copies()}

    def _index(self, definition: str, name: str, *, concurrently: bool) -> str:
        return elsewhere(definition, names=self.found.names, to=self.column, name=name, concurrently=concurrently)

    def _hidden(self, name: str) -> str:
        return _beside.hidden(self.builder.link.id, name, self.tag)

    def _helper(self) -> str:
        return _beside.hidden(self.builder.link.id, "not_null", self.tag) if self.found.not_null else ""
