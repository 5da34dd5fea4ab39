"""What is no plan, or only a part of one, is refused in words, in good time and never otherwise."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgwright.base.errors import QueryPlanError
from pgwright.diagnose.query_plan import read
from pgwright.diagnose.query_plan.model import document
from tests.diagnose.query_plan.captured import LINES, PLAN, one

JSON = json.dumps([document(one(PLAN))], indent=2)
XML = """<explain xmlns="http://www.postgresql.org/2009/explain">
  <Query>
    <Plan>
      <Node-Type>Limit</Node-Type>
      <Plans>
        <Plan>
          <Node-Type>Result</Node-Type>
          <Alias>12</Alias>
        </Plan>
      </Plans>
    </Plan>
    <Triggers>
    </Triggers>
    <Execution-Time>0.010</Execution-Time>
  </Query>
</explain>"""
YAML = """- Plan:
    Node Type: "Limit"
    Parallel Aware: false
    Startup Cost: 0.00
    Total Cost: 0.01
    Plan Rows: 1
    Plan Width: 4
    Actual Rows: 1
    Actual Loops: 1
    Plans:
      - Node Type: "Result"
        Parallel Aware: false
        Startup Cost: 0.00
        Total Cost: 0.01
        Plan Rows: 1
        Plan Width: 4
        Actual Rows: 1
        Actual Loops: 1
        Output:
          - "'- x: 1'::text"
  Planning Time: 0.010
  Triggers:
  Execution Time: 0.010"""
OTHERS = {
    "MySQL": "-> Nested loop inner join  (cost=4.95 rows=9)\n    -> Table scan on t  (cost=1.15 rows=9)\n",
    "MariaDB": '{\n  "query_block": {\n    "select_id": 1,\n    "table": {"table_name": "t"}\n  }\n}',
    "MySQL or": "+----+-------------+-------+\n| id | select_type | table | type | possible_keys | key |\n+----+--+",
    "SQLite": "QUERY PLAN\n|--SCAN t\n`--USE TEMP B-TREE FOR ORDER BY\n",
    "Oracle": "Plan hash value: 1234\n\n| Id  | Operation         | Name |\n|   0 | SELECT STATEMENT  |      |\n",
    "SQL Server": '<?xml version="1.0"?><ShowPlanXML xmlns="http://schemas.microsoft.com"></ShowPlanXML>',
    "DuckDB": "┌─────────────┐\n│┌───────────┐│\n││  Physical Plan   ││\n",
    "MongoDB": '{ "queryPlanner" : { "winningPlan" : {} } }',
}


def refused(text: str) -> QueryPlanError:
    with pytest.raises(QueryPlanError) as error:
        read.plans(text)
    assert error.value.hint
    return error.value


@pytest.mark.parametrize("text", ["", " \n\t\r\n ", "\ufeff"])
def test_nothing(text: str) -> None:
    assert "empty" in refused(text).message
    assert not read.is_plan(text)


@pytest.mark.parametrize("name", OTHERS)
def test_plans_of_others(name: str) -> None:
    assert name.split()[0] in refused(OTHERS[name]).message
    assert not read.is_plan(OTHERS[name])


STATEMENTS = [
    "SELECT * FROM orders WHERE id = 3;",
    "-- a comment\n/* and /* another */ WITH x AS (SELECT 1) TABLE x",
    f"/*\n{PLAN}\n*/ select 1",
    f"-- {PLAN.replace(chr(10), chr(10) + '-- ')}\nUPDATE t SET a = 1",
    f"INSERT INTO plans (t) VALUES ('{PLAN.replace(chr(39), chr(39) * 2)}')",
    f"INSERT INTO plans VALUES ($x${JSON}$x$)",
    'update orders set plan = \'{"Plan": {"Node Type": "Result"}}\'',
    "EXPLAIN SELECT 1",
    "(select 1) union (select 2)",
    "delete from t",
    "MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE",
    "values (1)",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_statement_is_told_from_a_plan(statement: str) -> None:
    assert not read.is_plan(statement)


@pytest.mark.parametrize("statement", STATEMENTS[:2])
def test_a_statement_is_refused(statement: str) -> None:
    error = refused(statement)
    assert "SQL statement" in error.message
    assert "EXPLAIN (ANALYZE" in error.hint


@pytest.mark.parametrize(
    "root",
    ["Result", "Update on t", "Delete on public.t x", "Merge on t", "Insert on t", "Values Scan on \"*VALUES*\"",
     "Table Function Scan on \"xmltable\"", "Limit", "Seq Scan on \"select\""],
)  # fmt: skip
def test_the_barest_plans_are_plans(root: str) -> None:
    assert read.is_plan(root)
    assert read.is_plan(f"explain (costs off) select 1;\n QUERY PLAN\n------------\n {root}\n(1 row)")


@pytest.mark.parametrize("text", ["hello", "Sort of slow, is it not?", "{}", "[]", "[1]", '{"a": 1}', "<a/>", "a: 1"])
def test_something_else(text: str) -> None:
    assert not read.is_plan(text)
    refused(text)


@pytest.mark.parametrize("text", ["\x00\x01\x02Seq Scan", "PGDMP\x00\x0e", "\ufffd" * 100])
def test_no_text(text: str) -> None:
    assert "no text" in refused(text).message


def test_a_part_of_a_text_plan() -> None:
    for end in range(1, len(LINES)):
        error = refused("\n".join(LINES[:end]))
        assert "ends in the middle" in error.message
        assert error.line is not None
    assert "begins in the middle" in refused("\n".join(LINES[3:])).message
    assert "23 rows were announced, 21" in refused("\n".join([*LINES[:-2][:21], "(23 rows)"])).message


@pytest.mark.parametrize("whole", [JSON, XML, YAML], ids=["json", "xml", "yaml"])
def test_a_part_of_another_form(whole: str) -> None:
    lines = whole.split("\n")
    one(whole)
    for end in range(1, len(lines)):
        refused("\n".join(lines[:end]))


@pytest.mark.parametrize("place", range(1, len(LINES) - 4))
def test_a_line_that_was_moved(place: int) -> None:
    line = LINES[place]
    for moved in (f" {line}", f"    {line}", line[1:], line.lstrip()):
        changed = "\n".join([*LINES[:place], moved, *LINES[place + 1 :]])
        if moved != line:
            try:
                assert document(one(changed)) == document(one(PLAN))
            except QueryPlanError as error:
                assert error.line is not None


def test_a_line_in_between() -> None:
    error = refused("\n".join([*LINES[:8], "what is this?", *LINES[8:]]))
    assert error.line == 9


def test_two_forms() -> None:
    for other in (JSON, XML, YAML):
        assert "two forms" in refused(f"{PLAN}\n\n{other}\n").message
        assert "two forms" in refused(f"{other}\n\n{PLAN}\n").message


def test_a_document_that_declares_something() -> None:
    bomb = XML.replace("<Query>", '<!DOCTYPE x [<!ENTITY a "b">]>\n<Query>')
    assert "DOCTYPE" in refused(bomb).message
    assert "DOCTYPE" in refused(f'<!DOCTYPE x [<!ENTITY a "b">]>\n{XML.replace(">12<", ">&a;<")}').message
    for line in ("Node Type: &a Result", "Node Type: *a", "Node Type: !!python/object:os.system x"):
        refused(YAML.replace('Node Type: "Limit"', f'Node Type: "Limit"\n    {line}'))


DEEP = 30_000


def test_what_is_nested_too_deep() -> None:
    text = "Limit  (cost=0.00..1.00 rows=1 width=4)"
    for level in range(1000):
        text += "\n" + " " * (2 + 6 * level) + "->  Limit  (cost=0.00..1.00 rows=1 width=4)"
    assert "deeper than 400" in refused(text).message
    node = '{"Node Type": "Limit", "Plans": ['
    assert "deeper" in refused('[{"Plan": ' + node * 450 + "]}" * 450 + "}]").message
    assert "deeper" in refused('[{"Plan": ' + node * DEEP + "]}" * DEEP + "}]").message
    xml = "<explain><Query>" + "<Plan><Node-Type>Limit</Node-Type><Plans>" * DEEP
    assert "deeper" in refused(xml + "</Plans></Plan>" * DEEP + "</Query></explain>").message
    yaml = '- Plan:\n    Node Type: "Limit"\n    Plans:\n      - '
    assert "deeper" in refused(yaml + "- " * DEEP + "x").message
    refused(yaml + "[" * DEEP)
    refused("[" * DEEP)
    refused('{"Plan": {"Node Type": ' + "[" * DEEP)


@pytest.mark.parametrize("depth", [399])
def test_a_deep_plan_is_read(depth: int) -> None:
    node: dict[str, object] = {"Node Type": "Result"}
    for _ in range(depth):
        node = {"Node Type": "Limit", "Plans": [node]}
    plan = one(json.dumps({"Plan": node}))
    assert len(plan.nodes) == depth + 1
    assert document(plan) == {"Plan": node}
    lines = [" " * (6 * level - 4) + "->  Limit" if level else "Limit" for level in range(depth)]
    assert len(one("\n".join([*lines, " " * (6 * depth - 4) + "->  Result"])).nodes) == depth + 1


JUNK = {
    "letters": "a" * 5_000_000,
    "lines": "x\n" * 2_000_000,
    "spaces": " " * 5_000_000,
    "bars": "| - | - |\n" * 500_000,
    "brackets": "[" * 5_000_000,
    "quotes": "\"'" * 2_000_000,
    "parentheses": "(cost=" * 1_000_000,
    "arrows": "->  Seq Scan on t\n" * 100_000,
    "open_literal": "Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)\n  Filter: (a = '" + "x\n" * 1_000_000,
    "keys": '- Plan:\n    Node Type: "x"\n' + "    a:\n" * 100_000,
    "tags": "<explain>" + "<a>" * 100_000,
    "open_tags": "<explain" * 1_000_000,
    "numbers": '[{"Plan": {"Node Type": "x", "a": ' + "9" * 1_000_000 + "}}]",
    "durations": "duration: 1.0 ms  plan:\n" * 100_000,
    "plans": '"Plan": {' * 500_000,
    "worker": "Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)\n" + "  Output: a\n" * 200_000,
    "comments": "/*" * 1_000_000 + "select",
}


@pytest.mark.parametrize("kind", JUNK)
def test_junk_is_refused_in_time(kind: str) -> None:
    """What is not linear would not end before the time that a test has."""
    read.is_plan(JUNK[kind])
    try:
        read.plans(JUNK[kind])
    except QueryPlanError as error:
        assert error.hint


@pytest.mark.parametrize(
    "text",
    [
        "Limit  (cost=..8.82 rows=5 width=66) (actual time=1.310..1.311 rows=5.00 loops=1)",
        "Result  (cost=0.00..99.0aaa rows=5 width=66)\n  Output: 1",
        f"Result  (cost=0.00..1.00 rows={'9' * 5000} width=4)",
        "Sort  (cost=0.00..1.00 rows=1 width=4)\n  Worker 0:  JIT: x\n      Functions: 4",
        "<explain>\nQuery>\n</explain>",
        "<explain><Query>x</Query></explain>",
    ],
)
def test_a_plan_that_was_spoilt(text: str) -> None:
    refused(text)


PIECES = st.sampled_from(
    [
        *LINES,
        *(line + "\n" for line in LINES),
        *YAML.split("\n"),
        *XML.split("\n"),
        *JSON.split("\n"),
        "\n",
        " ",
        '"',
        "'",
    ]
)


@given(st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=30).map("\n".join)))
def test_nothing_raises_anything_else(text: str) -> None:
    read.is_plan(text)
    try:
        plans = read.plans(text)
    except QueryPlanError as error:
        assert error.hint
    else:
        assert plans


@given(st.data())
def test_a_plan_with_a_piece_taken_out_or_put_in(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([PLAN, JSON, YAML, XML]))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(start + 40, len(whole))))
    changed = whole[:start] + data.draw(st.text(max_size=3)) + whole[end:]
    try:
        read.plans(changed)
    except QueryPlanError as error:
        assert error.hint
