"""From when on a difference counts."""

from __future__ import annotations

from dataclasses import dataclass

RATIO = 1.2
"""A fifth: parallel workers that share an index walk its upper pages more or less often, and statistics of a sample
move costs by some percent."""

BLOCKS = 16.0
"""Pages: the first run of a session looks into the catalog, 6 pages more for a sort (14 and 18). Below it a plan that
turned is told, and nothing fails."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """A count differs when it is more than `ratio` times the other and by at least `blocks` pages; bytes count as pages
    of 8 kB, costs as the pages that they stand for. `time` judges times as well."""

    ratio: float = RATIO
    blocks: float = BLOCKS
    time: bool = False

    def above(self, before: float, after: float, *, least: float | None = None) -> bool:
        """Whether `after` is more than `before` by what counts; `least` takes the place of `blocks`."""
        return after > before * self.ratio and after - before >= (self.blocks if least is None else least)

    def apart(self, before: float, after: float, *, least: float | None = None) -> bool:
        """Whether they differ by what counts, to either side."""
        return self.above(before, after, least=least) or self.above(after, before, least=least)
