"""What every reader refuses alike, and what it tells to type instead."""

from __future__ import annotations

from ....base.errors import QueryPlanError

DEEPEST = 400
"""Levels of nodes. Python's own reader of JSON stops at some 500."""

HINT = "Give the whole output of EXPLAIN (ANALYZE, BUFFERS, VERBOSE, FORMAT JSON), as one file or by a pipe."


def too_deep(line: int | None = None) -> QueryPlanError:
    """The error for a plan of more than `DEEPEST` levels."""
    return QueryPlanError(f"the plan is nested deeper than {DEEPEST} levels.", line=line, hint=HINT)
