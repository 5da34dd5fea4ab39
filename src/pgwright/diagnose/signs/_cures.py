"""Cures as complete SQL: indexes from the conditions of a node, statistics, maintenance, settings.

An index is written as plain CREATE INDEX: pgwright builds it concurrently when the migration is expanded. Its keys come
in the order that a b-tree wants: what is compared for equality first, the most selective of them before the others
where statistics tell, then one range or the order that is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ...sql import quote
from ...sql.expression import substitute
from ..conditions import Clause, Reference, constant, facing, references
from ..query_plan.model import Node
from ..surroundings import Column, Relation
from . import _existing, _immutable, _partitions
from ._seen import Seen
from ._sign import NO_CURE, Cure, CureKind

_GIN = {"@@": "", "&&": "", "?": "", "?|": "", "?&": "", "@?": "jsonb_path_ops", "@@@": ""}
_LIKE = frozenset({"~~", "~~*", "~", "~*"})
PARTIAL = frozenset({"IS NULL", "TRUE", "FALSE", "<>"})
"""What says little about the rows that it keeps, and so makes a predicate rather than a key."""
_TRIGRAM = re.compile(r"(?<!\\)[^\W_]{3}")
TRIGRAMS = "CREATE EXTENSION IF NOT EXISTS pg_trgm;"
LONGEST_KEY = 5
"""More key columns are not proposed: each makes every write and every page of the index dearer."""


def index(
    seen: Seen,
    node: Node,
    conditions: Iterable[Clause],
    *,
    order: Sequence[str] = (),
    include: Sequence[str] = (),
) -> Cure:
    """The index on the relation of `node` that serves `conditions` and then `order` (keys as SQL with their direction),
    holding the columns `include` besides. NO_CURE where none can, or where such an index is there already."""
    relation = _partitions.name(seen, node)
    towards = (facing(clause, seen.holder(node).alias) for clause in conditions if clause.left)
    mine = [clause for clause in towards if _possible(seen, node, clause)]
    if not relation or not _indexable(seen, node):
        return NO_CURE
    special = [clause for clause in mine if _inverted(clause) and is_searchable(clause)]
    ordinary = [clause for clause in mine if not _inverted(clause) and _btree(clause)]
    if special and not any(clause.equality for clause in ordinary):
        return inverted(seen, node, special[0])
    partial = [clause for clause in ordinary if clause.operator in PARTIAL and clause.constant]
    keys = _keys(seen, node, [clause for clause in ordinary if clause not in partial], order)
    if not keys:
        keys = tuple(dict.fromkeys(key_of(seen, node, clause) for clause in partial))
        partial = [clause for clause in partial if len(partial) > 1 or clause.operator == "<>"]
    where = " AND ".join(plain(seen, node, clause.text) for clause in partial)
    equal = sum(clause.equality for clause in ordinary if clause not in partial)
    if not keys or _existing.serves(seen.relation(node), keys, equal=equal, where=where):
        return NO_CURE
    return migration(create_index(relation, keys, include=include, where=where))


def _indexable(seen: Seen, node: Node) -> bool:
    """Whether the relation may have indexes of ours: no system catalog, and no foreign table."""
    relation = seen.relation(node)
    catalog = seen.holder(node).text("Schema") in ("pg_catalog", "information_schema", "pg_toast")
    return not catalog and (relation is None or relation.kind != "f")


def _possible(seen: Seen, node: Node, clause: Clause) -> bool:
    """Whether the left side can be a key: of this relation alone, always the same, and not compared with the row."""
    left, alias = _left_only(clause), seen.holder(node).alias
    if not left.reads or not seen.own(node, left) or clause_columns(clause.value, alias):
        return False
    return is_column(seen, node, clause) or _immutable.immutable(seen, node, clause.left)


def is_column(seen: Seen, node: Node, clause: Clause) -> bool:
    """Whether the clause compares a column itself. The cast of a varchar to text that the server writes is none;
    without surroundings a cast to text is taken for that one."""
    if clause.column is None or clause.cast in ("", "varchar"):
        return clause.column is not None
    found = column_of(seen, node, clause)
    return clause.cast == "text" and (found is None or found.type.startswith("character varying"))


def create_index(
    relation: str, keys: Sequence[str], *, method: str = "", include: Sequence[str] = (), where: str = ""
) -> str:
    """The statement; `relation` and `keys` are SQL already."""
    using = f" USING {method}" if method else ""
    held = f" INCLUDE ({', '.join(include)})" if include else ""
    return f"CREATE INDEX ON {relation}{using} ({', '.join(keys)}){held}{f' WHERE {where}' if where else ''};"


def inverted(seen: Seen, node: Node, clause: Clause) -> Cure:
    """The GIN index that serves a containment, full-text or pattern condition; NO_CURE where it is there already."""
    relation, key = _partitions.name(seen, node), bracketed(plain(seen, node, clause.left))
    if clause.operator in _LIKE:
        key = f"{_key_of_pattern(seen, node, clause)} gin_trgm_ops"
    elif clause.operator == "@>" and "::jsonb" in clause.value:
        key = f"{key} jsonb_path_ops"
    if _existing.serves(seen.relation(node), [key], equal=0, method="gin"):
        return NO_CURE
    index = create_index(relation, [key], method="gin")
    there = seen.surroundings is not None and "pg_trgm" in seen.surroundings.extensions
    return migration(index if clause.operator not in _LIKE or there else f"{TRIGRAMS}\n{index}")


def _key_of_pattern(seen: Seen, node: Node, clause: Clause) -> str:
    """The column of a pattern, without the cast from varchar; an expression in brackets."""
    if clause.column is not None and is_column(seen, node, clause):
        return quote.ident(clause.column.column)
    return bracketed(plain(seen, node, clause.left))


def plain(seen: Seen, node: Node, text: str) -> str:
    """An expression over the relation of `node` with its columns unqualified, as CREATE INDEX wants them."""
    alias = seen.holder(node).alias
    columns = {each.column for each in clause_columns(text, alias)}
    return substitute(text, {name: quote.ident(name) for name in columns}, table=alias) if columns else text


def clause_columns(text: str, alias: str) -> tuple[Reference, ...]:
    """The columns of `alias` that an expression reads."""
    return tuple(each for each in references(text) if each.alias in ("", alias))


def has_index(relation: Relation | None, keys: Sequence[str]) -> bool:
    """Whether a valid index of all rows begins with `keys`, in any order."""
    return _existing.serves(relation, keys, equal=len(keys))


def _left_only(clause: Clause) -> Clause:
    """The clause as far as an index must hold it: a join's other side may be of another relation."""
    return Clause(text=clause.left, reads=references(clause.left))


