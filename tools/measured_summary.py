"""The README's lines about what was measured, from `benchmarks/results`; `measured_page` writes and checks them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PLACE = re.compile(r"(<!-- measured:begin .*?-->\n).*?(<!-- measured:end -->)", re.DOTALL)
STALL = "longest stall"
# Rows of the tables on large tables that a reader of the README wants to know.
LARGE = ("failed", "failed once per connection, named", STALL, "rows lost or different", "time", "WAL", "table after")


def written(readme: str, results: Path) -> str:
    """`readme` with the marked place made anew. Raises SystemExit where there is no such place."""
    found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob("*.json"))}
    large_ones = (*large(found["ten_million"]), "", *large(found["bigint"], "primary key: "))
    body = "\n".join(["", *stalls(found["stall"]), "", *large_ones, "", goals(found), "", ""])
    result, number = PLACE.subn(lambda match: match[1] + body + match[2], readme)
    if number != 1:
        raise SystemExit("README.md has no place for it: <!-- measured:begin … --> and <!-- measured:end -->")
    return result


def stalls(found: Mapping[str, Any]) -> list[str]:
    """What the application noticed of each way, for a forgotten session in front of every strong lock."""
    [table] = found["tables"]
    failed, longest = table["head"].index("failed"), table["head"].index(STALL)
    lines = ["| another session holds the table | statements failed | longest stall |", "|---|---|---|"]
    return [*lines, *(f"| {row[0]} | {row[failed]} | {row[longest]} |" for row in table["rows"])]


def large(found: Mapping[str, Any], what: str = "") -> list[str]:
    """The table on a large table, shortened; `what` it is about, where its title does not say."""
    [table] = found["tables"]
    lines = [f"| {what}{table['title']} | {' | '.join(table['head'][1:])} |", "|---" * len(table["head"]) + "|"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in table["rows"] if row[0] in LARGE)]


def goals(found: Mapping[str, Any]) -> str:
    """How many promises of all benchmarks were kept, and whether the machine was quiet."""
    kept = [goal["kept"] for each in found.values() for goal in each["goals"]]
    noisy = [name for name, each in found.items() if each["caution"]]
    sentence = f"Of {len(kept)} goals {sum(kept)} were kept and {len(kept) - sum(kept)} missed; the page names each."
    if noisy:
        sentence += f"\nThe machine itself stalled during {', '.join(noisy)}: compare with the row of no change."
    return sentence


def stale(results: Path) -> bool:
    """Whether the README is not what it would be if it were written now."""
    readme = README.read_text(encoding="utf-8")
    return readme != written(readme, results)


def write(results: Path) -> None:
    """Writes the marked place."""
    README.write_text(written(README.read_text(encoding="utf-8"), results), encoding="utf-8")
