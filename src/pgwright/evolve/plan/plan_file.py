"""A plan as a value, and as the file that `plan -o` writes and `--plan` reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...base.errors import UsageError
from ..steps.codec import step_from_json, step_to_json
from ..steps.step import Step

VERSION = 1


@dataclass(frozen=True, kw_only=True)
class PlannedOperation:
    """One action, understood: where it stands in its file (1-based, characters), how it will run and why, and
    what cannot be saved."""

    id: str
    name: str
    line: int
    column: int
    strategy: str
    why: str
    hazards: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlannedMigration:
    """One migration file of the plan. `number` is what its name begins with."""

    name: str
    number: str
    checksum: str
    operations: tuple[PlannedOperation, ...]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that will happen to the migrations of one unit, in order. `fingerprint` is that of the definitions
    of the touched relations and their dependents; `relations` are the oids it was taken of. `from_file` is false for a
    plan of Python operations, which no migration file stands behind."""

    fingerprint: str
    migrations: tuple[PlannedMigration, ...]
    steps: tuple[Step, ...]
    warnings: tuple[str, ...] = ()
    relations: tuple[int, ...] = ()
    from_file: bool = True

    @property
    def empty(self) -> bool:
        """True when nothing is pending."""
        return not self.migrations


def to_json(plan: Plan) -> dict[str, Any]:
    """The plan as the JSON object of the plan file."""
    return {
        "version": VERSION,
        "fingerprint": plan.fingerprint,
        "relations": list(plan.relations),
        "from_file": plan.from_file,
        "migrations": [_migration_to_json(migration) for migration in plan.migrations],
        "steps": [_public(step) for step in plan.steps],
        "warnings": list(plan.warnings),
    }


def _migration_to_json(migration: PlannedMigration) -> dict[str, Any]:
    operations = [
        {
            "id": operation.id,
            "name": operation.name,
            "line": operation.line,
            "column": operation.column,
            "strategy": operation.strategy,
            "why": operation.why,
            "hazards": list(operation.hazards),
        }
        for operation in migration.operations
    ]
    return {
        "name": migration.name,
        "number": migration.number,
        "checksum": migration.checksum,
        "operations": operations,
    }


def _public(step: Step) -> dict[str, Any]:
    """What people and scripts read of a step, with what the executor needs under `compiled`."""
    compiled = step_to_json(step)
    return {
        "id": step.id,
        "operations": list(step.operations),
        "phase": step.phase.value,
        "kind": step.kind.value,
        "summary": step.summary,
        "statements": list(step.statements),
        "locks": [
            {"relation": str(lock.relation), "mode": lock.mode.sql, "blocks": lock.mode.blocks} for lock in step.locks
        ],
        "scans": [str(name) for name in step.scans],
        "rewrites": [str(name) for name in step.rewrites],
        "rows": step.rows,
        "estimate_seconds": step.seconds,
        "undo": list(step.undo),
        "compiled": compiled,
    }


def from_json(data: Mapping[str, Any]) -> Plan:
    """The plan that `to_json` wrote. Raises UsageError for another version or a damaged file."""
    if data.get("version") != VERSION:
        raise UsageError(
            f"this plan file has version {data.get('version')}, not {VERSION}",
            hint="Make it again with: pgwright plan -o plan.json",
        )
    try:
        migrations = tuple(_migration(migration) for migration in data["migrations"])
        steps = tuple(step_from_json(step["compiled"]) for step in data["steps"])
        return Plan(
            fingerprint=data["fingerprint"],
            migrations=migrations,
            steps=steps,
            warnings=tuple(data["warnings"]),
            relations=tuple(data["relations"]),
            from_file=data["from_file"],
        )
    except (KeyError, ValueError, TypeError) as error:
        raise UsageError(
            f"this plan file is damaged ({error!r})", hint="Make it again with: pgwright plan -o plan.json"
        ) from error


def _migration(data: Mapping[str, Any]) -> PlannedMigration:
    operations = tuple(
        PlannedOperation(**{**operation, "hazards": tuple(operation["hazards"])}) for operation in data["operations"]
    )
    return PlannedMigration(name=data["name"], number=data["number"], checksum=data["checksum"], operations=operations)
