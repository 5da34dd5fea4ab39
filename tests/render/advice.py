"""Advice about settings as it may be, for renderers and schemas."""

from __future__ import annotations

from pgwright.base.finding import Finding, Severity
from pgwright.diagnose.advise.indexes.advice import Advised, Drop, Effect, IndexAdvice
from pgwright.diagnose.advise.indexes.prepare import Prepared, Unplanned
from pgwright.diagnose.advise.indexes.report import IndexesReport
from pgwright.diagnose.advise.settings.advising import SettingsAdvice, Told
from pgwright.diagnose.advise.settings.amounts import GB, MB
from pgwright.diagnose.advise.settings.situation import Advice, Hardware, Setting, Situation, Standing
from pgwright.diagnose.advise.settings.spilling import Spilling
from pgwright.diagnose.advise.settings.tables import TableAdvice
from pgwright.diagnose.advise.statistics.advising import StatisticsAdvice
from pgwright.diagnose.advise.statistics.candidates import Candidate
from pgwright.diagnose.autovacuum import Rates, Relation, course, target
from pgwright.diagnose.indexes import Index as StandingIndex
from pgwright.diagnose.indexes import Kind, Table, Verdict
from pgwright.diagnose.indexes.writing import WriteCost
from pgwright.diagnose.whatif.proposed import Proposed
from pgwright.workload.values import Origin, Pages, Statement, Workload

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


INDEX = Proposed(schema="public", table="t", keys=("a", "b DESC"), include=("c",), where="d IS NULL")
FASTER = Effect(text="SELECT *\n  FROM t\x1b WHERE a = $1", calls=9, weight=0.8, ratio=0.05)
SLOWER = Effect(text="INSERT INTO t VALUES ($1)", calls=90, weight=0.2, ratio=1.2)
OLD = StandingIndex(
    oid=2, table=1, schema="public", name="t_a", partitioned=False, method="btree", keys=(), definition=""
)
VERDICT = Verdict(
    kind=Kind.COVERED,
    index=OLD,
    table=Table(oid=1, schema="public", name="t", kind="r"),
    reason="public.t_a is the beginning of public.t_a_b.",
    bytes=8192 * 1000,
    write=WriteCost(entries=10, per_second=None, bytes_each=None),
    caveats=("it is smaller",),
)
INDEXES = IndexesReport(
    tier="clone",
    advice=IndexAdvice(
        after=0.3,
        indexes=(Advised(index=INDEX, bytes=5 * 1024**2, gain=0.7, upkeep=0.04, effects=(FASTER, SLOWER)),),
        drops=(Drop(verdict=VERDICT, loss=0.0, readers=3),),
        withheld=(Drop(verdict=VERDICT, loss=0.2, readers=3, slowest=SLOWER),),
        effects=(FASTER, SLOWER),
        bytes=5 * 1024**2,
        candidates=12,
        plans=34,
        finished=False,
    ),
    prepared=Prepared(
        cases=(),
        unplanned=(Unplanned(text="SELECT * FROM gone", reason="there is no gone"),),
        left=2,
        amount=9000,
        timed=True,
    ),
    workload=Workload(origin=Origin.FILE),
    seconds=4.2,
    notes=("n",),
)
