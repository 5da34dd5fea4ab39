"""A key that takes over an index which is there: ADD CONSTRAINT … USING INDEX."""

from __future__ import annotations

from ...catalog.values import Index
from ...sql import parse
from ...sql.index import elsewhere
from ...sql.parse import Node
from ...sql.quote import ident, qualified
from ..steps import condition
from ..steps.step import Action, Kind, Phase, Step
from ..sync.naming import hidden_name
from . import _constraints, _names
from ._key_back import settings
from ._not_null import make_not_null
from ._operation import Compiled
from ._steps import Steps
from ._unique import INDEX, attach, deferral


def take_over(steps: Steps, constraint: Node, kind: str) -> Compiled:
    """One instant step; for the way back the index is built again under a hidden name, because it goes with the
    constraint. Raises where PostgreSQL would refuse the index."""
    request, table = steps.request, steps.table
    index = next((each for each in table.indexes if each.name == constraint.indexname), None)
    phase = request.moment()
    name = constraint.conname or constraint.indexname
    tail = deferral(constraint)
    if index is None:
        return _of_plan(steps, constraint, kind, name, phase)
    _check(steps, index, kind)
    _constraints.require_free(steps, name)
    if name != index.name:
        _require_relation_free(steps, name)
    before: list[Step] = []
    after: list[Step] = []
    if kind == "PRIMARY KEY":
        names = {steps.shape.survivor(each): each for each in steps.shape.logical}
        before, after = make_not_null(steps, [names[number] for number in index.key_columns], phase)
    made = attach(steps, kind, name, index.name, phase, tail=tail)
    steps.shape.planned[name] = INDEX
    steps.shape.keys.append((kind, index.key_columns))
    return Compiled(
        strategy="catalog-only",
        why="the index is there, and is taken over in an instant",
        hazards=(f"rollback builds {index.name} again, concurrently, before it drops the constraint",),
        steps=(*before, made, *_back(steps, index, name), *after),
    )


def _of_plan(steps: Steps, constraint: Node, kind: str, name: str, phase: Phase) -> Compiled:
    """Of an index that an earlier statement of the plan builds; it goes with the constraint on the way back."""
    request, shape = steps.request, steps.shape
    unique, numbers = shape.indexed.get(constraint.indexname, (None, ()))
    if unique is None:
        raise request.error(f'index "{constraint.indexname}" does not exist on table "{steps.table.name}"')
    if not unique:
        raise request.error(f'index "{constraint.indexname}" cannot become {kind}: it is not unique')
    _constraints.require_free(steps, name)
    before: list[Step] = []
    after: list[Step] = []
    if kind == "PRIMARY KEY":
        names = {shape.survivor(each): each for each in shape.logical}
        before, after = make_not_null(steps, [names[number] for number in numbers], phase)
    made = attach(steps, kind, name, constraint.indexname, phase, tail=deferral(constraint))
    shape.planned[name] = INDEX
    shape.keys.append((kind, numbers))
    return Compiled(
        strategy="catalog-only",
        why="its index is built by this plan",
        steps=(*before, made, _drop(steps, name), *after),
    )


def _require_relation_free(steps: Steps, name: str) -> None:
    """The index takes the name of the constraint."""
    if name in _names.relations(steps.request.catalog, steps.table.name.schema):
        raise steps.request.error(f'relation "{name}" exists already')


def _check(steps: Steps, index: Index, kind: str) -> None:
    request = steps.request
    problem = ""
    if not index.valid:
        problem = "is not valid: build it again (REINDEX INDEX CONCURRENTLY)"
    elif not index.unique:
        problem = "is not unique"
    elif index.constraint:
        problem = f'stands behind constraint "{index.constraint}" already'
    elif " WHERE " in index.definition:
        problem = "is partial"
    elif 0 in index.key_columns or len(index.key_columns) == 0:
        problem = "contains expressions"
    elif index.method != "btree":
        problem = "is not a btree"
    elif _is_odd(index):
        problem = "does not have default sorting behavior (DESC, NULLS FIRST, a collation or an operator class)"
    elif kind == "PRIMARY KEY" and "NULLS NOT DISTINCT" in index.definition:
        problem = "has NULLS NOT DISTINCT"
    elif steps.partitioned:
        problem = "is that of a partitioned table: leave USING INDEX out"
    if problem:
        raise request.error(f'index "{index.name}" cannot become {kind}: it {problem}')


def _is_odd(index: Index) -> bool:
    """What ADD CONSTRAINT … USING INDEX refuses of a column (14 to 18); the server writes only what is no default."""
    params = [each.index_elem for each in parse.parse(index.definition)[0].node.index_params]
    plain = ("SORTBY_DEFAULT", "SORTBY_ASC")
    return any(
        parse.enum_value(each, "ordering") not in plain
        or parse.enum_value(each, "nulls_ordering") != "SORTBY_NULLS_DEFAULT"
        or each.opclass
        or each.collation
        for each in params
    )


def _drop(steps: Steps, name: str) -> Step:
    return steps.step(
        "undo",
        Phase.ROLLBACK,
        Kind.CUTOVER,
        f"drop constraint {name} of {steps.table.name}, with its index",
        (steps.alter(f"DROP CONSTRAINT {ident(name)}"),),
        steps.on("AlterTableStmt.AT_DropConstraint"),
        done=condition.neither(condition.has_constraint(steps.table.oid, name)),
    )


def _back(steps: Steps, index: Index, name: str) -> list[Step]:
    """The index beside, under a hidden name; then the constraint goes with the old one, and the new one gets its
    name."""
    hidden = hidden_name(f"{steps.request.id}_{index.name}", "old")
    statement = elsewhere(index.definition, names=(), to="", name=hidden, concurrently=True)
    standing = condition.has_constraint(steps.table.oid, name)
    parameters = {
        "relation": steps.table.oid,
        "schema": index.schema,
        "name": hidden,
        "of": name,
        "statement": statement,
    }
    build = steps.step(
        "back_build",
        Phase.ROLLBACK,
        Kind.CONCURRENT,
        f"build the like of {index.name} beside it",
        (statement,),
        steps.on("IndexStmt concurrently"),
        action=Action(name="index_build", parameters=parameters),
        done=condition.either(condition.neither(standing), condition.has_index(steps.table.oid, hidden)),
    )
    swap = steps.step(
        "back_swap",
        Phase.ROLLBACK,
        Kind.CUTOVER,
        f"drop constraint {name} of {steps.table.name}; the index stands alone again",
        (
            steps.alter(f"DROP CONSTRAINT {ident(name)}"),
            f"ALTER INDEX {qualified(index.schema, hidden)} RENAME TO {ident(index.name)}",
            *settings(steps, index),
        ),
        steps.on("AlterTableStmt.AT_DropConstraint"),
        done=condition.neither(standing),
    )
    return [build, swap]
