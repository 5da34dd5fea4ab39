"""Every option of EXPLAIN: what it prints in one form is what it prints in the others, as far as runs are alike."""

from __future__ import annotations

import json
from collections.abc import Callable

import psycopg
import pytest

from pgwright.diagnose.query_plan import read
from pgwright.diagnose.query_plan.forms.text.omitted import without
from pgwright.diagnose.query_plan.model import QueryPlan, Value, document
from tests.diagnose.query_plan import statements
from tests.diagnose.query_plan.same import Runner, differences, runner
from tests.diagnose.query_plan.statements import Statement
from tests.support.databases import Database

SAME = ["COSTS OFF", "COSTS ON", "VERBOSE", "VERBOSE, COSTS OFF", "SETTINGS", "SUMMARY ON, COSTS OFF"]
"""Options of which each run prints the same, but for times."""

MEASURED = ["ANALYZE, TIMING OFF, COSTS OFF, BUFFERS OFF", "ANALYZE, TIMING OFF, BUFFERS OFF, VERBOSE"]
ANEW = ("Planning Time", "Execution Time", "Planning", "Query Identifier")
"""What each run has anew: the identifier is made of oids, and some statements make their tables."""

FORMS = ("TEXT", "YAML", "XML")


def one(text: str) -> QueryPlan:
    (plan,) = read.plans(text)
    return plan


def timeless(value: Value) -> Value:
    """Without what every run measures anew."""
    if isinstance(value, list):
        return [timeless(each) for each in value]
    if isinstance(value, dict):
        gone = ("Time", "Workers", "Sort Space Used", "Sort Method")
        return {key: timeless(each) for key, each in value.items() if key not in ANEW and not key.endswith(gone)}
    return value


def compared(plan: QueryPlan, form: str) -> Value:
    return timeless(without(plan) if form == "TEXT" else document(plan))


def explained(run: Runner, statement: Statement, options: str, form: str) -> str:
    with run.prepared(statement):
        return run.explain(statement, f"{options}, FORMAT {form}")


def known(database: Database) -> list[Statement]:
    return [
        each
        for each in statements.STATEMENTS
        if each.since <= database.major and "XMLTABLE" not in each.sql and not each.name.startswith("odd_return")
    ]


@pytest.mark.majors("every")
@pytest.mark.parametrize("options", SAME)
def test_plans_without_a_run(make_database: Callable[..., Database], options: str) -> None:
    database = make_database(statements.SCHEMA)
    wrong: list[str] = []
    with runner(database) as run:
        for statement in known(database):
            answer = explained(run, statement, options, "JSON")
            in_json = one(answer)
            assert document(in_json) == json.loads(answer)[0]
            for form in FORMS:
                text = explained(run, statement, options, form)
                assert read.is_plan(text), text
                found = compared(one(text), form), compared(in_json, form)
                wrong.extend(f"{statement.name}, {form}{each}" for each in differences(*found))
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.majors("every")
@pytest.mark.parametrize("options", MEASURED)
def test_runs_without_times(make_database: Callable[..., Database], options: str) -> None:
    database = make_database(statements.SCHEMA)
    wrong: list[str] = []
    steady = [*statements.JOINS, *statements.PLANS]
    unsteady = ("hash_batches", "hash_grows", "memoize_small", "multi_update")
    with runner(database) as run:
        for statement in steady:
            if statement.since > database.major or statement.name in unsteady:
                continue
            in_json = one(explained(run, statement, options, "JSON"))
            for form in FORMS:
                found = one(explained(run, statement, options, form))
                assert not found.timed
                assert found.milliseconds("Execution Time") is not None
                pair = compared(found, form), compared(in_json, form)
                wrong.extend(f"{statement.name}, {form}{each}" for each in differences(*pair))
    assert not wrong, "\n".join(wrong[:20])


