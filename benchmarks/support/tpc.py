"""TPC-H and TPC-DS on a server: generated, loaded with keys, vacuumed and analyzed; and their queries.

DuckDB carries both generators and the texts of the queries (extra `bench`: 1.0.0 is the last that has them in its
wheel). What it makes is kept as CSV in `.cache/tpc/`, so a second load does not need it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from pgwright.base.errors import Refused
from pgwright.sql import quote

from .load import ROOT

CACHE = ROOT / ".cache" / "tpc"
_GENERATE = {"tpch": "CALL dbgen(sf={scale})", "tpcds": "CALL dsdgen(sf={scale})"}
_TYPES = {"VARCHAR": "text", "TIME": "time", "DATE": "date", "BIGINT": "bigint", "INTEGER": "int"}
_BLOCK = 1 << 20
_PRIMARY: Mapping[str, Mapping[str, str]] = {
    "tpch": {
        "region": "r_regionkey", "nation": "n_nationkey", "supplier": "s_suppkey", "customer": "c_custkey",
        "part": "p_partkey", "partsupp": "ps_partkey, ps_suppkey", "orders": "o_orderkey",
        "lineitem": "l_orderkey, l_linenumber",
    },
    "tpcds": {
        "call_center": "cc_call_center_sk", "catalog_page": "cp_catalog_page_sk", "customer": "c_customer_sk",
        "customer_address": "ca_address_sk", "customer_demographics": "cd_demo_sk", "date_dim": "d_date_sk",
        "household_demographics": "hd_demo_sk", "income_band": "ib_income_band_sk", "item": "i_item_sk",
        "promotion": "p_promo_sk", "reason": "r_reason_sk", "ship_mode": "sm_ship_mode_sk", "store": "s_store_sk",
        "time_dim": "t_time_sk", "warehouse": "w_warehouse_sk", "web_page": "wp_web_page_sk", "web_site": "web_site_sk",
        "inventory": "inv_date_sk, inv_item_sk, inv_warehouse_sk", "store_sales": "ss_item_sk, ss_ticket_number",
        "catalog_sales": "cs_item_sk, cs_order_number", "web_sales": "ws_item_sk, ws_order_number",
        "store_returns": "sr_item_sk, sr_ticket_number", "catalog_returns": "cr_item_sk, cr_order_number",
        "web_returns": "wr_item_sk, wr_order_number",
    },
}  # fmt: skip
_FOREIGN: Mapping[str, Sequence[str]] = {
    "tpch": (
        "nation (n_regionkey) region", "supplier (s_nationkey) nation", "customer (c_nationkey) nation",
        "partsupp (ps_partkey) part", "partsupp (ps_suppkey) supplier", "orders (o_custkey) customer",
        "lineitem (l_orderkey) orders", "lineitem (l_partkey, l_suppkey) partsupp",
    ),
    "tpcds": (
        "store_sales (ss_sold_date_sk) date_dim", "store_sales (ss_item_sk) item", "store_sales (ss_store_sk) store",
        "store_sales (ss_customer_sk) customer", "catalog_sales (cs_sold_date_sk) date_dim",
        "catalog_sales (cs_item_sk) item", "catalog_sales (cs_bill_customer_sk) customer",
        "web_sales (ws_sold_date_sk) date_dim", "web_sales (ws_item_sk) item",
        "web_sales (ws_bill_customer_sk) customer", "inventory (inv_item_sk) item", "inventory (inv_date_sk) date_dim",
        "customer (c_current_addr_sk) customer_address", "store_returns (sr_item_sk, sr_ticket_number) store_sales",
    ),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A database with its data, and the queries by number."""

    database: str
    dsn: str
    queries: Mapping[int, str]


def load(dsn: str, name: str, scale: float) -> Loaded:
    """Makes a database on the server that `dsn` leads to and fills it with `tpch` or `tpcds`. Raises Refused where the
    generator is not here."""
    folder = _generated(name, scale)
    description = json.loads((folder / "tables.json").read_text(encoding="utf-8"))
    database = f"{name}_{scale:g}".replace(".", "_")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {quote.ident(database)} TEMPLATE template0".encode())
    there = make_conninfo(dsn, dbname=database)
    with psycopg.connect(there, autocommit=True) as connection:
        for table, columns in description["tables"].items():
            listed = ", ".join(f"{quote.ident(column)} {_type(kind)}" for column, kind in columns)
            connection.execute(f"CREATE TABLE {quote.ident(table)} ({listed})".encode())
            _copy(connection, table, folder / f"{table}.csv")
            connection.execute(f"ALTER TABLE {table} ADD PRIMARY KEY ({_PRIMARY[name][table]})".encode())
        for each in _FOREIGN[name]:
            table, _, rest = each.partition(" ")
            columns, _, other = rest.rpartition(" ")
            connection.execute(f"ALTER TABLE {table} ADD FOREIGN KEY {columns} REFERENCES {other}".encode())
        connection.execute(b"VACUUM (ANALYZE)")
    queries = {int(number): text for number, text in description["queries"].items()}
    return Loaded(database=database, dsn=there, queries=queries)


def _copy(connection: psycopg.Connection[object], table: str, file: Path) -> None:
    copying = connection.cursor().copy(f"COPY {quote.ident(table)} FROM STDIN (FORMAT csv)".encode())
    with file.open("rb") as rows, copying as target:
        while block := rows.read(_BLOCK):
            target.write(block)


def _type(kind: str) -> str:
    return f"numeric{kind.removeprefix('DECIMAL')}" if kind.startswith("DECIMAL") else _TYPES[kind]


def _generated(name: str, scale: float) -> Path:
    """The folder with the CSV files, the columns and the queries; made where it is not there."""
    folder = CACHE / f"{name}-{scale:g}"
    if (folder / "tables.json").exists():
        return folder
    try:
        import duckdb
    except ImportError as error:
        raise Refused(
            "The generator of TPC-H and TPC-DS is not installed.",
            hint=f"Run: {sys.executable} -m pip install 'pgwright[bench]'",
        ) from error
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    connection.execute(f"LOAD {name}")
    connection.execute(_GENERATE[name].format(scale=scale))
    tables: dict[str, list[tuple[str, str]]] = {}
    rows = connection.execute(
        "SELECT table_name, column_name, data_type FROM information_schema.columns ORDER BY 1, ordinal_position"
    )
    for table, column, kind in rows.fetchall():
        tables.setdefault(table, []).append((column, kind))
    for table in tables:
        target = str(folder / f"{table}.csv").replace("'", "''")
        connection.execute(f"COPY {table} TO '{target}' (FORMAT csv, HEADER false)")
    queries = dict(connection.execute(f"SELECT query_nr, query FROM {name}_queries()").fetchall())
    text = json.dumps({"tables": tables, "queries": queries}, indent=1)
    (folder / "tables.json").write_text(text, encoding="utf-8")
    return folder
