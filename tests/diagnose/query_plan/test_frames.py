"""What people and programs put around a plan is taken off, and the plan is the same."""

from __future__ import annotations

import subprocess
import textwrap
from collections.abc import Iterable

import pytest

from pgwright.base.errors import QueryPlanError
from pgwright.diagnose.query_plan import read
from pgwright.diagnose.query_plan.model import document
from tests.diagnose.query_plan.captured import LINES, PLAN, ROWS, one
from tests.support.databases import Database


def quoted(line: str) -> str:
    return '"' + line.replace('"', '""') + '"'


def table(lines: Iterable[str], *, left: str = "", right: str = "", last: str | None = None) -> str:
    rows = [f"{left}{line:<130}{right}".rstrip() for line in lines]
    if last is not None:
        rows[-1] = rows[-1].removesuffix(right.strip()).rstrip() + last
    return "\n".join(rows)


def cut(width: int, *, strip: bool) -> str:
    parts = (line[start : start + width] for line in LINES for start in range(0, len(line), width))
    return "\n".join(part.rstrip() if strip else part for part in parts)


def filled(width: int) -> str:
    out: list[str] = []
    for line in LINES:
        indent = " " * (len(line) - len(line.lstrip()))
        out += textwrap.wrap(
            line.lstrip(), width, initial_indent=indent, break_long_words=False, break_on_hyphens=False
        )
    return "\n".join(out)


