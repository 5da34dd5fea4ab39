"""Statements that together make the server write every node type and property of a plan that it can be brought to.

Each runs in a transaction of its own that is rolled back, on the tables of schema.sql. `settings` are SET LOCAL
before it; `since` is the first major that knows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

SCHEMA = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
ODD = """"we ird"."Table, ""quoted"" (x)\""""
PARALLEL = {
    "parallel_setup_cost": "0",
    "parallel_tuple_cost": "0",
    "min_parallel_table_scan_size": "0",
    "min_parallel_index_scan_size": "0",
    "max_parallel_workers_per_gather": "2",
}


@dataclass(frozen=True)
class Statement:
    """A statement to be explained; `before` are statements that run first, in the same transaction."""

    name: str
    sql: str
    settings: dict[str, str] = field(default_factory=dict)
    before: Sequence[str] = ()
    since: int = 14


def off(*names: str) -> dict[str, str]:
    """Planner methods switched off."""
    return {f"enable_{name}": "off" for name in names}


SCANS = (
    Statement("seq_scan", "SELECT * FROM a WHERE n > 100 AND txt <> 'a, b'"),
    Statement("seq_scan_schema", "SELECT x.id FROM pg_catalog.pg_class c, a x WHERE c.oid::int = x.id"),
    Statement("index_scan", "SELECT * FROM a WHERE id = 7 AND flag"),
    Statement("index_backward", "SELECT * FROM a ORDER BY id DESC LIMIT 3"),
    Statement("index_only", "SELECT id FROM a WHERE id BETWEEN 5 AND 90"),
    Statement("index_only_backward", "SELECT id FROM a WHERE id < 900 ORDER BY id DESC", off("sort")),
    Statement("bitmap", "SELECT * FROM big WHERE k < 30", off("indexscan", "seqscan")),
    Statement(
        "bitmap_lossy",
        "SELECT * FROM big WHERE k % 2 = 1 AND k < 400",
        {**off("indexscan", "seqscan"), "work_mem": "64kB"},
    ),
    Statement("bitmap_or", "SELECT * FROM a WHERE grp = 3 OR txt = 'text 5'", off("indexscan", "seqscan")),
    Statement("bitmap_and", "SELECT * FROM scattered WHERE p < 40 AND q < 40", off("indexscan", "seqscan")),
    Statement("tid", "SELECT * FROM a WHERE ctid = '(0,1)' OR ctid = '(1,2)'"),
    Statement("tid_range", "SELECT * FROM a WHERE ctid > '(1,1)' AND ctid < '(3,1)'", off("seqscan")),
    Statement("sample", "SELECT * FROM a TABLESAMPLE bernoulli (20) REPEATABLE (5) WHERE grp = 1"),
    Statement("sample_rows", "SELECT * FROM a s TABLESAMPLE system_rows (5)"),
    Statement("function", "SELECT * FROM generate_series(1, 20) g WHERE g % 3 = 0"),
    Statement("function_plain", "SELECT * FROM generate_series(1, 20)"),
    Statement("functions", "SELECT * FROM ROWS FROM (generate_series(1, 3), several(2)) AS x (a, b)"),
    Statement("function_odd", 'SELECT * FROM several(4) AS "f, (x)" WHERE "f, (x)" > 0'),
    Statement("xmltable", "SELECT * FROM XMLTABLE('/r/x' PASSING '<r><x>1</x></r>' COLUMNS v int PATH '.') AS xt"),
    Statement("xmltable_plain", "SELECT * FROM XMLTABLE('/r/x' PASSING '<r><x>1</x></r>' COLUMNS v int PATH '.')"),
    Statement("json_table", "SELECT * FROM JSON_TABLE('[1,2]', '$[*]' COLUMNS (v int PATH '$')) AS jt", since=17),
    Statement("values", "SELECT * FROM (VALUES (1, 'a'), (2, 'b, c')) AS v (x, y) WHERE x > 1"),
    Statement("values_join", "SELECT * FROM a JOIN (VALUES (1), (2)) AS v (x) ON v.x = a.id"),
    Statement("subquery_scan", "SELECT * FROM (SELECT grp, count(*) c FROM a GROUP BY grp LIMIT 5) s WHERE c > 100"),
    Statement("subquery_union", "SELECT id FROM (SELECT id FROM a UNION ALL SELECT grp + 1 FROM a) u WHERE id > 3900"),
    Statement("result", "SELECT 1"),
    Statement("result_one_time", "SELECT * FROM a WHERE false"),
    Statement("result_param", "SELECT * FROM a WHERE (SELECT 1) = 2"),
    Statement("project_set", "SELECT generate_series(1, 3), grp FROM a WHERE id = 1"),
    Statement("lock_rows", "SELECT * FROM a WHERE id < 10 FOR UPDATE"),
    Statement("gist_order", "SELECT * FROM points ORDER BY at <-> point(3, 3) LIMIT 4", off("seqscan", "sort")),
    Statement("gist_scan", "SELECT * FROM points WHERE at <@ box '(1,1),(4,4)'", off("seqscan", "bitmapscan")),
    Statement("gist_bitmap", "SELECT * FROM points WHERE at <@ circle '((1,1),4)'", off("seqscan", "indexscan")),
)

