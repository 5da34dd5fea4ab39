"""A step as plain JSON values and back: what the journal and the plan file keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...base.lock import LockMode
from ...base.name import RelationName
from .step import Action, Kind, Lock, Phase, Step


def _name_to_json(name: RelationName) -> list[str]:
    return [name.schema, name.name]


def step_to_json(step: Step) -> dict[str, Any]:
    """The step as a JSON object; `step_from_json` is its inverse."""
    return {
        "id": step.id,
        "operations": list(step.operations),
        "phase": step.phase.value,
        "kind": step.kind.value,
        "summary": step.summary,
        "statements": list(step.statements),
        "action": {"name": step.action.name, "parameters": dict(step.action.parameters)} if step.action else None,
        "locks": [
            {"relation": _name_to_json(lock.relation), "oid": lock.oid, "mode": lock.mode.sql} for lock in step.locks
        ],
        "scans": [_name_to_json(name) for name in step.scans],
        "rewrites": [_name_to_json(name) for name in step.rewrites],
        "rows": step.rows,
        "seconds": step.seconds,
        "undo": list(step.undo),
        "ready": step.ready,
        "done": step.done,
        "table": step.table,
        "columns": dict(step.columns),
    }


def step_from_json(data: Mapping[str, Any]) -> Step:
    """The step that `step_to_json` wrote; raises KeyError or ValueError for anything else."""
    action = data["action"]
    return Step(
        id=data["id"],
        operations=tuple(data["operations"]),
        phase=Phase(data["phase"]),
        kind=Kind(data["kind"]),
        summary=data["summary"],
        statements=tuple(data["statements"]),
        action=Action(name=action["name"], parameters=action["parameters"]) if action else None,
        locks=tuple(_lock(lock) for lock in data["locks"]),
        scans=tuple(RelationName(*name) for name in data["scans"]),
        rewrites=tuple(RelationName(*name) for name in data["rewrites"]),
        rows=data["rows"],
        seconds=data["seconds"],
        undo=tuple(data["undo"]),
        ready=data["ready"],
        done=data["done"],
        table=data.get("table", 0),
        columns=data.get("columns", {}),
    )


def _lock(data: Mapping[str, Any]) -> Lock:
    mode = LockMode[data["mode"].replace(" ", "_")]
    return Lock(relation=RelationName(*data["relation"]), oid=data["oid"], mode=mode)
