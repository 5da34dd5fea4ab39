"""`make bench` runs all of them, `make bench ARGS="backfill"` one. Ends with 1 where a promise was not kept.

A benchmark is a file beside this one. It has `measure(options)`, which returns a report, or `run()`, which returns
ratios. With `--write` its result is kept in `benchmarks/results/`, and the docs page is made anew.
"""

from __future__ import annotations

import importlib
import pkgutil
import shlex
import sys
from pathlib import Path

from tools import measured_page

from pgwright.base.errors import PgwrightError

from .support import keeping, report
from .support.options import Options, read
from .support.report import Report


def main(arguments: list[str]) -> int:
    found = pkgutil.iter_modules([str(Path(__file__).parent)])
    known = [module.name for module in found if not module.ispkg and module.name not in {"__main__", "ratio"}]
    names, options = read(arguments, known)
    missed: list[str] = []
    for name in names:
        print(f"{name} …", file=sys.stderr, flush=True)
        before = keeping.load_average()
        try:
            result = measured(name, options)
        except PgwrightError as error:
            print(f"{name} was not measured: {error}", file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            print(f"{name} was interrupted; nothing of it was kept, and its server is gone.", file=sys.stderr)
            return 130
        print("\n".join([name, *result.lines, ""]), flush=True)
        missed += [f"{name} missed a goal: {goal.promise}: {goal.found}" for goal in result.goals if not goal.kept]
        if options.write:
            words = [name, *(word for word in arguments if word not in names)]
            command = f'make bench ARGS="{shlex.join(words)}"'
            print(f"kept in {keeping.keep(keeping.document(name, command, result, options, before))}", file=sys.stderr)
    if options.write:
        measured_page.write()
    for sentence in missed:
        print(sentence, file=sys.stderr)
    return int(bool(missed))


def measured(name: str, options: Options) -> Report:
    """The report of one benchmark. Those that know ratios only have one size."""
    module = importlib.import_module(f"benchmarks.{name}")
    if hasattr(module, "measure"):
        result: Report = module.measure(options)
        return result
    return report.of_ratios(module.run())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
