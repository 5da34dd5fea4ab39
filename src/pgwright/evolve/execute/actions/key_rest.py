"""Builds, concurrently, the indexes of partitions that have come since the plan of a key (`concurrent.py` runs it)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import key_parts
from ..concurrent import Build

if TYPE_CHECKING:
    from .. import journal
    from ..runner import Runner


def builds(runner: Runner, record: journal.StepRecord) -> list[Build]:
    """One for each partition that has no such key yet."""
    assert record.step.action is not None
    return [
        Build(
            runner=runner,
            record=record,
            relation=part.oid,
            schema=part.schema,
            name=part.name,
            of="",
            statement=part.statement,
        )
        for part in key_parts.lacking(runner.connection, record.step.action.parameters)
    ]
