"""Adding up: order, samples, caps, and memory that does not grow with the log."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgwright.workload.gathering import SAMPLE_LENGTH, SAMPLES, Gathering, Ran
from pgwright.workload.log.forms import of_csv, of_json, of_lines
from pgwright.workload.log.lines import Opened
from pgwright.workload.log.reading import read
from pgwright.workload.values import Origin, Reason, Workload


def gathered(values: list[int], **settings: int) -> Gathering:
    gathering = Gathering(**settings)
    for value in values:
        gathering.add(Ran(text=f"SELECT a FROM t WHERE b = {value}", ms=1.0))
    return gathering


@given(st.lists(st.integers(0, 30), min_size=1), st.randoms())
def test_samples_do_not_depend_on_the_order(values: list[int], random: object) -> None:
    (one,) = gathered(values).statements
    (other,) = gathered(sorted(values)).statements
    assert one.samples == other.samples
    assert len(one.samples) == min(len(set(values)), SAMPLES)
    assert set(one.samples) <= {(str(value),) for value in values}
    assert (one.calls, one.total_ms) == (len(values), float(len(values)))


def test_long_values_are_no_samples() -> None:
    gathering = Gathering()
    gathering.add(Ran(text=f"SELECT a FROM t WHERE b = '{'x' * 3000}'"))
    assert gathering.statements[0].samples == ()


@given(st.permutations(range(8)))
def test_of_long_lists_there_are_fewer_samples_in_any_order(order: list[int]) -> None:
    def samples(numbers: Iterable[int]) -> tuple[tuple[str, ...], ...]:
        gathering = Gathering()
        for number in numbers:
            zips = ", ".join(f"'{10_000 * number + place:06}'" for place in range(400))
            gathering.add(Ran(text=f"SELECT a FROM t WHERE zip IN ({zips})"))
        return gathering.statements[0].samples

    found = samples(order)
    assert [len(each) for each in found] == [400] * (SAMPLE_LENGTH // (400 * len("'000000'")))
    assert found == samples(range(8))


def test_rare_shapes_are_forgotten_and_counted() -> None:
    gathering = Gathering(limit=10)
    for number in range(25):
        gathering.add(Ran(text=f"SELECT a FROM t{number}", ms=float(number)))
    kept = [each.text for each in gathering.statements]
    assert len(kept) <= 10
    assert kept[0] == "SELECT a FROM t24"
    (left,) = gathering.left
    assert (left.reason, left.calls) == (Reason.RARE, 25 - len(kept))
    whole = Workload(origin=Origin.LOG, statements=gathering.statements, left_out=gathering.left)
    assert whole.total_ms == sum(range(25))


def test_a_cap_keeps_shares_of_the_whole() -> None:
    gathering = Gathering()
    for number, ms in enumerate((50, 30, 15, 4, 1)):
        gathering.add(Ran(text=f"SELECT a FROM t{number}", ms=float(ms)))
    whole = Workload(origin=Origin.LOG, statements=gathering.statements)
    three = whole.capped(3)
    assert [three.share(each) for each in three.statements] == [0.5, 0.3, 0.15]
    assert three.counted() == {Reason.RARE: 2}
    assert three.notes == ("2 statements with 5.0% of the whole were cut off.",)
    assert len(whole.capped(99, share=0.8).statements) == 2
    assert whole.capped(5) is whole


def test_several_statements_in_one_message() -> None:
    gathering = Gathering()
    gathering.add(Ran(text="BEGIN; SELECT a FROM t WHERE b = 'x;'; COMMIT", ms=2.0))
    gathering.add(Ran(text="SELECT a FROM t; SELECT b FROM t", ms=3.0))
    (one,) = gathering.statements
    assert (one.text, one.total_ms) == ("SELECT a FROM t WHERE b = $1", 2.0)
    assert [(each.reason, each.total_ms) for each in gathering.left] == [(Reason.SEVERAL, 3.0)]


def test_a_part_of_the_times_stands_for_all() -> None:
    gathering = Gathering()
    gathering.add(Ran(text="SELECT a FROM t", ms=4.0))
    gathering.add(Ran(text="SELECT a FROM t", timed=0))
    (one,) = gathering.statements
    assert (one.calls, one.total_ms, one.mean_ms) == (2, 8.0, 4.0)


class Endless(Opened):
    """A log that is made while it is read."""

    def lines(self) -> Iterator[str]:
        for number in range(20_000):
            yield "[7] LOG:  duration: 0.5 ms  execute a: SELECT a\n"
            yield f"\tFROM t WHERE b = {number} AND c = '{'x' * 900}'\n"


def test_memory_does_not_grow_with_the_log() -> None:
    file = Endless(name="a.log", head="[7] LOG:  duration: 0.5 ms  execute a: SELECT 1\n")
    tracemalloc.start()
    found = read([file])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.statements[0].calls == 20_000
    assert peak < 5_000_000, "the log has 20 MB"


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 400))
def test_readers_take_any_garbage(garbage: str, cut: int) -> None:
    lines = f"[1] LOG:  duration: 0.5 ms  statement: SELECT 1\n{garbage}\n"[:cut].splitlines(keepends=True)
    for reader in (of_lines, of_csv, of_json):
        for entry in reader(lines):
            assert entry.line <= len(lines) + 1


@given(st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"])))
def test_a_statement_comes_out_of_csv_as_it_went_in(text: str) -> None:
    quoted = text.replace('"', '""')
    record = (
        f'2026-03-01 10:00:00.000 UTC,"a","b",1,,65a.1,1,"SELECT",2026-03-01 10:00:00 UTC,,0,LOG,00000,"{quoted}"'
        ',,,,,,,,,"psql","client backend",,0\n'
    )
    (entry,) = of_csv(record.splitlines(keepends=True))
    assert (entry.message, entry.user, entry.application, entry.whole) == (text, "a", "psql", True)


@pytest.mark.parametrize("calls", [1, 7])
def test_left_out_are_counted_by_their_calls(calls: int) -> None:
    gathering = Gathering()
    gathering.add(Ran(text="COMMIT", calls=calls, timed=calls, ms=2.0))
    gathering.add(Ran(text="COPY t TO STDOUT", calls=calls, timed=calls, ms=2.0))
    assert [(each.reason, each.calls) for each in gathering.left] == [(Reason.CONTROL, calls), (Reason.UTILITY, calls)]