JOINS = (
    Statement("hash_join", "SELECT * FROM a JOIN b ON a.id = b.a_id WHERE a.grp > 2", off("mergejoin", "nestloop")),
    Statement(
        "hash_left", "SELECT * FROM a LEFT JOIN b ON a.id = b.a_id AND b.id < a.grp * 9", off("mergejoin", "nestloop")
    ),
    Statement(
        "hash_right", "SELECT * FROM b RIGHT JOIN a ON a.id = b.a_id WHERE b.id IS NULL", off("mergejoin", "nestloop")
    ),
    Statement("hash_full", "SELECT * FROM a FULL JOIN b ON a.id = b.a_id WHERE a.id IS NULL OR b.id IS NULL"),
    Statement(
        "hash_semi",
        "SELECT * FROM a WHERE EXISTS (SELECT FROM b WHERE b.a_id = a.id AND val <> 'v')",
        off("mergejoin", "nestloop"),
    ),
    Statement(
        "hash_anti",
        "SELECT * FROM a WHERE NOT EXISTS (SELECT FROM b WHERE b.a_id = a.id)",
        off("mergejoin", "nestloop"),
    ),
    Statement(
        "hash_anti_small",
        "SELECT * FROM b WHERE NOT EXISTS (SELECT FROM target WHERE b.a_id = target.id)",
        off("mergejoin", "nestloop"),
    ),
    Statement(
        "hash_semi_small",
        "SELECT * FROM target WHERE EXISTS (SELECT FROM big WHERE big.k = target.id)",
        off("mergejoin", "nestloop"),
    ),
    Statement(
        "hash_batches",
        "SELECT count(*) FROM a JOIN big ON a.id = big.id",
        {**off("mergejoin", "nestloop"), "work_mem": "64kB", "hash_mem_multiplier": "1"},
    ),
    Statement(
        "hash_grows",
        "SELECT * FROM a x JOIN generate_series(1, 30000) g (i) ON x.id = g.i",
        {**off("mergejoin", "nestloop"), "work_mem": "128kB"},
    ),
    Statement("merge_join", "SELECT * FROM a JOIN b ON a.id = b.a_id ORDER BY a.id", off("hashjoin", "nestloop")),
    Statement(
        "merge_full", "SELECT * FROM a FULL JOIN b ON a.id = b.a_id AND a.grp = b.id", off("hashjoin", "nestloop")
    ),
    Statement(
        "merge_left", "SELECT * FROM a LEFT JOIN b ON a.id = b.a_id AND a.grp <> b.id", off("hashjoin", "nestloop")
    ),
    Statement(
        "merge_anti",
        "SELECT * FROM a WHERE NOT EXISTS (SELECT FROM b WHERE b.a_id = a.id)",
        off("hashjoin", "nestloop"),
    ),
    Statement(
        "merge_material",
        "SELECT * FROM a x, a y WHERE x.grp = y.grp AND x.id < 40 AND y.id < 40",
        off("hashjoin", "nestloop"),
    ),
    Statement(
        "nested_loop",
        "SELECT * FROM a JOIN b ON a.id = b.a_id WHERE a.grp = 1 AND b.id < 60",
        off("hashjoin", "mergejoin"),
    ),
    Statement("nested_left", "SELECT * FROM target t LEFT JOIN parent p ON t.id > p.id AND t.v <> 5"),
    Statement("nested_anti", "SELECT * FROM target t WHERE NOT EXISTS (SELECT FROM parent p WHERE t.id < p.id)"),
    Statement("nested_semi", "SELECT * FROM target t WHERE EXISTS (SELECT FROM parent p WHERE t.id < p.id)"),
    Statement("nested_material", "SELECT * FROM target t, parent p WHERE t.v * 7 < p.id"),
    Statement(
        "memoize",
        "SELECT * FROM big JOIN a ON a.id = big.k WHERE big.id < 3000",
        off("hashjoin", "mergejoin", "bitmapscan"),
    ),
    Statement(
        "memoize_small",
        "SELECT * FROM big JOIN LATERAL (SELECT * FROM a WHERE a.id = big.k OFFSET 0) x ON true WHERE big.id < 3000",
        {**off("hashjoin", "mergejoin"), "work_mem": "64kB"},
    ),
    Statement(
        "never", "SELECT * FROM (SELECT * FROM a WHERE id < 0) x JOIN b ON b.a_id = x.id", off("hashjoin", "mergejoin")
    ),
)