PSQL = f"                QUERY PLAN\n{'-' * 40}\n"
DRESSED = {
    "psql": PSQL + textwrap.indent(PLAN, " ") + f"\n({ROWS} rows)\n\n",
    "header_of_any_case": "Query Plan\n----------\n" + PLAN,
    "german": PSQL + textwrap.indent(PLAN, " ") + f"\n({ROWS} Zeilen)\n\nZeit: 12,345 ms\n",
    "french": PLAN + f"\n({ROWS} lignes)\n\nTemps : 12,345 ms\n",
    "chinese": PLAN + f"\n({ROWS} 行记录)\n\n时间：12.345 ms\n",
    "russian": PLAN + f"\n({ROWS} строк)\n\nВремя: 12,345 мс\n",
    "session": 'psql (18.1)\nType "help" for help.\n\n'
    "shop=# explain analyze select * from a\nshop-# where x = 'it''s';\n"
    f"{PSQL}{textwrap.indent(PLAN, ' ')}\n({ROWS} rows)\n\nTime: 12.345 ms\nshop=# \\q\n",
    "letter": f"Hi all,\n\nhere's my plan (it is slow!):\n\n{PLAN}\n\nAny ideas? Thanks,\nBob -> DBA\n",
    "markdown": f"Why is this slow?\n```\n{PLAN}\n```\n",
    "plus": PSQL + table(LINES, left=" ", right="+", last="") + "\n(1 row)\n",
    "arrow": PSQL + table(LINES, left=" ", right="↵", last="") + "\n(1 row)\n",
    "bars": table(["QUERY PLAN", "", *LINES], left="| ", right=" |"),
    "bars_without_header": table(LINES, left="| ", right=" |"),
    "double_bars": table(LINES, left="║ ", right=" ║"),
    "right_bar": "QUERY PLAN" + " " * 120 + "|\n" + "-" * 130 + "+\n" + table(LINES, right="|"),
    "asciidoc": '[options="header",cols="<l",frame="none"]\n|====\n^l|QUERY PLAN\n'
    + "\n".join(f"|{line}" for line in LINES)
    + "\n|====\n",
    "cells": '"QUERY PLAN"\n' + "\n".join(map(quoted, LINES)),
    "cells_without_header": "\n".join(map(quoted, LINES)) + "\n",
    "csv": "QUERY PLAN\n" + "\n".join(quoted(line) if set(line) & set(',"') else line for line in LINES),
    "one_cell": '"QUERY PLAN"\n' + quoted(PLAN),
    "quotation_marks": f'"{PLAN}"',
    "doubled_quotation_marks": quoted(PLAN),
    "apostrophes": f"'{PLAN}'",
    "windows": PLAN.replace("\n", "\r\n") + "\r\n",
    "bom": "\ufeff" + PLAN,
    "indented": textwrap.indent(PLAN, " " * 7),
    "first_indentation_lost": textwrap.indent(PLAN, "   ").lstrip(),
    "tabs": "\n".join(
        "\t" * (indent // 8) + " " * (indent % 8) + line.lstrip()
        for line in LINES
        for indent in [len(line) - len(line.lstrip())]
    ),
    "hard_spaces": "\n".join("\xa0" * (len(line) - len(line.lstrip())) + line.lstrip() for line in LINES),
    "empty_lines": PLAN.replace("\n", "\n\n"),
    "old_ending": PLAN.replace("Planning Time", "Planning time").replace("Execution Time", "Execution time"),
    **{f"cut_at_{width}": cut(width, strip=False) for width in (60, 72, 80, 100)},
    **{f"cut_at_{width}_stripped": cut(width, strip=True) for width in (60, 72, 80, 100)},
    **{f"filled_to_{width}": filled(width) for width in (72, 80, 100)},
}


@pytest.mark.parametrize("dress", DRESSED)
def test_a_dressed_plan_is_the_plan(dress: str) -> None:
    assert read.is_plan(DRESSED[dress])
    assert document(one(DRESSED[dress])) == document(one(PLAN))


QUERY = """SELECT a.relname, '(x, ' FROM pg_class a JOIN pg_attribute b
  ON a.oid = b.attrelid AND a.relname <> 'one, "two"
  three' WHERE a.relkind IN ('r', 'i') ORDER BY a.relname, b.attname"""
SWITCHES = [("-At",), ("-A",), ("--csv",), ("-t",), ("-x",)]
STYLES = [
    ("-P", f"linestyle={style}", "-P", f"border={border}", *more)
    for style in ("ascii", "old-ascii", "unicode")
    for border in range(4)
    for more in ((), ("-x",))
]
WRAPPED = [
    ("-P", f"linestyle={style}", "-P", f"border={border}", "-P", "format=wrapped", "-P", "columns=70")
    for style in ("ascii", "unicode")
    for border in (1, 2)
]


@pytest.mark.majors(18)
@pytest.mark.parametrize("form", ["TEXT", "JSON", "YAML", "XML"])
def test_every_frame_of_psql(database: Database, form: str) -> None:
    command = [str(database.server.binaries.program("psql")), "-X", database.dsn]
    explain = ["-c", f"EXPLAIN (VERBOSE, FORMAT {form}) {QUERY}"]

    def shown(switches: Iterable[str]) -> str:
        done = subprocess.run([*command, *switches, *explain], capture_output=True, text=True, check=True)
        return done.stdout

    wanted = document(one(shown(("-At",))))
    assert "three" in str(wanted)
    for switches in (*SWITCHES, *STYLES, *WRAPPED):
        if form == "XML" and "linestyle=old-ascii" in switches and switches[3] in ("border=0", "border=1"):
            continue  # the frame fills a text of two lines with spaces, and nothing marks them
        text = shown(switches)
        assert read.is_plan(text), switches
        assert document(one(text)) == wanted, (switches, text)


def test_a_text_in_a_plan_may_look_like_a_frame() -> None:
    literal = '| x |\n-----\n"y"\n+---+\n(3 rows)\nQUERY PLANS\n  . \t.\n'
    plan = f"Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)\n  Filter: (v = '{literal}'::text)"
    assert one(plan).root.text("Filter") == f"(v = '{literal}'::text)"


def test_several_plans() -> None:
    psql = PSQL + textwrap.indent(PLAN, " ") + f"\n({ROWS} rows)\n\n"
    assert len(read.plans(psql * 3)) == 3
    assert len(read.plans(f"{PLAN}\n{PLAN}\n\n{PLAN}\n")) == 3
    assert len(read.plans("Limit\n  ->  Result\n\nLimit\n  ->  Result\n")) == 2
    queried = f"Query Text: select 1\n  from t;\n{PLAN}\n"
    assert [plan.query for plan in read.plans(queried * 2)] == ["select 1\n  from t;"] * 2


def test_numbers_are_right_where_lines_were_taken_off() -> None:
    text = PSQL + textwrap.indent(PLAN.replace("rows=400 width", "rows=many width", 1), " ")
    with pytest.raises(QueryPlanError) as error:
        read.plans(text)
    assert error.value.line == 6
