"""A plan as PostgreSQL 18 printed it, for tests that need no server."""

from __future__ import annotations

from pgwright.diagnose.query_plan import read
from pgwright.diagnose.query_plan.model import QueryPlan

PLAN = """\
Limit  (cost=8.81..8.82 rows=5 width=66) (actual time=1.310..1.311 rows=5.00 loops=1)
  Output: id, txt, ('a, "b"'::text), (lower(txt))
  Buffers: shared hit=49
  ->  Sort  (cost=8.81..8.90 rows=400 width=66) (actual time=1.309..1.310 rows=5.00 loops=1)
        Output: id, txt, ('a, "b"'::text), (lower(txt))
        Sort Key: a.txt DESC, (lower(a.txt)), a.at, a.flag, a.grp
        Sort Method: top-N heapsort  Memory: 25kB
        Buffers: shared hit=49
        ->  Nested Loop  (cost=0.00..99.00 rows=400 width=66) (actual time=0.010..0.300 rows=400.00 loops=1)
              Output: id, txt, 'a, "b"'::text, lower(txt)
              Buffers: shared hit=49
              ->  Seq Scan on a  (cost=0.00..99.00 rows=400 width=66) (actual time=0.010..0.300 rows=400.00 loops=1)
                    Output: a.id, a.txt
                    Filter: ((a.grp = 1) AND (a.txt <> 'one (two'::text) AND (a.n > '100'::numeric))
                    Rows Removed by Filter: 3600
                    Buffers: shared hit=49
              ->  Materialize  (cost=0.00..1.01 rows=1 width=4) (actual time=0.000..0.000 rows=1.00 loops=400)
                    Output: b.id
                    Storage: Memory  Maximum Storage: 17kB
                    ->  Seq Scan on b  (cost=0.00..1.01 rows=1 width=4) (actual time=0.002..0.003 rows=1.00 loops=1)
                          Output: b.id
Planning:
  Buffers: shared hit=3
Planning Time: 0.080 ms
Execution Time: 1.330 ms"""
LINES = PLAN.split("\n")

ROWS = len(LINES)


def one(text: str) -> QueryPlan:
    """The only plan in `text`."""
    (plan,) = read.plans(text)
    return plan
