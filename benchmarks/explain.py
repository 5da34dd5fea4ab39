"""What `pgwright explain` makes of plans, beside other programs that read them: times, planted defects, and speed.

**Self times.** Hard statements (`tests/diagnose/accounting/statements.sql`) run on private servers, each three times;
the same JSON goes to every reader, and the sum of the self times of all nodes is set over the Execution Time. 1 is
right: more is time that never was, less is time that nobody is told of. What the executor takes outside of all nodes,
which no plan says, is given to every reader; the times of triggers to pev2, which shows them beside the nodes, also of
BEFORE triggers, which are in the time of a node as well. pgplan has no self times. A sum of 1 does not say that each
node is right: where a reader forgets to multiply by loops, as plananalyze does, what it takes from a child it gives to
the parent.

**Planted defects.** Every query of `tests/diagnose/corpus` is run; each either has one defect or only looks like it.
`benchmarks/support/peer_rules.py` says which rule of a peer means which defect, and is generous. pev2 names no
defects: its coloured badges count. Advice runs when a server runs it as it stands. The corpus was written along with
pgwright, so that it finds all of it is what its tests ask for, and no measure of what it would find elsewhere.

**Large plans.** Two tables of 500 partitions each, joined partition by partition, and a generated plan of 2,000 nodes,
read and diagnosed in this process, and by the whole command in a process of its own.

Peers are installed from npm and PyPI at pinned versions into `.cache/peers/`. With `--major N` that major stands beside
PostgreSQL 14, with `--every-major` all five; `--rows` is the number of nodes of a large plan, `--rounds` how often each
statement runs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from pgwright.base.errors import PgwrightError
from pgwright.server.private import PrivateServer
from tests.support import broker
from tests.support.selection import MAJORS

from .support import conserving, database, large_plans, plan_readers, planting, reading
from .support.conserving import OURS, Sums
from .support.options import Options
from .support.planting import Case
from .support.reading import Speed
from .support.report import Goal, Report, Table

OLDEST = 14
ROUNDS, RUNS, NODES = 3, 15, 2_000
MOST_MS, MOST_MB = 100.0, 200.0
SETTINGS = {**broker.SETTINGS, "max_locks_per_transaction": "2048"}
"""Those of the tests' servers, for which the corpus is made, and room for the locks on all partitions."""


def measure(options: Options) -> Report:
    """About five minutes."""
    readers, skipped = plan_readers.peers()
    sums: dict[int, tuple[Sums, ...]] = {}
    cases: dict[int, tuple[Case, ...]] = {}
    speeds: dict[str, Speed] = {}
    for major in sorted({*MAJORS} if options.every_major else {OLDEST, options.major}):
        print(f"  PostgreSQL {major}", file=sys.stderr, flush=True)
        with ExitStack() as stack:
            try:
                running = stack.enter_context(database.server(Options(major=major), SETTINGS))
            except PgwrightError as error:
                skipped.append(f"PostgreSQL {major}: {error}")
                continue
            sums[major] = conserving.measured(running, readers, options.rounds or ROUNDS)
            cases[major] = planting.measured(running, readers)
            if major == options.major:
                speeds, unread = _speeds(running, options)
                skipped += unread
    skipped += planting.unread([case for each in cases.values() for case in each])
    names = (OURS, *readers)
    return Report(
        tables=_tables(sums, cases, speeds, names),
        goals=(*_kept(sums), *_found(cases), *_quick(speeds)),
        skipped=tuple(skipped),
        facts={"peers": ", ".join(f"{name} {plan_readers.VERSIONS[name]}" for name in readers) or "none"},
        figures=_figures(sums, cases, speeds),
    )


def _speeds(running: PrivateServer, options: Options) -> tuple[dict[str, Speed], list[str]]:
    """The speed of each large plan, and a sentence on each that is not read."""
    size = options.rows or NODES
    partitions = min(large_plans.PARTITIONS, max(size // 4, 2))
    plans = {f"generated, {size:,} nodes, JSON": json.dumps([large_plans.generated(size)])}
    for form in ("JSON", "TEXT"):
        plans[f"{partitions} partitions joined, {form}"] = large_plans.partitioned(running, form, partitions)
    found, unread = {}, []
    for name, text in plans.items():
        try:
            found[name] = reading.of(text, RUNS)
        except PgwrightError as error:
            unread.append(f"{name}: {error}")
    return found, unread


def _tables(
    sums: Mapping[int, Sequence[Sums]],
    cases: Mapping[int, Sequence[Case]],
    speeds: Mapping[str, Speed],
    names: Sequence[str],
) -> tuple[Table, ...]:
    every = [case for each in cases.values() for case in each]
    tables = [conserving.summary(sums, names)]
    tables += [conserving.telling(found, names, major) for major, found in sums.items()]
    tables += [planting.summary(every, names), planting.by_sign(every, names), reading.table(speeds)]
    return tuple(tables)


def _kept(sums: Mapping[int, Sequence[Sums]]) -> list[Goal]:
    goals = []
    for major, found in sums.items():
        right = sum(each.within(OURS) for each in found)
        goals.append(Goal(promise=f"self times add up to within 2 % on PostgreSQL {major}",
                          found=f"{right} of {len(found)} statements", kept=right == len(found)))  # fmt: skip
    return goals


def _found(cases: Mapping[int, Sequence[Case]]) -> list[Goal]:
    every = [case for each in cases.values() for case in each]
    missed = [case.name for case in every if case.planted and not case.finds(OURS)]
    false = [case.name for case in every if not case.planted and case.finds(OURS)]
    return [
        Goal(promise="planted defects missed, 0", found=_named(missed), kept=not missed),
        Goal(promise="false findings, 0", found=_named(false), kept=not false),
    ]


def _named(names: Sequence[str]) -> str:
    return f"{len(names)} ({', '.join(names)})" if names else "0"


def _quick(speeds: Mapping[str, Speed]) -> list[Goal]:
    goals = []
    for name, speed in speeds.items():
        best = min(speed.together)
        goals += [
            Goal(promise=f"{name}: read and diagnosed in less than {MOST_MS:.0f} ms", found=f"{best:,.0f} ms",
                 kept=best < MOST_MS),
            Goal(promise=f"{name}: less than {MOST_MB:.0f} MB", found=f"{speed.peak_mb:,.0f} MB",
                 kept=speed.peak_mb < MOST_MB),
        ]  # fmt: skip
    return goals


def _figures(
    sums: Mapping[int, Sequence[Sums]], cases: Mapping[int, Sequence[Case]], speeds: Mapping[str, Speed]
) -> dict[str, object]:
    """The ratios by major, statement and reader, the answers by query, and the times of all runs."""
    return {
        "ratios": {
            str(major): {each.name: {reader: round(each.ratio(reader), 4) for reader in each.accounted}
                         for each in found}
            for major, found in sums.items()
        },
        "found": {
            str(major): {case.name: sorted(reader for reader in case.said if case.finds(reader)) for case in found}
            for major, found in cases.items()
        },
        "speed": {name: {"together": each.together, "command": each.command, "peak_mb": each.peak_mb}
                  for name, each in speeds.items()},
    }  # fmt: skip
