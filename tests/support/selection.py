"""Which majors a test runs on, and which skips are allowed."""

from __future__ import annotations

import os
import re
import tomllib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAJORS = (14, 15, 16, 17, 18)
EDGES = (14, 18)
NEWEST = (18,)


def in_ci() -> bool:
    """Whether this is a run that must not skip anything silently."""
    return os.environ.get("CI", "").lower() == "true"


WHOLE = "PGWRIGHT_TESTS_WHOLE"
"""Set by `--all-majors` for whatever has no configuration at hand."""


def is_whole() -> bool:
    """Whether what takes its time is to run: in CI, and with every major."""
    return in_ci() or WHOLE in os.environ


EDGES_IN_CI = EDGES if in_ci() else NEWEST
"""For `majors(*EDGES_IN_CI)`: tests of faults, which take their time."""


def shared_out(item: pytest.Item) -> tuple[int, int] | None:
    """Of a test that is marked majors("every"), which is shared out among majors: the major of this one, and a number
    that the test has on all of them. None for any other test."""
    chosen, marker = getattr(item, "callspec", None), item.get_closest_marker("majors")
    if chosen is None or marker is None or marker.args != ("every",) or "server" not in chosen.params:
        return None
    return chosen.params["server"], zlib.crc32(re.sub(r"pg1[4-8]", "", item.nodeid).encode())


def server_folders() -> tuple[Path, ...]:
    """Where the downloaded servers are, one `bin` folder for each."""
    return tuple(sorted((ROOT / ".cache" / "servers").glob("*/bin")))


def majors_of(marked: Sequence[object], chosen: Sequence[int] | None, *, ci: bool, everything: bool) -> tuple[int, ...]:
    """The majors for a test whose marker says `marked` (empty: no marker). `chosen` is `--majors`."""
    wanted: tuple[int, ...]
    if marked == ("every",):
        wanted = MAJORS if everything or ci or chosen else EDGES
    elif marked == ("all",):
        wanted = MAJORS if everything or chosen else EDGES if ci else NEWEST
    elif marked:
        wanted = tuple(int(str(major)) for major in marked)
    else:
        wanted = tuple(chosen) if chosen else NEWEST
    if chosen:
        wanted = tuple(major for major in wanted if major in chosen)
    return wanted


@dataclass(kw_only=True)
class Account:
    """What did not run and why. `skipped` is the number of tests by reason; `everything`, `majors` and `chosen` are
    what the run was asked for: all majors, `--majors`, and the marker expression."""

    everything: bool
    majors: str | None
    chosen: str
    skipped: dict[str, int] = field(default_factory=dict)

    def add(self, reason: str) -> None:
        """One more test that was skipped for `reason`."""
        self.skipped[reason] = self.skipped.get(reason, 0) + 1

    @property
    def forbidden(self) -> tuple[str, ...]:
        """In CI, the reasons that the allowed list does not hold."""
        if not in_ci():
            return ()
        listed = tomllib.loads((Path(__file__).parent / "allowed_skips.toml").read_text(encoding="utf-8"))
        patterns = [re.compile(entry["reason"]) for entry in listed.get("skip", [])]
        return tuple(reason for reason in self.skipped if not any(pattern.search(reason) for pattern in patterns))

    def lines(self, *, whole: bool) -> Iterator[str]:
        """The last lines of a run; `whole` when no part of the tests was asked for."""
        for reason, number in self.skipped.items():
            yield f"not run: {number} tests, because {reason}"
        if whole and self.majors:
            yield f"not run: every major but {self.majors}, because of --majors"
        elif whole and not self.everything:
            yield f"not run: most tests on {'15, 16 and 17' if in_ci() else '14 to 17'} (make test-all runs them)"
            if not in_ci():
                yield "not run: seven of eight life cycles (CI=true, make test-all and naming a file run them)"
        if whole and "not long" in self.chosen:
            yield "not run: tests marked long (CI=true or make test-all runs them)"
        for reason in self.forbidden:
            yield f"FAILED: with CI=true this skip must be in tests/support/allowed_skips.toml: {reason}"
