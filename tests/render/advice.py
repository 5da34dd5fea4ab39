"""Advice about settings as it may be, for renderers and schemas."""

from __future__ import annotations

from pgwright.base.finding import Finding, Severity
from pgwright.diagnose.advise.settings.advising import SettingsAdvice, Told
from pgwright.diagnose.advise.settings.amounts import GB, MB
from pgwright.diagnose.advise.settings.situation import Advice, Hardware, Setting, Situation, Standing
from pgwright.diagnose.advise.settings.spilling import Spilling
from pgwright.diagnose.advise.settings.tables import TableAdvice
from pgwright.diagnose.advise.statistics.advising import StatisticsAdvice
from pgwright.diagnose.advise.statistics.candidates import Candidate
from pgwright.diagnose.autovacuum import Rates, Relation, course, target
from pgwright.workload.values import Pages, Statement

BUFFERS = Setting(
    name="shared_buffers", value="16384", unit="8kB", context="postmaster", source="default", boot="16384"
)
JIT = Setting(name="jit", value="on", unit="", context="user", source="default", boot="on")
COST = Setting(name="random_page_cost", value="4", unit="", context="user", source="default", boot="4")
SITUATION = Situation(
    version=180003,
    compiled="PostgreSQL 18.3",
    settings={each.name: each for each in (BUFFERS, JIT, COST)},
    hardware=Hardware(memory=16 * GB, cpus=4, origins={"memory": "given", "cpus": "given"}),
    workload="oltp",
    connections=50,
)
_RELATION = Relation(oid=1, schema="public", name="t\x1b[31m", rows=50e6, bytes=5 * GB)
_RATES = Rates(dead=20, inserted=0, modified=20)
_TARGET = target(_RELATION, _RATES, share=0.05, naptime=60)
TABLE = TableAdvice(
    relation=_RELATION,
    table="public.t\x1b[31m",
    dead_per_second=20,
    now=course(_RELATION, _RATES, naptime=60),
    then=course(_RELATION, _RATES, naptime=60, rules=_TARGET.rules),
    options=_TARGET.options,
    sql="ALTER TABLE public.t SET (autovacuum_vacuum_scale_factor = 0.052);",
    reason="With that it comes every 36 h.",
)
SPILLING = Spilling(
    statement=Statement(text="SELECT\n 1", key="k", kind="SelectStmt", calls=3, pages=Pages(temp_written=9)),
    written=10 * MB,
    low=10 * MB,
    high=40 * MB,
)
SETTINGS = SettingsAdvice(
    situation=SITUATION,
    settings=(
        Told(
            family="memory",
            advice=Advice(
                setting=BUFFERS,
                standing=Standing.CHANGE,
                proposed="4GB",
                formula="memory / 4",
                reason="pages that sessions share",
                severity=Severity.WARNING,
            ),
            sql="ALTER SYSTEM SET shared_buffers = '4GB';\n-- then restart the server",
        ),
        Told(
            family="planner",
            advice=Advice(setting=JIT, standing=Standing.FINE, formula="on", reason="compiles"),
        ),
        Told(
            family="planner",
            advice=Advice(setting=COST, standing=Standing.UNKNOWN, formula="--storage", reason="a page at random"),
        ),
    ),
    tables=(TABLE,),
    fine_tables=7,
    statements=(SPILLING,),
    notes=("What hangs on --storage is not judged: give it.",),
)
STATISTICS = StatisticsAdvice(
    findings=(
        Finding(kind="statistics", name="stale_statistics", object="public.t", severity=Severity.NOTICE, why="Old."),
    ),
    candidates=(
        (
            "public.t",
            Candidate(table=1, columns=("a", "b\x1b"), matching=True, grouping=True, statements=2, weight=9.0),
        ),
    ),
    notes=("n",),
)
