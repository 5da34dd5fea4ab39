"""TPC-H and TPC-DS in a PostgreSQL: tables with their primary keys and nothing else, vacuumed and analysed.

duckdb makes the data and has the queries; it is installed once into an environment of its own in `.cache/tpc`, where
the data stay, too. `benchmarks/peers/tpc_data.py` is what runs there.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from pgwright.base.errors import StepFailed
from pgwright.server.private import PrivateServer

from .load import ROOT

CACHE = ROOT / ".cache" / "tpc"
DUCKDB = "duckdb==1.0.0"
"""The last version whose wheel carries both generators."""
_GENERATOR = ROOT / "benchmarks" / "peers" / "tpc_data.py"
_INSTALL_SECONDS, _GENERATE_SECONDS = 300, 600
_TYPES = {"VARCHAR": "text", "DOUBLE": "float8"}
_KEYS = {
    "partsupp": "ps_partkey, ps_suppkey",
    "lineitem": "l_orderkey, l_linenumber",
    "store_sales": "ss_item_sk, ss_ticket_number",
    "catalog_sales": "cs_item_sk, cs_order_number",
    "web_sales": "ws_item_sk, ws_order_number",
    "store_returns": "sr_item_sk, sr_ticket_number",
    "catalog_returns": "cr_item_sk, cr_order_number",
    "web_returns": "wr_item_sk, wr_order_number",
    "inventory": "inv_date_sk, inv_item_sk, inv_warehouse_sk",
}
"""The primary keys of several columns; of every other table it is the first one."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A benchmark in a database: how it is reached, and its queries by their numbers."""

    dsn: str
    queries: Mapping[int, str]


def load(running: PrivateServer, name: str, scale: float = 0.1) -> Loaded:
    """Makes a database called `name` (`tpch` or `tpcds`) and fills it. Raises StepFailed where the data could not be
    made."""
    folder = _data(name, scale)
    found: dict[str, Any] = json.loads((folder / "all.json").read_text())
    with psycopg.connect(running.dsn(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    with psycopg.connect(running.dsn(name), autocommit=True) as connection:
        for table, columns in found["tables"].items():
            _fill(connection, table, columns, folder / f"{table}.csv")
        connection.execute("VACUUM (ANALYZE)")
    return Loaded(
        dsn=running.dsn(name),
        queries={int(number): text.rstrip().rstrip(";") for number, text in found["queries"].items()},
    )


def _fill(connection: psycopg.Connection[Any], table: str, columns: list[tuple[str, str]], data: Path) -> None:
    listed = ", ".join(f"{name} {_TYPES.get(kind, kind)}" for name, kind in columns)
    connection.execute(f"CREATE TABLE {table} ({listed})".encode())
    with connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT csv)".encode()) as into, data.open("rb") as rows:
        while block := rows.read(1 << 20):
            into.write(block)
    key = _KEYS.get(table, columns[0][0])
    connection.execute(f"ALTER TABLE {table} ADD PRIMARY KEY ({key})".encode())


def _data(name: str, scale: float) -> Path:
    """The folder with the data; made once for each scale."""
    folder = CACHE / f"{name}_{scale:g}"
    if not (folder / "all.json").exists():
        python = CACHE / "venv" / "bin" / "python"
        if not (CACHE / "venv" / "installed").exists():
            venv.create(CACHE / "venv", with_pip=True, clear=True)
            _run([str(python), "-m", "pip", "install", "--quiet", DUCKDB], _INSTALL_SECONDS)
            (CACHE / "venv" / "installed").touch()
        _run([str(python), str(_GENERATOR), name, f"{scale:g}", str(folder)], _GENERATE_SECONDS)
    return folder


def _run(command: list[str], seconds: int) -> None:
    print(f"  {' '.join(command[1:4])} …", file=sys.stderr, flush=True)
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    if done.returncode:
        raise StepFailed(f"The data could not be made: {done.stderr.strip()[-400:]}")
