"""Which of several indexes stays: what would break without an index, and what speaks for it."""

from __future__ import annotations

from .values import Index


def pinned(index: Index) -> str:
    """Why nobody should drop the index, whatever else is there; "" for one that may go."""
    if index.parent is not None:
        return "it is a part of the index of a partitioned table"
    if index.primary:
        return "it is the primary key"
    if index.resting:
        return f"the foreign key {index.resting[0]} rests on it"
    if index.replica_identity:
        return "it is the replica identity"
    return ""


def weight(index: Index) -> tuple[int, ...]:
    """What speaks for keeping the index; of two the one with the greater weight stays. The older one wins in the end,
    as far as oids tell, because its name is the one that people know."""
    return (
        bool(pinned(index)),
        bool(index.constraint),
        index.excluding != (),
        index.unique,
        index.clustered,
        len(index.keys),
        len(index.included),
        -index.oid,
    )


def why(index: Index) -> str:
    """In a sentence why this one stays."""
    if reason := pinned(index):
        return f"{index.full_name} stays: {reason}."
    if index.constraint:
        return f"{index.full_name} stays: it stands behind the constraint {index.constraint}."
    if index.clustered:
        return f"{index.full_name} stays: the table was clustered by it."
    return f"{index.full_name} stays."
