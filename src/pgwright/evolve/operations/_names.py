"""The names that PostgreSQL gives to indexes and constraints without one (14 to 18: makeObjectName in indexcmds.c,
ChooseConstraintName, ChooseIndexColumnNames), chosen when the plan is made, so that the end state is that of the plain
statement and every later step knows what to look for.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from ...base.name import RelationName
from ...catalog.values import Catalog, Table
from ...sql import parse
from ...sql.parse import Node

LIMIT = 63  # NAMEDATALEN - 1, bytes


def made_name(first: str, second: str = "", label: str = "") -> str:
    """`first_second_label`; where that is too long, bytes are taken from the longer of the first two."""
    parts = [first.encode(), second.encode()]
    room = LIMIT - (len(label.encode()) + 1 if label else 0) - (1 if second else 0)
    sizes = [len(part) for part in parts]
    while sum(sizes) > room:
        sizes[0 if sizes[0] > sizes[1] else 1] -= 1
    cut = [part[:size].decode(errors="ignore") for part, size in zip(parts, sizes, strict=True)]
    return "_".join([cut[0], *([cut[1]] if second else []), *([label] if label else [])])


def cut(statement: str) -> str | None:
    """The first name in the statement that PostgreSQL would cut. The grammar has done so already in the tree, so the
    text is looked at."""
    for token in parse.scan(statement):
        name: str = token.text[1:-1].replace('""', '"') if token.text.startswith('"') else token.text
        if token.name is not None and not token.is_comment and len(name.encode()) > LIMIT:
            return name
    return None


def free(first: str, second: str, label: str, taken: Container[str]) -> str:
    """The first of `…label`, `…label1`, `…label2` that is not in `taken`."""
    for number in count():
        name = made_name(first, second, label + (str(number) if number else ""))
        if name not in taken:
            return name
    raise AssertionError("unreachable: count() does not end")


def chosen(table: str, columns: Sequence[str], label: str, taken: Container[str]) -> str:
    """`free` over the columns together."""
    return free(table, _joined(columns), label, taken)


@dataclass(frozen=True)
class Taken:
    """The names that are taken: `there` and `planned`, without those that are `gone`. There may be ten thousand of
    them, so that they are not put into one set for each name that is chosen."""

    there: tuple[Collection[str], ...]
    planned: Collection[str] = ()
    gone: Collection[str] = ()

    def __contains__(self, name: object) -> bool:
        return name in self.planned or (name not in self.gone and any(name in each for each in self.there))


def relations(catalog: Catalog, schema: str | None) -> frozenset[str]:
    """All names of relations in the schema: indexes share them."""
    return catalog.remembered(
        ("relations", schema), lambda: frozenset(name.name for name in catalog.relation_names if name.schema == schema)
    )


def constraints(catalog: Catalog, schema: str | None) -> frozenset[str]:
    """All names of constraints of tables and domains in the schema."""
    return catalog.remembered(("constraints", schema), lambda: frozenset(_constraints(catalog, schema)))


def _constraints(catalog: Catalog, schema: str | None) -> Iterator[str]:
    yield from (name.name for name in catalog.domain_constraints if name.schema == schema)
    for table in catalog.tables.values():
        if table.name.schema == schema:
            yield from (constraint.name for constraint in table.constraints)


def constraint_name(
    catalog: Catalog,
    table: Table,
    columns: Sequence[str],
    label: str,
    planned: Collection[str],
    gone: Collection[str] = (),
) -> str:
    """The name of a CHECK (`check`, with the one column that it reads or none) or of a foreign key (`fkey`, with all of
    its columns). `gone` are those of the table that the plan has dropped by then."""
    taken = Taken((constraints(catalog, table.name.schema),), planned, gone)
    return chosen(table.name.name, columns, label, taken)


def index_name(
    catalog: Catalog, relation: RelationName, columns: Sequence[str], label: str, planned: Collection[str]
) -> str:
    """The name of an index: `idx`, `key` and `excl` have the columns in it, `pkey` has not. A constraint's index must
    have a name that neither a relation nor a constraint has."""
    there = [relations(catalog, relation.schema)]
    if label != "idx":
        there.append(constraints(catalog, relation.schema))
    taken = Taken(tuple(there), planned)
    return free(relation.name, "" if label == "pkey" else _joined(columns), label, taken)


def child_name(table: str, columns: Sequence[str], taken: Collection[str]) -> str:
    """The name of a partition's index: from its own name and the columns of the index above, which it has too."""
    return free(table, _joined(columns), "idx", taken)


def index_columns(params: Iterable[Node]) -> list[str]:
    """How the columns of an index count in its name: `expr` for an expression, and a number behind what is repeated."""
    found: list[str] = []
    for element in params:
        if element.indexcolname:
            original = element.indexcolname
        elif element.name:
            original = element.name
        else:
            original = "expr"
        name = original
        for number in count(1):
            if name not in found:
                break
            suffix = str(number)
            name = original.encode()[: LIMIT - len(suffix)].decode(errors="ignore") + suffix
        found.append(name)
    return found


def _joined(columns: Sequence[str]) -> str:
    """ChooseIndexNameAddition and ChooseForeignKeyConstraintNameAddition: stops once it is longer than a name."""
    text = ""
    for column in columns:
        text += ("_" if text else "") + column.encode()[:LIMIT].decode(errors="ignore")
        if len(text.encode()) >= LIMIT + 1:
            break
    return text
