"""Runs `pgwright try` and puts the table that it prints into the README: `python tools/readme_table.py [--rows N …]`.

The arguments go to `pgwright try`. The README is left as it is when the demonstration did not keep its promise.
"""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"
PLACE = re.compile(r"(<!-- try:begin .*?-->\n).*?(<!-- try:end -->)", re.DOTALL)


def main(arguments: list[str]) -> int:
    command = [sys.executable, "-m", "pgwright", "try", *arguments]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        print("the README stays as it is", file=sys.stderr)
        return done.returncode
    README.write_text(inserted(README.read_text(encoding="utf-8"), done.stdout), encoding="utf-8")
    return 0


def inserted(readme: str, table: str) -> str:
    """`readme` with `table`, and when and where it was measured, in the marked place."""
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    where = f"Measured on {day}, Python {platform.python_version()}, {platform.machine()}."
    text = f"\n```\n{table.strip()}\n```\n\n{where}\n\n"
    result, number = PLACE.subn(lambda match: match[1] + text + match[2], readme)
    if number != 1:
        raise SystemExit("README.md has no place for the table: <!-- try:begin … --> and <!-- try:end -->")
    return result


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
