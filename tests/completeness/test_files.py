"""What every file of the package owes its readers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "pgwright"
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
SOURCES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def long_functions(path: Path) -> Iterator[str]:
    """The functions of `path` whose code, without signature and docstring, does not fit on a screen."""
    for node in functions(path):
        documented = isinstance(node.body[0], ast.Expr) and len(node.body) > 1
        start = node.body[1 if documented else 0].lineno
        length = (node.end_lineno or 0) - start + 1
        if length > LONGEST_FUNCTION:
            yield f"{name(path)}: {node.name} has {length} lines"


def listed(sentences: Iterable[str]) -> str:
    """One line each; empty when there is nothing to say."""
    return "\n".join(sentences)


def test_no_file_is_a_giant() -> None:
    files = [*SOURCES, *TESTS, *(path for path in (ROOT / "tools").iterdir() if path.is_file())]
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert len(lengths) > 20
    assert listed(f"{file} has {length} lines" for file, length in lengths.items() if length > LONGEST_FILE) == ""


def test_functions_fit_on_a_screen() -> None:
    assert listed(sentence for path in SOURCES for sentence in long_functions(path)) == ""


def test_every_module_says_why_it_exists() -> None:
    docstrings = {name(path): ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) for path in SOURCES}
    assert listed(file for file, text in docstrings.items() if not text or text.startswith("…")) == ""


def test_nothing_is_left_to_do() -> None:
    word = re.compile(r"\b(?:TODO|FIXME|XXX|NotImplementedError)\b")
    assert listed(name(path) for path in SOURCES if word.search(path.read_text(encoding="utf-8"))) == ""
