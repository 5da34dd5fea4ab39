"""Compiles pending migrations into one plan: asks the owner of each action, adds one pass per table, orders by phase.

Pure, but for the questions that `Sources.probe`, `Sources.probe_index` and `Sources.against_view` ask the server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...base import registry
from ...base.consent import require_known
from ...base.errors import MigrationFileError, Refused, UsageError
from ...base.name import RelationName
from ...base.uncollected import uncollected
from ...catalog.fingerprint import fingerprint
from ..operations import _fresh
from ..operations._operation import Compiled, Place, Request, Shape
from ..operations._sources import Sources
from ..steps.step import Phase, Step
from ..sync.link import Link
from . import column_numbers, contradiction, passes, routing
from .files import Migration
from .plan_file import Plan, PlannedMigration, PlannedOperation

__all__ = ["Sources", "make", "refuse_directives"]

ORDER = tuple(Phase)


@dataclass
class _Draft:
    """A plan being made: the tables as they will be at this place, and what came of the actions so far."""

    shapes: dict[int, Shape] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    created: set[RelationName] = field(default_factory=set)
    types: dict[RelationName, bool] = field(default_factory=dict)
    made: set[RelationName] = field(default_factory=set)
    late: set[str] = field(default_factory=set)
    tried: list[tuple[str, str]] = field(default_factory=list)
    dropped: list[Mapping[str, Any]] = field(default_factory=list)
    order: int = 0
    names: set[str] = field(default_factory=set)
    crowded: frozenset[int] = frozenset()
    requests: list[Request] = field(default_factory=list)


@uncollected
def make(migrations: Sequence[Migration], sources: Sources) -> Plan:
    """The plan of `migrations`, in their order. Raises MigrationFileError or Refused for what cannot be planned."""
    actions = (action for each in migrations for statement in each.statements for action in statement.actions)
    draft = _Draft(crowded=routing.crowded(actions, sources.catalog))
    planned = tuple(_migration(migration, draft, sources) for migration in migrations)
    draft.steps += passes.steps(sources.catalog, draft.shapes, draft.links)
    draft.warnings += column_numbers.warnings(sources.catalog, draft.shapes.values())
    relations = tuple(sorted(draft.shapes))
    return Plan(
        fingerprint=fingerprint(sources.catalog, relations) if relations else "",
        migrations=planned,
        steps=tuple(sorted(draft.steps, key=lambda step: ORDER.index(step.phase))),
        warnings=tuple(draft.warnings),
        relations=relations,
    )


def _migration(migration: Migration, draft: _Draft, sources: Sources) -> PlannedMigration:
    if not migration.statements:
        raise MigrationFileError(
            "there is no statement in this file",
            file=str(migration.path),
            hint="Write the change into it, or remove it.",
        )
    operations = []
    for request in _requests(migration, draft, sources):
        name = routing.owner_of(request.action, sources.catalog, draft.created)
        refuse_directives(request, name)
        compiled = _compiled(request, name, draft)
        routing.follow(request.action, sources.catalog, draft.created, draft.made)
        if (kind := routing.type_by(request.action, sources.catalog)) is not None:
            draft.types[kind[0]] = kind[1]
        operations.append(_planned(request, name, compiled))
        draft.steps += compiled.steps
        draft.links += compiled.links
        draft.warnings += compiled.warnings
    return PlannedMigration(
        name=migration.name, number=migration.number, checksum=migration.checksum, operations=tuple(operations)
    )


def _compiled(request: Request, name: str, draft: _Draft) -> Compiled:
    """What the operation makes of it. An error shows the earlier statement that it may be about, too."""
    fresh = routing.is_fresh(request.action, request.catalog, draft.created)
    try:
        compiled: Compiled = (_fresh if fresh else registry.load(routing.KIND, name)).compile_(request)
    except (Refused, MigrationFileError) as error:
        error.hint = "\n".join(part for part in (error.hint, contradiction.earlier(request, draft.requests)) if part)
        raise
    draft.requests.append(request)
    return compiled


def _requests(migration: Migration, draft: _Draft, sources: Sources) -> Iterator[Request]:
    places = [
        Place(file=str(migration.path), action=action, directives=each.directives)
        for each in migration.statements
        for action in each.actions
    ]
    for number, place in enumerate(places, 1):
        yield Request(
            **vars(sources),
            **vars(place),
            id=f"{migration.number}.{number}",
            migration=migration.name,
            number=migration.number,
            shapes=draft.shapes,
            crowded=draft.crowded,
            types=draft.types,
            late=draft.late,
            names=draft.names,
            created=draft.created,
            made=draft.made,
            later=tuple(places[number:]),
            earlier=draft.requests,
            tried=draft.tried,
            dropped=draft.dropped,
            order=draft.order,
        )
        draft.order += 1


def refuse_directives(request: Place, name: str) -> None:
    """A directive that the operation does not know, or a consent that there is not, would be silently ignored."""
    known = registry.load(routing.KIND, name).DIRECTIVES
    for directive in request.directives:
        if directive.name not in known:
            message, hint = (
                f'"{directive.name}" says nothing to {name}',
                f"It knows {', '.join(known) or 'no directive'}.",
            )
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