ABOVE = (
    Statement(
        "sort", 'SELECT * FROM a ORDER BY txt COLLATE "C" DESC NULLS LAST, lower(txt), n USING >', off("indexscan")
    ),
    Statement("sort_disk", "SELECT * FROM big ORDER BY pad, k", {"work_mem": "64kB"}),
    Statement("sort_top", "SELECT * FROM big ORDER BY pad, k LIMIT 5"),
    Statement("incremental", "SELECT * FROM big ORDER BY id, pad, k", {**off("sort"), "enable_incremental_sort": "on"}),
    Statement(
        "incremental_disk",
        "SELECT * FROM big ORDER BY k, pad, id",
        {**off("sort", "seqscan", "bitmapscan"), "enable_incremental_sort": "on", "work_mem": "64kB"},
    ),
    Statement("incremental_top", "SELECT * FROM big ORDER BY k, pad LIMIT 90", off("seqscan", "sort")),
    Statement("unique", "SELECT DISTINCT txt FROM a", off("hashagg")),
    Statement("group", "SELECT grp FROM a GROUP BY grp", off("hashagg")),
    Statement("group_having", "SELECT grp, count(*) FROM a GROUP BY grp HAVING sum(n) > 10", off("hashagg")),
    Statement("aggregate", "SELECT count(*), max(txt), string_agg(txt, ', ' ORDER BY id) FROM a"),
    Statement("aggregate_filter", "SELECT count(*) FILTER (WHERE grp = 1) FROM a HAVING count(*) < 0"),
    Statement("hash_aggregate", "SELECT grp, flag, count(*) FROM a GROUP BY grp, flag HAVING count(*) > 300"),
    Statement(
        "hash_aggregate_disk",
        "SELECT id, count(*) FROM big GROUP BY id",
        {**off("sort"), "work_mem": "64kB", "hash_mem_multiplier": "1"},
    ),
    Statement("sets_sorted", "SELECT grp, flag, count(*) FROM a GROUP BY ROLLUP (grp, flag)", off("hashagg")),
    Statement("sets_hashed", "SELECT grp, flag, count(*) FROM a GROUP BY GROUPING SETS ((grp), (flag), (grp, flag))"),
    Statement("sets_mixed", "SELECT grp, flag, txt, count(*) FROM a GROUP BY CUBE (grp, flag), ROLLUP (txt)"),
    Statement(
        "sets_chained", "SELECT grp, flag, count(*) FROM a GROUP BY GROUPING SETS ((grp), (flag), ())", off("hashagg")
    ),
    Statement("sets_empty", "SELECT count(*) FROM a GROUP BY GROUPING SETS ((), ())"),
    Statement("sets_one", "SELECT grp, count(*) FROM a GROUP BY GROUPING SETS ((grp), ())"),
    Statement("sets_cube", "SELECT grp, flag, id % 3, count(*) FROM a GROUP BY CUBE (grp, flag, id % 3)"),
    Statement(
        "window",
        "SELECT grp, rank() OVER w, sum(n) OVER (w ROWS 2 PRECEDING) FROM a"
        " WINDOW w AS (PARTITION BY grp, flag ORDER BY id DESC)",
    ),
    Statement("window_run", "SELECT * FROM (SELECT id, row_number() OVER (ORDER BY id) r FROM a) x WHERE r <= 5"),
    Statement("window_two", "SELECT rank() OVER (ORDER BY grp), count(*) OVER (PARTITION BY flag) FROM a"),
    Statement("set_op", "SELECT grp FROM a EXCEPT SELECT a_id FROM b"),
    Statement("set_op_all", "SELECT grp FROM a INTERSECT ALL SELECT a_id FROM b", off("hashagg")),
    Statement("set_op_except_all", "SELECT grp FROM a EXCEPT ALL SELECT a_id FROM b"),
    Statement("set_op_sorted", "SELECT txt FROM a INTERSECT SELECT val FROM b", off("hashagg")),
    Statement("append", "SELECT id FROM a UNION ALL SELECT id FROM b"),
    Statement("union", "SELECT grp FROM a UNION SELECT a_id FROM b"),
    Statement("merge_append", "SELECT * FROM parted ORDER BY id LIMIT 5", off("sort", "seqscan", "bitmapscan")),
    Statement("pruned", "SELECT * FROM parted WHERE part = (SELECT 5) OR part = (SELECT max(v) FROM target)"),
    Statement(
        "pruned_start",
        "EXECUTE p (7)",
        {"plan_cache_mode": "force_generic_plan"},
        ("PREPARE p (int) AS SELECT * FROM parted WHERE part = $1",),
    ),
    Statement(
        "pruned_merge",
        "EXECUTE p (7)",
        {"plan_cache_mode": "force_generic_plan", **off("sort", "seqscan")},
        ("PREPARE p (int) AS SELECT * FROM parted WHERE part < $1 ORDER BY id",),
    ),
    Statement("limit", "SELECT * FROM a LIMIT 5 OFFSET 3"),
    Statement("empty_output", "SELECT FROM a WHERE grp = 2"),
)

