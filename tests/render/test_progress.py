from __future__ import annotations

from pgwright.base.event import (
    BackfillHeld,
    BackfillProgress,
    BackfillReleased,
    Event,
    IndexProgress,
    LockWaiting,
    Notice,
    StateChanged,
    StepFinished,
    StepStarted,
)
from pgwright.render.narrate import event_document, sentence
from pgwright.render.progress import Progress


def backfill(done: int, *, rate: float = 1000.0, left: float | None = 12.0) -> BackfillProgress:
    return BackfillProgress(
        relation="public.t", blocks_done=done, blocks_total=100, rows=done * 50, rows_per_second=rate, seconds_left=left
    )


def waiting(tries: int) -> LockWaiting:
    who = ("pid 7 (psql, idle in transaction for 9 s) holds ACCESS SHARE", "prepared transaction 'gid-1'")
    return LockWaiting(relation="public.t", tries=tries, waited=1.5, budget=60.0, blockers=who)


class Screen:
    """What a terminal would show of what is written to it."""

    def __init__(self) -> None:
        self.lines = [""]
        self.column = 0

    def write(self, text: str) -> None:
        for char in text:
            if char == "\n":
                self.lines.append("")
                self.column = 0
            elif char == "\r":
                self.column = 0
            else:
                line = self.lines[-1]
                self.lines[-1] = line[: self.column] + char + line[self.column + 1 :]
                self.column += 1

    @property
    def text(self) -> list[str]:
        return [line.rstrip() for line in self.lines]


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def play(events: list[tuple[float, Event]], *, live: bool, columns: int = 80) -> Screen:
    screen, clock = Screen(), Clock()
    progress = Progress(screen.write, live=live, columns=lambda: columns, clock=clock)
    for moment, event in events:
        clock.now = moment
        progress(event)
    progress.close()
    return screen


STARTED = StepStarted(phase="backfill", kind="backfill", summary="fill b", position=2, total=5)


def test_every_event_has_a_sentence_or_says_nothing() -> None:
    assert sentence(STARTED) == "step 2 of 5 (backfill): fill b"
    assert sentence(StepFinished(seconds=1.2)) == "  done in 1.2 s"
    assert sentence(StepFinished(seconds=0, skipped=True)) == "  done already"
    assert sentence(StateChanged(migration="m", before="pending", after="expanding")) == "m: pending -> expanding"
    assert sentence(Notice(message="look")) == "note: look"
    assert sentence(Event()) == ""


def test_the_time_left_is_not_guessed_before_it_is_measured() -> None:
    assert sentence(backfill(1, rate=0.0, left=None)).endswith("1 %, 50 rows, time left: measuring")
    assert "time left: measuring" in sentence(backfill(1, left=None))
    assert "about 12 s left" in sentence(backfill(1))


def test_a_lock_wait_names_who_holds_it() -> None:
    text = sentence(waiting(1))
    assert "1 try, 1.5 s of 1 min; held by:" in text
    assert "    pid 7 (psql, idle in transaction for 9 s)" in text
    assert "3 tries" in sentence(waiting(3))


def test_without_a_terminal_there_are_few_plain_lines_and_the_last_one() -> None:
    events: list[tuple[float, Event]] = [(0, STARTED), *((step / 10, backfill(step)) for step in range(1, 101))]
    events += [(10, backfill(100)), (10, StepFinished(seconds=10.0))]  # the last picture may come twice
    screen = play(events, live=False)
    assert screen.text == [
        "step 2 of 5 (backfill): fill b",
        "  backfill of public.t: 1 %, 50 rows, 1,000 rows/s, about 12 s left",
        "  backfill of public.t: 100 %, 5,000 rows, 1,000 rows/s, done",
        "  done in 10 s",
        "",
    ]


