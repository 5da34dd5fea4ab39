"""A server at one moment, with everything that can go on in it and hostile names."""

from __future__ import annotations

from pgwright.activity.moment import Command, Knot, Moment, Prepared, Recovery, Session, Slot, Standby, Wait
from pgwright.render.live_report import LiveReport
from pgwright.render.report import BackfillStatus, MigrationStatus, RunnerStatus

NASTY = 'l\'été "x".\x1b[2J名前\n'


def session(pid: int, **more: object) -> Session:
    facts: dict[str, object] = {
        "pid": pid, "leader": None, "kind": "client backend", "database": "shop", "user": NASTY, "application": NASTY,
        "client": "", "state": "idle in transaction", "wait": "Client: ClientRead", "statement": "UPDATE t SET a = '…'",
        "transaction_age": 700.0, "statement_age": 650.0, "state_age": 600.0, "writes": True, "xmin_age": 5,
        "hidden": False, **more,
    }  # fmt: skip
    return Session(**facts)  # type: ignore[arg-type]


def knot(pid: int | None, *waiters: Knot, **more: object) -> Knot:
    facts: dict[str, object] = {
        "pid": pid, "gid": None, "session": session(pid or 0), "user": "app", "age": 700.0, "wants": "", "on": "",
        "seconds": None, "holds": "", "others": (), "behind": sum(1 + each.behind for each in waiters), "ends": "",
        "waiters": waiters, **more,
    }  # fmt: skip
    return Knot(**facts)  # type: ignore[arg-type]


def deep(levels: int) -> Knot:
    made = knot(levels, wants="ACCESS SHARE", on="public.t", seconds=3.0)
    for pid in range(levels - 1, 1, -1):
        made = knot(pid, made, wants="ACCESS EXCLUSIVE", on="public.t", seconds=4.0, others=("99",))
    return knot(1, made, holds="ROW EXCLUSIVE on public.t", ends="SELECT pg_terminate_backend(1)")


FULL = LiveReport(
    moment=Moment(
        at="2026-03-01T10:00:00.000+01:00", version="18.6 (Debian)", database=NASTY, user="app", standby=True,
        up=90_000.0, max_connections=100, sessions=(session(1), *(session(200 + n) for n in range(12)),
                                       session(300, hidden=True)),
        waits=(Wait(what="Lock: relation", sessions=3), Wait(what="", sessions=1)), waiting=30,
        blocking=(deep(30), knot(None, knot(77, on="advisory lock 42"), gid=NASTY, session=None,
                                 ends="ROLLBACK PREPARED 'x'")),
        prepared=(Prepared(gid=NASTY, user="app", database="shop", age=3.0),),
        commands=(
            Command(pid=5, command="vacuum", database="shop", relation="public.t", phase="scanning heap", done=45,
                    total=100, unit="blocks", waits_for=0, rate=5.0, seconds_left=11.0),
            Command(pid=6, command="copy from", database="shop", relation="", phase="copying", done=2**31, total=None,
                    unit="bytes", waits_for=0, rate=2.0**20),
            Command(pid=7, command="create index", database="shop", relation=NASTY, phase="", done=None, total=None,
                    unit="", waits_for=1),
        ),
        standbys=(Standby(pid=8, name="s1", state="streaming", sync="async", lag=0.2, bytes=1_500_000),
                  Standby(pid=9, name="", state="", sync="", lag=None, bytes=None)),
        slots=(Slot(name="old", kind="logical", active=False, status="lost", bytes=None),),
        recovery=Recovery(delay=3.0, bytes=10, paused=True, receiver="", waits="RecoveryConflictSnapshot", cancelled=4),
        notes=("What 1 sessions of other roles do is hidden.",),
    ),
    migrations=(MigrationStatus(name="0001_noms", state="expanding"),),
    running=RunnerStatus(host="h", pid=1, epoch=1, heartbeat_age=0.5, alive=True),
    backfills=(BackfillStatus(relation="public.t", blocks_done=1, blocks_total=10, rows=5),),
)  # fmt: skip