PLANS = (
    Statement("cte", "WITH x AS MATERIALIZED (SELECT * FROM a WHERE grp < 4) SELECT * FROM x y JOIN x ON x.id = y.grp"),
    Statement(
        "cte_two", "WITH x AS MATERIALIZED (SELECT 1 AS q), y AS MATERIALIZED (SELECT q FROM x) SELECT * FROM y, x"
    ),
    Statement("cte_odd", 'WITH "Sort Key: x, (y" AS MATERIALIZED (SELECT 1 AS q) SELECT * FROM "Sort Key: x, (y"'),
    Statement(
        "recursive", "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 30) SELECT * FROM r"
    ),
    Statement(
        "recursive_union", "WITH RECURSIVE r AS (SELECT 1 AS n UNION SELECT n % 7 + 1 FROM r w) SELECT * FROM r z"
    ),
    Statement("init_plan", "SELECT *, (SELECT max(id) FROM b) FROM a WHERE id > (SELECT avg(a_id) FROM b)"),
    Statement("init_plan_exists", "SELECT * FROM a WHERE id < 5 AND EXISTS (SELECT FROM b WHERE val = 'vv')"),
    Statement("sub_plan", "SELECT id, (SELECT count(*) FROM b WHERE b.a_id = a.id) FROM a WHERE id < 50"),
    Statement("sub_plan_hashed", "SELECT * FROM a WHERE id NOT IN (SELECT a_id FROM b WHERE val <> 'x')"),
    Statement("sub_plan_any", "SELECT * FROM a WHERE id < ALL (SELECT id + 10 FROM target) AND grp = 1"),
    Statement("sub_plan_row", "SELECT (SELECT ROW(t.id, t.v) FROM target t WHERE t.id = a.id) FROM a WHERE id < 4"),
    Statement(
        "sub_plan_nested",
        "SELECT (SELECT (SELECT max(t.v) FROM target t WHERE t.id < b.id) FROM b WHERE b.id ="
        " a.id) FROM a WHERE id < 9",
    ),
    Statement("sub_plan_array", "SELECT ARRAY(SELECT v FROM target WHERE v < a.id) FROM a WHERE id < 4"),
    Statement("sub_plan_exists", "SELECT id, EXISTS (SELECT FROM b WHERE b.a_id = a.id) FROM a"),
    Statement(
        "multi_update", "UPDATE target SET (v, id) = (SELECT t.v + 1, t.id FROM target t WHERE t.id = target.id)"
    ),
    Statement("view", "SELECT * FROM seen WHERE grp = 4"),
    Statement(
        "query_parameters",
        "EXECUTE q (3, 'it''s, (x)')",
        {"plan_cache_mode": "force_generic_plan"},
        ("PREPARE q (int, text) AS SELECT * FROM a WHERE id = $1 AND txt <> $2",),
    ),
)

