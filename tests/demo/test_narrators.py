from __future__ import annotations

import io

from rich.console import Console

from pgwright.demo.live import LiveNarrator, sparkline
from pgwright.demo.measure import Record, now
from pgwright.demo.plain import PlainNarrator


def test_plain_lines() -> None:
    written: list[str] = []
    narrator = PlainNarrator(written.append)
    narrator.act("act 1", Record())
    narrator.phase("calm")
    for done in (10, 20, 100, 100):
        narrator.progress(done, 100, done * 5)
    assert written[0] == "\nact 1"
    assert written[1].endswith(" s  calm")
    # One line a second at most, and the end once.
    assert [line.partition("backfill")[2].strip() for line in written[2:]] == ["10%, 50 rows", "100%, 500 rows"]


def test_two_backfills_end_twice() -> None:
    written: list[str] = []
    narrator = PlainNarrator(written.append)
    for _ in range(2):
        for done in (0, 100):
            narrator.progress(done, 100, done)
    assert sum("100%" in line for line in written) == 2


def test_the_live_view_keeps_its_last_picture() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=100, no_color=True)
    record = Record()
    with LiveNarrator(console) as narrator:
        narrator.act("act 2 of 2: [pgwright]", record)
        record.phase("the old [bold]application[/bold] at work")
        narrator.phase("the old [bold]application[/bold] at work")
        record.add([(now(), 12_000)], [("read_user", "42703", "no")])
        narrator.progress(30, 100, 1234)
    picture = console.file.getvalue() if isinstance(console.file, io.StringIO) else ""
    for words in ("act 2 of 2", "the old [bold]application[/bold] at work", "longest 12 ms", "1 failed", "1,234 rows"):
        assert words in picture


def test_a_stall_stands_out_in_the_sparkline() -> None:
    line = sparkline((0.0, 0.5, 3.0, 50.0, 3000.0))
    assert line[0] == " "
    assert line[-1] == "█"
    assert list(line[1:]) == sorted(set(line[1:]))
