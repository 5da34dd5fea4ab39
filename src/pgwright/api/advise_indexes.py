"""Says which indexes make a workload cheapest, each tried on a clone that has the statistics of the database and
none of its rows, or where that cannot be, on the next best thing. Changes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..base.errors import UsageError
from ..config import Settings
from ..connect import open
from ..workload import read as workloads
from ._columns import column

if TYPE_CHECKING:
    from ..diagnose.advise.indexes.cases import Case
    from ..diagnose.advise.indexes.report import IndexesReport
    from ..diagnose.advise.indexes.search import Step
    from ..diagnose.indexes import Snapshot, Usage
    from ..diagnose.whatif.planner import Planner

_CLONING = "making a clone: schema and statistics, on this machine, no rows"
_NAMED = 3  # expressions that a note names
_OPENING = {
    "": _CLONING,
    "clone": _CLONING,
    "hypopg": "looking for HypoPG",
    "model": "reading what the planner reckons with",
}


@dataclass(frozen=True, kw_only=True)
class IndexesAsked:
    """What is wanted. `files` are logs or one file of statements; without any pg_stat_statements of the database is
    read. `bytes` and `writing` (a part of what the workload costs) limit new indexes, each of
    which has to bring `gain` (another such part) by itself; `seconds` limits the search, and what samples take.
    `replicas` are DSNs of further servers of the cluster, whose reads count, too. `blank` are columns whose values stay
    at the source, besides those of the settings. `tier` is where the indexes are tried: clone, hypopg, model; empty is
    the best that there is. With `sample` a clone looks at expressions in samples of their tables."""

    files: tuple[Path, ...] = ()
    bytes: float = float("inf")
    writing: float = float("inf")
    gain: float = 0.01
    seconds: float = 60.0
    replicas: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    tier: str = ""
    sample: bool = False


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far it is: `what` is being done, in words; `done` of `whole` where that is known; `ratio` is the part of the
    workload's cost that would be left with what was found until now."""

    what: str
    done: int = 0
    whole: int = 0
    ratio: float | None = None
    bytes: int = 0


def advise_indexes(
    settings: Settings,
    asked: IndexesAsked = IndexesAsked(),
    *,
    tell: Callable[[Progress], None] = lambda _: None,
) -> IndexesReport:
    """The best indexes within the limits. Raises WorkloadError where there is no workload, UsageError for columns
    that are not there, and what making a clone raises."""
    from ..diagnose.advise.indexes import advice, prepare
    from ..diagnose.advise.indexes.report import IndexesReport
    from ..diagnose.advise.indexes.search import Limits
    from ..diagnose.indexes import reader
    from ..diagnose.whatif.opening import Place, Tier, opened

    began = time.monotonic()
    blank = [column(text) for text in (*settings.clone.blank, *asked.blank)]
    with ExitStack() as stack:
        with open(settings.dsn, name="advise") as connection:
            tell(Progress(what="reading the workload"))
            workload = workloads.read(asked.files or connection, database=connection.info.dbname)
            snapshot = reader.read(connection)
        usages, notes = _usages(snapshot, asked.replicas)
        tell(Progress(what=_OPENING[asked.tier]))
        place = Place(
            dsn=settings.direct_dsn or settings.dsn,
            is_direct=bool(settings.direct_dsn),
            blank=blank,
            folders=settings.clone.servers,
        )
        there = stack.enter_context(opened(place, Tier(asked.tier) if asked.tier else None))
        planner = there.planner
        prepared = prepare.prepare(planner, there.connection, workload, tell=lambda *done: tell(_planning(*done)))
        notes += _looked(stack, planner, prepared.cases, asked, tell)
        limits = Limits(bytes=asked.bytes, writing=asked.writing, seconds=asked.seconds, gain=asked.gain)
        found = advice.advise(
            planner, prepared.cases, snapshot, limits, usages=usages, tell=lambda step: tell(_searching(step))
        )
    return IndexesReport(
        tier=planner.tier,
        advice=found,
        prepared=prepared,
        workload=workload,
        seconds=time.monotonic() - began,
        notes=(*there.reasons, *workload.notes, *notes, *planner.notes, *found.notes),
    )


def _looked(
    stack: ExitStack, planner: Planner, cases: Sequence[Case], asked: IndexesAsked, tell: Callable[[Progress], None]
) -> list[str]:
    """Looks at expressions in samples if that is asked for; what the planner goes on guessing."""
    from ..diagnose.advise.indexes import expressions

    if planner.tier != "clone":
        return ["No sample was drawn: only a clone can take one in."] if asked.sample else []
    if asked.sample:
        tell(Progress(what="looking at expressions in samples"))
    computed = expressions.computed(planner, cases)
    guessed = stack.enter_context(planner.analyzed(computed, seconds=asked.seconds if asked.sample else 0))
    if asked.sample or not guessed:
        return [each.sentence for each in guessed]
    named = ", ".join(f"{each.expression} in {each.table}" for each in guessed[:_NAMED])
    more = f" and {len(guessed) - _NAMED} more" if len(guessed) > _NAMED else ""
    return [
        f"Nothing is known of {named}{more}, so indexes on them are judged by a guess. --sample looks at their values."
    ]


def _planning(done: int, whole: int) -> Progress:
    return Progress(what="planning the statements", done=done, whole=whole)


def _searching(step: Step) -> Progress:
    return Progress(what="searching", ratio=step.total, bytes=step.bytes)


def _usages(snapshot: Snapshot, replicas: Sequence[str]) -> tuple[list[Usage], list[str]]:
    """What further servers of the cluster counted; and what could not be asked."""
    from ..diagnose.indexes import reader

    usages, notes = [], []
    for number, dsn in enumerate(replicas, 1):
        with open(dsn, name="advise") as other:
            name = f"replica {number} ({other.info.host}:{other.info.port})"
            if snapshot.cluster is not None and reader.cluster(other) not in (snapshot.cluster, None):
                raise UsageError(f"{name} belongs to another cluster.", hint="Give standbys of this server only.")
            usages.append(reader.usage(other, name))
    if snapshot.standbys > len(usages):
        count = snapshot.standbys - len(usages)
        notes.append(
            f"{count} standby server{'s' if count > 1 else ''} of this one may read indexes that nobody reads here; "
            "ask them, too: --replica DSN."
        )
    return usages, notes
