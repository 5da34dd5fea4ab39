"""Runs queries again and says which do worse than in the baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..config import Settings
from ..diagnose.history.baseline import Baseline
from ..diagnose.history.compare import Comparison
from ..diagnose.history.judge import Gate, judge
from ..diagnose.history.limits import Limits
from ..diagnose.history.measured import Measured
from ._measuring import ANALYZED, TIMEOUT, OnQuery, Way, run
from ._plan_queries import baseline, given, refused


@dataclass(frozen=True, kw_only=True)
class Gated:
    """What the gate found, and the baseline that takes the place of the old one where that was asked for."""

    gate: Gate
    update: Baseline | None


def plans_gate(
    settings: Settings,
    queries: Sequence[Path] = (),
    *,
    against: Path,
    limits: Limits | None = None,
    update: bool = False,
    repeat: int = ANALYZED,
    writes: bool = False,
    timeout: float = TIMEOUT,
    on_query: OnQuery | None = None,
) -> Gated:
    """Runs `queries` as `plans_save` does and compares them with the baseline in the file `against`. A query is
    executed where that of the baseline was. With `update` the new baseline is given back, in which queries that are
    as they were stay to the letter. Raises Refused where `update` is asked for and a query fails."""
    old, found = baseline(against), given(queries)
    executed = {query.name: query.measured for query in old.queries}
    way = Way(analyze=lambda name: executed.get(name, old.measured), repeat=repeat, writes=writes, timeout=timeout)
    ran = run(settings, found, way, on_query)
    places = found.places
    if update and ran.failed:
        raise refused([f"{each.name}, in {places[each.name]}: {each.message}" for each in ran.failed])
    gate = judge(old, ran.baseline, failed=ran.failed, limits=limits, places=places)
    return Gated(gate=gate, update=_updated(ran.baseline, old, gate.comparisons) if update else None)


def _updated(new: Baseline, old: Baseline, comparisons: Sequence[Comparison]) -> Baseline:
    """The new baseline, with the old entries of queries of which nothing but times has changed."""
    if new.major != old.major or new.settings != old.settings:
        return new
    kept = {each.name: each.both[0] for each in comparisons if each.both is not None and _as_it_was(each)}
    return replace(new, queries=tuple(kept.get(query.name, query) for query in new.queries))


def _as_it_was(comparison: Comparison) -> bool:
    assert comparison.both is not None
    before, after = comparison.both
    return comparison.same_structure and before.statement == after.statement and _counts(before) == _counts(after)


def _counts(query: Measured) -> tuple[object, ...]:
    if not query.measured:
        return (query.cost,)
    return (query.blocks, query.temp_blocks, query.wal_bytes, query.rows)