WRITES = (
    Statement("insert", "INSERT INTO target VALUES (1000, 1), (1001, 2)"),
    Statement("insert_select", "INSERT INTO a (id, grp) SELECT i, 1 FROM generate_series(5000, 5040) i RETURNING id"),
    Statement(
        "insert_conflict",
        "INSERT INTO target SELECT i, 0 FROM generate_series(90, 120) i"
        " ON CONFLICT (id) DO UPDATE SET v = excluded.v + 1 WHERE target.v < 95",
    ),
    Statement("insert_nothing", "INSERT INTO target VALUES (1, 1) ON CONFLICT DO NOTHING"),
    Statement("insert_parted", "INSERT INTO parted SELECT i, i % 30, 'x' FROM generate_series(1, 90) i"),
    Statement("insert_child", "INSERT INTO child VALUES (1000, 5)"),
    Statement("update", "UPDATE a SET grp = grp + 1 WHERE id < 20"),
    Statement("update_parted", "UPDATE parted SET txt = 'y' WHERE id < 30"),
    Statement("update_moved", "UPDATE parted SET part = part + 10 WHERE part < 3"),
    Statement("update_from", 'UPDATE a AS "it\'s" SET txt = b.val FROM b WHERE b.a_id = "it\'s".id AND b.id < 30'),
    Statement("update_none", "UPDATE target SET v = 1 WHERE false"),
    Statement("delete", "DELETE FROM parent WHERE id < 10"),
    Statement("delete_parted", "DELETE FROM parted p USING target t WHERE p.id = t.id AND t.v < 30"),
    Statement("delete_returning", "WITH d AS (DELETE FROM target WHERE id < 50 RETURNING *) SELECT count(*) FROM d"),
    Statement(
        "insert_cte",
        "WITH i AS (INSERT INTO target SELECT 1000 + id, 1 FROM b WHERE id < 30 RETURNING id),"
        " u AS (UPDATE child SET parent_id = 3 WHERE id < 5 RETURNING id) SELECT * FROM i, u",
    ),
    Statement(
        "merge",
        "MERGE INTO target USING b ON target.id = b.id WHEN MATCHED AND b.id < 20 THEN DELETE"
        " WHEN MATCHED AND b.id < 40 THEN UPDATE SET v = 0"
        " WHEN NOT MATCHED AND b.id < 200 THEN INSERT VALUES (b.id, 9)",
        since=15,
    ),
    Statement(
        "merge_none", "MERGE INTO target USING b ON target.id = b.id WHEN MATCHED AND b.id < 0 THEN DELETE", since=15
    ),
    Statement(
        "merge_parted",
        "MERGE INTO parted p USING target t ON p.id = t.id WHEN MATCHED THEN UPDATE SET txt = 'm'",
        since=15,
    ),
    Statement(
        "merge_source",
        "MERGE INTO target t USING parent p ON t.id = p.id WHEN NOT MATCHED BY SOURCE THEN DELETE"
        " WHEN NOT MATCHED AND p.id < 120 THEN INSERT VALUES (p.id, 1)",
        since=17,
    ),
    Statement("create_as", "CREATE TABLE made AS SELECT * FROM a WHERE grp = 4"),
    Statement("declared", "DECLARE c CURSOR FOR SELECT * FROM a ORDER BY txt"),
)