def _inverted(clause: Clause) -> bool:
    if clause.operator in _LIKE:
        return not is_prefix(clause)
    return clause.operator in _GIN or (clause.operator == "@>" and ("::jsonb" in clause.value or "[]" in clause.value))


def is_prefix(clause: Clause) -> bool:
    """Whether a LIKE or regular expression fixes the beginning of the value, so that a b-tree could serve it."""
    text = clause.value.removeprefix("'")
    if clause.operator == "~~":
        return bool(text) and text[0] not in "%_" and clause.value.startswith("'")
    return clause.operator == "~" and text.startswith("^") and len(text) > 1 and text[1].isalnum()


def is_searchable(clause: Clause) -> bool:
    """Whether a trigram index finds a pattern: it needs three letters in a row that are known. Of other conditions
    nothing is asked."""
    return clause.operator not in _LIKE or bool(_TRIGRAM.search(constant(clause.value) or ""))


def is_key(seen: Seen, node: Node, clause: Clause) -> bool:
    """Whether a b-tree on the relation of `node` can be searched for what the clause compares."""
    compared = clause.operator not in PARTIAL and not _inverted(clause) and _btree(clause)
    return compared and _possible(seen, node, clause)


def _btree(clause: Clause) -> bool:
    if clause.operator in _LIKE:
        return is_prefix(clause)
    return clause.equality or clause.range or clause.operator == "<>"


def _keys(seen: Seen, node: Node, conditions: Sequence[Clause], order: Sequence[str]) -> tuple[str, ...]:
    equal = sorted((each for each in conditions if each.equality), key=lambda each: selectivity(seen, node, each))
    after = [each for each in conditions if not each.equality and each.operator != "<>"]
    keys = [key_of(seen, node, each) for each in equal]
    if order:
        keys += [key for key in order if key.split(" ")[0] not in keys]
    elif after:
        keys.append(key_of(seen, node, after[0]))
    return tuple(dict.fromkeys(keys))[:LONGEST_KEY]


def selectivity(seen: Seen, node: Node, clause: Clause) -> float:
    """The fraction of rows that one value has, as far as statistics tell; smaller comes first."""
    relation = seen.relation(node)
    if relation is None or clause.column is None:
        return share(relation, "")
    return share(relation, clause.column.column)


def share(relation: Relation | None, column: str) -> float:
    """The fraction of a table's rows that one value of a column has, as far as statistics tell."""
    found = relation.by_name.get(column) if relation is not None else None
    if relation is None or found is None or found.distinct is None:
        return 0.5
    rows = max(relation.rows, 1.0)
    return 1 / max(found.distinct if found.distinct > 0 else -found.distinct * rows, 1.0)


def column_of(seen: Seen, node: Node, clause: Clause) -> Column | None:
    """What the catalog says about the column that a clause compares."""
    relation = seen.relation(node)
    if relation is None or clause.column is None:
        return None
    return relation.by_name.get(clause.column.column)


def key_of(seen: Seen, node: Node, clause: Clause) -> str:
    """What a clause compares as the key of a b-tree, with the operator class that its operator needs."""
    if clause.column is not None and is_column(seen, node, clause):
        key = quote.ident(clause.column.column)
    else:
        key = bracketed(plain(seen, node, clause.left))
    if clause.operator in _LIKE:
        found = column_of(seen, node, clause)
        padded = found is not None and found.type.startswith("character(")
        name = "bpchar_pattern_ops" if padded else "text_pattern_ops"
        return key if found is not None and found.bytewise else f"{key} {name}"
    return key


def bracketed(expression: str) -> str:
    """An expression as CREATE INDEX takes it: a column as it is, all else in brackets (a call needs none)."""
    simple = expression.isidentifier() or (expression.startswith('"') and expression.endswith('"'))
    return expression if simple else f"({expression})"


def session_setting(name: str, value: str, *, then: str = "") -> Cure:
    """A setting that is tried in one transaction first; `then` is how it is kept."""
    lines = [f"SET LOCAL {quote.ident(name)} = {quote.literal(value)};"]
    return Cure(kind=CureKind.SETTING, sql="\n".join([*lines, *([then] if then else [])]), setting=((name, value),))


def maintenance(sql: str) -> Cure:
    """ANALYZE, VACUUM: runs beside the application."""
    return Cure(kind=CureKind.MAINTENANCE, sql=sql)


def rewrite(sql: str) -> Cure:
    """The statement, or the part of it, in another way."""
    return Cure(kind=CureKind.REWRITE, sql=sql)


def migration(sql: str) -> Cure:
    """DDL that pgwright runs online."""
    return Cure(kind=CureKind.MIGRATION, sql=sql)
