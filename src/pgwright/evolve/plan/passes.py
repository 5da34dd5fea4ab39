"""The pass of each table in a plan: one for all its links, and the end of filling after it."""

from __future__ import annotations

from collections.abc import Sequence

from ...base.lock import LockMode
from ...catalog.values import Catalog
from ..operations._operation import Shape
from ..steps import condition
from ..steps.step import Action, Kind, Lock, Phase, Step
from ..sync.fill import fill
from ..sync.link import Link
from ..sync.sources import sync_table

ROWS_PER_SECOND = 60_000
"""Of a pass under load; `benchmarks/` measures it. Only for estimates."""


def steps(catalog: Catalog, shapes: dict[int, Shape], links: Sequence[Link]) -> list[Step]:
    """The backfill steps for all of `links`, table by table in oid order."""
    found: list[Step] = []
    filling = [link for link in links if link.fills != "inserts"]
    for oid in sorted({link.table for link in filling}):
        of = [link for link in filling if link.table == oid]
        found += [_pass(catalog, shapes[oid], of), _end(catalog, of)]
    return found


def _pass(catalog: Catalog, shape: Shape, links: Sequence[Link]) -> Step:
    oid, name = shape.table.oid, shape.table.name
    parts = catalog.descendants(oid)
    rows, blocks = sum(int(part.rows or 0) for part in parts), sum(part.pages for part in parts)
    table = sync_table(catalog, oid, names=shape.physical)
    columns = ", ".join(link.new_name for link in links)
    carried = [link for link in shape.links if link not in links]
    return Step(
        id=f"pass.{oid}",
        operations=tuple(link.id for link in links),
        phase=Phase.BACKFILL,
        kind=Kind.BACKFILL,
        summary=f"fill {columns} of {name} in batches of about 40 ms, {blocks} blocks",
        statements=(fill(table, links, carried=carried).update(table.root_sql, 0, max(blocks, 1)),),
        action=Action(name="backfill", parameters=_parameters(links)),
        locks=tuple(Lock(relation=part.name, oid=part.oid, mode=LockMode.ROW_EXCLUSIVE) for part in parts),
        scans=(name,),
        rows=rows,
        seconds=rows / ROWS_PER_SECOND,
        undo=("the column goes with the link",),
    )


def _end(catalog: Catalog, links: Sequence[Link]) -> Step:
    columns = ", ".join(link.new_name for link in links)
    return Step(
        id=f"fill_end.{links[0].table}",
        operations=tuple(link.id for link in links),
        phase=Phase.BACKFILL,
        kind=Kind.VERIFY,
        summary=f"stop filling {columns} of {catalog.tables[links[0].table].name}: from now on a NULL is meant",
        action=Action(name="fill_end", parameters=_parameters(links)),
        seconds=0.01,
        undo=("the functions go with the link",),
        done=condition.both(*(condition.neither(condition.has_link(link.id, "filling")) for link in links)),
    )


def _parameters(links: Sequence[Link]) -> dict[str, object]:
    return {"relation": links[0].table, "links": [link.id for link in links]}
