"""The command line: reads arguments, calls one function of `api`, shows what it returns, maps errors to exit codes.

It decides nothing about schemas. Only the command that is run is imported, and nothing heavy is imported before a
command needs it, so that `pgwright --version` starts as fast as click does.
"""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code; never raises but for SystemExit of the interpreter itself."""
    import sys

    from .application import run

    return run(sys.argv[1:] if arguments is None else list(arguments))
