"""A foreign key that is NOT ENFORCED comes into force, and the other way round (18).

ALTER CONSTRAINT … ENFORCED reads both tables under ACCESS EXCLUSIVE. So the like of it is added NOT VALID under a spare
name, is validated, and takes over the name.
"""

from __future__ import annotations

from ...catalog.values import Constraint
from ...sql.quote import ident, literal
from ..locks.scene import Scene
from ..steps.step import Kind, Phase, Step
from ..sync.naming import hidden_name
from ._steps import Steps, comment_on
from ._validated import DROP, Validated
from .validate_constraint import broken


def enforced(steps: Steps, constraint: Constraint, phase: Phase, *, look: Phase = Phase.LOOK) -> list[Step]:
    """The steps that bring it into force; in the rollback of one that was not validated it is not either."""
    name, table = constraint.name, steps.table
    bare = constraint.definition.removesuffix(" NOT ENFORCED").removesuffix(" NOT VALID")
    rollback = phase is Phase.ROLLBACK
    provable = constraint.validated or not rollback
    spare = hidden_name(f"{steps.request.id}_{name}", "new")
    made = Validated(
        steps=steps,
        name=spare,
        statement=steps.alter(f"ADD CONSTRAINT {ident(spare)} {bare} NOT VALID"),
        referenced=Scene(steps.request.catalog).referenced([constraint]),
        query=broken(steps, constraint) if provable else "",
        what=f"rows of {table.name} against {name}: {bare}",
        hint=f"Correct them, then run the {'rollback' if rollback else 'same command'} again.",
        tag="back_" if rollback else "",
    )
    said = [comment_on("CONSTRAINT", name, steps.sql, constraint.comment)] if constraint.comment is not None else []
    swap = steps.step(
        made.tag + "swap",
        phase,
        Kind.CUTOVER if rollback else Kind.INSTANT,
        f"the like of {name} of {table.name} takes its place, in force",
        (
            steps.alter(f"DROP CONSTRAINT {ident(name)}"),
            steps.alter(f"RENAME CONSTRAINT {ident(spare)} TO {ident(name)}"),
            *said,
        ),
        made.situation(DROP + " foreign key"),
        undo=(steps.alter(f"ALTER CONSTRAINT {ident(name)} NOT ENFORCED"),),
        done=_is_enforced(steps, name, wanted=True),
    )
    left = [] if rollback else [made.drop("left", Phase.ROLLBACK)]
    return [*made.forward(phase, look=look, validate=provable), swap, *left]


def loosened(steps: Steps, constraint: Constraint, phase: Phase) -> Step:
    """NOT ENFORCED, in an instant: its triggers go, on both tables."""
    name, referenced = constraint.name, Scene(steps.request.catalog).referenced([constraint])
    return steps.step(
        "loosen",
        phase,
        Kind.CUTOVER if phase is Phase.ROLLBACK else Kind.INSTANT,
        f"constraint {name} of {steps.table.name} is NOT ENFORCED",
        (steps.alter(f"ALTER CONSTRAINT {ident(name)} NOT ENFORCED"),),
        steps.on("AlterTableStmt.AT_AlterConstraint not enforced", referenced=referenced),
        undo=() if phase is Phase.ROLLBACK else (steps.alter(f"ALTER CONSTRAINT {ident(name)} ENFORCED"),),
        done=_is_enforced(steps, name, wanted=False),
    )


def _is_enforced(steps: Steps, name: str, *, wanted: bool) -> str:
    return (
        f"SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conrelid = {steps.table.oid:d} "
        f"AND conname = {literal(name)} AND {'' if wanted else 'NOT '}conenforced)"
    )
