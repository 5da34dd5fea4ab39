"""Compares two baselines, or two saved plans. Reads files only."""

from __future__ import annotations

from pathlib import Path

from ..config import Settings
from ..diagnose.history.compare import Comparison, compare
from ._plan_queries import plans


def plans_diff(settings: Settings, before: Path, after: Path) -> tuple[Comparison, ...]:  # noqa: ARG001
    """Each query of the two files before and after, by name. Where each file holds one plan, these two are compared,
    whatever they are called. Raises UsageError for a file that holds no plan."""
    left, right = plans(before), plans(after)
    if len(left) == len(right) == 1:
        return (Comparison(name=right[0].name, before=left[0], after=right[0]),)
    return compare(left, right)
