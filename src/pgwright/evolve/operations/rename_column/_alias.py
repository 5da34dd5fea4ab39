"""Strategy alias: the table moves aside, and an updatable view of its name shows the column under both names."""

from __future__ import annotations

from collections.abc import Sequence

from ....base.lock import LockMode
from ....base.name import RelationName
from ....sql.quote import ident, qualified
from ...steps.step import Kind, Lock, Phase, Step
from ...sync.naming import hidden_name
from .. import _view
from .._operation import Compiled, Request
from .._takeover.replacement import Replacement
from . import _hazards


def compile_(request: Request, rename: Replacement, why: str) -> Compiled:
    """One instant step each way; no data moves."""
    table = rename.table
    aside = RelationName(table.name.schema, hidden_name(table.name.name, "aside"))
    parts = request.catalog.descendants(table.oid)
    locks = tuple(Lock(relation=part.name, oid=part.oid, mode=LockMode.ACCESS_EXCLUSIVE) for part in parts)
    # Looked up by name when the step runs: then it is the view, which statements lock before the table behind it. In
    # the other order each would wait for the other, and a busy application would win for seconds.
    behind = (Lock(relation=table.name, oid=0, mode=LockMode.ACCESS_EXCLUSIVE), *locks)
    open_, close, undo = _open(request, rename, aside), _close(rename, aside), _undo(rename, aside)
    restore = [_rename_column(qualified(table.name), rename.new, rename.old)]

    def step(name: str, phase: Phase, summary: str, statements: list[str], back: Sequence[str] = ()) -> Step:
        return Step(
            id=f"{request.id}.{name}",
            operations=(request.id,),
            phase=phase,
            kind=Kind.INSTANT if phase is Phase.EXPAND else Kind.CUTOVER,
            summary=summary,
            statements=tuple(statements),
            locks=behind if name in ("close", "undo") else locks,
            seconds=0.01,
            undo=tuple(back),
        )

    both = f"put {table.name} aside, rename {rename.old} natively, show both names in a view"
    steps = (
        step("open", Phase.EXPAND, both, open_, undo),
        step("close", Phase.CONTRACT, f"drop the view and give {table.name} its name back", close, restore),
        step("undo", Phase.ROLLBACK, f"drop the view and rename {rename.new} back to {rename.old}", undo),
        step("restore", Phase.RESTORE, f"rename {rename.new} back to {rename.old}", restore),
    )
    _change_shape(rename)
    return Compiled(strategy="alias", why=why, hazards=_hazards.of_alias(request, rename), steps=steps)


def _change_shape(rename: Replacement) -> None:
    shape = rename.shape
    shape.logical[rename.new] = shape.logical.pop(rename.old)
    shape.physical[rename.old_number] = rename.new
    shape.alias = rename.old


def _rename_column(relation: str, old: str, new: str) -> str:
    return f"ALTER TABLE {relation} RENAME COLUMN {ident(old)} TO {ident(new)}"


def _open(request: Request, rename: Replacement, aside: RelationName) -> list[str]:
    table = rename.table
    shown = [
        f"{ident(rename.new)} AS {ident(rename.old)}" if c.name == rename.old else ident(c.name) for c in table.columns
    ]
    return [
        f"ALTER TABLE {qualified(table.name)} RENAME TO {ident(aside.name)}",
        _rename_column(qualified(aside), rename.old, rename.new),
        *_view.create(
            request,
            table,
            aside,
            shown=[*shown, ident(rename.new)],
            names=lambda column: (rename.old, rename.new) if column.name == rename.old else (column.name,),
            comment=f"{rename.old} and {rename.new} of {table.name} until migration {request.migration} is contracted",
        ),
    ]


def _close(rename: Replacement, aside: RelationName) -> list[str]:
    view = qualified(rename.table.name)
    return [f"DROP VIEW {view}", f"ALTER TABLE {qualified(aside)} RENAME TO {ident(rename.table.name.name)}"]


def _undo(rename: Replacement, aside: RelationName) -> list[str]:
    return [*_close(rename, aside), _rename_column(qualified(rename.table.name), rename.new, rename.old)]
