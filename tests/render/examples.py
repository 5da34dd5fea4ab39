"""Values to render, made by hand."""

from __future__ import annotations

from pgwright.base.lock import LockMode
from pgwright.base.name import RelationName
from pgwright.evolve.plan.plan_file import Plan, PlannedMigration, PlannedOperation
from pgwright.evolve.steps.step import Kind, Lock, Phase, Step
from pgwright.render.report import BackfillStatus, HeldStatus, MigrationStatus, PauseStatus, RunnerStatus, Status

USERS = RelationName("public", "utilisateurs")
LONGEST = RelationName("s" * 63, "n" * 63)

HAZARD = "SELECT * in a server-side prepared statement fails once per connection and transition (12 calls seen)."

STEPS = (
    Step(
        id="1",
        operations=("0002.1",),
        phase=Phase.EXPAND,
        kind=Kind.INSTANT,
        summary="add column nom_complet and the two triggers that keep it in step with nom",
        statements=("ALTER TABLE public.utilisateurs ADD COLUMN nom_complet text", "SELECT 1;"),
        locks=(Lock(relation=USERS, oid=1, mode=LockMode.ACCESS_EXCLUSIVE),),
        seconds=0.05,
        undo=("ALTER TABLE public.utilisateurs DROP COLUMN nom_complet",),
    ),
    Step(
        id="2",
        operations=("0002.1",),
        phase=Phase.BACKFILL,
        kind=Kind.BACKFILL,
        summary="fill nom_complet with trim(nom)",
        locks=(
            Lock(relation=USERS, oid=1, mode=LockMode.ROW_EXCLUSIVE),
            Lock(relation=LONGEST, oid=2, mode=LockMode.ROW_EXCLUSIVE),
        ),
        scans=(USERS,),
        rewrites=(USERS,),
        rows=1_234_567,
        seconds=200.4,
    ),
    Step(id="3", operations=("0002.1",), phase=Phase.CONTRACT, kind=Kind.CUTOVER, summary="rename it", seconds=0.01),
    Step(id="4", operations=("0002.1",), phase=Phase.ROLLBACK, kind=Kind.CUTOVER, summary="drop it", seconds=0.01),
)

PLAN = Plan(
    fingerprint="f" * 64,
    migrations=(
        PlannedMigration(
            name="0002_full_name",
            number="0002",
            checksum="c" * 64,
            operations=(
                PlannedOperation(
                    id="0002.1", name="rename_column", line=2, column=1, strategy="copy",
                    why="`up` changes the values, so each version needs a column of its own", hazards=(HAZARD,),
                ),
            ),
        ),
    ),
    steps=STEPS,
    warnings=("pg_stat_statements cannot be read: statements of the application are not known.",),
)  # fmt: skip

STATUS = Status(
    migrations=(
        MigrationStatus(name="0001_shop", state="done", unit=1, finished_at="2026-11-22T09:00:00+00:00"),
        MigrationStatus(
            name="0002_full_name", state="expanding", unit=2, phase="backfill", started_at="2026-11-22T09:05:00+00:00",
            error='step 3: invalid input syntax for type numeric: "x"', edited=True,
        ),
        MigrationStatus(name="0003_é", state="pending"),
    ),
    running=RunnerStatus(host="build-7", pid=4711, epoch=3, heartbeat_age=0.4, alive=True),
    backfills=(BackfillStatus(relation="public.utilisateurs", blocks_done=500, blocks_total=2000, rows=50_000,
                              rows_per_second=1234.5, seconds_left=95.0),),
    paused=PauseStatus(by="eva on build-7", since="2026-11-22T09:06:00+00:00", reason="month end"),
    held=HeldStatus(reason="standby s1 is 12.3 s behind, the limit replay_lag is 10s", since="2026-11-22T09:07:00Z"),
    warnings=("A user trigger of public.utilisateurs changed since expand.",),
)  # fmt: skip
