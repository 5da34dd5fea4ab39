"""The picture of a server, at every width, with hostile names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pgwright.activity.moment import Session
from pgwright.render.layout import Style, width
from pgwright.render.live_report import live_document
from pgwright.render.live_text import live_text

from .live import FULL, knot, session


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


@pytest.mark.parametrize(
    ("root", "said"),
    [
        (session(7, kind="autovacuum worker", application="", statement="autovacuum: VACUUM t"), "yields when"),
        (
            session(
                7, kind="autovacuum worker", application="", statement="autovacuum: VACUUM t (to prevent wraparound)"
            ),
            "does not yield: let it finish",
        ),
        (session(7, application="pgwright:heartbeat"), "this is pgwright: Ctrl-C where it runs"),
    ],
)
def test_who_is_no_ordinary_session(root: Session, said: str) -> None:
    waiting = knot(8, on="public.t", wants="SHARE")
    moment = replace(FULL.moment, blocking=(knot(7, waiting, session=root),))
    assert said in " ".join(live_text(replace(FULL, moment=moment), columns=80).split())


def test_json_is_whole() -> None:
    document = live_document(FULL)
    assert document["moment"]["blocking"][0]["waiters"][0]["pid"] == 2
    assert document["version"] == 1
