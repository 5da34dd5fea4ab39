"""The data and the queries of TPC-H and TPC-DS: `python tpc_data.py NAME SCALE FOLDER`, in an environment that has
duckdb, which carries both generators.

Writes `TABLE.csv` for each table, and `all.json` last: the `tables` with their columns and types, and the `queries` by
number.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

GENERATORS = {"tpch": "dbgen", "tpcds": "dsdgen"}


def main(name: str, scale: str, folder: str) -> None:
    duckdb = importlib.import_module("duckdb")
    there = Path(folder)
    there.mkdir(parents=True, exist_ok=True)
    database = duckdb.connect(":memory:")
    database.execute(f"LOAD {name}; CALL {GENERATORS[name]}(sf={float(scale)})")
    tables: dict[str, list[Any]] = {}
    listed = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY 1"
    for (table,) in database.execute(listed).fetchall():
        tables[table] = database.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = ? ORDER BY "
            "ordinal_position",
            [table],
        ).fetchall()
        database.execute(f"COPY {table} TO '{there / table}.csv' (HEADER false)")
    queries = dict(database.execute(f"SELECT query_nr, query FROM {name}_queries() ORDER BY 1").fetchall())
    (there / "all.json").write_text(json.dumps({"tables": tables, "queries": queries}))


if __name__ == "__main__":
    main(*sys.argv[1:])