_WORKING = tuple(
    Statement(f"parallel_{name}", sql, {**PARALLEL, **settings})
    for name, sql, settings in (
        ("seq", "SELECT * FROM big WHERE pad LIKE '%q%'", {}),
        ("aggregate", "SELECT count(*), sum(id) FROM big WHERE k > 3", {}),
        ("group", "SELECT k, count(*) FROM big GROUP BY k ORDER BY k", off("hashagg")),
        ("hash_group", "SELECT k, count(*) FROM big GROUP BY k", off("sort")),
        ("sort", "SELECT * FROM big ORDER BY pad, id", {"work_mem": "64kB"}),
        ("hash_join", "SELECT count(*) FROM big x JOIN big y ON x.id = y.id", off("mergejoin", "nestloop")),
        (
            "plain_hash",
            "SELECT count(*) FROM big x JOIN target y ON x.id = y.id",
            off("mergejoin", "nestloop", "parallel_hash"),
        ),
        ("append", "SELECT count(*) FROM (SELECT id FROM big UNION ALL SELECT id FROM a) u", {}),
        ("bitmap", "SELECT count(pad) FROM big WHERE k < 200", {**off("seqscan", "indexscan"), "work_mem": "64kB"}),
        ("index", "SELECT count(pad) FROM big WHERE id < 20000", off("seqscan", "bitmapscan")),
        ("index_only", "SELECT count(*) FROM big WHERE id < 20000", off("seqscan", "bitmapscan")),
        ("incremental", "SELECT * FROM big ORDER BY id, pad", off("sort", "seqscan", "bitmapscan")),
        ("memoize", "SELECT count(*) FROM big JOIN a ON a.id = big.k", off("hashjoin", "mergejoin", "bitmapscan")),
        ("init_plan", "SELECT count(*) FROM big WHERE k > (SELECT avg(id) FROM target)", {}),
        ("leader_off", "SELECT max(pad) FROM big", {"parallel_leader_participation": "off"}),
        ("distinct", "SELECT DISTINCT k, pad FROM big", {}),
    )
)
PARALLELS = (
    *_WORKING,
    Statement("single_copy", "SELECT * FROM a WHERE id < 30", {"debug_parallel_query": "on"}, since=16),
)

