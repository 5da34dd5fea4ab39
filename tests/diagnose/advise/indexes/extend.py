"""Plain Extend, as it was published, for comparison: the step that saves most for its bytes, until none fits."""

from __future__ import annotations

from pgwright.diagnose.advise.indexes.costs import Costs
from pgwright.diagnose.advise.indexes.plans import Set
from pgwright.diagnose.advise.indexes.pool import LEAST_GAIN


def extend(costs: Costs, budget: float) -> Set:
    """What Extend chooses among the candidates of `costs`."""
    chosen = costs.now
    while True:
        total, size = costs.total(chosen), costs.bytes(chosen)
        best: tuple[float, Set] | None = None
        for index in costs.sizes:
            if costs.bit(index) & chosen:
                continue
            replaced = [costs.bit(each) for each in costs.new(chosen) if each.begins(index)]
            for gone in (0, *replaced):
                changed = chosen & ~gone | costs.bit(index)
                gain, more = total - costs.total(changed), max(costs.bytes(changed) - size, 8192)
                fits = costs.bytes(changed) <= budget and gain >= LEAST_GAIN
                if fits and (best is None or gain / more > best[0]):
                    best = (gain / more, changed)
        if best is None:
            return chosen
        chosen = best[1]
