from __future__ import annotations

import pytest

from pgwright.demo.backfill import Seen, Watch


def seen(*moments: tuple[float, int]) -> Watch:
    return Watch(seen=[Seen(at=at, blocks_done=rows // 10, blocks_total=100, rows=rows) for at, rows in moments])


def test_the_rate_leaves_out_the_waiting_before_and_after() -> None:
    watch = seen((0.0, 0), (3.0, 0), (4.0, 500), (5.0, 1000), (9.0, 1000))
    assert watch.rows_per_second == pytest.approx(500)


def test_one_picture_is_not_enough_for_a_rate() -> None:
    assert seen().rows_per_second is None
    assert seen((1.0, 1000)).rows_per_second is None
    assert seen((1.0, 1000), (2.0, 1000)).rows_per_second is None


def test_how_much_is_done() -> None:
    assert Seen(at=0.0, blocks_done=25, blocks_total=100, rows=0).part == 0.25
    assert Seen(at=0.0, blocks_done=0, blocks_total=0, rows=0).part == 0.0
