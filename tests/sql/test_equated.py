"""Columns that a statement says are equal to other columns."""

from __future__ import annotations

import pytest

from pgwright.sql.equated import equated


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SELECT FROM c WHERE EXISTS (SELECT FROM s WHERE s.client = c.id AND s.at = 3)", "c.id s.client"),
        ("SELECT FROM c WHERE id IN (SELECT client FROM s)", ".client .id"),
        ("SELECT FROM c WHERE id = ANY (SELECT s.client FROM s)", ".id s.client"),
        ("SELECT FROM a JOIN b USING (x, \"Y\") JOIN e ON e.z = b.z", ".Y .x b.z e.z"),
        ("UPDATE a SET x = b.x FROM public.b WHERE public.b.id = a.id", "a.id b.id"),
        ("SELECT FROM a WHERE x = $1 AND y < z AND lower(u) = w", ""),
        ("SELECT FROM a WHERE x IN (SELECT count(*) FROM b) OR NOT EXISTS (SELECT FROM b)", ""),
        ("SELECT FROM a WHERE (x, y) IN (SELECT u, v FROM b)", ""),
        ("SELECT nullif(a.x, a.y) FROM a, b WHERE a.u IS DISTINCT FROM b.v", ""),
        ("SELECT FROM a JOIN b ON a.z OPERATOR(pg_catalog.=) b.z", "a.z b.z"),
        ("not SQL", ""),
    ],
)  # fmt: skip
def test_equated(text: str, found: str) -> None:
    assert sorted(f"{each.table}.{each.column}" for each in equated(text)) == found.split()
