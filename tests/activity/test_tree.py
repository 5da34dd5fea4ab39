"""The tree of waiters is drawn once for everybody, whatever waits for whom."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from pgwright.activity.moment import Command, Knot
from pgwright.activity.progress import Pace, measure
from pgwright.activity.tree import Waiting, tree


def waiting(pid: int, *blockers: int) -> Waiting:
    return Waiting(
        pid=pid, kind="relation", mode="ShareLock", on="public.t", seconds=1.0, blockers=blockers,
        holders=tuple((blocker, "RowExclusiveLock") for blocker in blockers),
    )  # fmt: skip


def every(knots: tuple[Knot, ...]) -> Iterator[Knot]:
    for knot in knots:
        yield knot
        yield from every(knot.waiters)


@given(st.lists(st.tuples(st.integers(1, 12), st.lists(st.integers(1, 12), max_size=4)), max_size=20))
def test_everybody_stands_once(edges: list[tuple[int, list[int]]]) -> None:
    made = tree([waiting(pid, *blockers) for pid, blockers in edges], (), ())
    pids = [knot.pid for knot in every(made)]
    first: dict[int, list[int]] = {}
    for pid, blockers in edges:
        first.setdefault(pid, blockers)
    expected = {pid for pid, blockers in first.items() if set(blockers) - {pid}}
    expected |= {each for pid, blockers in first.items() for each in blockers if each != pid}
    assert sorted(pid or 0 for pid in pids) == sorted(expected)
    assert all(knot.behind == len(list(every(knot.waiters))) for knot in every(made))


def test_a_circle_is_drawn_and_the_largest_comes_first() -> None:
    made = tree([waiting(1, 2), waiting(2, 1), waiting(4, 9), waiting(5, 4), waiting(6, 5, 9)], (), ())
    assert [(knot.pid, knot.behind) for knot in made] == [(9, 3), (1, 1)]
    assert made[1].waiters[0].pid == 2
    (six,) = [knot for knot in every(made) if knot.pid == 6]
    assert six.others == ("5",)


def test_which_prepared_transaction_it_is() -> None:
    holders: tuple[tuple[int | str, str], ...] = (("a", "RowExclusiveLock"), ("b", "AccessShareLock"))
    one = Waiting(pid=1, kind="relation", mode="ShareLock", on="t", seconds=None, blockers=(0, 0), holders=holders)
    (root,) = tree([one], (), ())
    assert (root.gid, root.ends) == ("a", "ROLLBACK PREPARED 'a'")


def command(done: int, phase: str = "scanning heap", unit: str = "blocks") -> Command:
    return Command(
        pid=1, command="vacuum", database="d", relation="t", phase=phase, done=done, total=100, unit=unit, waits_for=0
    )


def test_a_rate_is_of_the_phase() -> None:
    pace = Pace()
    assert pace([command(10)], 0.0)[0].rate is None
    (second,) = pace([command(30)], 2.0)
    assert (second.rate, second.seconds_left) == (10.0, 7.0)
    assert pace([command(50, "vacuuming heap")], 3.0)[0].rate is None
    assert pace([command(60, "vacuuming heap")], 4.0)[0].rate == 10.0
    assert pace([command(5, "vacuuming heap")], 5.0)[0].rate is None, "a second round"
    assert pace([command(5, "vacuuming heap")], 6.0)[0].rate is None, "nothing moves"
    pace([command(0, "waiting", "sessions")], 7.0)
    assert pace([command(1, "waiting", "sessions")], 8.0)[0].seconds_left is None


def test_what_counts_in_a_phase() -> None:
    assert measure({"phase": None}) == (None, None, "")
    assert measure({"phase": "vacuuming indexes", "heap_blks_scanned": 5}) == (None, None, "")
    facts = {"phase": "vacuuming indexes", "indexes_processed": 0, "indexes_total": 3}
    assert measure(facts) == (0, 3, "indexes")
    facts = {"phase": "streaming database files", "backup_streamed": 7, "backup_total": None}
    assert measure(facts) == (7, None, "bytes")
