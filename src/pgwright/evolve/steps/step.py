"""A step: the smallest thing that runs, complete in itself, so that the journal can resume it without a plan.

A step has either `statements`, which run as they are, or an `action`, typed parameters from which `execute`
makes the statements when it runs (the triggers of a table depend on all the links that are open then). A step
with an action still lists in `statements` what it would run now, so that nothing is hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ...base.lock import LockMode
from ...base.name import RelationName


class Phase(StrEnum):
    """When a step runs: `look` only reads, before anything is changed; `expand` adds beside, `backfill` moves data,
    `verify` proves it, `contract` removes the old; `retire` is the second half of contract, after the grace period;
    `rollback` undoes what expand made and `restore` what contract flipped, while the old side is still kept."""

    LOOK = "look"
    EXPAND = "expand"
    BACKFILL = "backfill"
    VERIFY = "verify"
    CONTRACT = "contract"
    RETIRE = "retire"
    ROLLBACK = "rollback"
    RESTORE = "restore"


class Kind(StrEnum):
    """How a step runs: `instant` is one short transaction under a strong lock; `online` a long statement under
    a weak one; `concurrent` cannot run in a transaction; `backfill` is many small batches; `verify` only
    reads or validates; `cutover` is an instant step that ends something that worked before."""

    INSTANT = "instant"
    ONLINE = "online"
    CONCURRENT = "concurrent"
    BACKFILL = "backfill"
    VERIFY = "verify"
    CUTOVER = "cutover"


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A lock that a step takes on one relation."""

    relation: RelationName
    oid: int
    mode: LockMode


@dataclass(frozen=True, kw_only=True)
class Action:
    """Typed parameters of a step: `name` says which function of `execute` runs it, `parameters` are plain JSON
    values."""

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a plan.

    `done` is one SQL query that answers one boolean: true when the catalog shows that the step has been done
    (its postcondition); `ready` likewise, true when it may run (its precondition); "" asks nothing. `rows` is
    what the step reads or writes, None where it touches no rows; `seconds` is an estimate. `undo` says in SQL or
    words what rollback does about it. `columns` are those of `table` (an oid) that the statements name, by attnum: a
    rename may have been contracted or rolled back before they run.
    """

    id: str
    operations: tuple[str, ...]
    phase: Phase
    kind: Kind
    summary: str
    statements: tuple[str, ...] = ()
    action: Action | None = None
    locks: tuple[Lock, ...] = ()
    scans: tuple[RelationName, ...] = ()
    rewrites: tuple[RelationName, ...] = ()
    rows: int | None = None
    seconds: float = 0.0
    undo: tuple[str, ...] = ()
    ready: str = ""
    done: str = ""
    table: int = 0
    columns: Mapping[str, int] = field(default_factory=dict)
