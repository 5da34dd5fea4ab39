"""Why an estimate is wrong, in the order in which it pays to look: statistics that are old or missing, an expression
that has none, columns that go together, and what is left.

Every cause is told by what would have to be true: changed rows that are enough to explain the difference; the product
of the single selectivities as the estimate; a list of common values that is full and does not have the value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from ...base.errors import MigrationFileError
from ...sql import parse, quote
from ..conditions import Clause, constant
from ..query_plan.kinds import SCANS
from ..query_plan.model import Node
from ..surroundings import Relation
from . import _cures
from ._fractions import fraction
from ._misestimates import Misestimate, misestimates
from ._seen import Seen
from ._sign import NO_CURE, Confidence, Cure, Sign

STALE, EXPRESSION, CORRELATED, OTHER = (
    "stale_statistics",
    "expression_without_statistics",
    "correlated_columns",
    "row_misestimate",
)
ENOUGH = 0.5
"""The part of a wrong estimate that changed rows must be able to explain."""
SAME = 3.0
"""The factor within which the planner's estimate is taken to be the product of single selectivities: common values
are counted in a sample."""
TARGET = 1_000
"""A list ten times as long as the default's; ANALYZE then reads 300,000 rows (14 to 18)."""
SPOILT = (
    "many_inner_loops",
    "join_without_index",
    "hash_in_batches",
    "hash_underestimated",
    "hash_join_reads_all",
)
"""What a wrong estimate explains when it is found on the node that it spoilt."""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why an estimate is wrong: the name of the sign that tells it, in words, and its cure."""

    name: str
    why: str
    cure: Cure
    confidence: Confidence = Confidence.ESTIMATED


def signs(seen: Seen, root: Node, name: str, disproof: str) -> Iterator[Sign]:
    """The wrong estimates that did harm and that have this cause."""
    cured: set[str] = set()
    for found in misestimates(seen, root):
        cause = cause_of(seen, found)
        if cause.name != name or not cause.cure.sql or cause.cure.sql in cured:
            continue
        cured.add(cause.cure.sql)
        yield Sign(
            nodes=(found.node, found.spoilt),
            object=seen.name(found.node),
            seen=f"{seen.what(found.node)} gives {found.actual:,.0f} rows where {found.expected:,.0f} were expected;"
            f" so {found.how}.",
            why=cause.why,
            disproof=disproof,
            share=found.share,
            confidence=cause.confidence,
            cure=cause.cure,
            fields={"Plan Rows": found.expected, "Actual Rows": found.actual, "of": found.spoilt.type},
        )


def cause_of(seen: Seen, found: Misestimate) -> Cause:
    """The cause of a wrong estimate; without a cure where nothing that is known explains it."""
    if found.node.type not in SCANS:
        return _of_others(seen, found)
    relation = seen.relation(found.node)
    if relation is None:
        why = "Old or missing statistics are the most frequent reason, and ANALYZE costs little."
        return Cause(name=OTHER, why=why, cure=_analyze(seen.name(found.node)), confidence=Confidence.HEURISTIC)
    clauses = tuple(
        each
        for each in seen.clauses(found.node, "Index Cond", "Recheck Cond", "Filter")
        if each.constant and each.reads and seen.own(found.node, each)
    )
    for each in (_stale, _expression, _correlated, _skewed):
        cause = each(seen, found, relation, clauses)
        if cause is not None:
            return cause
    return Cause(name=OTHER, why="", cure=NO_CURE)


def _analyze(*names: str) -> Cure:
    return _cures.maintenance("\n".join(f"ANALYZE {name};" for name in names))


def _stale(seen: Seen, found: Misestimate, relation: Relation, _: Sequence[Clause]) -> Cause | None:
    age = _age(relation, abs(found.actual - found.expected) / max(found.node.loops, 1))
    return (
        Cause(name=STALE, why=age, cure=_analyze(seen.name(found.node)), confidence=Confidence.MEASURED)
        if age
        else None
    )


def _age(relation: Relation, difference: float) -> str:
    """In words why the statistics of a relation are not those of its rows; empty where they may be."""
    if not any(column.analyzed for column in relation.columns):
        return "The table was never analyzed: the planner guesses from its size alone."
    since = f"since the last ANALYZE {_ago(relation.analyzed)}" if relation.analyzed is not None else "since ANALYZE"
    if relation.modified >= ENOUGH * difference:
        return f"{relation.modified:,} rows changed {since}, of the {max(relation.rows, 0):,.0f} there were."
    grown = relation.pages - relation.counted_pages
    rows = relation.rows * grown / max(relation.counted_pages, 1)
    if relation.rows > 0 and abs(rows) >= ENOUGH * min(difference, relation.rows):
        return f"The table had {relation.counted_pages:,} pages when its rows were counted, and has {relation.pages:,}."
    return ""


def _ago(seconds: float) -> str:
    for name, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {name} ago"
    return "a moment ago"


def _expression(seen: Seen, found: Misestimate, relation: Relation, clauses: Sequence[Clause]) -> Cause | None:
    there = set(map(_same_text, (*relation.expressions, *(key for each in relation.indexes for key in each.keys))))
    missing: dict[str, Clause] = {}
    for clause in clauses:
        if clause.operator and (clause.on_expression or clause.cast not in ("", "text", "varchar", "bpchar")):
            text = _cures.plain(seen, found.node, clause.left)
            if text not in there:
                missing[text] = clause
    if not missing:
        return None
    name, listed = seen.name(found.node), ", ".join(f"({text})" for text in missing)
    columns = sorted({each.column for clause in missing.values() for each in clause.reads})
    return Cause(
        name=EXPRESSION,
        why=f"There are no statistics of {' and '.join(missing)}, so a fixed fraction of the rows is expected.",
        cure=_cures.migration(
            f"CREATE STATISTICS {_statistics(relation, columns)} ON {listed} FROM {name};\nANALYZE {name};"
        ),
    )


def _same_text(expression: str) -> str:
    """An expression of the catalog as the parser writes it."""
    try:
        return parse.deparse_expression(parse.parse_expression(expression))
    except MigrationFileError:
        return expression


def _statistics(relation: Relation, columns: Sequence[str]) -> str:
    """A name for statistics: before 16 they must have one."""
    schema = f"{quote.ident(relation.schema)}."
    return schema + quote.ident("_".join([relation.name, *columns, "stats"]).encode()[:63].decode(errors="ignore"))


def _correlated(seen: Seen, found: Misestimate, relation: Relation, clauses: Sequence[Clause]) -> Cause | None:
    known: dict[str, float] = {}
    for clause in clauses:
        part = fraction(relation, clause)
        if clause.column is not None and part is not None:
            known[clause.column.column] = part
    columns, rows = frozenset(known), max(relation.rows, 1.0)
    if not found.under or len(columns) < 2 or any(columns <= each for each in relation.statistics):
        return None
    expected, actual = found.expected / found.node.loops, found.actual / found.node.loops
    product = max(prod(known.values()) * rows, 1.0)  # fewer than one row is never expected
    most = min(known.values()) * rows
    others = any(clause.column is None or clause.column.column not in known for clause in clauses)
    if product < expected / SAME or (product > expected * SAME and not others) or actual > most * SAME:
        return None
    name, listed = seen.name(found.node), sorted(columns)
    names = ", ".join(map(quote.ident, listed))
    made = _statistics(relation, listed)
    kinds, target = _kinds(seen, relation, columns, depends=actual * SAME > most)
    lines = [f"CREATE STATISTICS {made} ({kinds}) ON {names} FROM {name};"]
    if target:
        lines.append(f"ALTER STATISTICS {made} SET STATISTICS {target};")
    return Cause(
        name=CORRELATED,
        why=f"The planner multiplies the fractions of {names}, as if one did not depend on the other.",
        cure=_cures.migration("\n".join([*lines, f"ANALYZE {name};"])),
    )


def _kinds(seen: Seen, relation: Relation, columns: frozenset[str], *, depends: bool) -> tuple[str, int]:
    """The kinds of statistics that make such an estimate right, and their target (0: the usual one). Where common
    combinations are kept but not the one that is asked for, dependencies are not looked at any more (14 to 18): so it
    is all where all combinations are kept, else one or the other. `depends`: the rarest value decides by itself."""
    rows = max(relation.rows, 1.0)
    numbers = [relation.by_name[name].distinct or 0.0 for name in columns]
    different = [number if number >= 0 else -number * rows for number in numbers]
    kept = seen.amount("default_statistics_target") or 100
    if (max(different) if depends else prod(different)) <= kept:
        return "dependencies, ndistinct, mcv", 0
    return ("dependencies, ndistinct", 0) if depends else ("ndistinct, mcv", TARGET)


def _skewed(seen: Seen, found: Misestimate, relation: Relation, clauses: Sequence[Clause]) -> Cause | None:
    """One column whose value is more, or less, common than its statistics can tell."""
    if any("$" in clause.value and not clause.value.startswith("'") for clause in clauses):
        return Cause(
            name=OTHER,
            why="A plan for any parameter was used, and this one is far from the average.",
            cure=_cures.session_setting("plan_cache_mode", "force_custom_plan"),
        )
    for clause in clauses:
        column = relation.by_name.get(clause.column.column) if clause.column is not None else None
        value = constant(clause.value) if clause.operator == "=" else None
        if column is None or value is None or value in column.common:
            continue
        target = column.statistics_target or int(seen.amount("default_statistics_target") or 100)
        if len(column.common) >= target and target < TARGET and found.under:
            name, quoted = seen.name(found.node), quote.ident(column.name)
            return Cause(
                name=OTHER,
                why=f"The {target} most common values of {quoted} are known, and this one is not among them.",
                cure=_cures.migration(
                    f"ALTER TABLE {name} ALTER COLUMN {quoted} SET STATISTICS {TARGET};\nANALYZE {name};"
                ),
            )
    return None


def _of_others(seen: Seen, found: Misestimate) -> Cause:
    """Joins and what is no table: statistics below that are missing, or a function that says nothing of its rows."""
    node = found.node
    function, schema = node.text("Function Name"), node.text("Schema")
    if node.type == "Function Scan" and function and schema not in ("", "pg_catalog") and node.loops == 1:
        rows = int(float(f"{max(found.actual, 1):.1g}"))
        return Cause(
            name=OTHER,
            why=f"The function is declared to give {found.expected:,.0f} rows; 1,000 where nothing is said.",
            cure=_cures.migration(f"ALTER FUNCTION {quote.qualified(schema, function)} ROWS {rows};"),
        )
    missing = list(dict.fromkeys(name for scan in seen.below(node, *SCANS) for name in _out_of_date(seen, scan)))
    if missing:
        why = "The statistics below this are missing or old."
        return Cause(name=STALE, why=why, cure=_analyze(*missing), confidence=Confidence.ESTIMATED)
    return Cause(name=OTHER, why="", cure=NO_CURE)


def _out_of_date(seen: Seen, scan: Node) -> Iterator[str]:
    """The relation of a scan, or the partitioned table that it is a part of, without statistics of today. Autovacuum
    never analyzes a partitioned table (14 to 18)."""
    relation = seen.relation(scan)
    if relation is not None and seen.surroundings is not None:
        if _age(relation, max(relation.rows, 1.0)):
            yield seen.name(scan)
        parent = seen.surroundings.relation(*relation.parent) if relation.parent is not None else None
        if parent is not None and not any(column.analyzed for column in parent.columns):
            yield quote.qualified(parent.schema, parent.name)
