"""Nodes find each other by what they do, wherever they stand."""

from __future__ import annotations

from typing import Any

from pgwright.diagnose.history.align import align
from pgwright.diagnose.naming import title

from .made import node, query, ran, scan


def pairs(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, bool]]:
    return [
        (title(pair.before) if pair.before else "", title(pair.after) if pair.after else "", pair.same)
        for pair in align(query(before), query(after))
    ]


def test_a_plan_is_itself() -> None:
    root = node("Hash Join", scan("Seq Scan", "a"), node("Hash", scan("Seq Scan", "b")), Hash_Cond="(a.x = b.x)")
    assert all(same and before == after for before, after, same in pairs(root, root))


def test_a_scan_that_turned() -> None:
    before = scan("Index Scan", "a", Index_Name="a_x", Index_Cond="(a.x = 5)")
    assert pairs(before, scan("Seq Scan", "a", Filter="(a.x = 5)")) == [
        ("Index Scan using a_x on public.a", "Seq Scan on public.a", False)
    ]


def test_what_comes_above_moves_nobody() -> None:
    below = node("Aggregate", scan("Seq Scan", "a"), Strategy="Hashed", Group_Key=["a.x"])
    assert pairs(below, node("Gather", node("Sort", below, Sort_Key=["a.x"]))) == [
        ("", "Gather", False),
        ("", "Sort", False),
        ("HashAggregate", "HashAggregate", True),
        ("Seq Scan on public.a", "Seq Scan on public.a", True),
    ]


def test_joins_by_what_they_join() -> None:
    a, b, c = (scan("Seq Scan", name) for name in "abc")
    before = node("Hash Join", node("Hash Join", a, node("Hash", b)), node("Hash", c))
    after = node("Nested Loop", node("Nested Loop", b, c), scan("Index Scan", "a", Index_Name="i"))
    found = pairs(before, after)
    assert ("Hash Join", "Nested Loop", False) in found  # of all three
    assert ("", "Nested Loop", False) in found  # of b and c: nobody joined these
    assert ("Hash Join", "", False) in found  # of a and b
    assert ("Seq Scan on public.b", "Seq Scan on public.b", True) in found
    assert ("Seq Scan on public.a", "Index Scan using i on public.a", False) in found


def test_scans_of_one_relation_by_their_conditions() -> None:
    one = scan("Seq Scan", "a", Alias="o", Filter="(o.x > 5)")
    other = scan("Seq Scan", "a", Alias="p", Filter="(p.y = 5)")
    found = align(query(node("Append", one, other)), query(node("Append", other, one)))
    assert [pair.before.alias if pair.before else "" for pair in found[1:]] == ["p", "o"]


def test_every_node_once() -> None:
    leaves = [scan("Seq Scan", f"p{n % 7}") for n in range(40)]
    before, after = node("Append", *leaves), node("Append", *leaves[5:], node("Result", **ran(0)))
    found = align(query(before), query(after))
    assert sorted(p.after.path for p in found if p.after) == sorted(n.path for n in query(after).plan.nodes)
    assert sorted(p.before.path for p in found if p.before) == sorted(n.path for n in query(before).plan.nodes)
