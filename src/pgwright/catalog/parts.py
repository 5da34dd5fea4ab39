"""Makes the parts of tables and views from rows: columns, constraints, indexes, triggers, policies and so on. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from ..base.name import RelationName
from .dependencies import Dependencies
from .values import Column, Constraint, ExtendedStatistics, Index, Policy, Publication, Rule, Trigger

Row = tuple[Any, ...]
Rows = Sequence[Row]
Value = TypeVar("Value")

CONSTRAINT_KINDS = {
    "c": "check", "f": "foreign key", "p": "primary key", "u": "unique", "x": "exclusion", "n": "not null",
    "t": "trigger",
}  # fmt: skip
COMMANDS = {"*": "ALL", "r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}
IDENTITIES = {"a": "always", "d": "by default"}
OPERATIONS = ("insert", "update", "delete", "truncate")
RETURN = "_RETURN"


def acl(grants: Any) -> tuple[tuple[str, str, bool], ...]:
    """Grants as (grantee, privilege, grantable); none for an object that never had a GRANT."""
    return tuple((grantee, privilege, grantable) for grantee, privilege, grantable in grants or ())


class Parts:
    """What the rows become, by the relation that they belong to."""

    block_size = 8192  # only where a relation's real size could not be asked for

    def __init__(self, relations: Rows, rows: Mapping[str, Iterable[Row]], dependencies: Dependencies) -> None:
        self.dependencies = dependencies
        self._seen: dict[Any, Any] = {}
        self.sizes = {oid: (size, blocks) for oid, size, blocks in rows["sizes"] if size is not None}
        known = {(row[1], row[2]): row[0] for row in relations}
        self._statistics_of_columns = {
            (known.get((schema, table), 0), column): (nulls, width)
            for schema, table, column, nulls, width in rows["column_statistics"]
        }
        published = list(rows["publications"])
        self._published = grouped((row for row in published if row[8] is not None), 8, _itself)
        self._published_widely = [row for row in published if row[8] is None]
        self._rules = grouped(rows["rules"], 1, _itself)
        self._columns = grouped(rows["columns"], 0, self._column)
        self._constraints = grouped(rows["constraints"], 1, self._constraint)
        self._indexes = grouped(rows["indexes"], 1, self._index)
        self._triggers = grouped(rows["triggers"], 1, self._trigger)
        self._policies = grouped(rows["policies"], 1, self._policy)
        self._statistics = grouped(rows["extended_statistics"], 1, self._extended)

    def _shared(self, value: Any) -> Any:
        """The first of equal values: a database has few types, and many columns of the same name."""
        return self._seen.setdefault(value, value)

    def columns_of(self, relation: int) -> tuple[Column, ...]:
        """The live columns of a table, in order."""
        return tuple(self._columns.get(relation, ()))

    def column_names(self, relation: int) -> tuple[str, ...]:
        """The column names of a relation, in order."""
        return tuple(column.name for column in self._columns.get(relation, ()))

    def _column(self, row: Row) -> Column:
        (relation, number, name, type_name, type_oid, not_null, expression, generated, identity, collation, grants,
         storage, compression, statistics, options, comment, inherited, local, kind, default) = row  # fmt: skip
        shared = self._shared
        nulls, width = self._statistics_of_columns.get((relation, name), (None, None))
        return Column(
            number=number,
            name=shared(name),
            type=shared(type_name),
            type_oid=type_oid,
            not_null=not_null,
            default=None if generated else shared(expression),
            generated=expression if generated else None,
            stored=generated != "v",
            identity=IDENTITIES.get(identity),
            collation=collation,
            acl=acl(grants) if grants else (),
            storage=shared(storage),
            compression=shared(compression),
            statistics=statistics,
            options=tuple(options) if options else (),
            comment=comment,
            sequence=self.dependencies.owned.get((relation, number)),
            inherited=inherited,
            local=local,
            reads=self.dependencies.default_reads(default, relation, number) if default is not None else (),
            type_kind=shared(kind),
            null_fraction=nulls,
            average_width=width,
        )

    def constraints_of(self, relation: int) -> tuple[Constraint, ...]:
        """The constraints of a table, in oid order."""
        return tuple(self._constraints.get(relation, ()))

    def _constraint(self, row: Row) -> Constraint:
        (oid, _, name, kind, columns, definition, validated, deferrable, deferred, no_inherit, inherited, local,
         referenced, referenced_columns, index, parent, comment, enforced) = row  # fmt: skip
        shared = self._shared
        return Constraint(
            oid=oid,
            name=name,
            kind=CONSTRAINT_KINDS[kind],
            columns=shared(tuple(number for number in columns if number > 0)),
            definition=shared(definition),
            validated=validated,
            deferrable=deferrable,
            deferred=deferred,
            no_inherit=no_inherit and kind in "cn",  # keys have the mark too, by the way they were made
            inherited=inherited,
            local=local,
            enforced=enforced,
            referenced=referenced,
            referenced_columns=shared(tuple(referenced_columns)),
            index_oid=index,
            parent=parent,
            comment=comment,
        )

    def indexes_of(self, relation: int) -> tuple[Index, ...]:
        """The indexes of a table or materialized view, in oid order."""
        return tuple(self._indexes.get(relation, ()))

    def _index(self, row: Row) -> Index:
        (oid, relation, name, schema, keys, key_count, definition, unique, primary, valid, ready, immediate,
         identity, method, constraint, parent, comment, pages) = row  # fmt: skip
        shared = self._shared
        read = {number for number in keys if number > 0}
        read.update(self.dependencies.columns("index", oid, relation))
        return Index(
            oid=oid,
            name=name,
            schema=shared(schema),
            columns=shared(tuple(sorted(read))),
            key_columns=shared(tuple(keys[:key_count])),
            definition=definition,
            unique=unique,
            primary=primary,
            valid=valid,
            immediate=immediate,
            constraint=constraint,
            parent=parent,
            comment=comment,
            bytes=self.sizes.get(oid, (pages * self.block_size,))[0],
            replica_identity=identity,
            method=shared(method),
            ready=ready,
        )

    def triggers_of(self, relation: int) -> tuple[Trigger, ...]:
        """The users' triggers of a table or view, in order of their names."""
        return tuple(self._triggers.get(relation, ()))

    def _trigger(self, row: Row) -> Trigger:
        (oid, relation, name, function_oid, function_schema, function, definition, bits, enabled, update_columns,
         constraint, parent, comment, xmin, has_when) = row  # fmt: skip
        when = self.dependencies.columns_beyond("pg_trigger", oid, relation, update_columns) if has_when else ()
        return Trigger(
            oid=oid,
            name=name,
            function_oid=function_oid,
            function=RelationName(function_schema, function),
            definition=definition,
            row=bool(bits & 1),
            before=bool(bits & 2),
            on_insert=bool(bits & 4),
            on_delete=bool(bits & 8),
            on_update=bool(bits & 16),
            on_truncate=bool(bits & 32),
            instead=bool(bits & 64),
            enabled=enabled,
            update_columns=tuple(update_columns),
            when_columns=when,
            constraint=constraint,
            parent=parent,
            comment=comment,
            xmin=xmin,
        )

    def policies_of(self, relation: int) -> tuple[Policy, ...]:
        """The policies of a table, in order of their names."""
        return tuple(self._policies.get(relation, ()))

    def _policy(self, row: Row) -> Policy:
        oid, relation, name, permissive, command, roles, using, check, comment = row
        pairs = self.dependencies.pairs("pg_policy", oid)
        return Policy(
            oid=oid,
            name=name,
            permissive=permissive,
            command=COMMANDS[command],
            roles=tuple(roles),
            using=using,
            check=check,
            columns=self.dependencies.columns("pg_policy", oid, relation),
            comment=comment,
            reads=frozenset(pair for pair in pairs if pair[0] != relation),
        )

    def publications_of(self, relation: int, schema: str, kind: str, persistence: str) -> tuple[Publication, ...]:
        """How a table is published: by its own name, by its schema, or with all tables."""
        found = [self._publication(row, relation) for row in self._published.get(relation, ())]
        if kind in "rp" and persistence == "p":
            found += [self._publication(row, relation) for row in self._published_widely if row[9] in (None, schema)]
        return tuple(found)

    def _publication(self, row: Row, relation: int) -> Publication:
        name, owner, *flags, via_root, how, _, _, entry, columns, condition = row
        listed = tuple(columns or ())
        filtered = self.dependencies.columns_beyond("pg_publication_rel", entry, relation, listed) if condition else ()
        return Publication(
            name=name,
            owner=owner,
            how=how,
            columns=listed or None,
            filter=condition,
            filter_columns=filtered,
            operations=tuple(operation for operation, on in zip(OPERATIONS, flags, strict=True) if on),
            via_root=via_root,
        )

    def statistics_of(self, relation: int) -> tuple[ExtendedStatistics, ...]:
        """The statistics objects on a table."""
        return tuple(self._statistics.get(relation, ()))

    def _extended(self, row: Row) -> ExtendedStatistics:
        oid, relation, schema, name, keys, definition = row
        return ExtendedStatistics(
            oid=oid,
            name=RelationName(schema, name),
            columns=tuple(sorted({*keys, *self.dependencies.columns("pg_statistic_ext", oid, relation)})),
            definition=definition,
        )

    def rules_of(self, relation: int) -> tuple[Rule, ...]:
        """The users' rules on a table or view."""
        return tuple(
            Rule(oid=oid, name=name, definition=definition, reads=self.dependencies.pairs("pg_rewrite", oid))
            for oid, _, name, definition in self._rules.get(relation, ())
            if name != RETURN
        )

    def view_definition(self, relation: int) -> str:
        """What a view or materialized view shows."""
        return next((row[3] for row in self._rules.get(relation, ()) if row[2] == RETURN), "")

    def view_reads(self, relation: int) -> frozenset[tuple[int, int]]:
        """The (relation, attnum) pairs that the rules of a view depend on, other than the view itself."""
        pairs: set[tuple[int, int]] = set()
        for row in self._rules.get(relation, ()):
            pairs |= self.dependencies.pairs("pg_rewrite", row[0])
        return frozenset(pair for pair in pairs if pair[0] != relation)


def _itself(row: Row) -> Row:
    return row


def grouped(rows: Iterable[Row], position: int, make: Callable[[Row], Value]) -> dict[int, list[Value]]:
    """What `make` makes of each row, by the value at `position`, in their order."""
    groups: dict[int, list[Value]] = defaultdict(list)
    for row in rows:
        groups[row[position]].append(make(row))
    return groups
