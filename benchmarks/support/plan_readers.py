"""Other programs that read query plans, as peers to measure against: installed once by pip and npm, pinned by version.

They lie in `.cache/peers/` and nothing of them is in this repository; `benchmarks/peers/` has what asks them. Each gets
the same EXPLAIN (FORMAT JSON) documents as pgwright, and runs as its authors published it, with its own thresholds.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from .load import ROOT
from .peer_rules import PGPLAN

CACHE = ROOT / ".cache" / "peers"
HERE = ROOT / "benchmarks" / "peers"
PYTHON = {"dataxplan": "0.1.3", "plananalyze": "0.1.0", "pgplan": "1.2.0"}
NODE = {"pev2": "1.21.0"}
VERSIONS = {**NODE, **PYTHON}
INSTALL_SECONDS, READ_SECONDS = 300, 300


class Missing(Exception):
    """A peer could not be installed or run; the text says what was tried."""


@dataclass(frozen=True, kw_only=True)
class Issue:
    """Something that a reader says is wrong: the rule that found it, and what it suggests."""

    rule: str
    suggestion: str


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a reader makes of one plan: the self times of all nodes, None where it has none, and what it finds wrong."""

    ms: float | None
    issues: tuple[Issue, ...]
    error: str = ""


Reader = Callable[[Sequence[Mapping[str, Any]]], list[Reading]]


def peers() -> tuple[dict[str, Reader], list[str]]:
    """The readers that are there, by name, and a sentence on each that is not."""
    found: dict[str, Reader] = {}
    missing: list[str] = []
    for name in VERSIONS:
        try:
            found[name] = _reader(name)
        except (Missing, OSError) as error:
            missing.append(f"{name} {VERSIONS[name]} is not installed: {error}")
    return found, missing


def _reader(name: str) -> Reader:
    if name in NODE:
        return partial(_by_lines, [_tool("node"), str(HERE / "pev2.cjs"), str(_node_modules(name))])
    python = _environment(name)
    if name == "pgplan":
        return partial(_pgplan, str(python.with_name("pgplan")))
    return partial(_by_lines, [str(python), str(HERE / "readers.py"), name])


def _by_lines(command: Sequence[str], plans: Sequence[Mapping[str, Any]]) -> list[Reading]:
    """One process for all plans."""
    try:
        said = _run(command, "".join(f"{json.dumps([plan])}\n" for plan in plans), READ_SECONDS)
    except Missing as error:
        return [Reading(ms=None, issues=(), error=str(error))] * len(plans)
    return [_reading(json.loads(line)) for line in said.splitlines()]


def _pgplan(program: str, plans: Sequence[Mapping[str, Any]]) -> list[Reading]:
    """One process for each plan. It has no self times, and tells its findings apart by their text only."""
    found = []
    for plan in plans:
        try:
            answer = json.loads(_run([program, "analyze", "--format", "json", "-"], json.dumps([plan]), READ_SECONDS))
        except Missing as error:
            found.append(Reading(ms=None, issues=(), error=str(error)))
            continue
        issues = [Issue(rule=pgplan_rule(each["Description"]), suggestion=each["Suggestion"])
                  for each in answer["Findings"] or ()]  # fmt: skip
        found.append(Reading(ms=None, issues=tuple(issues)))
    return found


def pgplan_rule(description: str) -> str:
    """Which of its rules wrote a description; the description itself for a rule that is not known here."""
    return next((name for name, (pattern, _) in PGPLAN.items() if pattern.search(description)), description)


def _reading(answer: Mapping[str, Any]) -> Reading:
    issues = tuple(Issue(rule=each["rule"], suggestion=each["suggestion"]) for each in answer["issues"])
    return Reading(ms=answer["ms"], issues=issues, error=answer.get("error", ""))


def _environment(name: str) -> Path:
    """The Python of an environment that has a package."""
    python = CACHE / "python" / "bin" / "python"
    if not python.exists():
        venv.create(CACHE / "python", with_pip=True)
    wanted = f"{name}=={PYTHON[name]}"
    marker = CACHE / "python" / f"installed-{wanted}"
    if not marker.exists():
        _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wanted], "",
             INSTALL_SECONDS)  # fmt: skip
        marker.touch()
    return python


def _node_modules(name: str) -> Path:
    """The folder whose `node_modules` has a package."""
    folder = CACHE / "node"
    marker = folder / f"installed-{name}-{NODE[name]}"
    if not marker.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _run([_tool("npm"), "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts",
              f"{name}@{NODE[name]}"], "", INSTALL_SECONDS)  # fmt: skip
        marker.touch()
    return folder


def _tool(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise Missing(f"there is no {name} here")
    return path


def _run(command: Sequence[str], given: str, seconds: int) -> str:
    """What a command says; raises Missing with the last line of its complaint."""
    words = " ".join(Path(command[0]).name if not number else word for number, word in enumerate(command))
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, check=False, timeout=seconds, encoding="utf-8"
        )
    except subprocess.TimeoutExpired:
        raise Missing(f"`{words}` did not end within {seconds} s") from None
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["it said nothing"]
        raise Missing(f"`{words.replace(str(ROOT), '.')}`: {lines[-1].strip()}")
    return done.stdout


if __name__ == "__main__":
    print("\n".join(peers()[1]), file=sys.stderr)
