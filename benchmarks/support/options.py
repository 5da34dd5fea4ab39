"""What `make bench ARGS="…"` may say. Every benchmark has sizes of its own; what is given here replaces them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Options:
    """None means the benchmark's own size. `hold` is how long another session holds the table and `calm` how long a
    phase without a change lasts, both in seconds; `every_major` is for those that look at several versions; `write`
    keeps the result and writes it into the docs."""

    major: int = 18
    rows: int | None = None
    rounds: int | None = None
    clients: int | None = None
    hold: float | None = None
    calm: float | None = None
    every_major: bool = False
    write: bool = False


def read(arguments: Sequence[str], known: Sequence[str]) -> tuple[list[str], Options]:
    """The names of the benchmarks that are wanted, all when none is given, and the options; exits with 2 on others."""
    parser = argparse.ArgumentParser(prog="make bench", description="Ratios against what one would do by hand.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(known)}; all of them without")
    parser.add_argument("--major", type=int, default=18, help="PostgreSQL 14 to 18, where `make servers` has it")
    parser.add_argument("--rows", type=_at_least_one, help="rows of the table")
    parser.add_argument("--rounds", type=_at_least_one, help="how often each is measured, in turns")
    parser.add_argument("--clients", type=_at_least_one, help="connections of the application")
    parser.add_argument("--hold", type=float, help="seconds that another session holds the table")
    parser.add_argument("--calm", type=float, help="seconds of a phase in which nothing is changed")
    parser.add_argument("--every-major", action="store_true", help="on 14 to 18, where otherwise on two of them")
    parser.add_argument("--write", action="store_true", help="keep the result, and write docs/explanation/measured.md")
    given = vars(parser.parse_args(arguments))
    names = given.pop("names")
    unknown = sorted(set(names) - set(known))
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(known)}")
    return names or list(known), Options(**given)


def _at_least_one(text: str) -> int:
    value = int(text.replace("_", "").replace(",", ""))
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return value