def shape(value: Value) -> Value:
    """Only the keys, and the types of what stands under them."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    return [shape(each) for each in value] if isinstance(value, list) else type(value).__name__


@pytest.mark.majors("every")
def test_what_stands_beside_the_tree(make_database: Callable[..., Database]) -> None:
    database = make_database(statements.SCHEMA)
    options = "ANALYZE, VERBOSE, BUFFERS, WAL, SETTINGS"
    if database.major >= 17:
        options += ", MEMORY, SERIALIZE TEXT"
    statement = Statement("beside", "SELECT * FROM a WHERE grp = 3", {"track_io_timing": "on", "work_mem": "9MB"})
    with runner(database) as run:
        explained(run, statement, options, "JSON")
        plans = {form: one(explained(run, statement, options, form)) for form in ("JSON", *FORMS)}
        quick = one(explained(run, statement, options.replace("SERIALIZE TEXT", "SERIALIZE TEXT, TIMING OFF"), "TEXT"))
    wanted = plans["JSON"]
    for form in ("YAML", "XML"):
        assert shape(document(plans[form])) == shape(document(wanted))
    found = plans["TEXT"].properties
    assert found["Settings"] == wanted.properties["Settings"]
    assert found["Settings"]["work_mem"] == "9MB"
    assert isinstance(found["Planning Time"], float)
    assert isinstance(found["Execution Time"], float)
    if database.major >= 17:
        assert found["Planning"].keys() >= {"Memory Used", "Memory Allocated"}
        assert found["Serialization"]["Output Volume"] == wanted.properties["Serialization"]["Output Volume"]
        assert found["Serialization"]["Format"] == "text"
        assert found["Serialization"]["Time"] > 0
        assert "Time" not in quick.properties["Serialization"]


@pytest.mark.majors("every")
def test_planning_shows_its_buffers(make_database: Callable[..., Database]) -> None:
    with make_database(statements.SCHEMA).connect() as connection:
        rows = connection.execute(
            "EXPLAIN (ANALYZE, BUFFERS) SELECT * FROM a JOIN b USING (id) WHERE grp = 3"
        ).fetchall()
    assert one("\n".join(row[0] for row in rows)).properties["Planning"]["Shared Hit Blocks"] > 0


@pytest.mark.majors("every")
def test_rows_of_a_statement_trigger(database: Database) -> None:
    database.run("""
        CREATE TABLE t (id int);
        CREATE TABLE said (form text, line text);
        CREATE FUNCTION say() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE f text; l text; BEGIN
          FOREACH f IN ARRAY ARRAY['TEXT', 'JSON', 'XML', 'YAML'] LOOP
            FOR l IN EXECUTE format('EXPLAIN (VERBOSE, FORMAT %s) SELECT * FROM "new, rows" x WHERE id > 1', f) LOOP
              INSERT INTO said VALUES (f, l);
            END LOOP;
          END LOOP;
          RETURN NULL; END $$;
        CREATE TRIGGER say AFTER INSERT ON t REFERENCING NEW TABLE AS "new, rows" EXECUTE FUNCTION say();
        INSERT INTO t VALUES (1), (2);
    """)
    said = database.all("SELECT form, string_agg(line, chr(10) ORDER BY ctid) FROM said GROUP BY form")
    plans = {form: one(text) for form, text in said}
    assert plans["JSON"].root.type == "Named Tuplestore Scan"
    assert document(plans["XML"]) == document(plans["YAML"]) == document(plans["JSON"])
    assert not list(differences(without(plans["TEXT"]), without(plans["JSON"])))


@pytest.mark.majors(16, 18)
def test_a_plan_for_any_parameter(make_database: Callable[..., Database]) -> None:
    with make_database(statements.SCHEMA).connect() as connection:
        query = psycopg.sql.SQL("EXPLAIN (GENERIC_PLAN, FORMAT {}) SELECT * FROM parted WHERE part = $1")
        answers = {
            form: "\n".join(str(row[0]) for row in connection.execute(query.format(psycopg.sql.SQL(form))).fetchall())
            for form in ("TEXT", "XML")
        }
    assert not list(differences(without(one(answers["TEXT"])), without(one(answers["XML"]))))