ODDITIES = (
    Statement("odd_names", f'SELECT * FROM {ODD} "yes" WHERE "it\'s" > \'a, b\' AND "yes" = 5 ORDER BY "Col -> 1"'),
    Statement("odd_index", f'SELECT "yes", "1e5" FROM {ODD} AS "1e5" WHERE "yes" = 5', off("seqscan")),
    Statement(
        "odd_literals",
        "SELECT id, 'Sort Key: x, (' AS s, '->  Seq Scan on t', E'a\\\\b''c', ')' || txt FROM a"
        " WHERE txt <> '(never executed)' AND txt <> 'Filter: (a = 1)' AND id < 3",
    ),
    Statement(
        "odd_lines",
        "SELECT id, E'one\n  ->  Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)\n two' FROM a"
        " WHERE txt <> E'x\n        Filter: (y = 1)\n\n   z' AND id < 3",
    ),
    Statement("odd_unicode", "SELECT 'ünï → 日本 🙂', txt FROM a AS \"Ünï: çode\" WHERE txt < 'é'"),
    Statement("odd_controls", "SELECT E'tab\\tbell\\x07 del\\x7f nel\\u0085 ls\\u2028' || txt FROM a WHERE id = 1"),
    Statement("odd_return", "SELECT E'cr\\r\\nlf\\r' || txt FROM a WHERE id = 1"),
    Statement("odd_columns", f'SELECT "new\nline", "Ünï: çode" FROM {ODD} WHERE "new\nline" > 5'),
    Statement("odd_alias", 'SELECT * FROM a AS "true" JOIN b AS "12.5" ON "12.5".id = "true".id'),
    Statement("odd_spaces", "SELECT '  two  spaces  ', id FROM a AS \"  x  (cost=1\" WHERE txt <> 'end '"),
    Statement("odd_conflict", f'INSERT INTO {ODD} ("yes") VALUES (1) RETURNING "yes" AS "a, b"'),
    Statement("odd_path", "SELECT 1 FROM a WHERE id = 1", {"search_path": 'public, "it\'s", "a = \'b\', c"'}),
    Statement(
        "odd_cast",
        "SELECT ARRAY[1, 2], ROW(1, 'x,y'), CASE WHEN grp = 1 THEN 'a, b' ELSE txt END,"
        " n::numeric(10,2), COALESCE(txt, 'q'), arr[1:2], (id, grp) = (1, 2) FROM a WHERE id IN (1, 2, 3)"
        " AND txt = ANY (ARRAY['a,b', 'c\"d', 'text 1'])",
    ),
)

FOREIGN_TABLES = (
    """DO $$ BEGIN
    EXECUTE format('CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, port %L, dbname %L,'
        ' async_capable ''true'')', split_part(current_setting('unix_socket_directories'), ',', 1),
        current_setting('port'), current_database());
    CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
    EXECUTE format('CREATE FOREIGN TABLE version_file (v text) SERVER files OPTIONS (filename %L)',
        current_setting('data_directory') || '/PG_VERSION');
    CREATE USER MAPPING FOR CURRENT_USER SERVER loop;
    CREATE FOREIGN TABLE fa (id int, grp int, txt text) SERVER loop OPTIONS (table_name 'a');
    CREATE FOREIGN TABLE fb (id int, a_id int) SERVER loop OPTIONS (table_name 'b');
    END $$""",
)
FOREIGN = tuple(
    Statement(f"foreign_{name}", sql, before=FOREIGN_TABLES)
    for name, sql in (
        ("file", "SELECT * FROM version_file"),
        ("scan", "SELECT *, 'x, y' FROM fa WHERE txt <> E'it''s, \\\\ (x' AND length(txt) > 3"),
        ("join", "SELECT fa.id, fb.id FROM fa JOIN fb ON fa.id = fb.a_id WHERE fb.id < 20 FOR UPDATE OF fa"),
        ("aggregate", "SELECT count(*) FROM fa GROUP BY grp"),
        ("async", "SELECT id FROM fa WHERE id < 5 UNION ALL SELECT id FROM fb WHERE id < 4"),
        ("update", "UPDATE fa SET grp = 1 WHERE id = 5"),
        ("update_rows", "UPDATE fa SET grp = 1 WHERE id < 5 AND length(txt) > random()"),
        ("delete", "DELETE FROM fa WHERE id = 5"),
        ("insert", "INSERT INTO fa SELECT i, 1, 'x' FROM generate_series(10000, 10002) i RETURNING id"),
    )
)

STATEMENTS = (*SCANS, *JOINS, *ABOVE, *PLANS, *WRITES, *PARALLELS, *ODDITIES, *FOREIGN)
