"""The picture of a server, at every width, with hostile names."""

from __future__ import annotations

import pytest

from pgwright.activity.moment import Command, Knot, Moment, Prepared, Recovery, Session, Slot, Standby, Wait
from pgwright.render.layout import Style, width
from pgwright.render.live_report import LiveReport, live_document
from pgwright.render.live_text import live_text
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


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_no_line_is_too_wide_and_nothing_is_obeyed(columns: int) -> None:
    text = live_text(FULL, columns=columns)
    assert max(map(width, text.splitlines())) <= columns
    assert "\x1b" not in text
    assert "\\x1b[2J" in text


@pytest.mark.parametrize(
    "part",
    [
        "Who waits for whom (30 waiting for a lock)",
        "holds ROW EXCLUSIVE on public.t",
        "29 wait behind it",
        "to end it: SELECT pg_terminate_backend(1)",
        "waits 4.0 s for ACCESS EXCLUSIVE on public.t, also behind 99",
        "waits for advisory lock 42",
        "to end it: ROLLBACK PREPARED 'x'",
        "3 Lock: relation, 1 at work",
        "and 3 more",
        "scanning heap, [#########...........] 45 % (45 of 100 blocks), 5 blocks/s, about 11 s left of this phase",
        "copying, 2.0 GB, 1.0 MB/s",
        "its phase is hidden, waits for pid 1",
        "standby s1: streaming, async, 0.2 s behind, 1.4 MB to replay",
        "standby 9: hidden",
        "slot old (logical): inactive, keeps no WAL, lost",
        "SELECT pg_wal_replay_resume()",
        "cancelled by conflicts so far: 4",
        "expanding     0001_noms",
        "Backfill of public.t: 10 %",
        "note: What 1 sessions",
        "1 hidden",
    ],
)
def test_what_is_said(part: str) -> None:
    assert part in " ".join(live_text(FULL, columns=120).split()) or part in live_text(FULL, columns=120)


def test_the_cure_stands_before_the_queue_and_colour_says_nothing_alone() -> None:
    plain = live_text(FULL, columns=80)
    assert plain.index("to end it: SELECT") < plain.index("pid 2,")
    coloured = live_text(FULL, columns=80, style=Style(on=True))
    for code in ("\x1b[0m", "\x1b[1m", "\x1b[31m"):
        coloured = coloured.replace(code, "")
    assert coloured == plain


def test_json_is_whole() -> None:
    document = live_document(FULL)
    assert document["moment"]["blocking"][0]["waiters"][0]["pid"] == 2
    assert document["version"] == 1
