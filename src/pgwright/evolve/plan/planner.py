"""Compiles pending migrations into one plan: asks the owner of each action, adds one pass per table, orders by phase.

Pure, but for the questions about expressions that `probe` asks the server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from ...base import registry
from ...base.consent import require_known
from ...base.errors import MigrationFileError, Refused, UsageError
from ...base.lock import LockMode
from ...catalog.fingerprint import fingerprint
from ...catalog.values import Catalog
from ..operations._operation import Compiled, Probe, Request, Shape
from ..steps import condition
from ..steps.step import Action, Kind, Lock, Phase, Step
from ..sync.fill import fill
from ..sync.link import Link
from ..sync.sources import sync_table
from .files import Migration
from .plan_file import Plan, PlannedMigration, PlannedOperation

KIND = "evolve.operations"
ORDER = tuple(Phase)
BLOCK = 8192  # bytes
ROWS_PER_SECOND = 60_000  # of a pass, a cautious figure of `benchmarks/`; only for estimates


@dataclass
class _Draft:
    """A plan being made."""

    catalog: Catalog
    shapes: dict[int, Shape] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@cache
def owners() -> dict[str, str]:
    """Which operation owns which action key; "*" owns the rest. Raises ValueError when two claim one key."""
    found: dict[str, str] = {}
    for name in registry.names(KIND):
        for key in registry.load(KIND, name).RECOGNISES:
            if key in found:
                raise ValueError(f"{key} is claimed by {found[key]} and {name}")
            found[key] = name
    return found


def owner(key: str) -> str:
    """The operation that owns the action `key`."""
    return owners().get(key, owners()["*"])


def make(
    migrations: Sequence[Migration],
    *,
    catalog: Catalog,
    links: Sequence[Link],
    probe: Probe,
    statements: tuple[str, ...] | None = None,
    against_view: Callable[[int, str, str], tuple[str, ...]] | None = None,
    allow: frozenset[str] = frozenset(),
) -> Plan:
    """The plan of `migrations`, in their order, against `catalog` while `links` are open. `statements` are those
    known to run (None: not known). Raises MigrationFileError or Refused for what cannot be planned."""
    draft = _Draft(catalog=catalog)

    def requests(migration: Migration) -> Iterator[Request]:
        actions = [(each, action) for each in migration.statements for action in each.actions]
        for number, (each, action) in enumerate(actions, 1):
            yield Request(
                id=f"{migration.number}.{number}",
                migration=migration.name,
                number=migration.number,
                file=str(migration.path),
                action=action,
                directives=each.directives,
                catalog=catalog,
                shapes=draft.shapes,
                links=tuple(links),
                probe=probe,
                statements=statements,
                against_view=against_view,
                allow=allow,
            )

    planned = []
    for migration in migrations:
        operations = []
        if not migration.statements:
            raise MigrationFileError(
                "there is no statement in this file",
                file=str(migration.path),
                hint="Write the change into it, or remove it.",
            )
        for request in requests(migration):
            name = owner(request.action.key)
            _refuse_directives(request, name)
            compiled: Compiled = registry.load(KIND, name).compile_(request)
            operations.append(_planned(request, name, compiled))
            draft.steps += compiled.steps
            draft.links += compiled.links
            draft.warnings += compiled.warnings
        planned.append(
            PlannedMigration(
                name=migration.name, number=migration.number, checksum=migration.checksum, operations=tuple(operations)
            )
        )
    draft.steps += _passes(draft)
    relations = tuple(sorted(draft.shapes))
    _refuse_too_wide(draft)
    return Plan(
        fingerprint=fingerprint(catalog, relations) if relations else "",
        migrations=tuple(planned),
        steps=tuple(sorted(draft.steps, key=lambda step: ORDER.index(step.phase))),
        warnings=tuple(draft.warnings),
        relations=relations,
    )


def _refuse_directives(request: Request, name: str) -> None:
    """A directive that the operation does not know, or a consent that there is not, would be silently ignored."""
    known = registry.load(KIND, name).DIRECTIVES
    for directive in request.directives:
        if directive.name not in known:
            message, hint = f'"{directive.name}" says nothing to {name}', f"It knows {', '.join(known)}."
            raise request.error(message, hint=hint, directive=directive)
        if directive.name == "allow":
            try:
                require_known(word.strip() for word in directive.value.split(","))
            except UsageError as error:
                raise request.error(error.message, hint=error.hint, directive=directive) from error


def _planned(request: Request, name: str, compiled: Compiled) -> PlannedOperation:
    return PlannedOperation(
        id=request.id,
        name=name,
        line=request.action.position.line,
        column=request.action.position.column,
        strategy=compiled.strategy,
        why=compiled.why,
        hazards=compiled.hazards,
    )


def _passes(draft: _Draft) -> list[Step]:
    """One pass per table for all its links, and the end of filling after it."""
    steps: list[Step] = []
    for oid in sorted({link.table for link in draft.links}):
        links = [link for link in draft.links if link.table == oid]
        parts = draft.catalog.descendants(oid)
        rows = sum(int(part.rows or 0) for part in parts)
        blocks = sum(part.pages for part in parts)
        table = sync_table(draft.catalog, oid, names=draft.shapes[oid].physical)
        parameters = {"relation": oid, "links": [link.id for link in links]}
        operations = tuple(link.id for link in links)
        name = draft.catalog.tables[oid].name
        columns = ", ".join(link.new_name for link in links)
        statement = fill(table, links).update(table.root_sql, 0, max(blocks, 1))
        steps.append(
            Step(
                id=f"pass.{oid}",
                operations=operations,
                phase=Phase.BACKFILL,
                kind=Kind.BACKFILL,
                summary=f"fill {columns} of {name} in batches of about 40 ms, {blocks} blocks",
                statements=(statement,),
                action=Action(name="backfill", parameters=parameters),
                locks=tuple(Lock(relation=part.name, oid=part.oid, mode=LockMode.ROW_EXCLUSIVE) for part in parts),
                scans=(name,),
                rows=rows,
                seconds=rows / ROWS_PER_SECOND,
                undo=("the column goes with the link",),
            )
        )
        steps.append(
            Step(
                id=f"fill_end.{oid}",
                operations=operations,
                phase=Phase.BACKFILL,
                kind=Kind.VERIFY,
                summary=f"stop filling {columns}: from now on a NULL is meant",
                action=Action(name="fill_end", parameters=parameters),
                seconds=0.01,
                undo=("the functions go with the link",),
                done=condition.both(*(condition.neither(condition.has_link(link.id, "filling")) for link in links)),
            )
        )
    return steps


def _refuse_too_wide(draft: _Draft) -> None:
    """A table has at most 1,600 columns, dropped ones included (MaxHeapAttributeNumber, 14 to 18)."""
    for oid, shape in draft.shapes.items():
        if max(shape.physical, default=0) > 1590:
            name = draft.catalog.tables[oid].name
            raise Refused(f'table "{name}" has used up its 1,600 column numbers', hint="It has to be rebuilt first.")
