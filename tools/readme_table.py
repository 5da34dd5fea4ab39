"""Runs `pgwright try` and puts the table that it prints into the README: `python tools/readme_table.py [--rows N …]`.

The arguments go to `pgwright try`. It runs five times: the table is that of the first run, the spread that of all. The
README is left as it is when one of them did not keep its promise.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

README = Path(__file__).resolve().parents[1] / "README.md"
RUNS = 5
PLACE = re.compile(r"(<!-- try:begin .*?-->\n).*?(<!-- try:end -->)", re.DOTALL)


def main(arguments: list[str]) -> int:
    command = [sys.executable, "-m", "pgwright", "try", *arguments]
    outputs = []
    for number in range(RUNS):
        form = [] if number == 0 else ["--format", "json", "-q"]
        done = subprocess.run([*command, *form], check=False, stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            print("the README stays as it is", file=sys.stderr)
            return done.returncode
        outputs.append(done.stdout)
    spread = spread_of([json.loads(output) for output in outputs[1:]])
    README.write_text(inserted(README.read_text(encoding="utf-8"), outputs[0], spread), encoding="utf-8")
    return 0


def spread_of(runs: list[dict[str, Any]]) -> str:
    """The lowest and the highest of each figure over further runs, in one sentence."""
    ours, plain = [run["pgwright"] for run in runs], [run["plain"] for run in runs]

    def span(values: list[float]) -> str:
        low, high = f"{min(values):,.0f}", f"{max(values):,.0f}"
        return low if low == high else f"{low} to {high}"

    rates = [each["backfill_rows_per_second"] for each in ours if each["backfill_rows_per_second"]]
    failed, stall = span([each["failed"] for each in plain]), span([each["longest_stall_ms"] for each in plain])
    calm = span([each["calm_stall_ms"] for each in ours + plain])
    return (
        f"In {len(runs)} further runs: failed {failed} with plain SQL, {span([each['failed'] for each in ours])} "
        f"with pgwright;\nlongest stall {stall} ms and {span([each['longest_stall_ms'] for each in ours])} ms, "
        f"while nothing was changed {calm} ms;\n"
        f"rows lost {span([each['rows_lost'] for each in ours])}; backfill {span(rates)} rows/s."
    )


def inserted(readme: str, table: str, spread: str) -> str:
    """`readme` with `table` and `spread`, and when and where it was measured, in the marked place."""
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    where = (
        f"Measured on {day}, Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} shared cores."
    )
    body = table.strip("\n")
    text = f"\n```\n{body}\n```\n\n{spread}\n{where}\n\n"
    result, number = PLACE.subn(lambda match: match[1] + text + match[2], readme)
    if number != 1:
        raise SystemExit("README.md has no place for the table: <!-- try:begin … --> and <!-- try:end -->")
    return result


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
