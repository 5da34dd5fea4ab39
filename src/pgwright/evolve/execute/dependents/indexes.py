"""Indexes that change places: the one on the leaving column goes, the one built beside gets its name and settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from ....catalog.statements import statement
from ....sql.quote import dollar, ident, literal
from ...sync.naming import hidden_name
from .swap import Swap

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class Found:
    """An index as it is now. `body` is its definition behind the name, `targets` are its statistics targets, `columns`
    the names of its own columns, which a rename of the table's column leaves alone (14 to 18). `constraint` has kind,
    deferrable, deferred, comment and definition of the key that it stands behind. `partitioned` is one of a partitioned
    table, `options` its storage parameters."""

    oid: int
    relation: int
    name: str
    sql: str
    parent: int | None
    unique: bool
    valid: bool
    body: str
    comment: str | None
    clustered: bool
    targets: list[list[int]] | None
    table: str
    constraint: list[Any] | None
    replica_identity: bool
    columns: list[str]
    partitioned: bool
    options: str | None
    tablespace: str | None


_KEYS = (
    "oid",
    "relation",
    "name",
    "sql",
    "parent",
    "unique",
    "valid",
    "body",
    "comment",
    "clustered",
    "targets",
    "table",
    "constraint",
    "replica_identity",
    "columns",
    "partitioned",
    "options",
    "tablespace",
)


def read(connection: Connection, parts: Sequence[int], column: str) -> list[Found]:
    """The indexes that read `column`, on all parts."""
    major = connection.info.server_version // 10000
    parameters = {"parts": list(parts), "column": column}
    rows = connection.execute(statement("hanging_indexes", major).encode(), parameters).fetchall()
    return [Found(**dict(zip(_KEYS, row, strict=True))) for row in rows]


def swap(
    connection: Connection,
    parts: Sequence[int],
    names: tuple[str, str],
    copies: Mapping[tuple[int, str], str],
    of: tuple[str, str],
    problems: list[str],
) -> Swap:
    """Exchanges the indexes of column `names[0]` for those of `names[1]` that were built beside for a link and its tag
    (`of`)."""
    leaving, taking = names
    old, new = read(connection, parts, leaving), read(connection, parts, taking)
    beside = {(each.relation, each.name): each for each in new}
    found = Swap()
    used = set()
    for index in old:
        if index.parent is not None or index.name in copies.values():
            continue
        if index.constraint is not None and index.partitioned:
            parts_of = _Parts(old=old, new=beside, of=of, found=found, problems=problems)
            found.drop.append(f"ALTER TABLE {index.table} DROP CONSTRAINT {ident(index.name)}")
            parts_of.exchange(index)
            used |= parts_of.used
            continue
        hidden = copies.get((index.relation, index.name))
        twin = beside.get((index.relation, hidden)) if hidden else None
        if twin is not None and twin.valid:
            used.add(twin.name)
            if index.constraint is not None:
                _exchange_key(index, twin, found)
                continue
            found.drop.append(f"DROP INDEX {index.sql}")
            _adopt(index, twin, old, new, found)
            found.proofs.append((_body(index), index.body))
        elif not index.valid:
            found.drop.append(f"DROP INDEX {index.sql}")
        elif hidden:
            problems.append(f"index {hidden}, built to take the place of {index.sql}, is gone or not valid")
        else:
            problems.append(f"index {index.sql} reads it and was built since the plan was made")
    ours = hidden_name(f"{of[0]}_", of[1])
    unused = [
        each
        for each in new
        if each.parent is None
        and each.name not in used
        and (each.name in copies.values() or each.name.startswith(ours))
    ]
    found.drop += [f"DROP INDEX {each.sql}" for each in unused]
    return found


def _exchange_key(index: Found, twin: Found, found: Swap) -> None:
    """A UNIQUE or PRIMARY KEY: the twin becomes the index behind it, once the column is NOT NULL."""
    found.drop.append(f"ALTER TABLE {index.table} DROP CONSTRAINT {ident(index.name)}")
    _become_key(index, twin, found)


def _become_key(index: Found, twin: Found, found: Swap) -> None:
    assert index.constraint is not None
    kind, deferrable, deferred, comment, _ = index.constraint
    name, alter = ident(index.name), f"ALTER TABLE {index.table}"
    key = "PRIMARY KEY" if kind == "p" else "UNIQUE"
    when = (" DEFERRABLE" if deferrable else "") + (" INITIALLY DEFERRED" if deferred else "")
    found.late.append(f"{alter} ADD CONSTRAINT {name} {key} USING INDEX {ident(twin.name)}{when}")
    found.late += _columns(index, twin)
    if comment is not None:
        found.late.append(f"COMMENT ON CONSTRAINT {name} ON {index.table} IS {literal(comment)}")
    _settle(index, found.late)
    _prove_key(index, found)


def _prove_key(index: Found, found: Swap) -> None:
    assert index.constraint is not None
    test = (
        "pg_catalog.pg_get_constraintdef((SELECT oid FROM pg_catalog.pg_constraint "
        f"WHERE conrelid = {index.relation} AND conname = {literal(index.name)}))"
    )
    found.late_proofs.append((test, index.constraint[4]))
    found.late_proofs.append((_body(index), index.body))


@dataclass(kw_only=True)
class _Parts:
    """The key of a partitioned table, exchanged from its partitions upwards: each takes the index that was built beside
    for its own, and the table takes those for its key without building or reading anything (14 to 18). `used` are the
    names of the indexes that were taken."""

    old: Sequence[Found]
    new: Mapping[tuple[int, str], Found]
    of: tuple[str, str]
    found: Swap
    problems: list[str]
    used: set[str] = field(default_factory=set)

    def exchange(self, index: Found) -> None:
        """The key and those below it."""
        assert index.constraint is not None, "the key of a partition is one, too (14 to 18)"
        if not index.partitioned:
            self._of_partition(index)
            return
        for child in self.old:
            if child.parent == index.oid:
                self.exchange(child)
        comment, definition = index.constraint[3:]
        name, late = ident(index.name), self.found.late
        late.append(f"ALTER TABLE {index.table} ADD CONSTRAINT {name} {_whole(index, definition)}")
        if comment is not None:
            late.append(f"COMMENT ON CONSTRAINT {name} ON {index.table} IS {literal(comment)}")
        _settle(index, late)
        _prove_key(index, self.found)

    def _of_partition(self, index: Found) -> None:
        hidden = hidden_name(f"{self.of[0]}_{index.name}", self.of[1])
        twin = self.new.get((index.relation, hidden))
        if twin is None or not twin.valid:
            self.problems.append(f"index {hidden}, built to take the place of {index.sql}, is gone or not valid")
            return
        self.used.add(hidden)
        _become_key(index, twin, self.found)


def _whole(index: Found, definition: str) -> str:
    """The definition of a key with what its index has beside it."""
    body, deferrable, when = definition.partition(" DEFERRABLE")
    options = f" WITH ({index.options})" if index.options else ""
    place = f" USING INDEX TABLESPACE {ident(index.tablespace)}" if index.tablespace else ""
    return f"{body}{options}{place}{deferrable}{when}"


def _columns(index: Found, twin: Found) -> list[str]:
    """The columns of the twin, which has the name of the index by now, get the names of those of the index."""
    return [
        f"ALTER TABLE {index.sql} RENAME COLUMN {ident(there)} TO {ident(wanted)}"
        for there, wanted in zip(twin.columns, index.columns, strict=True)
        if there != wanted
    ]


def _settle(index: Found, statements: list[str]) -> None:
    """What the index has beside its definition, for the one that has its name now."""
    if index.comment is not None:
        statements.append(f"COMMENT ON INDEX {index.sql} IS {literal(index.comment)}")
    statements += [
        f"ALTER INDEX {index.sql} ALTER COLUMN {number} SET STATISTICS {target}"
        for number, target in index.targets or ()
    ]
    if index.clustered:
        statements.append(f"ALTER TABLE {index.table} CLUSTER ON {ident(index.name)}")
    if index.replica_identity:
        statements.append(f"ALTER TABLE {index.table} REPLICA IDENTITY USING INDEX {ident(index.name)}")


def _adopt(index: Found, twin: Found, old: Sequence[Found], new: Sequence[Found], found: Swap) -> None:
    """The twin gets name, comment and settings; so do its parts on partitions, each from the one on the same table."""
    found.adopt.append(f"ALTER INDEX {twin.sql} RENAME TO {ident(index.name)}")
    found.adopt += _columns(index, twin)
    # A replica identity must be NOT NULL.
    _settle(index, found.late)
    below = {each.relation: each for each in new if each.parent == twin.oid}
    for child in old:
        if child.parent == index.oid and child.relation in below:
            _adopt(child, below[child.relation], old, new, found)


def _body(index: Found) -> str:
    skip = f"pg_catalog.length('CREATE INDEX ' || {literal(ident(index.name))} || ' ON ') + 1"
    return f"pg_catalog.substr(pg_catalog.pg_get_indexdef({literal(index.sql)}::regclass), {skip})"


def proof(*pairs: Sequence[tuple[str, str]]) -> list[str]:
    """A statement that raises unless each expression gives its text: what takes over must be defined as what left."""
    tests = [
        f"IF {expression} IS DISTINCT FROM {literal(text)} THEN RAISE EXCEPTION USING MESSAGE = "
        f"pg_catalog.concat('pgwright: ', {expression}, ' takes the place of ', {literal(text)}); END IF;"
        for some in pairs
        for expression, text in some
    ]
    return [f"DO {dollar(' '.join(['BEGIN', *tests, 'END']))}"] if tests else []
