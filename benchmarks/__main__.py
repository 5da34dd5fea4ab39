"""`make bench` runs all of them, `make bench ARGS="backfill"` one. Ends with 1 where a promise was not kept."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

from .ratio import Ratio


def main(wanted: list[str]) -> int:
    known = [module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])]
    names = [name for name in known if name not in {"__main__", "ratio"}]
    unknown = set(wanted) - set(names)
    if unknown:
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(names)}", file=sys.stderr)
        return 2
    results: list[Ratio] = []
    for name in wanted or names:
        print(f"{name} …", file=sys.stderr)
        results += importlib.import_module(f"benchmarks.{name}").run()
    for result in results:
        print(result.line)
    return int(not all(result.kept for result in results))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
