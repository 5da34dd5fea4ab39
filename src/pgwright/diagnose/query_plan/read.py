"""Recognises in which form a query plan comes, and reads it."""

from __future__ import annotations

from .forms import json_
from .model import QueryPlan


def plans(text: str) -> tuple[QueryPlan, ...]:
    """All query plans in `text`, in their order; raises QueryPlanError where there is none."""
    return (json_.read(text),)


def is_plan(text: str) -> bool:
    """Whether `text` is a query plan, and not a statement."""
    return text.lstrip().startswith(("[", "{"))
