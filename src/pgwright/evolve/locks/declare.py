"""What a statement will lock, read through and write anew, before it runs: measured situations put onto a catalog.

It answers only where a measurement stands behind the answer. None means "not known", never "nothing".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ...base.lock import LockMode
from ...base.name import RelationName
from ...catalog.values import Catalog
from ...sql import parse
from ...sql.parse import Node, Statement
from . import altering, measured, stating
from .code import statements_inside
from .scene import Scene, Situation

MANY_ROWS = 10_000
"""Above that, a data change is no small one: it keeps its rows locked until the transaction ends."""

_MOST_ROWS_PER_PAGE = 291  # MaxHeapTuplesPerPage at 8 kB; for tables that were never analysed

_CHANGES = ("UpdateStmt", "DeleteStmt", "MergeStmt", "InsertStmt")


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What happens to one existing relation: the strongest lock on it, whether all of it is read, or written anew."""

    relation: RelationName
    oid: int
    mode: LockMode
    scans: bool = False
    rewrites: bool = False


def declared(
    key: str, node: Node, statement: Statement, catalog: Catalog, *, major: int | None = None
) -> tuple[Effect, ...] | None:
    """What the action `key` with `node` of `statement` does to the relations of `catalog`, in oid order; None where
    that is not known. Relations that it creates are not among them, indexes neither: their table is.

    Nothing that is declared is weaker than what the server does; where it is stronger, a test lists why."""
    scene = Scene(catalog)
    effects: dict[int, Effect] = {}
    inside = statements_inside(key, node, catalog)
    if inside is None:
        return None
    for each in inside:
        if not _add(effects, declared(each.key, each.node, each.statement, catalog, major=major)):
            return None
    situations = situations_of(scene, key, node, statement)
    if situations is None:
        return None
    for situation in situations:
        if not _add(effects, _effects(scene, situation, major or catalog.major)):
            return None
    return tuple(effects[oid] for oid in sorted(effects))


def effects_of(catalog: Catalog, situations: Iterable[Situation], *, major: int | None = None) -> tuple[Effect, ...]:
    """What `situations` do to the relations of `catalog`, in oid order. Raises KeyError for one that was never
    measured: whoever names a situation knows which there are."""
    scene = Scene(catalog)
    effects: dict[int, Effect] = {}
    for situation in situations:
        if not _add(effects, _effects(scene, situation, major or catalog.major)):
            raise KeyError(situation.name)
    return tuple(effects[oid] for oid in sorted(effects))


def harm(key: str, node: Node, statement: Statement, catalog: Catalog) -> str | None:
    """Why the action may hurt a running application, in half a sentence; None where it is known not to.

    Harmless is what takes no lock of SHARE or stronger on an existing table with rows, reads or rewrites none under
    such a lock, and changes no more than a few rows."""
    effects = declared(key, node, statement, catalog)
    if effects is None:
        return "nobody knows what it locks"
    for effect in effects:
        if not effect.mode.is_strong or not has_rows(catalog, effect.oid):
            continue
        work = "rewrites" if effect.rewrites else "reads all of" if effect.scans else ""
        if work:
            return f"it {work} {effect.relation} under {effect.mode.sql}, which meanwhile blocks {effect.mode.blocks}"
        return f"it takes {effect.mode.sql} on {effect.relation}, which blocks {effect.mode.blocks}"
    return _many_rows(key, node, effects, catalog)


def has_rows(catalog: Catalog, oid: int) -> bool:
    """Whether a relation holds rows, or may: False only for views, sequences, and tables without a single block."""
    if (table := catalog.tables.get(oid)) is not None:
        return table.pages > 0 or table.kind == "f" or any(has_rows(catalog, child) for child in table.children)
    return oid in catalog.views and catalog.views[oid].kind == "m"


def situations_of(scene: Scene, key: str, node: Node, statement: Statement) -> list[Situation] | None:
    """The situations of an action; None where one has not been described."""
    if key.startswith(altering.KEY):
        return altering.alter(scene, node, statement.node)
    return stating.state(scene, key, node)


def _effects(scene: Scene, situation: Situation, major: int) -> Iterable[Effect] | None:
    impacts = measured.impacts(situation.name, major)
    if impacts is None:
        return None
    return [_effect(scene, oid, impact) for part, impact in impacts.items() for oid in situation.parts.get(part, ())]


def _effect(scene: Scene, oid: int, impact: measured.Impact) -> Effect:
    """A partitioned table has nothing to read or write itself."""
    table = scene.catalog.tables.get(oid)
    stored = table is None or table.kind != "p"
    return Effect(
        relation=scene.name(oid),
        oid=oid,
        mode=impact.mode,
        scans=stored and impact.scans,
        rewrites=stored and impact.rewrites,
    )


def _add(effects: dict[int, Effect], more: Iterable[Effect] | None) -> bool:
    if more is None:
        return False
    for effect in more:
        known = effects.get(effect.oid)
        effects[effect.oid] = effect if known is None else _stronger(known, effect)
    return True


def _stronger(one: Effect, other: Effect) -> Effect:
    return replace(
        one,
        mode=max(one.mode, other.mode),
        scans=one.scans or other.scans,
        rewrites=one.rewrites or other.rewrites,
    )


def _many_rows(key: str, node: Node, effects: Iterable[Effect], catalog: Catalog) -> str | None:
    if key not in _CHANGES or (key == "InsertStmt" and _inserts_few(node)):
        return None
    for effect in effects:
        table = catalog.tables.get(effect.oid)
        if table is None or effect.mode is not LockMode.ROW_EXCLUSIVE or table.pages == 0:
            continue
        if (table.pages * _MOST_ROWS_PER_PAGE if table.rows is None else table.rows) > MANY_ROWS:
            return f"it may change many rows of {effect.relation} at once and keeps them locked until it ends"
    return None


def _inserts_few(node: Node) -> bool:
    """INSERT of VALUES or DEFAULT VALUES."""
    return not node.HasField("select_stmt") or bool(parse.unwrap(node.select_stmt).values_lists)
