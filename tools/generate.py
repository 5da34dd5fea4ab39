"""Writes what is generated from the code; with `--check` writes nothing and fails where a file would change.

Generated are `docs/reference/` (from docstrings and dataclasses) and `src/pgwright/__init__.pyi` (the names of `api`),
`src/pgwright/op.pyi` (the operations as Python values), and `docs/explanation/measured.md` (what the benchmarks found).
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from pgwright.base import registry
from pgwright.cli import reference

ROOT = Path(__file__).resolve().parents[1]
STUB = ROOT / "src" / "pgwright" / "__init__.pyi"
TWINS = ROOT / "src" / "pgwright" / "op.pyi"


def main(arguments: list[str]) -> int:
    check = "--check" in arguments
    folder = ROOT / "docs" / "reference"
    stale = reference.main([str(folder), *(["--check"] if check else [])]) != 0
    for path, text in ((STUB, stub()), (TWINS, twins())):
        if check and (not path.exists() or path.read_text(encoding="utf-8") != text):
            print(f"{path.relative_to(ROOT)} is stale; run make docs")
            stale = True
        elif not check:
            path.write_text(text, encoding="utf-8")
    measured = subprocess.run([sys.executable, "-m", "tools.measured_page", *arguments], cwd=ROOT, check=False)
    return int(stale or measured.returncode != 0)


def stub() -> str:
    """The public names as imports that every editor understands."""
    lines = ["# Made by `make docs` from src/pgwright/api.", ""]
    verbs = [name for name in registry.names("api") if defines(name)]
    lines += [f"from .api.{name} import {name} as {name}" for name in verbs]
    return "\n".join([*lines, "from . import op as op", "", "__version__: str", ""])


def twins() -> str:
    """The classes of `pgwright.op` as imports from the operations."""
    lines = ["# Made by `make docs` from src/pgwright/evolve/operations.", ""]
    for name in registry.names("evolve.operations"):
        made = registry.class_name(name)
        lines.append(f"from .evolve.operations.{name} import {made} as {made}")
    return "\n".join([*lines, ""])


def defines(name: str) -> bool:
    """Whether the file of the verb defines a function of its name."""
    source = (ROOT / "src" / "pgwright" / "api" / f"{name}.py").read_text(encoding="utf-8")
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in ast.parse(source).body)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
