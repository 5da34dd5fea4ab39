"""What a planner says of all queries of a database, and how near another one comes."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from pgwright.server.find import Binaries, find, find_all

Costs = Mapping[int, float]

SECONDARY: Mapping[str, Sequence[str]] = {
    "tpch": (
        "lineitem (l_partkey, l_suppkey)", "lineitem (l_shipdate)", "lineitem (l_shipdate, l_discount, l_quantity)",
        "lineitem USING brin (l_receiptdate)", "lineitem (l_orderkey) INCLUDE (l_extendedprice, l_discount)",
        "orders (o_custkey)", "orders (o_orderdate)", "orders (o_orderkey) WHERE o_orderstatus = 'F'",
        "customer (c_mktsegment)", "customer (substring(c_phone, 1, 2))", "customer USING hash (c_nationkey)",
        "part (p_size, p_type)", "part (p_brand, p_container)", "partsupp (ps_suppkey)", "supplier (s_nationkey)",
        "supplier (s_name text_pattern_ops)",
    ),
    "tpcds": (
        "store_sales (ss_sold_date_sk)", "store_sales (ss_customer_sk)", "store_sales (ss_store_sk, ss_item_sk)",
        "store_sales (ss_hdemo_sk) INCLUDE (ss_quantity)", "catalog_sales (cs_sold_date_sk)",
        "catalog_sales (cs_bill_customer_sk)", "catalog_sales (cs_ship_date_sk) WHERE cs_ship_mode_sk IS NOT NULL",
        "web_sales (ws_sold_date_sk)", "web_sales (ws_bill_customer_sk)", "web_sales USING hash (ws_item_sk)",
        "store_returns (sr_returned_date_sk)", "catalog_returns (cr_returned_date_sk)", "inventory (inv_warehouse_sk)",
        "customer (c_current_addr_sk)", "customer (c_current_cdemo_sk)", "customer_address (ca_state)",
        "date_dim (d_year, d_moy)", "date_dim (d_month_seq)", "item (i_category, i_brand)", "item (i_manufact_id)",
        "item (upper(i_item_id))", "customer_demographics (cd_gender, cd_marital_status)",
    ),
}  # fmt: skip
"""Indexes that such queries get: with conditions, included columns, expressions, and other access methods."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How near some figures come to what they should be, as ratios: 1 is right."""

    ratios: tuple[float, ...]
    exact: int

    @property
    def cells(self) -> tuple[str, ...]:
        """How many, how many exactly, the least, the middle, the most."""
        if not self.ratios:
            return ("0", "", "", "", "")
        low, middle, high = min(self.ratios), statistics.median(self.ratios), max(self.ratios)
        exact = f"{self.exact} ({self.exact / len(self.ratios):.0%})"
        return (str(len(self.ratios)), exact, f"{low:.4f}", f"{middle:.4f}", f"{high:.4f}")

    @property
    def worst(self) -> float:
        """How far the worst is off, as a factor of at least 1."""
        return max((max(each, 1 / each) for each in self.ratios if each > 0), default=1.0)


def costs(connection: psycopg.Connection[Any], queries: Mapping[int, str]) -> Costs:
    """The total cost of each query, but of those that the server cannot plan."""
    found = {}
    for number, text in queries.items():
        with suppress(psycopg.Error):
            row = connection.execute(f"EXPLAIN (FORMAT JSON) {text}".encode()).fetchone()
            found[number] = float(row[0][0]["Plan"]["Total Cost"]) if row is not None else 0.0
    return found


def compared(ours: Costs, theirs: Costs) -> Spread:
    """Ours over theirs, of all queries."""
    ratios = tuple(ours[number] / cost for number, cost in theirs.items() if cost)
    return Spread(ratios=ratios, exact=sum(ours[number] == cost for number, cost in theirs.items()))


def real(connection: psycopg.Connection[Any], statements: Sequence[str]) -> list[int]:
    """Makes the indexes; the bytes of each."""
    found = []
    for number, statement in enumerate(statements):
        connection.execute(f"CREATE INDEX secondary_{number} ON {statement}".encode())
        row = connection.execute(f"SELECT pg_relation_size('secondary_{number}')".encode()).fetchone()
        found.append(int(row[0]) if row is not None else 0)
    return found


def hypothetical(connection: psycopg.Connection[Any], statements: Sequence[str]) -> list[int]:
    """The same by HypoPG; the bytes of each, 0 where it knows no such index."""
    found = []
    for statement in statements:
        try:
            row = connection.execute(
                "SELECT pg_catalog.int8(hypopg_relation_size(indexrelid)) FROM hypopg_create_index(%s)",
                [f"CREATE INDEX ON {statement}"],
            ).fetchone()
        except psycopg.Error:
            row = None
        found.append(int(row[0]) if row is not None else 0)
    return found


def binaries(major: int, folders: Sequence[Path]) -> tuple[Binaries, bool]:
    """A server of this major, one with HypoPG where there is one; and whether it has that."""
    for each in find_all():
        for place in ("share/extension", f"../../../share/postgresql/{major}/extension"):
            if each.major == major and (each.folder.parent / place / "hypopg.control").exists():
                return each, True
    return find(major, folders=folders), False
