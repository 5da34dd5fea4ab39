"""Runs queries and keeps what they did as a baseline."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..config import Settings
from ..diagnose.history.baseline import Baseline
from ._measuring import ANALYZED, TIMEOUT, OnQuery, Way, run
from ._plan_queries import given, refused


def plans_save(
    settings: Settings,
    queries: Sequence[Path] = (),
    *,
    analyze: bool = True,
    repeat: int = ANALYZED,
    writes: bool = False,
    timeout: float = TIMEOUT,
    on_query: OnQuery | None = None,
) -> Baseline:
    """The baseline of the queries in `queries`: `.sql` files, folders of them (without any the folder `queries`), or
    saved plans. Each is run `repeat` times and rolled back, at most `timeout` seconds each; without `analyze` it is
    not executed, and with `writes` also where it changes rows. Raises UsageError for files that cannot be understood,
    Refused with the server's words for queries that fail."""
    found = given(queries)
    way = Way(analyze=lambda _name: analyze, repeat=repeat, writes=writes, timeout=timeout)
    ran = run(settings, found, way, on_query)
    if ran.failed:
        places = found.places
        raise refused([f"{each.name}, in {places[each.name]}: {each.message}" for each in ran.failed])
    return ran.baseline
