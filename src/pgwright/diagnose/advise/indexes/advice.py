"""The advice: which indexes to make and which to drop, and for each what it alone does and for whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ....sql import expression
from ...indexes import Index, Snapshot, Usage, Verdict, judged
from ...whatif.planner import Existing, Planner
from ...whatif.proposed import Proposed
from .cases import Case
from .choosing import choose
from .costs import Costs
from .plans import Set
from .search import Limits, Step
from .superseded import superseded
from .upkeep import Upkeep, Written

_NOTICED = 0.01
"""A change of a statement's cost that is worth a line."""
_UNMISSED = 0.001
"""What dropping an index may cost the workload for the drop to count as proven."""
_SPARING = frozenset({"brin"})
"""Methods whose indexes let an update be HOT although it changes what they hold."""
_SPARED_SINCE = 160000


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What becomes of a statement: the part of its cost now that is left, above 1 where it gets slower."""

    text: str
    calls: float
    weight: float
    ratio: float


@dataclass(frozen=True, kw_only=True)
class Advised:
    """An index to make. `gain` is what the workload loses without it alone, `upkeep` what it costs those who write,
    both parts of what the workload costs now; `effects` are the statements whose plans use it, or that write to it."""

    index: Proposed
    bytes: int
    gain: float
    upkeep: float
    effects: tuple[Effect, ...]


@dataclass(frozen=True, kw_only=True)
class Drop:
    """An index to drop: the verdict, and what the workload costs more without it (None: nobody could try, or there is
    no statement to try it with). `readers` is how many statements read its table, `slowest` the one that gets slowest
    (None: none does)."""

    verdict: Verdict
    loss: float | None
    readers: int = 0
    slowest: Effect | None = None

    @property
    def proven(self) -> bool:
        """Whether it was tried and nothing got slower."""
        return self.loss is not None and self.loss <= _UNMISSED


@dataclass(frozen=True, kw_only=True)
class IndexAdvice:
    """What came out: `after` is the part of the workload's cost that is left, `finished` whether
    the search came to its end in time."""

    after: float
    indexes: tuple[Advised, ...]
    drops: tuple[Drop, ...]
    withheld: tuple[Drop, ...]
    effects: tuple[Effect, ...]
    bytes: int
    candidates: int
    plans: int
    finished: bool
    notes: tuple[str, ...] = ()


def advise(
    planner: Planner,
    cases: Sequence[Case],
    snapshot: Snapshot,
    limits: Limits,
    *,
    usages: Sequence[Usage] = (),
    tell: Callable[[Step], None] = lambda _: None,
) -> IndexAdvice:
    """The best set of indexes for the cases within the limits, and what can go of those that are there."""
    tables = written(snapshot)
    upkeep = Upkeep(cases, tables, planner.parts)
    costs = Costs(planner, cases, upkeep=upkeep if upkeep.writes else None)
    choice = choose(costs, limits, tell=tell)
    chosen = choice.indexes
    judgement = judged(snapshot, usages)
    told = {verdict.index.oid for verdict in judgement.verdicts}
    verdicts = [*judgement.verdicts, *superseded(snapshot, costs.new(chosen), told)]
    drops = _drops(costs, verdicts, chosen)
    return IndexAdvice(
        after=costs.total(chosen),
        indexes=tuple(sorted(_advised(costs, upkeep, chosen), key=lambda each: (-each.gain, each.index))),
        drops=tuple(drop for drop in drops if drop.loss is None or drop.proven),
        withheld=tuple(drop for drop in drops if drop.loss is not None and not drop.proven),
        effects=tuple(_effects(costs, upkeep, chosen)),
        bytes=costs.bytes(chosen),
        candidates=choice.candidates,
        plans=planner.asked,
        finished=choice.finished,
        notes=judgement.notes,
    )


def written(snapshot: Snapshot) -> dict[tuple[str, str], Written]:
    """The tables as those who write see them."""
    found = {}
    sparing = _SPARING if snapshot.version >= _SPARED_SINCE else frozenset[str]()
    for oid, table in snapshot.tables.items():
        indexes = snapshot.by_table[oid]
        ending = [index for index in indexes if index.method not in sparing]
        hot = table.updated_hot / table.updated if table.updated else 1.0
        found[table.schema, table.name] = Written(
            indexes=len(indexes),
            hot=hot,
            indexed=frozenset(name for index in ending for name in _read_by(index)),
            sparing=sparing,
        )
    return found


def _read_by(index: Index) -> Iterator[str]:
    """The columns that an index reads."""
    for text in (*(key.text for key in index.keys), *index.included, index.predicate):
        yield from expression.columns(text) if text else ()


def _advised(costs: Costs, upkeep: Upkeep, chosen: Set) -> list[Advised]:
    found = []
    for index in costs.new(chosen):
        without = chosen & ~costs.bit(index)
        numbers = [number for number in range(len(costs.cases)) if costs.used(number, chosen) & costs.bit(index)]
        effects = [_effect(costs, number, costs.ratio(number, chosen)) for number in numbers]
        effects += _slowed(costs, upkeep, [index])
        found.append(
            Advised(
                index=index,
                bytes=costs.sizes[index],
                gain=costs.reading(without) - costs.reading(chosen),
                upkeep=costs.writing(chosen) - costs.writing(without),
                effects=tuple(effects),
            )
        )
    return found


def _effect(costs: Costs, number: int, ratio: float) -> Effect:
    case = costs.cases[number]
    return Effect(text=case.text, calls=case.calls, weight=case.weight, ratio=ratio)


def _slowed(costs: Costs, upkeep: Upkeep, new: Sequence[Proposed]) -> list[Effect]:
    """The statements that write, with what the indexes add to them."""
    added = sorted(upkeep.by_case(new).items())
    return [_effect(costs, number, 1 + more) for number, more in added if more >= _NOTICED]


def _effects(costs: Costs, upkeep: Upkeep, chosen: Set) -> list[Effect]:
    """What becomes of each statement under the choice, what gains most first; unchanged ones are left out."""
    added = upkeep.by_case(costs.new(chosen))
    ratios = {number: costs.ratio(number, chosen) + added.get(number, 0.0) for number in range(len(costs.cases))}
    changed = [_effect(costs, number, ratio) for number, ratio in ratios.items() if abs(ratio - 1) >= _NOTICED]
    return sorted(changed, key=lambda each: (each.weight * (each.ratio - 1), each.text))


def _drops(costs: Costs, verdicts: Sequence[Verdict], chosen: Set) -> list[Drop]:
    """What can go of the indexes that are there: each is hidden from the planner on top of those before it, and what
    the statements miss stays."""
    found, left, there = [], chosen, costs.planner.existing()
    for verdict in verdicts:
        index = Existing(schema=verdict.index.schema, name=verdict.index.name)
        readers = sum((verdict.table.schema, verdict.table.name) in case.tables for case in costs.cases)
        if not readers or index not in there:
            found.append(Drop(verdict=verdict, loss=None, readers=readers))
            continue
        without = left & ~costs.bit(index)
        drop = Drop(
            verdict=verdict,
            loss=costs.reading(without) - costs.reading(left),
            readers=readers,
            slowest=_slowest(costs, left, without),
        )
        found.append(drop)
        if drop.proven:
            left = without
    return found


def _slowest(costs: Costs, before: Set, after: Set) -> Effect | None:
    """The statement that gets slowest from one set to another; None where none does."""
    numbers = costs.touched(before ^ after)
    ratios = [(costs.ratio(each, after) / max(costs.ratio(each, before), 1e-9), each) for each in numbers]
    worst = max(ratios, default=(1.0, 0))
    return _effect(costs, worst[1], worst[0]) if worst[0] >= 1 + _NOTICED else None
