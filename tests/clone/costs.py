"""What a planner says of statements, here and there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

HERE = Path(__file__).parent
Shape = tuple[str, float, float, float, tuple[Any, ...]]


def statements() -> tuple[str, ...]:
    """Those of `queries.sql`, a line each; a ¶ is the end of a line."""
    text = (HERE / "queries.sql").read_text(encoding="utf-8")
    return tuple(line.replace("¶", "\n") for line in text.splitlines())


def planned(connection: psycopg.Connection[Any], statement: str) -> Shape:
    """The plan of a statement: for each node what it is, its costs and its rows."""
    row = connection.execute(f"EXPLAIN (FORMAT JSON) {statement}".encode()).fetchone()
    assert row is not None
    return _shape(row[0][0]["Plan"])


def differing(
    one: psycopg.Connection[Any], other: psycopg.Connection[Any], asked: Sequence[str]
) -> list[tuple[str, Shape, Shape]]:
    """Where two servers plan otherwise."""
    found = ((statement, planned(one, statement), planned(other, statement)) for statement in asked)
    return [each for each in found if each[1] != each[2]]


def near(one: Shape, other: Shape, part: float) -> bool:
    """Whether two plans are the same, with the same rows, and with costs that differ by no more than this part."""
    return (
        (one[0], one[3]) == (other[0], other[3])
        and all(abs(here - there) <= part * there for here, there in zip(one[1:3], other[1:3], strict=True))
        and len(one[4]) == len(other[4])
        and all(near(here, there, part) for here, there in zip(one[4], other[4], strict=True))
    )


def _shape(node: dict[str, Any]) -> Shape:
    name = f"{node['Node Type']} {node.get('Index Name') or node.get('Relation Name') or ''}"
    below = tuple(_shape(each) for each in node.get("Plans", ()))
    return name, node["Startup Cost"], node["Total Cost"], node["Plan Rows"], below
