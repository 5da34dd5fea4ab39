"""Builds, concurrently, the indexes that partitions of now still lack (`concurrent.py` runs it)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import partitioned_index
from ..concurrent import Build, parameters_of
from .index_build import failed

if TYPE_CHECKING:
    from .. import journal
    from ..runner import Runner

__all__ = ["builds", "failed"]


def builds(runner: Runner, record: journal.StepRecord) -> list[Build]:
    """One for each partition that has none yet."""
    return [
        Build(
            runner=runner,
            record=record,
            relation=branch.relation,
            schema=branch.schema,
            name=branch.name,
            of=branch.of,
            statement=branch.statement,
            wanted="" if branch.of else branch.statement,
        )
        for branch in partitioned_index.branches(runner.connection, parameters_of(runner, record))
        if not branch.partitioned and not branch.attached and (branch.of or not branch.there)
    ]
