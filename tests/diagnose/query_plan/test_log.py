"""The plans of auto_explain are found in logs as servers write them, and in those that people cut out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from pgwright.base.errors import QueryPlanError
from pgwright.diagnose.query_plan import read
from pgwright.diagnose.query_plan.forms.text.omitted import without
from pgwright.diagnose.query_plan.model import QueryPlan, Value, document
from pgwright.server.private import PrivateServer
from tests.diagnose.query_plan.captured import LINES, PLAN, one
from tests.support.databases import Server

FORMS = ("text", "json", "yaml", "xml")
QUERY = "SELECT 'one, \"two\"\n\tthree' AS \"a,b\", relname FROM pg_class WHERE relname <> 'x\n  ->  y' LIMIT 3"
SETTINGS = {
    "logging_collector": "on",
    "log_directory": "logs",
    "log_filename": "postgresql.log",
    "log_line_prefix": '%m [%p] %q%u@%d, "%a" ',
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_verbose": "on",
    "log_statement": "all",
}


def logged(folder: Path, name: str) -> str:
    """The log when all plans have come."""
    path = folder / "logs" / name
    for _ in range(100):
        if path.exists() and path.read_bytes().count(b"  plan:") >= len(FORMS):
            time.sleep(0.3)  # the collector may not have written the end of the last one
            break
        time.sleep(0.1)
    return path.read_bytes().decode()


def bare(plan: QueryPlan) -> Value:
    """What is the same in every run."""
    found = without(plan)
    found["Plan"]["Plans"] = [
        {"Node Type": each["Node Type"], "Filter": each["Filter"]} for each in found["Plan"]["Plans"]
    ]
    return {"query": plan.query, "type": found["Plan"]["Node Type"], "below": found["Plan"]["Plans"]}


@pytest.mark.majors(14, 18)
@pytest.mark.e2e
def test_the_logs_of_a_server(server: Server, tmp_path: Path) -> None:
    kinds = {"stderr": "postgresql.log", "csvlog": "postgresql.csv"}
    if server.major >= 15:
        kinds["jsonlog"] = "postgresql.json"
    settings = {**SETTINGS, "log_destination": ",".join(kinds)}
    with PrivateServer(server.binaries, settings=settings) as private:
        with psycopg.connect(private.dsn(), autocommit=True) as connection:
            for form in FORMS:
                connection.execute(psycopg.sql.SQL("SET auto_explain.log_format = {}").format(form))
                connection.execute(QUERY)
        logs = {kind: logged(private.folder / "data", name) for kind, name in kinds.items()}
    plans = {kind: [plan for plan in read.plans(log) if plan.query == QUERY] for kind, log in logs.items()}
    for kind, found in plans.items():
        assert read.is_plan(logs[kind])
        assert len(found) == len(FORMS), kind
        assert bare(found[0])["type"] == "Limit"
        assert [bare(plan) for plan in found] == [bare(found[0])] * len(FORMS), kind
        assert [document(plan) for plan in found] == [document(plan) for plan in plans["stderr"]], kind
        assert all(plan.properties["Duration"] > 0 for plan in found)


TEXT = f"Query Text: select 1\n  from t\n{PLAN}"
JSON = json.dumps({"Query Text": "select 1\n  from t", **document(one(PLAN))}, indent=2)


def entry(body: str, indent: str = "\t") -> str:
    first = "2026-03-01 10:00:00.123 CET [4711] LOG:  duration: 12.345 ms  plan:"
    return "\n".join([first, *(indent + line for line in body.split("\n"))]) + "\n"


OTHER = (
    "2026-03-01 10:00:00.124 CET [4711] LOG:  duration: 0.1 ms  statement: select 2\n"
    '2026-03-01 10:00:00.125 CET [4711] ERROR:  relation "x" does not exist at character 15\n'
    "2026-03-01 10:00:00.125 CET [4711] STATEMENT:  select * from x\n\twhere a = 1\n"
)
LOGS: dict[str, Callable[[str], str]] = {
    "stderr": lambda body: OTHER + entry(body) + OTHER + entry(body) + OTHER,
    "no_tabs": lambda body: entry(body, "") + OTHER + entry(body, ""),
    "syslog": lambda body: entry(body, "#011") + entry(body, "#011"),
    "windows": lambda body: (OTHER + entry(body) + entry(body)).replace("\n", "\r\n"),
    "notices": lambda body: f"NOTICE:  duration: 12.345 ms  plan:\n{body}\nLOG:  duration: 12.345 ms  plan:\n{body}\n",
    "csv": lambda body: "".join(
        '2026-03-01 10:00:00.123 CET,"me","shop",1,"[local]",6,1,"SELECT",LOG,00000,"duration: 12.345 ms  plan:\n'
        + body.replace('"', '""')
        + '",,,,,,,,,"psql","client backend",,0\n'
        for _ in range(2)
    ),
    "json": lambda body: "".join(
        json.dumps({"timestamp": "2026-03-01", "message": f"duration: 12.345 ms  plan:\n{body}", "pid": 1}) + "\n"
        for _ in range(2)
    ),
}


@pytest.mark.parametrize("body", [TEXT, JSON], ids=["text", "json"])
@pytest.mark.parametrize("kind", LOGS)
def test_logs_of_any_kind(kind: str, body: str) -> None:
    log = LOGS[kind](body)
    assert read.is_plan(log)
    plans = read.plans(log)
    assert len(plans) == 2
    for plan in plans:
        assert plan.query == "select 1\n  from t"
        assert plan.properties["Duration"] == 12.345
        assert document(plan)["Plan"] == document(one(PLAN))["Plan"]


def test_a_log_with_several_forms() -> None:
    assert len(read.plans(entry(TEXT) + entry(JSON) + OTHER + entry(TEXT))) == 3


def test_a_plan_that_the_log_cuts() -> None:
    whole = entry(TEXT) + entry("\n".join([*TEXT.split("\n")[:2], *LINES[:9]]))
    with pytest.raises(QueryPlanError, match="ends in the middle") as error:
        read.plans(whole)
    assert error.value.line is not None
    assert error.value.line > len(LINES)


def test_a_duration_in_a_plan_is_no_entry() -> None:
    body = TEXT.replace("select 1\n", "select 'x duration: 1.0 ms  plan:\n'\n")
    (plan,) = read.plans(entry(body))
    assert plan.query.startswith("select 'x duration")
