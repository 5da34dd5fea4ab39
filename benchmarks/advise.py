"""Which indexes pgwright advises, beside other ways to choose them, by the planner's cost and really executed.

**Cost by space.** TPC-H and TPC-DS at scale 0.1, with primary keys and no other index. All ways ask the same clone of
the statistics, with the same sizes of indexes, and weigh the plain sum of the planner's costs; for each space the table
says what is left of that sum. `benchmarks/support/index_search.py` has the other ways, written from their published
descriptions. TPC-H is measured without queries 2, 17 and 20, as the literature does, because their costs without
indexes are nearly the whole sum; and with all 22, none of which counts more than a fifth, as `pgwright advise indexes`
weighs them. Each question to the planner is asked once in a run, and its time counted for each way that asks it.
pgwright is run without its rule that each index has to bring something by itself, which the others do not have.

**Real execution.** The indexes of pgwright and of a plain Extend for the same space are made on copies of the loaded
database, and all queries of TPC-H are executed, in turns; a query is stopped after 60 seconds and counts as that. The
planner's cost is what is minimised, so that fewer seconds do not follow of themselves.

What it does not show: writes, of which neither benchmark has any; and tables that do not fit into memory.

`--rows N` takes the first N queries of each at a tenth of the scale and of the space, `--rounds` is how often all
queries are executed.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from pgwright.diagnose.whatif.proposed import Proposed
from pgwright.server.private import PrivateServer

from .support import advising, database, executing, tpc
from .support.advising import EXTEND, OURS, Workload
from .support.executing import Executed
from .support.options import Options
from .support.report import Goal, Report
from .support.tpc import Loaded

SCALE, ROUNDS = 0.1, 3
SIZES = (12.0, 24.0, 49.0, 92.0, 131.0, 200.0, 300.0, float("inf"))
DS_SIZES = (24.0, 92.0, 200.0, float("inf"))
EXECUTED = (49.0, 131.0)
HEAVY = frozenset({2, 17, 20})
MOST_S = 60.0
HEAD = "TPC-H without 2, 17 and 20"


def measure(options: Options) -> Report:
    """About an hour."""
    part = 0.1 if options.rows else 1.0
    with database.server(options) as running:
        h, ds = (_loaded(running, name, part) for name in ("tpch", "tpcds"))
        light = [query for number, query in _first(h, options).items() if number not in HEAVY]
        sizes, ds_sizes = ([size * part for size in several] for several in (SIZES, DS_SIZES))
        workloads = (
            advising.measured(HEAD, h.dsn, light, sizes),
            advising.measured("TPC-H, weights capped", h.dsn, [*_first(h, options).values()], sizes, is_capped=True),
            advising.measured("TPC-DS", ds.dsn, [*_first(ds, options).values()], ds_sizes),
        )
        chosen = _chosen(workloads[0], [size * part for size in EXECUTED])
        print(f"  executing {len(light)} queries with {len(chosen)} sets of indexes", file=sys.stderr, flush=True)
        runs = executing.executed(running, h.database, light, chosen, options.rounds or ROUNDS)
    return Report(
        tables=(
            *map(advising.quality, workloads),
            advising.effort(workloads),
            executing.table(HEAD, runs),
        ),
        goals=(*_never_worse(workloads), _quick(workloads[:2]), _faster(runs)),
        skipped=tuple(reason for workload in workloads for reason in workload.unplanned),
        facts={"other ways": "written from their published descriptions", "data": f"scale {SCALE * part:g}"},
        figures=_figures(workloads, runs),
    )


def _loaded(running: PrivateServer, name: str, part: float) -> Loaded:
    print(f"  loading {name}", file=sys.stderr, flush=True)
    return tpc.load(running.dsn(), name, SCALE * part)


def _first(loaded: Loaded, options: Options) -> dict[int, str]:
    """The queries that are wanted, without the semicolons at their ends."""
    queries = {number: text.rstrip().rstrip(";") for number, text in loaded.queries.items()}
    return dict(list(queries.items())[: options.rows])


def _chosen(workload: Workload, sizes: Sequence[float]) -> dict[str, tuple[Sequence[Proposed], int]]:
    """The sets of indexes that are really made, with their predicted bytes."""
    chosen: dict[str, tuple[Sequence[Proposed], int]] = {"nobody": ((), 0)}
    for size in sizes:
        for way in (OURS, EXTEND):
            found = workload.chosen[size][way]
            chosen[f"{way}, {advising.size_text(size)}"] = found.indexes, found.bytes
    return chosen


def _never_worse(workloads: Sequence[Workload]) -> list[Goal]:
    return [
        Goal(
            promise=f"{each.name}: at no size worse than a plain Extend",
            found=f"worse at {', '.join(each.worse)}" if each.worse else f"at none of {len(each.chosen)}",
            kept=not each.worse,
        )
        for each in workloads
    ]


def _quick(workloads: Sequence[Workload]) -> Goal:
    slowest = max(each.slowest for each in workloads)
    return Goal(promise=f"TPC-H in at most {MOST_S:.0f} s", found=f"{slowest:,.1f} s", kept=slowest <= MOST_S)


def _faster(runs: Mapping[str, Executed]) -> Goal:
    before = min(runs["nobody"].sums)
    ours = max(min(each.sums) for name, each in runs.items() if name.startswith(OURS))
    return Goal(
        promise="the queries of TPC-H take less time with the advice",
        found=f"{ours:,.2f} s instead of {before:,.2f} s",
        kept=ours < before,
    )


def _figures(workloads: Sequence[Workload], runs: Mapping[str, Executed]) -> dict[str, object]:
    """What each way chose for each size, and the seconds of each query in each round."""
    return {
        "chosen": {
            each.name: {
                advising.size_text(size): {
                    way: {
                        "left": round(found.left, 5),
                        "bytes": found.bytes,
                        "plans": found.plans,
                        "seconds": round(found.seconds, 2),
                        "indexes": [index.sql for index in found.indexes],
                    }
                    for way, found in ways.items()
                }
                for size, ways in each.chosen.items()
            }
            for each in workloads
        },
        "executed": {
            name: {"seconds": each.seconds, "predicted": each.predicted, "real": each.real}
            for name, each in runs.items()
        },
    }
