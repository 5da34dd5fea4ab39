"""Writes docs/explanation/measured.md and the README's lines about it from what the benchmarks found: `python
-m tools.measured_page [--check]`.

The tables are those of `benchmarks/results/*.json`, which `make bench ARGS="NAME --write"` leaves; the text of each
section is the docstring of its benchmark. Nothing of the page is written by hand, and what was not measured is not
on it.
"""

from __future__ import annotations

import ast
import json
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tools import measured_summary

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "explanation" / "measured.md"
WIDTH = 118
INTRODUCTION = """\
<!-- Made by `make docs` from benchmarks/results and from the docstrings of the benchmarks. -->

# Measured

Each section is one benchmark: how it measures, what it does not show, what it found, and on which machine. All ways of
doing a thing are measured in one run and in turns, because figures of two runs say little about each other, and
figures of two machines nothing. Compare the ratios, and run it on yours:

```
make bench ARGS="NAME"
```

A benchmark makes a private server, stops by itself, and ends with 1 where a goal is missed. Tables are written by
`make bench ARGS="NAME --write"`, never by hand.
"""


def page(results: Path = RESULTS) -> str:
    """The whole page; only its introduction where nothing has been kept."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob("*.json"))]
    return "\n".join([INTRODUCTION, *(section(each) for each in found)]).rstrip() + "\n"


def section(found: Mapping[str, Any]) -> str:
    """One benchmark."""
    parts = [f"## {found['name']}", text(found["name"])]
    parts += [fenced(table) for table in found["tables"]]
    if found["goals"]:
        parts.append("\n".join(goal(each) for each in found["goals"]))
    for name, value in found["facts"].items():
        parts.append(filled(f"{capitalized(name)}: {value}."))
    parts += [filled(f"Not measured: {sentence}") for sentence in found["skipped"]]
    if found["caution"]:
        parts.append(filled(found["caution"]))
    parts.append(place(found))
    return "\n\n".join(parts) + "\n"


def text(name: str) -> str:
    """The docstring of the benchmark."""
    tree = ast.parse((ROOT / "benchmarks" / f"{name}.py").read_text(encoding="utf-8"))
    return ast.get_docstring(tree) or ""


def fenced(table: Mapping[str, Any]) -> str:
    """A table as text, because Markdown's own would be too wide; two spaces in, so that no row reads as a command. One
    that is too wide itself goes on below, with its first column again."""
    cells = [table["head"], *table["rows"]]
    widths = [max(len(row[index]) for row in cells) for index in range(len(table["head"]))]
    blocks = ["\n".join(block(cells, widths, columns)) for columns in folded(widths)]
    return "\n".join([f"{table['title']}:", "", "```", "\n\n".join(blocks), "```"])


def block(cells: Sequence[Sequence[str]], widths: Sequence[int], columns: Sequence[int]) -> list[str]:
    """The first column and `columns`, with a rule beneath the head."""
    lines = [
        "  ".join(["", row[0].ljust(widths[0]), *(row[each].rjust(widths[each]) for each in columns)]).rstrip()
        for row in cells
    ]
    rule = "  ".join(["", *("-" * widths[each] for each in (0, *columns))])
    return [lines[0], rule, *lines[1:]]


def folded(widths: Sequence[int]) -> list[list[int]]:
    """The columns after the first, in groups that fit beside it."""
    groups: list[list[int]] = [[]]
    room = WIDTH - widths[0]
    for column in range(1, len(widths)):
        if groups[-1] and sum(widths[each] + 2 for each in (*groups[-1], column)) > room:
            groups.append([])
        groups[-1].append(column)
    return groups


def goal(found: Mapping[str, Any]) -> str:
    """A promise and whether it holds."""
    verdict = "kept" if found["kept"] else "missed"
    return filled(f"- {capitalized(found['promise'])}: {found['found']}, {verdict}.", hanging="  ")


def place(found: Mapping[str, Any]) -> str:
    """When, where, with what and how."""
    machine, versions = found["machine"], ", ".join(f"{name} {number}" for name, number in found["versions"].items())
    load = "" if machine["load_before"] is None else f", load average before the run {machine['load_before']:g}"
    where = f"{machine['system']}, {machine['processor']} ({machine['architecture']}), {machine['cores']} cores, "
    measured = f"Measured on {found['date']}: {where}{machine['memory_gb']} GB of memory{load}; {versions}."
    return f"{filled(measured)}\n\n```\n{found['command']}\n```"


def filled(sentence: str, hanging: str = "") -> str:
    """Wrapped to the width of the docs."""
    return textwrap.fill(sentence, WIDTH, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)


def capitalized(words: str) -> str:
    """With a capital letter, and the rest as it is."""
    return words[:1].upper() + words[1:]


def write() -> None:
    """Writes the page and the lines of the README."""
    PAGE.write_text(page(), encoding="utf-8")
    measured_summary.write(RESULTS)


def stale() -> bool:
    """Whether the page is not what it would be if it were written now."""
    return not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page()


def main(arguments: list[str]) -> int:
    if "--check" not in arguments:
        write()
    elif stale() or measured_summary.stale(RESULTS):
        print(f"{PAGE.relative_to(ROOT)} or README.md is stale; run make docs")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
