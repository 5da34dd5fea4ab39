"""The advice with what it rests on: as it is shown, and as the migration that makes it so."""

from __future__ import annotations

from dataclasses import dataclass

from ....base.amount import size
from ....workload.values import Workload
from ...signs._cures import TRIGRAMS
from .advice import Advised, Drop, IndexAdvice
from .prepare import Prepared


@dataclass(frozen=True, kw_only=True)
class IndexesReport:
    """`tier` is where the indexes were tried, `seconds` how long all of it took, and `notes` are sentences about what
    could not be known."""

    tier: str
    advice: IndexAdvice
    prepared: Prepared
    workload: Workload
    seconds: float
    notes: tuple[str, ...]

    @property
    def migration(self) -> str:
        """The statements that make it so, each below what it does; empty where there is nothing to do. Drops that were
        tried and are not missed are in it."""
        blocks = [f"{_why(each)}\n{each.index.sql}" for each in self.advice.indexes]
        if any("trgm_ops" in each.index.sql for each in self.advice.indexes):
            blocks.insert(0, TRIGRAMS)
        blocks += [f"{_why_not(each)}\n{each.verdict.cure_sql}" for each in self.advice.drops if each.proven]
        return "\n\n".join(blocks)


def _why(advised: Advised) -> str:
    users = sum(1 for each in advised.effects if each.ratio < 1)
    who = f"{users} statement{'s' if users > 1 else ''}"
    return f"-- saves {advised.gain:.1%} of what the workload costs, for {who}; about {size(advised.bytes)}"


def _why_not(drop: Drop) -> str:
    return f"-- {' '.join(drop.verdict.reason.split())}"