def test_on_a_terminal_one_line_lives_and_the_others_stay() -> None:
    screen, clock = Screen(), Clock()
    progress = Progress(screen.write, live=True, columns=lambda: 120, clock=clock)
    progress(STARTED)
    for step in range(1, 50):
        clock.now = step / 5
        progress(backfill(step))
    assert screen.text[-1].startswith("  [#########...........] backfill of public.t: 49 %")
    progress(Notice(message="something"))
    assert screen.text == ["step 2 of 5 (backfill): fill b", "note: something", ""]
    progress(backfill(100))
    progress.close()
    assert screen.text[-2] == "  backfill of public.t: 100 %, 5,000 rows, 1,000 rows/s, done"


def test_a_narrow_terminal_never_gets_a_line_that_it_would_wrap() -> None:
    for columns in range(5, 90, 7):
        screen, clock = Screen(), Clock()
        progress = Progress(screen.write, live=True, columns=lambda columns=columns: columns, clock=clock)  # type: ignore[misc]
        for step in range(1, 99):
            clock.now = float(step)
            progress(backfill(step))
            assert len(screen.text[-1]) < columns


def test_blockers_are_named_once_while_the_count_goes_on() -> None:
    events: list[tuple[float, Event]] = [(step * 0.3, waiting(step)) for step in range(1, 20)]
    screen = play(events, live=True)
    assert sum("prepared transaction 'gid-1'" in line for line in screen.text) == 1


def test_events_as_objects() -> None:
    assert event_document(StateChanged(migration="m", before="a", after="b")) == {
        "version": 1, "event": "StateChanged", "step": "", "migration": "m", "before": "a", "after": "b",
    }  # fmt: skip


def held(seconds: float) -> BackfillHeld:
    reason = "standby s1 is 12.3 s behind, the limit replay_lag is 10s"
    return BackfillHeld(relation="public.t", reason=reason, seconds=seconds, paused=False)


def test_what_holds_a_backfill_is_a_line_once_a_minute() -> None:
    events: list[tuple[float, Event]] = [(float(second), held(float(second))) for second in range(100)]
    screen = play([*events, (100.0, BackfillReleased(relation="public.t", seconds=100.0))], live=False)
    assert screen.text == [
        "  public.t is held for 1.0 s: standby s1 is 12.3 s behind, the limit replay_lag is 10s",
        "  public.t is held for 1 min 1 s: standby s1 is 12.3 s behind, the limit replay_lag is 10s",
        "  public.t goes on after 1 min 40 s",
        "",
    ]


def test_a_moment_is_no_line() -> None:
    screen = play([(0.0, held(0.0)), (0.5, BackfillReleased(relation="public.t", seconds=0.5))], live=False)
    assert screen.text == [""]


def test_what_holds_it_is_the_live_line() -> None:
    screen, clock = Screen(), Clock()
    progress = Progress(screen.write, live=True, columns=lambda: 100, clock=clock)
    progress(held(0.0))
    assert screen.text[-1] == "  public.t is held for 0 ms: standby s1 is 12.3 s behind, the limit replay_lag is 10s"


def index(done: int, *, waits_for: int = 0) -> IndexProgress:
    unit, phase = (
        ("sessions", "waiting for old snapshots") if waits_for else ("blocks", "building index: scanning table")
    )
    left = None if waits_for else 8.0
    return IndexProgress(
        relation="t", phase=phase, done=done, total=10, unit=unit, seconds_left=left, waits_for=waits_for
    )


def test_an_index_build_is_one_live_line() -> None:
    events: list[tuple[float, Event]] = [(0.0, index(1)), (0.5, index(2)), (1.0, index(9, waits_for=7))]
    screen, clock = Screen(), Clock()
    progress = Progress(screen.write, live=True, columns=lambda: 120, clock=clock)
    for moment, event in events:
        clock.now = moment
        progress(event)
    said = "  index of t: waiting for old snapshots, 90 % of 10 sessions, waits for pid 7"
    assert screen.text == [said]
    plain = play(events, live=False).text
    assert plain == [
        "  index of t: building index: scanning table, 10 % of 10 blocks, about 8.0 s left of this phase",
        "",
    ]
