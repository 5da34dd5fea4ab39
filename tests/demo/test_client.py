from __future__ import annotations

import os

from pgwright.demo.client import Orders


def test_orders_come_line_by_line_however_they_are_cut() -> None:
    reading, writing = os.pipe()
    try:
        orders = Orders(reading)
        assert orders.next(0.0) is None
        os.write(writing, b"join no")
        assert orders.next(0.0) is None
        os.write(writing, b"m\nleave\njoin nom_complet\n")
        assert [orders.next(0.0) for _ in range(4)] == ["join nom", "leave", "join nom_complet", None]
        ended = [orders.ended]
    finally:
        os.close(writing)
    assert orders.next(None) is None
    ended.append(orders.ended)
    assert ended == [False, True]
    os.close(reading)
